package snapshot

import (
	"cmp"
	"math"
	"slices"
)

// dueRecord is an entity that this snapshot should hold.
type dueRecord struct {
	slot    uint16
	spawn   bool
	base    uint32 // acknowledged snapshot; 0: none
	version uint32 // the version to delta against; 0: whole
	bits    int
	chosen  bool
}

// rank is a due record's place in the queue for the budget.
type rank struct {
	priority float32
	due      int32
}

// collect lists what the client is due, by slot, and returns the bits it takes.
func (v *View) collect() int {
	v.due = v.due[:0]
	total := 0
	for n := range v.slots {
		s := &v.slots[n]
		if s.state == slotFree {
			continue
		}
		p := v.world.find(s.id)
		if p == nil && s.state != slotLeaving {
			v.Leave(s.id)
			if s.state == slotFree {
				continue
			}
		}
		if v.inSection(n) {
			continue
		}
		d := dueRecord{slot: uint16(n)}
		if s.state == slotLeaving {
			if !v.again(s) {
				continue
			}
			d.bits = recordOverhead
		} else {
			version := v.current(s, p)
			if version == 0 || version <= s.base || version == s.version && !v.again(s) {
				continue
			}
			v.body(&d, s, p)
		}
		s.priority += s.weight
		total += d.bits
		v.due = append(v.due, d)
	}
	return total
}

// current is the version of an entity that the client should have; 0 before its first Commit.
func (v *View) current(s *slot, p *place) uint32 {
	public, private := v.world.tables[p.table].changed(p.row)
	if s.own {
		return max(public, private)
	}
	return public
}

// again reports whether what was sent already should be sent once more.
func (v *View) again(s *slot) bool {
	return s.lastSent == 0 || s.sends < eagerSends || v.world.tick-s.lastSent >= v.resend
}

// body finds what to delta against and how long the body is.
func (v *View) body(d *dueRecord, s *slot, p *place) {
	d.spawn = true
	if s.state == slotKnown && v.unambiguous(s) {
		if version, ok := v.world.tables[p.table].versionAt(p.row, s.base); ok {
			d.spawn, d.base, d.version = false, s.base, version
		}
	}
	overhead := recordOverhead
	if d.spawn {
		overhead = spawnOverhead
	}
	if s.own {
		// The owner's body is no one else's; its length is found by writing it.
		v.world.body.Reset(v.world.sumB[:0])
		v.world.writeBody(&v.world.body, p, d.version, true)
		d.bits = overhead + v.world.body.Len()
		v.world.sumB = v.world.body.Bytes()
		return
	}
	_, n := v.world.publicBody(p, d.version)
	d.bits = overhead + n
}

// unambiguous reports whether the client can tell which of its versions is meant: the age fits, or it is so old that
// "the newest you have from before" can mean only one.
func (v *View) unambiguous(s *slot) bool {
	tick := v.world.tick
	return tick-s.base < maxAge || s.gap == 0 || s.gap > tick-maxAge
}

// choose keeps what matters most within the budget: the client's own entity, then by priority, which grew with each
// tick of waiting. The order by slot stays.
func (v *View) choose(budget int) {
	v.ranks = v.ranks[:0]
	for i, d := range v.due {
		v.ranks = append(v.ranks, rank{v.rank(d.slot), int32(i)})
	}
	slices.SortFunc(v.ranks, func(a, b rank) int {
		if a.priority != b.priority {
			return cmp.Compare(b.priority, a.priority)
		}
		return cmp.Compare(a.due, b.due)
	})
	for _, r := range v.ranks {
		if d := &v.due[r.due]; d.bits <= budget {
			budget -= d.bits
			d.chosen = true
		}
	}
	v.due = slices.DeleteFunc(v.due, func(d dueRecord) bool { return !d.chosen })
}

func (v *View) rank(n uint16) float32 {
	if s := &v.slots[n]; !s.own {
		return s.priority
	}
	return math.MaxFloat32
}
