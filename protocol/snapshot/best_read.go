package snapshot

import (
	"fmt"
	"slices"

	"github.com/realmwire/realmwire/protocol/bits"
)

// memory is what a client of the best tier remembers of the snapshots that it applied lately.
type memory struct {
	ring    [memoryTicks]brought // by tick modulo
	streams []stream             // by kind, as the schema lists them
	stride  int                  // values kept for a slot
	window  window
	records slotSet // slots with a record in the snapshot that is being applied
	got     []int   // streams that it has
	listed  slotSet
	forced  slotSet
}

// brought are the rows that one snapshot brought.
type brought struct {
	remembered
	tick uint32
	rows []int64 // by slot
}

// NewBestReplica makes an empty replica that takes snapshots of both tiers.
func NewBestReplica(s *Schema) *Replica {
	m := &memory{}
	for _, k := range s.Kinds {
		st := newStream(k.ID, bestCodec(k.New()))
		m.stride = max(m.stride, st.fields)
		m.streams = append(m.streams, st)
	}
	return &Replica{schema: s, memory: m}
}

// rowAt implements past.
func (m *memory) rowAt(row []int64, slot int, tick uint32) {
	b := &m.ring[tick%memoryTicks]
	copy(row, b.rows[slot*m.stride:])
}

// keep remembers a slot's row, which the caller fills in.
func (m *memory) keep(b *brought, slot int, rest uint8) []int64 {
	b.hold(slot, rest)
	for len(b.rows) < (slot+1)*m.stride {
		b.rows = append(b.rows, 0)
	}
	return b.rows[slot*m.stride : (slot+1)*m.stride]
}

// stream finds the stream of a kind; nil where the kind has no rows.
func (r *Replica) stream(kind uint8) (int, *stream) {
	for i := range r.memory.streams {
		if st := &r.memory.streams[i]; st.kind == kind && st.codec != nil {
			return i, st
		}
	}
	return -1, nil
}

// decodeSection reads the section of the best tier. See docs/wire.md#best-tier.
func (r *Replica) decodeSection(rd *bits.Reader, tick uint32) error {
	m := r.memory
	if m == nil {
		return fmt.Errorf("%w: it is of a tier that was not asked for", ErrMalformed)
	}
	m.got = m.got[:0]
	m.records = slotSet{}
	for i := range r.pending {
		m.records.add(r.pending[i].slot)
	}
	if !readSlots(rd, &m.listed) || !readSlots(rd, &m.forced) {
		return ErrMalformed
	}
	for rd.Bool() {
		kind := uint8(rd.Uint(kindBits))
		n := rd.Varuint(lengthGroup)
		i, st := r.stream(kind)
		if rd.Failed() || st == nil || n > uint64(rd.Remaining()/8) || slices.Contains(m.got, i) {
			return ErrMalformed
		}
		st.bytes = st.bytes[:0]
		for range n {
			st.bytes = append(st.bytes, byte(rd.Uint(8)))
		}
		m.got = append(m.got, i)
		if err := r.decodeStream(st, tick); err != nil {
			return err
		}
	}
	// What is forced is in the section, and would not be a version otherwise.
	if rd.Failed() || len(m.got) == 0 || m.forced != (slotSet{}) {
		return ErrMalformed
	}
	return nil
}

// readSlots reads a list of rising slots.
func readSlots(rd *bits.Reader, s *slotSet) bool {
	*s = slotSet{}
	next := 0
	for rd.Bool() {
		gap := rd.Varuint(slotGroup)
		if rd.Failed() || gap >= MaxInView || next+int(gap) >= MaxInView {
			return false
		}
		s.add(next + int(gap))
		next += int(gap) + 1
	}
	return !rd.Failed()
}

// decodeStream decodes the rows of one kind.
func (r *Replica) decodeStream(st *stream, tick uint32) error {
	m := r.memory
	names, err := st.codec.Names(st.bytes)
	if err != nil || names.Ahead < 1 || !names.Steady {
		return ErrMalformed
	}
	if names.Ahead > maxSectionAge || uint32(names.Ahead) >= tick {
		return ErrMalformed
	}
	if err := m.openWindow(tick, names); err != nil {
		return err
	}
	in := m.window.known
	in.removeAll(&m.listed)
	in.removeAll(&m.records)
	st.slots = st.slots[:0]
	for n := in.next(0); n >= 0; n = in.next(n + 1) {
		if e := r.at(n); e != nil && e.kind.ID == st.kind {
			st.slots = append(st.slots, uint16(n))
		}
	}
	if len(st.slots) == 0 {
		return ErrMalformed
	}
	st.recall(&m.window, m)
	if st.codec.Decode(st.bytes, &st.history, st.rows) != nil {
		return ErrMalformed
	}
	for i, n := range st.slots {
		same := slices.Equal(st.row(i), st.baseline(i))
		forced := m.forced.has(int(n))
		if forced {
			if !same {
				return ErrMalformed
			}
			m.forced.remove(int(n))
		}
		if !same || forced {
			r.updateRow(st, i, int(n))
		}
	}
	return nil
}

// updateRow notes a row's new version. What the entity has beside its row is as in its newest version: a server that
// changed it since sends a record.
func (r *Replica) updateRow(st *stream, i, slot int) {
	e := r.slots[slot]
	c := change{slot: slot, state: e.take(), own: e.Own, base: r.memory.window.acked(e)}
	s := c.state.(BestState)
	s.Assign(e.State)
	s.SetBestRow(st.row(i))
	r.pending = append(r.pending, c)
}

// acked is the newest version of an entity that a snapshot named here brought, 0 where there is none: records will not
// refer to an older one.
func (w *window) acked(e *Replicated) uint32 {
	for i := len(e.versions) - 1; i >= 0; i-- {
		t := e.versions[i].tick
		if t <= w.base && w.base-t < windowTicks && w.names.Lags>>(w.base-t)&1 != 0 {
			return t
		}
	}
	return 0
}

// openWindow recalls the snapshots that a section names.
func (m *memory) openWindow(tick uint32, names BestNames) error {
	w := &m.window
	w.open(tick-uint32(names.Ahead), names)
	for l := range uint32(windowTicks) {
		if names.Lags>>l&1 == 0 {
			continue
		}
		b := &m.ring[(w.base-l)%memoryTicks]
		if w.base <= l || b.tick != w.base-l {
			return fmt.Errorf("%w: the section wants snapshot %d", ErrBaseline, int64(w.base)-int64(l))
		}
		w.add(int(l), &b.remembered)
	}
	return nil
}

// forgetSlot drops what is remembered of a slot's entity when that is gone.
func (r *Replica) forgetSlot(n int) {
	if r.memory == nil {
		return
	}
	for i := range r.memory.ring {
		r.memory.ring[i].held.remove(n)
	}
}

// rememberApplied keeps what the snapshot brought: rows of records, and those of its section.
func (r *Replica) rememberApplied(h Header) {
	m := r.memory
	if m == nil {
		return
	}
	b := &m.ring[h.Tick%memoryTicks]
	b.tick, b.held = h.Tick, slotSet{}
	if h.section {
		for _, k := range m.got {
			st := &m.streams[k]
			for i, n := range st.slots {
				copy(m.keep(b, int(n), st.rested(i)), st.row(i))
			}
		}
	}
	for i := range r.pending {
		c := &r.pending[i]
		if c.gone || c.own || b.held.has(c.slot) {
			continue
		}
		if s, ok := c.state.(BestState); ok {
			if k, _ := r.stream(s.Kind()); k >= 0 {
				rest := uint8(0)
				if c.spawn {
					rest = spawnRest
				}
				s.BestRow(m.keep(b, c.slot, rest))
			}
		}
	}
}
