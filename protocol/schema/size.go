package schema

// refBits is the longest form of an entity's id. See docs/wire.md#varuint.
const refBits = 36

// MostBits is the greatest length of a whole value.
func (t *Type) MostBits() int64 {
	switch t.Kind {
	case Bool:
		return 1
	case Word:
		return 64
	case String, Octets:
		return int64(t.Bits) + 8*t.Max
	case Struct:
		return t.Struct.MostBits()
	case List:
		return int64(t.Bits) + t.Max*t.Elem.MostBits()
	case Vector, Array:
		return int64(t.Len) * t.Elem.MostBits()
	case Quat:
		return 2 + 3*int64(t.Bits)
	case Ref:
		return refBits
	case Optional:
		return 1 + t.Elem.MostBits()
	}
	return int64(t.Bits) // Int, Fixed, Turn
}

// MostBits is the greatest length of a whole value.
func (d *Def) MostBits() int64 {
	total := int64(0)
	for _, f := range d.Fields {
		total += f.Type.MostBits()
	}
	return total
}

// Flat reports whether a value holds no memory besides its own, so that assigning it copies it.
func (t *Type) Flat() bool {
	switch t.Kind {
	case Octets, List:
		return false
	case Struct:
		return t.Struct.Flat()
	case Array, Optional:
		return t.Elem.Flat()
	}
	return true
}

// Flat is [Type.Flat] for a struct.
func (d *Def) Flat() bool {
	for _, f := range d.Fields {
		if !f.Type.Flat() {
			return false
		}
	}
	return true
}

// Plain reports whether values are the same on the wire when Go's == says so of those within their range.
func (t *Type) Plain() bool {
	switch t.Kind {
	case Bool, Int, Word, String, Ref:
		return true
	case Struct:
		return t.Struct.Plain()
	case Array:
		return t.Elem.Plain()
	}
	return false
}

// Plain is [Type.Plain] for a struct.
func (d *Def) Plain() bool {
	for _, f := range d.Fields {
		if !f.Type.Plain() || f.Owner {
			return false
		}
	}
	return true
}
