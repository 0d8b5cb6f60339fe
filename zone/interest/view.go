package interest

import "slices"

// Radii are the two distances of a view: an entity comes in at Enter and goes out beyond Leave. The gap between them
// (hysteresis) keeps one that walks along the edge from flickering.
type Radii struct {
	Enter, Leave int32
}

// View is what one client sees. The zero value sees nothing.
type View struct {
	members []member
	bits    []uint64 // by slot: is it a member
	near    []Slot
	entered []Slot
	left    []Slot
}

type member struct {
	slot Slot
	gen  uint32
}

// Update looks at the grid from a point and returns which slots came in and which went out. A slot that was removed and
// given to another entity since the last Update is in both: handle left first. The slices are valid until the next call.
func (v *View) Update(g *Grid, x, y int32, r Radii) (entered, left []Slot) {
	v.entered, v.left, v.near = v.entered[:0], v.left[:0], v.near[:0]
	keep := v.members[:0]
	for _, m := range v.members {
		e := &g.entries[m.slot]
		if e.cell != none && e.gen == m.gen && g.within(int32(m.slot), x, y, r.Leave) {
			keep = append(keep, m)
			continue
		}
		v.bits[m.slot>>6] &^= 1 << (m.slot & 63)
		v.left = append(v.left, m.slot)
	}
	v.members = keep
	v.near = g.Near(v.near, x, y, r.Enter)
	for _, s := range v.near {
		if v.Has(s) {
			continue
		}
		for int(s>>6) >= len(v.bits) {
			v.bits = append(v.bits, 0)
		}
		v.bits[s>>6] |= 1 << (s & 63)
		v.members = append(v.members, member{s, g.entries[s].gen})
		v.entered = append(v.entered, s)
	}
	return v.entered, v.left
}

// Has reports whether the view had the slot at its last Update.
func (v *View) Has(s Slot) bool {
	return int(s>>6) < len(v.bits) && v.bits[s>>6]&(1<<(s&63)) != 0
}

// Len is the number of slots in the view.
func (v *View) Len() int { return len(v.members) }

// At returns the i-th slot of the view, in the order in which they came in.
func (v *View) At(i int) Slot { return v.members[i].slot }

// Forget takes a slot out of the view, so that the next Update lets it come in again.
func (v *View) Forget(s Slot) {
	if !v.Has(s) {
		return
	}
	v.bits[s>>6] &^= 1 << (s & 63)
	v.members = slices.DeleteFunc(v.members, func(m member) bool { return m.slot == s })
}
