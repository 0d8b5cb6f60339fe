package snapshot

import (
	"cmp"
	"hash/crc32"
	"math"
	"slices"

	"github.com/realmwire/realmwire/protocol/bits"
)

// ViewConfig says how one client is served.
type ViewConfig struct {
	// Ordered: snapshots ride a lane that loses and reorders nothing. Baselines are then what was last sent.
	Ordered bool
	// Verify ends each snapshot with a checksum over its entities.
	Verify bool
}

// View is the server's picture of one client. Its zone owns it. Views of one world share its scratch space: encode them
// one after another.
type View struct {
	world  *World
	cfg    ViewConfig
	slots  []slot
	free   []uint16
	byID   []slotRef // sorted by id
	sent   [sentRing]sent
	resend uint32 // ticks
	acked  uint32 // newest acknowledged tick

	due     []dueRecord
	ranks   []rank
	writer  bits.Writer
	Refused uint64 // entities that found no slot: more than MaxInView in view
}

type slotState uint8

const (
	slotFree slotState = iota
	slotSpawning
	slotKnown
	slotLeaving
)

// slot is one entity in one client's view. The client knows it by the slot's number.
type slot struct {
	id       ID
	state    slotState
	own      bool
	since    uint32 // first snapshot that said what state says; 0: none yet. Older acknowledgements mean something else.
	base     uint32 // newest acknowledged snapshot that held the entity; 0: none
	gap      uint32 // earliest snapshot after base that may have held it too; 0: none
	lastSent uint32
	version  uint32 // the version that was sent last
	sends    uint8  // how often that was sent
	weight   float32
	priority float32
}

type slotRef struct {
	id   ID
	slot uint16
}

// sent is what one snapshot held.
type sent struct {
	tick  uint32
	acked bool
	slots []uint16
}

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

// NewView makes the view of a client that knows nothing yet.
func NewView(w *World, cfg ViewConfig) *View { return &View{world: w, cfg: cfg, resend: defaultResend} }

// Has reports whether id is in view: entered, and not left since.
func (v *View) Has(id ID) bool {
	s := v.lookup(id)
	return s != nil && s.state != slotLeaving
}

// Len is the number of entities in view.
func (v *View) Len() int {
	n := 0
	for _, r := range v.byID {
		if v.slots[r.slot].state != slotLeaving {
			n++
		}
	}
	return n
}

func (v *View) search(id ID) (int, bool) {
	return slices.BinarySearchFunc(v.byID, id, func(r slotRef, id ID) int { return cmp.Compare(r.id, id) })
}

func (v *View) lookup(id ID) *slot {
	if i, ok := v.search(id); ok {
		return &v.slots[v.byID[i].slot]
	}
	return nil
}

// Enter puts an entity into view; own marks the client's own entity. False: no slot is left, try again later.
func (v *View) Enter(id ID, own bool) bool {
	i, known := v.search(id)
	if known {
		if s := &v.slots[v.byID[i].slot]; s.state == slotLeaving {
			// The client may or may not have dropped it: only a whole state is safe.
			*s = slot{id: id, state: slotSpawning, own: own, weight: s.weight}
		}
		return true
	}
	n, ok := v.takeSlot()
	if !ok {
		v.Refused++
		return false
	}
	v.slots[n] = slot{id: id, state: slotSpawning, own: own, weight: 1}
	v.byID = slices.Insert(v.byID, i, slotRef{id: id, slot: n})
	return true
}

func (v *View) takeSlot() (uint16, bool) {
	if k := len(v.free); k > 0 {
		n := v.free[k-1]
		v.free = v.free[:k-1]
		return n, true
	}
	if len(v.slots) >= MaxInView {
		return 0, false
	}
	v.slots = append(v.slots, slot{})
	return uint16(len(v.slots) - 1), true
}

// Leave takes an entity out of view. The client is told until it has acknowledged it.
func (v *View) Leave(id ID) {
	i, ok := v.search(id)
	if !ok {
		return
	}
	n := v.byID[i].slot
	s := &v.slots[n]
	switch {
	case s.state == slotLeaving:
	case s.since == 0 && s.state == slotSpawning && s.lastSent == 0:
		v.release(n) // the client never heard of it
	default:
		s.state, s.since, s.sends, s.lastSent = slotLeaving, 0, 0, 0
	}
}

func (v *View) release(n uint16) {
	if i, ok := v.search(v.slots[n].id); ok {
		v.byID = slices.Delete(v.byID, i, i+1)
	}
	v.slots[n] = slot{}
	v.free = append(v.free, n)
}

// SetWeight says how fast an entity's claim on the budget grows while it waits; 1 is usual.
func (v *View) SetWeight(id ID, weight float32) {
	if s := v.lookup(id); s != nil {
		s.weight = weight
	}
}

// All goes over the entities in view, in no order that means anything.
func (v *View) All(yield func(ID) bool) {
	for _, r := range v.byID {
		if v.slots[r.slot].state != slotLeaving && !yield(r.id) {
			return
		}
	}
}

// Outstanding is the number of snapshots sent after the newest acknowledged one.
func (v *View) Outstanding() int {
	n := 0
	for i := range v.sent {
		if v.sent[i].tick > v.acked {
			n++
		}
	}
	return n
}

// Ack takes a client's acknowledgement: of snapshot tick, and of tick-1-i for each set bit i.
func (v *View) Ack(tick, older uint32) {
	if tick == 0 || tick > v.world.tick {
		return
	}
	v.acked = max(v.acked, tick)
	for i := uint32(0); i < ackWindow && i < tick; i++ {
		if i > 0 && older>>(i-1)&1 == 0 {
			continue
		}
		t := tick - i
		if rec := &v.sent[t%sentRing]; rec.tick == t && !rec.acked {
			rec.acked = true
			v.measure(t)
			v.confirm(rec)
		}
	}
}

// measure learns how long an acknowledgement takes, so that a state at rest is not sent again before one can be here.
func (v *View) measure(tick uint32) {
	took := v.world.tick - tick + 2
	if took > v.resend {
		v.resend = min(took, maxResend)
	} else if v.resend > took && v.resend > 3 {
		v.resend--
	}
}

func (v *View) confirm(rec *sent) {
	for _, n := range rec.slots {
		s := &v.slots[n]
		if s.since == 0 || rec.tick < s.since {
			continue // the slot held something else then
		}
		switch s.state {
		case slotSpawning, slotKnown:
			s.state = slotKnown
			if rec.tick > s.base {
				s.base = rec.tick
				s.gap = 0
				if s.lastSent > rec.tick {
					s.gap = rec.tick + 1
				}
			}
		case slotLeaving:
			v.release(n)
		}
	}
}

// Encode appends the snapshot of the world's tick to dst, its length at most budgetBytes. It returns dst and the number
// of entities in the snapshot.
func (v *View) Encode(dst []byte, h Header, budgetBytes int) ([]byte, int) {
	h.Tick, h.Verify = v.world.tick, v.cfg.Verify
	total := v.collect()
	budget := budgetBytes*8 - headerBudget
	if v.cfg.Verify {
		budget -= checksumBitsLen
	}
	if total > budget {
		v.choose(budget)
	}
	w := &v.writer
	w.Reset(dst)
	h.write(w)
	rec := &v.sent[h.Tick%sentRing]
	*rec = sent{tick: h.Tick, slots: rec.slots[:0]}
	v.writeRecords(w, rec)
	if h.Verify {
		w.Uint(uint64(v.checksum()), checksumBitsLen)
	}
	dst = w.Bytes()
	if v.cfg.Ordered {
		rec.acked = true
		v.confirm(rec)
	}
	return dst, len(v.due)
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

// writeRecords writes the due entities by rising slot. See docs/wire.md#records.
func (v *View) writeRecords(w *bits.Writer, rec *sent) {
	next, age := 0, uint32(0)
	for i := range v.due {
		d := &v.due[i]
		s := &v.slots[d.slot]
		w.Bool(true)
		w.Varuint(uint64(int(d.slot)-next), slotGroup)
		next = int(d.slot) + 1
		p := v.world.find(s.id)
		switch {
		case s.state == slotLeaving:
			w.Uint(0b11, 2)
		case d.spawn:
			w.Uint(0b01, 2)
			w.Varuint(uint64(s.id), idGroup)
			w.Uint(uint64(v.world.tables[p.table].kind()), kindBits)
			w.Bool(s.own)
			v.writeBody(w, s, p, 0)
		default:
			w.Uint(0, 1)
			a := min(rec.tick-d.base, maxAge)
			w.Bool(a != age)
			if a != age {
				w.Uint(uint64(a), 7)
				age = a
			}
			v.writeBody(w, s, p, d.version)
		}
		v.mark(s, p, rec, d)
	}
	w.Bool(false)
}

func (v *View) writeBody(w *bits.Writer, s *slot, p *place, version uint32) {
	if s.own {
		v.world.writeBody(w, p, version, true)
		return
	}
	src, n := v.world.publicBody(p, version)
	w.Copy(src, n)
}

// mark notes that the snapshot holds the entity.
func (v *View) mark(s *slot, p *place, rec *sent, d *dueRecord) {
	version := uint32(0)
	if s.state != slotLeaving {
		version = v.current(s, p)
	}
	if s.lastSent == 0 || s.version != version {
		s.version, s.sends = version, 0
	}
	if s.sends < math.MaxUint8 {
		s.sends++
	}
	if s.since == 0 {
		s.since = rec.tick
	}
	if s.gap == 0 && s.base != 0 {
		s.gap = rec.tick
	}
	s.lastSent, s.priority = rec.tick, 0
	rec.slots = append(rec.slots, d.slot)
}

// checksum covers every entity of the snapshot as the client must have it after decoding: its id and its whole state.
func (v *View) checksum() uint32 {
	w := &v.world.sum
	w.Reset(v.world.sumB[:0])
	for _, d := range v.due {
		s := &v.slots[d.slot]
		if s.state == slotLeaving {
			continue
		}
		p := v.world.find(s.id)
		w.Uint(uint64(s.id), 32)
		v.writeBody(w, s, p, 0)
	}
	v.world.sumB = w.Bytes()
	return crc32.ChecksumIEEE(v.world.sumB)
}
