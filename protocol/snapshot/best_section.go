package snapshot

import "slices"

const (
	lengthGroup   = 6
	sectionRounds = 4
	// A section with nothing new still goes out every so many ticks, so that the window always holds what is at rest.
	sectionIdle = 8
	// After so many sections in a row that were longer than records, one is tried every so many ticks.
	sectionTries = 8
	sectionRetry = 32
	// usualRecord is about what a record takes beside its body, where it is not expected.
	usualRecord = 10
	// spawnRest is the rest of what came whole: nothing says that it moves.
	spawnRest = BestMaxRest
)

// section is a snapshot's section of the best tier while it is made. It belongs to an encoder; its views take turns.
type section struct {
	on      bool // this view's snapshot may have one
	window  window
	streams []stream // by table
	rows    slotSet  // slots that are in it
	forced  slotSet  // of these, those that bring a version though they equal their baseline
	due     []rank   // rows that bring news; due is the slot
	sorted  bool
	bits    int
	updated []uint16 // slots that bring a version, in the order of their rows
}

// enableBest readies a world for views of the best tier.
func (w *World) enableBest() {
	for w.best = max(w.best, 0); w.best < len(w.tables); w.best++ {
		t := w.tables[w.best]
		if !slices.ContainsFunc(w.tables[:w.best], func(o rows) bool { return o.kind() == t.kind() }) {
			t.enableBest() // one table of a kind: a client could not tell the rows of two apart
		}
	}
}

// begin makes room for the rows of all tables.
func (x *section) begin(w *World) {
	for len(x.streams) < w.best {
		t := w.tables[len(x.streams)]
		x.streams = append(x.streams, newStream(t.kind(), t.newCodec()))
	}
}

// inSection reports whether a slot's entity goes into the section of the snapshot that is being made.
func (v *View) inSection(n int) bool {
	return v.cfg.Tier == Best && v.enc.section.on && v.enc.section.rows.has(n)
}

// forget makes the memory of a slot's entity no one else's.
func (v *View) forget(n int) {
	for i := range v.brought {
		v.brought[i].held.remove(n)
	}
}

// beginRows readies the memory of what the tick's snapshot brings.
func (v *View) beginRows(tick uint32) {
	if v.cfg.Tier == Best {
		v.brought[tick%sentRing].held = slotSet{}
	}
}

// remember notes that a record brought an entity whose kind has rows.
func (v *View) remember(d *dueRecord) {
	if v.cfg.Tier != Best {
		return
	}
	s := &v.slots[d.slot]
	if s.state == slotLeaving || s.own || !v.world.tables[v.world.find(s.id).table].coded() {
		return
	}
	rest := uint8(0)
	if d.form == formSpawn {
		rest = spawnRest
	}
	v.brought[v.world.tick%sentRing].hold(int(d.slot), rest)
}

// plan decides which entities the snapshot's section holds.
func (v *View) plan() {
	x := &v.enc.section
	x.on = false
	if v.cfg.Tier != Best || v.vain == sectionTries && v.world.tick%sectionRetry != 0 || !v.openWindow(&x.window) {
		return
	}
	x.begin(v.world)
	x.on, x.sorted = true, false
	x.rows, x.due = slotSet{}, x.due[:0]
	for n := x.window.known.next(0); n >= 0; n = x.window.known.next(n + 1) {
		s := &v.slots[n]
		p := v.rowPlace(s)
		if p == nil {
			continue
		}
		x.rows.add(n)
		if s.current(p) > s.base {
			s.priority += s.weight
			x.due = append(x.due, rank{s.priority, int32(n)})
		}
	}
	x.on = x.rows != (slotSet{}) && (len(x.due) > 0 || v.world.tick%sectionIdle == 0)
}

// recordsAlone is how many bits the snapshot takes without a section; 0 where it cannot have one.
func (v *View) recordsAlone() int {
	x := &v.enc.section
	if v.cfg.Tier != Best || !x.on || len(x.due) == 0 || v.eager {
		return 0
	}
	x.on = false
	v.collect()
	x.on = true
	total := len(v.named.expected)
	for i := range v.due {
		d := &v.due[i]
		v.dueOf[d.slot] = uint16(i)
		total += d.bits - recordOverhead + usualRecord // collect allows for the longest record
	}
	for _, slot := range v.named.expected {
		if i := int(v.dueOf[slot]); i < len(v.due) && v.due[i].slot == slot && v.due[i].form == formUsual {
			total -= usualRecord // its bit is counted
		}
	}
	return total
}

// records is how many bits the records take beside a section.
func (v *View) records() int {
	total := 0
	for i := range v.due {
		total += v.due[i].bits - recordOverhead + usualRecord
	}
	return total
}

// pays reports whether a section makes the snapshot shorter than records alone do; some games' entities move so simply that
// it does not. Where it never does, it is tried now and then only.
func (v *View) pays(alone, with int) bool {
	if alone == 0 || with < alone {
		v.vain = 0
		return true
	}
	v.vain = min(v.vain+1, sectionTries)
	v.enc.section.on = false
	return false
}

// openWindow names what a section may build on: the newest acknowledged snapshot and those shortly before.
func (v *View) openWindow(w *window) bool {
	tick := v.world.tick
	base := tick - 1
	for ; v.ackedAt(base) == nil; base-- {
		if base == 0 || tick-base >= maxSectionAge {
			return false
		}
	}
	names := BestNames{Ahead: int(tick - base), Steady: true}
	for l := range min(uint32(windowTicks), base) {
		if v.ackedAt(base-l) != nil {
			names.Lags |= 1 << l
		}
	}
	w.open(base, names)
	for l := range uint32(windowTicks) {
		if names.Lags>>l&1 != 0 {
			w.add(int(l), v.ackedAt(base-l))
		}
	}
	return true
}

func (v *View) ackedAt(tick uint32) *remembered {
	if rec := &v.sent[tick%sentRing]; rec.tick == tick && rec.acked && tick != 0 {
		return &v.brought[tick%sentRing]
	}
	return nil
}

// rowPlace is where the entity of a slot is, if it may be in the section: the client certainly has it, knows it by what
// the window says, and needs nothing but its row.
func (v *View) rowPlace(s *slot) *place {
	if s.state != slotKnown || s.own || s.mute != 0 && v.enc.section.window.base < s.mute+windowTicks {
		return nil
	}
	p := v.world.find(s.id)
	if p == nil {
		return nil
	}
	if t := v.world.tables[p.table]; !t.coded() || t.othersChanged(p.row) > s.base {
		return nil
	}
	return p
}

// rowAt implements past: what a snapshot said of an entity is what it was.
func (v *View) rowAt(row []int64, n int, tick uint32) {
	p := v.world.find(v.slots[n].id)
	if v.world.tables[p.table].rowAt(row, p.row, tick) {
		v.enc.section.streams[p.table].codec.Limit(row)
	}
}
