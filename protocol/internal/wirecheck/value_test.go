package wirecheck

// A value is held as it is on the wire: int64 (numbers, steps, bools, words, refs), string (texts and octets), []any (vectors, the four fields of a
// rotation, lists, arrays, the fields of structs), and nil for an optional that is none.

// zero is what a field holds that was never sent.
func zero(f *form) any {
	switch f.sort {
	case text, octets:
		return ""
	case list:
		return []any{}
	case optional:
		return nil
	case quat:
		half := int64(1)<<(f.bits-1) - 1
		return []any{int64(3), half, half, half}
	case vector, array:
		out := make([]any, f.n)
		for i := range out {
			out[i] = zero(f.of)
		}
		return out
	case record:
		out := make([]any, len(f.fields))
		for i, x := range f.fields {
			out[i] = zero(x.form)
		}
		return out
	}
	return max(min(0, f.hi), f.lo)
}

func whole(s *source, f *form, owner bool) any {
	switch f.sort {
	case ranged, counter:
		v := f.lo + int64(s.u(f.width()))
		if v > f.hi {
			s.refuse("%d is outside %d..%d", v, f.lo, f.hi)
		}
		return v
	case boolean:
		return int64(s.u(1))
	case word, angle:
		return int64(s.u(f.bits))
	case ref:
		v := s.varuint(8)
		if v >= 1<<32 {
			s.refuse("a ref of more than 32 bits")
		}
		return int64(v)
	case text:
		return s.text(f.n)
	case octets:
		return s.octets(f.n)
	case quat:
		out := []any{int64(s.u(2))}
		for range 3 {
			out = append(out, whole(s, f.part(), owner))
		}
		return out
	case optional:
		if !s.flag() {
			return nil
		}
		return whole(s, f.of, owner)
	case record:
		out := make([]any, len(f.fields))
		for i, x := range f.fields {
			if x.owner && !owner {
				out[i] = zero(x.form)
			} else {
				out[i] = whole(s, x.form, owner)
			}
		}
		return out
	}
	n := f.n
	if f.sort == list {
		if n = int(s.u(width(uint64(f.n)))); n > f.n {
			s.refuse("a list of %d of at most %d", n, f.n)
			return []any{}
		}
	}
	out := make([]any, n)
	for i := range out {
		out[i] = whole(s, f.of, owner)
	}
	return out
}

// width is that of a ranged integer, or of an angle.
func (f *form) width() int {
	if f.sort == angle {
		return f.bits
	}
	return width(uint64(f.hi) - uint64(f.lo))
}

// part is each of the three that follow the index of a rotation's largest.
func (f *form) part() *form { return integer(0, 1<<f.bits-2) }

// put writes a value whole again.
func put(s *sink, f *form, v any, owner bool) {
	switch f.sort {
	case ranged, counter:
		s.u(uint64(v.(int64)-f.lo), f.width())
	case boolean:
		s.u(uint64(v.(int64)), 1)
	case word, angle:
		s.u(uint64(v.(int64)), f.bits)
	case ref:
		s.varuint(uint64(v.(int64)), 8)
	case text, octets:
		s.octets(v.(string), f.n)
	case quat:
		q := v.([]any)
		s.u(uint64(q[0].(int64)), 2)
		for _, p := range q[1:] {
			put(s, f.part(), p, owner)
		}
	case optional:
		if v == nil {
			s.u(0, 1)
			return
		}
		s.u(1, 1)
		put(s, f.of, v, owner)
	case record:
		for i, x := range f.fields {
			if !x.owner || owner {
				put(s, x.form, v.([]any)[i], owner)
			}
		}
	default:
		if f.sort == list {
			s.u(uint64(len(v.([]any))), width(uint64(f.n)))
		}
		for _, e := range v.([]any) {
			put(s, f.of, e, owner)
		}
	}
}
