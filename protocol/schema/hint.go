package schema

import (
	"fmt"
	"math"
)

// Hint says how a field changes by itself, so that both ends foresee it: in the fast tier what moves and turns, in the best tier all
// of it. See docs/schema.md#hints. Lengths are in units of the field's integers: of a float, in steps.
type Hint struct {
	Predict string  // "motion", "rotation" or nothing
	Fall    float64 // motion: acceleration along the last axis, in units per tick²
	Drag    float64 // motion: share of its speed that a free body loses in a tick
	Half    int64   // motion: half the edge of the body's box, in units
	Floor   int64   // motion: where the ground is along the last axis
	Lapse   int64   // without predict: ticks of rest after which the value falls back
}

func (h Hint) canonical() string {
	if h == (Hint{}) {
		return ""
	}
	return fmt.Sprintf(" predict=%s fall=%v drag=%v half=%d floor=%d lapse=%d", h.Predict, h.Fall, h.Drag, h.Half, h.Floor, h.Lapse)
}

// Limits of hints.
const (
	maxHalf  = 1 << 16
	maxFall  = 1 << 12
	maxLapse = 127
	maxReal  = 1 << 40 // greatest magnitude of a field that is predicted
)

// saidHint is a hint as its tag has it: lengths are in the field's own unit.
type saidHint struct {
	predict                 string
	fall, drag, half, floor float64
	lapse                   int64
}

func (t tag) hint() (saidHint, error) {
	var h saidHint
	h.predict, _ = t.take("predict")
	if h.predict != "" && h.predict != "motion" && h.predict != "rotation" {
		return h, fmt.Errorf("predict=%s: there are predict=motion and predict=rotation", h.predict)
	}
	for key, dst := range map[string]*float64{"fall": &h.fall, "drag": &h.drag, "half": &h.half, "floor": &h.floor} {
		v, err := t.real(key)
		if err != nil {
			return h, err
		}
		*dst = v
	}
	n, err := t.within("lapse", 0, maxLapse, 0)
	h.lapse = n
	return h, err
}

// in turns lengths into the field's integers.
func (h saidHint) in(t Type) (Hint, error) {
	perUnit := 1.0
	if t.Kind == Vector {
		t = *t.Elem
	}
	if t.Kind == Fixed {
		perUnit = float64(t.Den) / float64(t.Num)
	}
	out := Hint{Predict: h.predict, Fall: h.fall * perUnit, Drag: h.drag, Lapse: h.lapse}
	for key, v := range map[string]struct {
		said float64
		dst  *int64
		most float64
	}{"half": {h.half, &out.Half, maxHalf}, "floor": {h.floor, &out.Floor, maxReal}} {
		n := math.Round(v.said * perUnit)
		if !(math.Abs(n) <= v.most) {
			return out, fmt.Errorf("%s=%v is more than %v of the field's integers", key, v.said, v.most)
		}
		if t.Kind != Fixed && n != v.said {
			return out, fmt.Errorf("%s=%v is no number of the field's integers: take a whole one", key, v.said)
		}
		*v.dst = int64(n)
	}
	return out, nil
}
