package schema

import "math"

// hugeBits caps sizes far above all that may be sent, so that they can be multiplied by a length.
const hugeBits = math.MaxInt64 / MaxArrayLen / 2

// measured is what is known of a struct as a whole. It is found once: structs may share others many times over.
type measured struct {
	done        bool
	bits        int64
	flat, plain bool
}

func (d *Def) measure() measured {
	if d.size.done {
		return d.size
	}
	m := measured{done: true, flat: true, plain: true}
	for i := range d.Fields {
		t := &d.Fields[i].Type
		m.bits = min(m.bits+t.MostBits(), hugeBits)
		m.flat = m.flat && t.Flat()
		m.plain = m.plain && t.Plain() && !d.Fields[i].Owner
	}
	d.size = m
	return m
}

// MostBits is the greatest length of a whole value.
func (d *Def) MostBits() int64 { return d.measure().bits }

// Flat is [Type.Flat] for a struct.
func (d *Def) Flat() bool { return d.measure().flat }

// Plain is [Type.Plain] for a struct.
func (d *Def) Plain() bool { return d.measure().plain }
