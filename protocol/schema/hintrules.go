package schema

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
			s.failAt(f.Pos, "%s.%s: a component has one run of fields with predict=%s", d.Name, f.Name, p)
		}
		seen[p] = true
		if f.Owner {
			s.failAt(f.Pos, "%s.%s: a component with hints is the same for everyone; move the field to another component", d.Name, f.Name)
		}
		if len(f.Type.Integers()) == 0 {
			s.failAt(f.Pos, "%s.%s: a component with hints holds integers, bools, floats with a step, vectors, angles and rotations only; move it to another component", d.Name, f.Name)
		}
	}
}

// hintRun checks fields that stand together under one kind of prediction.
func (s *scanner) hintRun(d *Def, run []Field) {
	h, where := run[0].Hint, d.Name+"."+run[0].Name
	for _, f := range run {
		d.Hinted = d.Hinted || f.Hint != Hint{}
		if !f.predictable() {
			s.failAt(f.Pos, "%s.%s: predict=%s wants %s", d.Name, f.Name, f.Hint.Predict, map[string]string{
				"motion":   "an integer or a float with a step, of at most 41 bits, or a vector",
				"rotation": "an integer of at most 41 bits, or a geom.Quat",
			}[f.Hint.Predict])
		}
		if f.Hint != h {
			s.failAt(f.Pos, "%s.%s: give all fields of the run that begins with %s the same hints", d.Name, f.Name, where)
		}
	}
	switch h.Predict {
	case "motion":
		s.motion(d, run)
	case "rotation":
		s.rotation(d, run)
	}
	if h.Predict != "motion" && (h.Fall != 0 || h.Drag != 0 || h.Half != 0 || h.Floor != 0) {
		s.fail(s.at(d), "%s: fall=, drag=, half= and floor= go with predict=motion", where)
	}
	if h.Predict != "" && h.Lapse != 0 {
		s.fail(s.at(d), "%s: lapse= goes with fields that are not predicted", where)
	}
	if h.Half < 0 || h.Fall < -maxFall || h.Fall > maxFall || h.Drag < 0 || h.Drag > 1 {
		s.fail(s.at(d), "%s: a hint is out of range: half 0..%d, fall ±%d, drag 0..1, lapse 0..%d", where, maxHalf, maxFall, maxLapse)
	}
}

// predictable reports whether a field has the form that its predict= is for.
func (f *Field) predictable() bool {
	t := &f.Type
	switch f.Hint.Predict {
	case "":
		return true
	case "motion":
		if t.Kind == Vector {
			return true
		}
		return (t.Kind == Int || t.Kind == Fixed) && t.Min >= -maxReal && t.Max <= maxReal
	}
	return t.Kind == Quat || t.Kind == Int && t.Min >= -maxReal && t.Max <= maxReal
}

// motion checks that a run is a place of two or three coordinates: so many numbers, or one vector.
func (s *scanner) motion(d *Def, run []Field) {
	n := 0
	for _, f := range run {
		n += len(f.Type.Integers())
		if f.Type.Kind == Vector && len(run) > 1 {
			n = -1
			break
		}
	}
	if n < 2 || n > 3 {
		s.failAt(run[0].Pos, "%s.%s: predict=motion stands on 2 or 3 fields that follow one another, or on one vector, and here on %d", d.Name, run[0].Name, len(run))
	}
}

// rotation checks that a run is a quaternion: one, or its smallest three as four integers.
func (s *scanner) rotation(d *Def, run []Field) {
	if len(run) == 1 && run[0].Type.Kind == Quat {
		return
	}
	top := run[len(run)-1].Type
	if len(run) != 4 || run[0].Type.Min != 0 || run[0].Type.Max != 3 {
		s.failAt(run[0].Pos, "%s.%s: predict=rotation stands on a geom.Quat, or on 4 fields that follow one another: the index of a quaternion's largest part, 0 to 3, and the other three", d.Name, run[0].Name)
		return
	}
	for _, f := range run[1:] {
		if f.Type.Kind != Int || f.Type.Min != 0 || f.Type.Max < 3 || f.Type.Max >= 1<<16 || f.Type.Max != top.Max {
			s.failAt(f.Pos, "%s.%s: the three parts of a rotation range from 0 to the same maximum, for -1/√2 to 1/√2", d.Name, f.Name)
		}
	}
}
