package wirecheck

// differ reads a difference from base: with the bit "changed" where the form has one.
func differ(s *source, f *form, base any, owner bool) any {
	switch f.sort {
	case ranged, angle:
		return intDelta(s, f, base.(int64))
	case boolean:
		return base.(int64) ^ int64(s.u(1))
	case counter:
		return count(s, f, base.(int64))
	case vector:
		return each(s, f, base, owner)
	case quat:
		return quatDelta(s, f, base.([]any))
	}
	if !s.flag() {
		return base
	}
	return changed(s, f, base, owner)
}

// changed reads what follows a bit "changed" that is set.
func changed(s *source, f *form, base any, owner bool) any {
	switch f.sort {
	case record:
		return fields(s, f, base.([]any), owner)
	case array:
		return each(s, f, base, owner)
	case list:
		return listDelta(s, f, base.([]any), owner)
	case optional:
		switch has := s.flag(); {
		case !has:
			return nil
		case base == nil:
			return whole(s, f.of, owner)
		case f.of.bare():
			return differ(s, f.of, base, owner)
		}
		return changed(s, f.of, base, owner)
	}
	return whole(s, f, owner)
}

func each(s *source, f *form, base any, owner bool) any {
	out := make([]any, f.n)
	for i := range out {
		out[i] = differ(s, f.of, base.([]any)[i], owner)
	}
	return out
}

func listDelta(s *source, f *form, base []any, owner bool) any {
	n := intDelta(s, integer(0, int64(f.n)), int64(len(base)))
	if s.err != nil {
		return base
	}
	out := make([]any, n)
	for i := range out {
		if i < len(base) {
			out[i] = differ(s, f.of, base[i], owner)
		} else {
			out[i] = whole(s, f.of, owner)
		}
	}
	return out
}

// fields reads the difference of a struct, with a bit for every run of rare fields.
func fields(s *source, f *form, base []any, owner bool) any {
	out := append([]any(nil), base...)
	for i := 0; i < len(f.fields); {
		end := i + 1
		for f.fields[i].rare && end < len(f.fields) && f.fields[end].rare && f.fields[end].owner == f.fields[i].owner {
			end++
		}
		for skip := f.fields[i].owner && !owner || end-i > 1 && !s.flag(); i < end; i++ {
			if !skip {
				out[i] = differ(s, f.fields[i].form, base[i], owner)
			}
		}
	}
	return out
}

func intDelta(s *source, f *form, b int64) int64 {
	w := f.width()
	small, medium := f.small, f.medium
	if w > 8 && small == 0 {
		small = max(4, w/3)
		medium = (small + w) / 2
	}
	if f.sort == ranged {
		b = max(f.lo, min(f.hi, b))
	}
	var v int64
	switch {
	case !s.flag():
		return b
	case small == 0:
		v = f.lo + int64(s.u(w))
	case !s.flag():
		v = b + s.signed(small)
	case !s.flag():
		v = b + s.signed(medium)
	default:
		v = f.lo + int64(s.u(w))
	}
	if f.sort == angle {
		return v & (1<<w - 1)
	}
	if v < f.lo || v > f.hi {
		s.refuse("%d is outside %d..%d", v, f.lo, f.hi)
	}
	return v
}

func count(s *source, f *form, b int64) int64 {
	b = max(f.lo, min(f.hi, b))
	if !s.flag() {
		return b
	}
	less := s.varuint(4)
	if less >= uint64(f.hi-f.lo) {
		s.refuse("a counter goes %d+1 steps forward in %d..%d", less, f.lo, f.hi)
		return b
	}
	return f.lo + (b-f.lo+int64(less)+1)%(f.hi-f.lo+1)
}

func quatDelta(s *source, f *form, base []any) any {
	if !s.flag() {
		return base
	}
	if s.flag() {
		return whole(s, f, true)
	}
	out := []any{base[0]}
	for _, p := range base[1:] {
		out = append(out, intDelta(s, f.part(), p.(int64)))
	}
	return out
}

// span is how far a prediction looks ahead, and back.
type span struct{ ahead, lag int64 }

// entityDelta reads the difference of an entity; prior is nil where there is none.
func entityDelta(s *source, f *form, base, prior []any, sp span, owner bool) []any {
	out := append([]any(nil), base...)
	for i, c := range f.fields {
		switch {
		case c.owner && !owner:
		case c.form.foreseen():
			var p []any
			if prior != nil {
				p = prior[i].([]any)
			}
			out[i] = predicted(s, c.form, base[i].([]any), p, sp)
		case s.flag():
			out[i] = fields(s, c.form, base[i].([]any), owner)
		}
	}
	return out
}
