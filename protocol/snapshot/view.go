package snapshot

import (
	"cmp"
	"slices"

	"github.com/realmwire/realmwire/protocol/bits"
)

// ViewConfig says how one client is served.
type ViewConfig struct {
	// Ordered: snapshots ride a lane that loses and reorders nothing. Baselines are then what was last sent.
	Ordered bool
	// Verify ends each snapshot with a checksum over its entities.
	Verify bool
	// Kinds are those that the client knows; others are never shown to it. Empty: it knows all.
	Kinds []uint8
	// Tier is how the client is served; Fast by default.
	Tier Tier
	// Insist repeats in every snapshot all that is not acknowledged, so that any one of them that arrives is the whole of its
	// tick. Usually a state at rest is sent twice, and again when its acknowledgement is overdue.
	Insist bool
}

// View is the server's picture of one client. Its zone owns it.
type View struct {
	world  *World
	enc    *Encoder // that encodes it now, or did last
	cfg    ViewConfig
	slots  []slot
	free   []uint16
	byID   []slotRef // sorted by id
	sent   [sentRing]sent
	resend uint32 // ticks
	acked  uint32 // newest acknowledged tick
	held   uint32 // newest acknowledged tick whose snapshot was sent
	rate   rate

	named   named
	due     []dueRecord
	dueOf   []uint16 // by slot: where due has it; only what due confirms counts
	order   []uint16 // due, as the snapshot has them
	ranks   []rank
	rowBits int          // of the best tier: what a row took of late
	eager   bool         // of the best tier: sections also where they do not pay
	vain    int          // of the best tier: sections in a row that did not pay
	brought []remembered // of the best tier, by tick modulo: the rows that snapshots brought; nil: fast
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
	heard    bool   // the client may hold the entity from before it left and came back
	since    uint32 // first snapshot that said what state says; 0: none yet. Older acknowledgements mean something else.
	base     uint32 // newest acknowledged snapshot that held the entity; 0: none
	gap      uint32 // earliest snapshot after base that may have held it too; 0: none
	lastSent uint32
	mask     uint64 // bit i: snapshot lastSent-i held the entity too
	version  uint32 // the version that was sent last
	sends    uint8  // how often that was sent
	mute     uint32 // what the best tier remembers up to this tick may be gone at the client; 0: none is
	weight   float32
	priority float32
}

type slotRef struct {
	id   ID
	slot uint16
}

// rate is the tick rate that snapshots tell the client: each of them, until one of those was acknowledged.
type rate struct {
	hz    uint8
	since uint32 // tick of the first that told
}

// tellRate returns what a snapshot says of the tick rate: 0, once the client knows.
func (v *View) tellRate(hz uint8, tick uint32) uint8 {
	if hz != v.rate.hz {
		v.rate = rate{hz, tick}
	}
	if v.held >= v.rate.since {
		return 0
	}
	return hz
}

// sent is what one snapshot held.
type sent struct {
	tick  uint32
	acked bool
	slots []uint16
}

// NewView makes the view of a client that knows nothing yet.
func NewView(w *World, cfg ViewConfig) *View {
	v := &View{world: w, cfg: cfg, resend: defaultResend}
	if cfg.Tier == Best {
		w.enableBest()
		v.brought = make([]remembered, sentRing)
	}
	return v
}

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
// An entity of a kind that the client does not know is passed over.
func (v *View) Enter(id ID, own bool) bool {
	i, known := v.search(id)
	if !known && len(v.cfg.Kinds) > 0 && !slices.Contains(v.cfg.Kinds, v.world.Kind(id)) {
		return true
	}
	if known {
		if s := &v.slots[v.byID[i].slot]; s.state == slotLeaving {
			// The client may or may not have dropped it: only a whole state is safe.
			*s = slot{id: id, state: slotSpawning, own: own, heard: true, weight: s.weight, mute: v.world.tick}
		}
		return true
	}
	n, ok := v.takeSlot()
	if !ok {
		v.Refused++
		return false
	}
	v.slots[n] = slot{id: id, state: slotSpawning, own: own, weight: v.world.priority(id)}
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
	v.dueOf = append(v.dueOf, 0)
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
	case s.state == slotSpawning && s.lastSent == 0 && !s.heard:
		v.release(n) // the client never heard of it
	default:
		s.state, s.since, s.sends, s.lastSent, s.mask = slotLeaving, 0, 0, 0, 0
	}
}

func (v *View) release(n uint16) {
	if i, ok := v.search(v.slots[n].id); ok {
		v.byID = slices.Delete(v.byID, i, i+1)
	}
	v.slots[n] = slot{}
	v.forget(int(n))
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
			v.held = max(v.held, t)
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
