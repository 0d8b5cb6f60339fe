package snapshot

// Limits of the best tier.
const (
	windowTicks = BestMaxLag + 1
	// A section's baseline is at most this many ticks old, so that its window lies within what both ends remember.
	maxSectionAge = memoryTicks - 1 - windowTicks
	memoryTicks   = 64
)

// window is the snapshots that a section builds on: acknowledged ones, named by the section. Nothing else that an end
// may know counts, so that both see the same. See docs/wire.md#best-tier.
type window struct {
	base  uint32 // the newest of them
	names BestNames
	held  [windowTicks]*slotSet // by lag: the rows that the snapshot brought; nil: not named
	rests [windowTicks][]uint8  // by lag, by slot: rest as of that snapshot
	known slotSet               // slots that any of them holds
}

// remembered are the rows that a snapshot brought, as an end remembers them.
type remembered struct {
	held  slotSet
	rests []uint8 // by slot
}

func (m *remembered) hold(n int, rest uint8) {
	for len(m.rests) <= n {
		m.rests = append(m.rests, 0)
	}
	m.held.add(n)
	m.rests[n] = rest
}

func (w *window) open(base uint32, names BestNames) {
	*w = window{base: base, names: names}
}

func (w *window) add(lag int, m *remembered) {
	w.held[lag], w.rests[lag] = &m.held, m.rests
	w.known.addAll(&m.held)
}

// asOf is the lag of the newest snapshot at or before lag that held a slot. Before the first that held it, that stands in.
func (w *window) asOf(slot, lag int) int {
	for l := lag; l < windowTicks; l++ {
		if h := w.held[l]; h != nil && h.has(slot) {
			return l
		}
	}
	for l := lag - 1; l > 0; l-- {
		if h := w.held[l]; h != nil && h.has(slot) {
			return l
		}
	}
	return 0
}

// past gives the row of a slot as a snapshot brought it.
type past interface {
	rowAt(row []int64, slot int, tick uint32)
}

// stream is the rows of one kind in a section, and room to code them.
type stream struct {
	codec   BestCodec // nil: the kind has no rows
	kind    uint8
	fields  int      // of a row
	slots   []uint16 // rising
	rows    []int64  // as they are now
	was     [windowTicks][]int64
	history BestHistory
	scratch []int64
	bytes   []byte
}

// newStream makes the stream of a kind, without rows where codec is nil.
func newStream(kind uint8, codec BestCodec) stream {
	st := stream{codec: codec, kind: kind}
	if codec != nil {
		st.fields = codec.Fields()
	}
	return st
}

func grown[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	return s[:n]
}

// baseline is row i as of the baseline.
func (st *stream) baseline(i int) []int64 {
	f := st.fields
	return st.was[0][i*f : i*f+f]
}

func (st *stream) row(i int) []int64 {
	f := st.fields
	return st.rows[i*f : i*f+f]
}

// recall gathers what the window knows of the stream's slots.
func (st *stream) recall(w *window, from past) {
	f, n := st.fields, len(st.slots)
	st.rows = grown(st.rows, n*f)
	st.scratch = grown(st.scratch, f)
	h := &st.history
	h.BestNames = w.names
	h.Rest = grown(h.Rest, n)
	h.Versions = h.Versions[:0]
	looks := st.codec.Looks(w.names.Lags)
	for l := range windowTicks {
		if w.names.Lags>>l&1 == 0 {
			continue
		}
		if looks>>l&1 == 0 {
			h.Versions = append(h.Versions, BestVersion{Lag: l, Rows: st.was[0]}) // never read
			continue
		}
		st.was[l] = grown(st.was[l], n*f)
		h.Versions = append(h.Versions, BestVersion{Lag: l, Rows: st.was[l]})
	}
	for i, slot := range st.slots {
		last := -1
		var row []int64
		for l := range windowTicks {
			if looks>>l&1 == 0 {
				continue
			}
			to := st.was[l][i*f : i*f+f]
			if at := w.asOf(int(slot), l); at != last {
				from.rowAt(to, int(slot), w.base-uint32(at))
				last = at
			} else {
				copy(to, row)
			}
			row = to
		}
		h.Rest[i] = st.rest(w, from, i, int(slot))
	}
}

// rest is for how many ticks before the baseline a slot's row did not move. What was said with the version that stands as
// of the baseline counts on; where that had just moved, the versions before tell.
func (st *stream) rest(w *window, from past, i, slot int) uint8 {
	at := w.asOf(slot, 0)
	if r := w.rests[at][slot]; r > 0 {
		return uint8(min(BestMaxRest, int(r)+at))
	}
	oldest := at
	for l := at + 1; l < windowTicks; l++ {
		if h := w.held[l]; h == nil || !h.has(slot) {
			continue
		}
		from.rowAt(st.scratch, slot, w.base-uint32(l))
		if st.codec.Moved(st.baseline(i), st.scratch) {
			return uint8(l - 1)
		}
		oldest = l
	}
	return uint8(oldest)
}

// rested is the rest of row i as of the snapshot that brings it.
func (st *stream) rested(i int) uint8 {
	if st.codec.Moved(st.row(i), st.baseline(i)) {
		return 0
	}
	return uint8(min(BestMaxRest, int(st.history.Rest[i])+st.history.Ahead))
}
