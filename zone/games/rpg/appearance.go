package rpg

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Appearance is how a player's character looks, chosen when it is made: each a colour, by its place in a palette of eight.
type Appearance struct {
	Skin  uint8 `json:"skin"`
	Hair  uint8 `json:"hair"`
	Shirt uint8 `json:"shirt"`
}

// shades is how many colours there are of each.
const shades = 8

// readAppearance reads what the realm keeps of a character; none is the first colour of each.
func readAppearance(raw []byte) (a Appearance, err error) {
	if raw == nil {
		return a, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&a); err != nil {
		return a, errors.New(`an appearance is an object such as {"skin": 0, "hair": 3, "shirt": 7}`)
	}
	if max(a.Skin, a.Hair, a.Shirt) >= shades {
		return a, fmt.Errorf("skin, hair and shirt are 0 to %d", shades-1)
	}
	return a, nil
}

func checkAppearance(_ string, raw []byte) error {
	_, err := readAppearance(raw)
	return err
}

// forBot dresses a crowd so that its members can be told apart.
func forBot(n int) (class string, appearance []byte) {
	appearance = fmt.Appendf(nil, `{"skin":%d,"hair":%d,"shirt":%d}`, n%shades, n/shades%shades, n/(shades*shades)%shades)
	return Classes[n%len(Classes)], appearance
}
