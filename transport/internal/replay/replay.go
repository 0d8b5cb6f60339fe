// Package replay remembers which of a peer's datagrams were received already.
package replay

import "math/bits"

// Window remembers which of the last counters were received. It is asked before a datagram is opened and told only
// after it was authenticated, so that a forged counter moves nothing.
type Window struct {
	Highest uint64 // highest counter received; counters start at 1, so 0 means none
	ring    [words]uint64
}

const (
	words = 16
	// Span is how far behind the highest counter a datagram may be and still count as new. One word of the ring is
	// being reused at any time.
	Span = (words - 1) * 64
)

// Fresh reports whether counter was not received and is not too old to tell.
func (w *Window) Fresh(counter uint64) bool {
	if counter == 0 || counter+Span <= w.Highest {
		return false
	}
	return counter > w.Highest || w.ring[counter/64%words]>>(counter%64)&1 == 0
}

// Mark records counter, which is fresh, as received.
func (w *Window) Mark(counter uint64) {
	if counter > w.Highest {
		from, to := w.Highest/64, counter/64
		for i := uint64(1); i <= min(to-from, words); i++ {
			w.ring[(from+i)%words] = 0
		}
		w.Highest = counter
	}
	w.ring[counter/64%words] |= 1 << (counter % 64)
}

// Mask has bit i set when counter highest−1−i was received, for acknowledgements.
func (w *Window) Mask() uint32 {
	if w.Highest == 0 {
		return 0
	}
	// The 64 counters up to and including highest, with highest in the top bit.
	word, bit := w.Highest/64, w.Highest%64
	recent := w.ring[word%words] << (63 - bit)
	if bit < 63 && word > 0 {
		recent |= w.ring[(word-1)%words] >> (bit + 1)
	}
	return uint32(bits.Reverse64(recent) >> 1)
}
