package settings

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
)

// CheckBounds holds the flags of a parsed command line to their tags min and max (of a text, min:"1" says that it is not empty), wherever their values came from.
func CheckBounds(parsed *kong.Context) error {
	for _, path := range parsed.Path {
		for _, flag := range path.Flags {
			if err := within(flag, flag.Target); err != nil {
				return fmt.Errorf("--%s: %w", flag.Name, err)
			}
		}
	}
	return nil
}

// within says which bound a value breaks. No setting is "not a number": nothing compares with it.
func within(flag *kong.Flag, v reflect.Value) error {
	if v.Kind() == reflect.String && flag.Tag.Get("min") == "1" && v.Len() == 0 {
		return errors.New("it is empty; leave it out for the default")
	}
	n, ok := float(v)
	if !ok {
		return nil
	}
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return fmt.Errorf("%v is no number that a setting can have", v)
	}
	least, greatest := flag.Tag.Get("min"), flag.Tag.Get("max")
	if bound, ok := bound(v.Type(), least); ok && n < bound {
		return fmt.Errorf("%v is less than %s, the least there may be", v, least)
	}
	if bound, ok := bound(v.Type(), greatest); ok && n > bound {
		return fmt.Errorf("%v is more than %s, the most there may be", v, greatest)
	}
	return nil
}

// float is a number as such; the bounds of settings are far from where whole numbers get lost in it.
func float(v reflect.Value) (float64, bool) {
	switch {
	case v.CanInt():
		return float64(v.Int()), true
	case v.CanUint():
		return float64(v.Uint()), true
	case v.CanFloat():
		return v.Float(), true
	}
	return 0, false
}

func bound(t reflect.Type, text string) (float64, bool) {
	if text == "" {
		return 0, false
	}
	if t == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		return float64(d), err == nil
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}
