package snapshot

import (
	"cmp"
	"slices"

	"github.com/realmwire/realmwire/protocol/bits"
)

// codeSection codes the section in at most limit bits, leaving out the rows that matter least.
func (v *View) codeSection(limit int) bool {
	x := &v.enc.section
	if v.cfg.Tier != Best || !x.on {
		return false
	}
	keep := len(x.due)
	if v.rowBits > 0 {
		keep = min(keep, limit/v.rowBits)
	}
	for range sectionRounds {
		v.drop(keep)
		v.code()
		if x.rows == (slotSet{}) {
			break // all of it was news, and there is room for none
		}
		if x.bits <= limit {
			v.rowBits = (x.bits + keep) / (keep + 1)
			return len(x.updated) > 0 || v.world.tick%sectionIdle == 0
		}
		if keep == 0 {
			break
		}
		keep = min(keep-1, keep*limit/x.bits*15/16)
	}
	v.rowBits = max(v.rowBits, x.bits/(keep+1))
	x.on = false
	return false
}

// drop leaves all but the first keep of the due rows, by priority, out of the section.
func (v *View) drop(keep int) {
	x := &v.enc.section
	if keep >= len(x.due) {
		return
	}
	if !x.sorted {
		x.sorted = true
		slices.SortFunc(x.due, func(a, b rank) int {
			if a.priority != b.priority {
				return cmp.Compare(b.priority, a.priority)
			}
			return cmp.Compare(a.due, b.due)
		})
	}
	for _, r := range x.due[keep:] {
		x.rows.remove(int(r.due))
	}
	x.due = x.due[:keep]
}

// code codes the rows of the section.
func (v *View) code() {
	x := &v.enc.section
	for i := range x.streams {
		x.streams[i].slots = x.streams[i].slots[:0]
	}
	for n := x.rows.next(0); n >= 0; n = x.rows.next(n + 1) {
		st := &x.streams[v.world.find(v.slots[n].id).table]
		st.slots = append(st.slots, uint16(n))
	}
	x.bits, x.updated, x.forced = 1, x.updated[:0], slotSet{}
	for i := range x.streams {
		if st := &x.streams[i]; len(st.slots) > 0 {
			v.codeStream(st)
			x.bits += 1 + kindBits + varuintBits(len(st.bytes), lengthGroup) + 8*len(st.bytes)
		}
	}
	excluded := x.window.known
	excluded.removeAll(&x.rows)
	x.bits += listBits(&excluded) + listBits(&x.forced)
}

func (v *View) codeStream(st *stream) {
	x := &v.enc.section
	st.recall(&x.window, v)
	for i, n := range st.slots {
		v.rowAt(st.row(i), int(n), v.world.tick)
		s := &v.slots[n]
		if !slices.Equal(st.row(i), st.baseline(i)) {
			x.updated = append(x.updated, n)
		} else if p := v.world.find(s.id); s.current(p) > s.base && !v.still(st, s, p, i) {
			x.forced.add(int(n))
			x.updated = append(x.updated, n)
		}
	}
	var err error
	if st.bytes, err = st.codec.Encode(st.bytes[:0], &st.history, st.rows); err != nil {
		panic("best tier: " + err.Error()) // the arguments are ours
	}
}

// still reports whether an entity that changed, and whose row equals its baseline, is at the client what it is now: it
// changed back before the client could be told.
func (v *View) still(st *stream, s *slot, p *place, i int) bool {
	if s.gap != 0 || !v.world.tables[p.table].rowAt(st.scratch, p.row, s.base) {
		return false
	}
	st.codec.Limit(st.scratch)
	return slices.Equal(st.scratch, st.row(i))
}

// writeSection writes the section and notes what it holds. It returns the number of entities that it brought.
func (v *View) writeSection(w *bits.Writer, rec *sent) int {
	x := &v.enc.section
	excluded := x.window.known
	excluded.removeAll(&x.rows)
	for i := range v.due {
		excluded.remove(int(v.due[i].slot))
	}
	writeSlots(w, &excluded)
	writeSlots(w, &x.forced)
	for i := range x.streams {
		st := &x.streams[i]
		if len(st.slots) == 0 {
			continue
		}
		w.Bool(true)
		w.Uint(uint64(st.kind), kindBits)
		w.Varuint(uint64(len(st.bytes)), lengthGroup)
		w.Copy(st.bytes, 8*len(st.bytes))
		for i, n := range st.slots {
			v.brought[rec.tick%sentRing].hold(int(n), st.rested(i))
		}
	}
	w.Bool(false)
	for _, n := range x.updated {
		v.markSlot(rec, n)
	}
	return len(x.updated)
}

// sumSection adds the entities that the section brought to the checksum.
func (v *View) sumSection(w *bits.Writer) {
	x := &v.enc.section
	if v.cfg.Tier != Best || !x.on {
		return
	}
	for _, n := range x.updated {
		s := &v.slots[n]
		w.Uint(uint64(s.id), 32)
		at := v.enc.publicBody(s.id, v.world.find(s.id), against{})
		w.Copy(v.enc.arena[at.off:], int(at.bits))
	}
}

// writeSlots writes a list of rising slots.
func writeSlots(w *bits.Writer, s *slotSet) {
	next := 0
	for n := s.next(0); n >= 0; n = s.next(n + 1) {
		w.Bool(true)
		w.Varuint(uint64(n-next), slotGroup)
		next = n + 1
	}
	w.Bool(false)
}

func listBits(s *slotSet) int {
	total, next := 1, 0
	for n := s.next(0); n >= 0; n = s.next(n + 1) {
		total += 1 + varuintBits(n-next, slotGroup)
		next = n + 1
	}
	return total
}

func varuintBits(v, group int) int {
	n := group + 1
	for v >>= group; v != 0; v >>= group {
		n += group + 1
	}
	return n
}
