package snapshot

import (
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/motion"
)

// Errors of [Replica.Apply]. A snapshot that is refused changes nothing and is not acknowledged.
var (
	ErrStale     = errors.New("snapshot is not newer than the last")
	ErrMalformed = errors.New("snapshot is malformed")
	ErrBaseline  = errors.New("snapshot refers to a baseline that is not here")
	ErrChecksum  = errors.New("snapshot decodes to other entities than the server sent")
)

// Replica is a client's copy of what it sees of a zone. Its client's loop owns it.
type Replica struct {
	schema *Schema
	slots  []*Replicated // by wire slot; nil: empty
	count  int

	tick  uint32 // newest snapshot applied
	older uint32 // bit i: tick-1-i was applied

	held    [maxAge + 1]heldSnapshot // by tick, the newest of each
	seen    [MaxInView]uint64        // by slot: the last Apply that had a record of it
	applies uint64
	pending []change
	memory  *memory // of the best tier; nil: not asked for
	sum     []byte
	reader  bits.Reader
	writer  bits.Writer

	// Events of the last Apply that succeeded.
	Spawned   []*Replicated
	Despawned []*Replicated

	Checked  uint64 // snapshots whose checksum was compared
	Entities uint64 // entities in them
	Desyncs  uint64 // of these, snapshots that differed
}

// Replicated is one entity as the client has it.
type Replicated struct {
	ID    ID
	Own   bool
	State State // the newest; valid until the entity is despawned
	// Tick is the snapshot that brought State.
	Tick uint32

	kind     *Kind
	versions []heldVersion // rising ticks; State is the last's
	spare    []State
}

type heldVersion struct {
	tick  uint32
	state State
}

// heldSnapshot is what a snapshot held: its records' slots, in their order.
type heldSnapshot struct {
	tick  uint32
	slots []uint16
}

// change is one record of a snapshot, decoded but not yet applied.
type change struct {
	slot  int
	gone  bool
	fresh *Replicated // spawn of an entity that the slot did not hold
	state State
	base  uint32 // update: the version it was built on
	own   bool
	spawn bool
}

// NewReplica makes an empty replica of a schema's entities.
func NewReplica(s *Schema) *Replica { return &Replica{schema: s} }

// Tick is that of the newest snapshot applied; 0: none yet.
func (r *Replica) Tick() uint32 { return r.tick }

// Ack is what to tell the server of the snapshots applied: the newest, and which of those before it.
func (r *Replica) Ack() (tick, older uint32) { return r.tick, r.older }

// Len is the number of entities.
func (r *Replica) Len() int { return r.count }

// All goes over the entities.
func (r *Replica) All(yield func(*Replicated) bool) {
	for _, e := range r.slots {
		if e != nil && !yield(e) {
			return
		}
	}
}

// Own is the client's own entity, or nil.
func (r *Replica) Own() *Replicated {
	for _, e := range r.slots {
		if e != nil && e.Own {
			return e
		}
	}
	return nil
}

// Apply decodes a snapshot and makes it the newest state.
func (r *Replica) Apply(msg []byte) (Header, error) {
	rd := &r.reader
	rd.Reset(msg)
	var h Header
	h.read(rd)
	if rd.Failed() {
		return h, ErrMalformed
	}
	if h.Tick <= r.tick {
		return h, ErrStale
	}
	r.pending = r.pending[:0]
	if err := r.decode(rd, h); err != nil {
		return h, err
	}
	if h.section {
		if err := r.decodeSection(rd, h.Tick); err != nil {
			return h, err
		}
	}
	if h.Verify {
		want := uint32(rd.Uint(checksumBitsLen))
		if rd.Failed() {
			return h, ErrMalformed
		}
		r.Checked++
		if got := r.checksum(); got != want {
			r.Desyncs++
			return h, fmt.Errorf("%w: tick %d, checksum %08x, want %08x", ErrChecksum, h.Tick, got, want)
		}
	}
	if !rd.Close() {
		return h, ErrMalformed
	}
	r.commit(h.Tick)
	r.rememberApplied(h)
	return h, nil
}

func (r *Replica) at(slot int) *Replicated {
	if slot < len(r.slots) {
		return r.slots[slot]
	}
	return nil
}

// take gives a state to decode into, reused where one is spare.
func (e *Replicated) take() State {
	if n := len(e.spare); n > 0 {
		s := e.spare[n-1]
		e.spare = e.spare[:n-1]
		return s
	}
	return e.kind.New()
}

func (r *Replica) commit(tick uint32) {
	r.Spawned, r.Despawned = r.Spawned[:0], r.Despawned[:0]
	for i := range r.pending {
		c := &r.pending[i]
		for len(r.slots) <= c.slot {
			r.slots = append(r.slots, nil)
		}
		e := r.slots[c.slot]
		if e != nil && (c.gone || c.fresh != nil) {
			r.Despawned = append(r.Despawned, e)
			r.slots[c.slot], e = nil, nil
			r.forgetSlot(c.slot)
			r.count--
		}
		if c.gone {
			continue
		}
		if e == nil {
			e = c.fresh
			r.slots[c.slot] = e
			r.count++
			r.Spawned = append(r.Spawned, e)
		}
		e.Own = c.own
		e.push(tick, c)
	}
	r.hold(tick)
	if gap := tick - r.tick; r.tick != 0 && gap <= 32 {
		r.older = r.older<<gap | 1<<(gap-1)
	} else {
		r.older = 0
	}
	r.tick = tick
}

// hold notes what a snapshot held: one to come may name it.
func (r *Replica) hold(tick uint32) {
	h := &r.held[tick%uint32(len(r.held))]
	h.tick, h.slots = tick, h.slots[:0]
	for i := range r.pending {
		h.slots = append(h.slots, uint16(r.pending[i].slot))
	}
}

// push makes c's state the newest version, and drops those that nothing can mean any more: the server's baselines only move
// forward, what predictions look back to lies at most motion.MaxLag before them, and beyond maxAge only the newest of the old
// ones counts.
func (e *Replicated) push(tick uint32, c *change) {
	drop := 0
	for drop < len(e.versions) && older(e.versions[drop].tick, c.base, motion.MaxLag) {
		drop++
	}
	for drop+1 < len(e.versions) && older(e.versions[drop+1].tick, tick, maxAge-1) {
		drop++
	}
	for _, v := range e.versions[:drop] {
		if len(e.spare) < 4 {
			e.spare = append(e.spare, v.state)
		}
	}
	e.versions = append(e.versions[:0], e.versions[drop:]...)
	e.versions = append(e.versions, heldVersion{tick: tick, state: c.state})
	e.State, e.Tick = c.state, tick
}

// older tells whether a tick lies more than so many before another. Sums of ticks would wrap near their end.
func older(tick, than, by uint32) bool { return tick < than && than-tick > by }

func (r *Replica) checksum() uint32 {
	w := &r.writer
	w.Reset(r.sum[:0])
	for i := range r.pending {
		c := &r.pending[i]
		if c.gone {
			continue
		}
		var id ID
		if c.fresh != nil {
			id = c.fresh.ID
		} else {
			id = r.slots[c.slot].ID
		}
		w.Uint(uint64(id), 32)
		c.state.Write(w, c.own)
		r.Entities++
	}
	r.sum = w.Bytes()
	return crc32.ChecksumIEEE(r.sum)
}
