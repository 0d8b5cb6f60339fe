package kcp

import "math/bits"

// replayWindow remembers which of the last counters were received. It is asked before a datagram is opened and told only
// after it was authenticated, so that a forged counter moves nothing.
type replayWindow struct {
	highest uint64 // highest counter received; counters start at 1, so 0 means none
	ring    [replayWords]uint64
}

const (
	replayWords = 16
	// replaySpan is how far behind the highest counter a datagram may be and still count as new. One word of the ring is
	// being reused at any time.
	replaySpan = (replayWords - 1) * 64
)

// fresh reports whether counter was not received and is not too old to tell.
func (w *replayWindow) fresh(counter uint64) bool {
	if counter == 0 || counter+replaySpan <= w.highest {
		return false
	}
	return counter > w.highest || w.ring[counter/64%replayWords]>>(counter%64)&1 == 0
}

// mark records counter, which is fresh, as received.
func (w *replayWindow) mark(counter uint64) {
	if counter > w.highest {
		from, to := w.highest/64, counter/64
		for i := uint64(1); i <= min(to-from, replayWords); i++ {
			w.ring[(from+i)%replayWords] = 0
		}
		w.highest = counter
	}
	w.ring[counter/64%replayWords] |= 1 << (counter % 64)
}

// mask has bit i set when counter highest−1−i was received, for acknowledgements.
func (w *replayWindow) mask() uint32 {
	if w.highest == 0 {
		return 0
	}
	// The 64 counters up to and including highest, with highest in the top bit.
	word, bit := w.highest/64, w.highest%64
	recent := w.ring[word%replayWords] << (63 - bit)
	if bit < 63 && word > 0 {
		recent |= w.ring[(word-1)%replayWords] >> (bit + 1)
	}
	return uint32(bits.Reverse64(recent) >> 1)
}
