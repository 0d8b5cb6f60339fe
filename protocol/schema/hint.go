package schema

import (
	"fmt"
	"strconv"
)

// set takes a word of a tag where it is a hint's.
func (h *Hint) set(key, val string) (bool, error) {
	whole := map[string]*int64{"half": &h.Half, "floor": &h.Floor, "lapse": &h.Lapse}[key]
	fraction := map[string]*float64{"fall": &h.Fall, "drag": &h.Drag}[key]
	var err error
	switch {
	case key == "predict":
		if val != "motion" && val != "rotation" {
			return true, fmt.Errorf("predict=%s: there are predict=motion and predict=rotation", val)
		}
		h.Predict = val
	case whole != nil:
		*whole, err = strconv.ParseInt(val, 10, 64)
	case fraction != nil:
		*fraction, err = strconv.ParseFloat(val, 64)
	default:
		return false, nil
	}
	if err != nil {
		return true, fmt.Errorf("%s=%s is no number", key, val)
	}
	return true, nil
}

// Limits of hints.
const (
	maxHalf  = 1 << 16
	maxFall  = 1 << 12
	maxLapse = 127
	maxReal  = 1 << 40 // greatest magnitude of a field that is predicted
)

// hints checks the hints of a struct's fields.
func (s *scanner) hints(d *Def) {
	for i := 0; i < len(d.Fields); {
		n := 1
		for i+n < len(d.Fields) && d.Fields[i].Hint.Predict != "" && d.Fields[i+n].Hint.Predict == d.Fields[i].Hint.Predict {
			n++
		}
		s.hintRun(d, d.Fields[i:i+n])
		i += n
	}
	if !d.Hinted {
		return
	}
	if !d.Component {
		s.fail(s.at(d), "%s: hints are for the fields of components", d.Name)
	}
	seen := map[string]bool{}
	for i, f := range d.Fields {
		p := f.Hint.Predict
		if p != "" && seen[p] && d.Fields[i-1].Hint.Predict != p {
			s.fail(s.at(d), "%s.%s: a component has one run of fields with predict=%s", d.Name, f.Name, p)
		}
		seen[p] = true
		if f.Type.Kind != Int && f.Type.Kind != Bool && f.Type.Kind != Word {
			s.fail(s.at(d), "%s.%s: a component with hints holds integers and bools only; move it to another component", d.Name, f.Name)
		}
	}
}

// hintRun checks fields that stand together under one kind of prediction.
func (s *scanner) hintRun(d *Def, run []Field) {
	h, where := run[0].Hint, d.Name+"."+run[0].Name
	for _, f := range run {
		d.Hinted = d.Hinted || f.Hint != Hint{}
		if p := f.Hint.Predict; p != "" && (f.Type.Kind != Int || f.Type.Min < -maxReal || f.Type.Max > maxReal) {
			s.fail(s.at(d), "%s.%s: predict=%s wants an integer of at most 41 bits", d.Name, f.Name, p)
		}
		if f.Hint != h {
			s.fail(s.at(d), "%s.%s: give all fields of the run that begins with %s the same hints", d.Name, f.Name, where)
		}
	}
	top := run[len(run)-1].Type
	switch {
	case h.Predict == "motion" && (len(run) < 2 || len(run) > 3):
		s.fail(s.at(d), "%s: predict=motion stands on 2 or 3 fields that follow one another, and here on %d", where, len(run))
	case h.Predict == "rotation" && (len(run) != 4 || run[0].Type.Min != 0 || run[0].Type.Max != 3):
		s.fail(s.at(d), "%s: predict=rotation stands on 4 fields that follow one another: the index of a quaternion's largest part, 0 to 3, and the other three", where)
	case h.Predict == "rotation":
		for _, f := range run[1:] {
			if f.Type.Min != 0 || f.Type.Max < 3 || f.Type.Max >= 1<<16 || f.Type.Max != top.Max {
				s.fail(s.at(d), "%s.%s: the three parts of a rotation range from 0 to the same maximum, for -1/√2 to 1/√2", d.Name, f.Name)
			}
		}
	}
	if h.Predict != "motion" && (h.Fall != 0 || h.Drag != 0 || h.Half != 0 || h.Floor != 0) {
		s.fail(s.at(d), "%s: fall=, drag=, half= and floor= go with predict=motion", where)
	}
	if h.Predict != "" && h.Lapse != 0 {
		s.fail(s.at(d), "%s: lapse= goes with fields that are not predicted", where)
	}
	if h.Half < 0 || h.Half > maxHalf || h.Fall < -maxFall || h.Fall > maxFall || h.Drag < 0 || h.Drag > 1 || h.Lapse < 0 || h.Lapse > maxLapse || h.Floor < -maxReal || h.Floor > maxReal {
		s.fail(s.at(d), "%s: a hint is out of range: half 0..%d, fall ±%d, drag 0..1, lapse 0..%d", where, maxHalf, maxFall, maxLapse)
	}
}
