package snapshot

import (
	"cmp"
	"math"
	"slices"
)

// dueRecord is an entity that this snapshot should hold.
type dueRecord struct {
	slot     uint16
	form     form
	chosen   bool
	expected bool // the named snapshot held the entity: the record is one bit
	against  against
	body     span // in the world's arena; the owner's is written anew
	bits     int
}

// form is how a record says what it is.
type form uint8

const (
	formUsual form = iota // an update against what the snapshot names
	formAged              // an update that gives its baseline's age
	formSpawn
	formGone
)

// rank is a due record's place in the queue for the budget.
type rank struct {
	priority float32
	due      int32
}

// collect lists what the client is due, by slot, and returns the bits it takes.
func (v *View) collect() int {
	v.name()
	v.due = v.due[:0]
	total := len(v.named.expected)
	for n := range v.slots {
		s := &v.slots[n]
		if s.state == slotFree {
			continue
		}
		p := v.world.find(s.id)
		if p != nil && s.state == slotKnown {
			if version := s.current(p); version <= s.base || version == s.version && !v.again(s) {
				continue
			}
		}
		if p == nil && s.state != slotLeaving {
			v.Leave(s.id)
			if s.state == slotFree {
				continue
			}
		}
		if v.inSection(n) {
			continue
		}
		v.due = append(v.due, dueRecord{slot: uint16(n)})
		d := &v.due[len(v.due)-1]
		if !v.claim(d, s, p) {
			v.due = v.due[:len(v.due)-1]
			continue
		}
		s.priority += s.weight
		total += d.bits
	}
	return total
}

// claim finds what a record says and how long it is; false: nothing is due.
func (v *View) claim(d *dueRecord, s *slot, p *place) bool {
	if s.state == slotLeaving {
		d.form, d.bits = formGone, recordOverhead
		return v.again(s)
	}
	version := s.current(p)
	if version == 0 || version <= s.base || version == s.version && !v.again(s) {
		return false
	}
	v.difference(d, s, p)
	d.bits = recordOverhead
	if d.form == formSpawn {
		d.bits = spawnOverhead
	}
	if s.own {
		// The owner's body is no one else's; its length is found by writing it.
		w := &v.enc.body
		w.Reset(v.enc.sumB[:0])
		v.world.writeBody(w, p, d.against, true)
		d.bits += w.Len()
		v.enc.sumB = w.Bytes()
		return true
	}
	d.body = v.enc.publicBody(s.id, p, d.against)
	d.bits += int(d.body.bits)
	return true
}

// current is the version of an entity that the client should have; 0 before its first Commit.
func (s *slot) current(p *place) uint32 {
	if s.own {
		return max(p.public, p.private)
	}
	return p.public
}

// again reports whether what was sent already should be sent once more.
func (v *View) again(s *slot) bool {
	return v.cfg.Insist || s.lastSent == 0 || s.sends < eagerSends || v.world.tick-s.lastSent >= v.resend
}

// difference finds what a record's body is to differ from, and how the record says so.
func (v *View) difference(d *dueRecord, s *slot, p *place) {
	d.form, d.against = formSpawn, against{}
	if s.state != slotKnown {
		return
	}
	if a, ok := v.usual(s, p); ok {
		d.form, d.against = formUsual, a
		return
	}
	if version, ok := v.world.tables[p.table].versionAt(p.row, s.base); ok && v.unambiguous(s) {
		d.form, d.against = formAged, against{base: version}
	}
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
	budget -= len(v.named.expected)
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
