package schema

// MostBits is the greatest length of a whole value.
func (d *Def) MostBits() int64 {
	total := int64(0)
	for _, f := range d.Fields {
		total += f.Type.MostBits()
	}
	return total
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

// Plain is [Type.Plain] for a struct.
func (d *Def) Plain() bool {
	for _, f := range d.Fields {
		if !f.Type.Plain() || f.Owner {
			return false
		}
	}
	return true
}
