package sctp

const (
	// maxSpans bounds the ranges of TSNs received beyond the first that is missing; a SACK names them all.
	maxSpans = 128
	// maxAhead bounds how far beyond it a TSN may lie: a SACK's offsets have 16 bits.
	maxAhead = 1 << 15
)

// span is a range of TSNs, both ends in it.
type span struct{ first, last uint32 }

// tracker knows which TSNs came.
type tracker struct {
	cum   uint32 // all up to here
	spans []span // and these, in order, with a gap before each
}

// has tells whether tsn came before.
func (t *tracker) has(tsn uint32) bool {
	if !before(t.cum, tsn) {
		return true
	}
	i := t.after(tsn)
	return i > 0 && !before(t.spans[i-1].last, tsn)
}

// after returns the place of the first span that begins beyond tsn.
func (t *tracker) after(tsn uint32) int {
	lo, hi := 0, len(t.spans)
	for lo < hi {
		if mid := (lo + hi) / 2; before(tsn, t.spans[mid].first) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// add takes note of tsn, which is new. It reports false where there are too many gaps to remember one more.
func (t *tracker) add(tsn uint32) bool {
	if tsn == t.cum+1 {
		t.cum = tsn
		t.absorb()
		return true
	}
	i := t.after(tsn)
	below := i > 0 && t.spans[i-1].last+1 == tsn
	above := i < len(t.spans) && t.spans[i].first == tsn+1
	switch {
	case below && above:
		t.spans[i-1].last = t.spans[i].last
		t.spans = append(t.spans[:i], t.spans[i+1:]...)
	case below:
		t.spans[i-1].last = tsn
	case above:
		t.spans[i].first = tsn
	case len(t.spans) == maxSpans:
		return false
	default:
		t.spans = append(t.spans, span{})
		copy(t.spans[i+1:], t.spans[i:])
		t.spans[i] = span{tsn, tsn}
	}
	return true
}

// skip takes all up to cum as received: the peer has given up on what is missing.
func (t *tracker) skip(cum uint32) {
	t.cum = cum
	t.absorb()
}

// absorb drops the spans that the cumulative TSN has reached.
func (t *tracker) absorb() {
	n := 0
	for n < len(t.spans) && !before(t.cum+1, t.spans[n].first) {
		if before(t.cum, t.spans[n].last) {
			t.cum = t.spans[n].last
		}
		n++
	}
	if n > 0 {
		t.spans = append(t.spans[:0], t.spans[n:]...)
	}
}
