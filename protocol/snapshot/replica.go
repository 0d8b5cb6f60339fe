package snapshot

import (
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/realmwire/realmwire/protocol/bits"
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

func (r *Replica) decode(rd *bits.Reader, h Header) error {
	next, age := 0, uint32(0)
	for rd.Bool() {
		gap := rd.Varuint(slotGroup)
		if rd.Failed() || gap >= MaxInView || next+int(gap) >= MaxInView {
			return ErrMalformed
		}
		c := change{slot: next + int(gap)}
		next = c.slot + 1
		var err error
		switch {
		case !rd.Bool():
			if rd.Bool() {
				age = uint32(rd.Uint(7))
			}
			err = r.decodeUpdate(rd, h.Tick, age, &c)
		case rd.Bool():
			c.gone = true
		default:
			err = r.decodeSpawn(rd, &c)
		}
		if err != nil {
			return err
		}
		if rd.Failed() {
			return ErrMalformed
		}
		r.pending = append(r.pending, c)
	}
	if rd.Failed() {
		return ErrMalformed
	}
	return nil
}

func (r *Replica) at(slot int) *Replicated {
	if slot < len(r.slots) {
		return r.slots[slot]
	}
	return nil
}

func (r *Replica) decodeSpawn(rd *bits.Reader, c *change) error {
	id := rd.Varuint(idGroup)
	kind := r.schema.kind(uint8(rd.Uint(kindBits)))
	c.own, c.spawn = rd.Bool(), true
	if rd.Failed() || id == 0 || id>>32 != 0 || kind == nil {
		return ErrMalformed
	}
	if e := r.at(c.slot); e != nil && e.ID == ID(id) && e.kind == kind {
		c.state = e.take()
	} else {
		c.fresh = &Replicated{ID: ID(id), Own: c.own, kind: kind}
		c.state = kind.New()
	}
	c.state.Read(rd, c.own)
	return nil
}

func (r *Replica) decodeUpdate(rd *bits.Reader, tick, age uint32, c *change) error {
	e := r.at(c.slot)
	if age == 0 || age >= tick && age != maxAge {
		return ErrMalformed
	}
	if e == nil {
		return fmt.Errorf("%w: slot %d is empty", ErrBaseline, c.slot)
	}
	base := e.version(tick, age)
	if base == nil {
		return fmt.Errorf("%w: entity %d, %d ticks before %d", ErrBaseline, e.ID, age, tick)
	}
	c.own, c.base = e.Own, base.tick
	c.state = e.take()
	c.state.ReadAgainst(rd, base.state, e.Own)
	return nil
}

// version finds the baseline that an age means. See docs/wire.md#baselines.
func (e *Replicated) version(tick, age uint32) *heldVersion {
	for i := len(e.versions) - 1; i >= 0; i-- {
		v := &e.versions[i]
		if age == maxAge {
			if v.tick+maxAge <= tick {
				return v
			}
		} else if v.tick == tick-age {
			return v
		}
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
	if gap := tick - r.tick; r.tick != 0 && gap <= 32 {
		r.older = r.older<<gap | 1<<(gap-1)
	} else {
		r.older = 0
	}
	r.tick = tick
}

// push makes c's state the newest version, and drops those that no baseline can mean any more: the server's baselines
// only move forward, and beyond maxAge only the newest of the old ones counts.
func (e *Replicated) push(tick uint32, c *change) {
	drop := 0
	for drop < len(e.versions) && e.versions[drop].tick < c.base {
		drop++
	}
	for drop+1 < len(e.versions) && e.versions[drop+1].tick+maxAge <= tick {
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
