package zone

import "math/bits"

// Ticks are told apart by an eighth of each doubling from 64 µs to 262 ms: a difference of one tenth shows.
const (
	tickLowest  = 6 // log2 of microseconds
	tickOctaves = 12
	tickParts   = 8 // of an octave
	tickBounds  = tickOctaves*tickParts + 1
)

// TickCounts count a zone's ticks by how long they took, since its start. Unlike quantiles, two of them have a difference: how
// long the ticks between took.
type TickCounts struct {
	counts    [tickBounds]uint64 // counts[i]: above bound i-1, at most bound i
	total     uint64             // with those above the last bound
	sumMicros uint64
}

// Total is the number of ticks, and the sum of their times in seconds.
func (t *TickCounts) Total() (n uint64, seconds float64) { return t.total, float64(t.sumMicros) / 1e6 }

// Cumulative is how many ticks took at most so many seconds, by those, as Prometheus has its histograms.
func (t *TickCounts) Cumulative() map[float64]uint64 {
	out := make(map[float64]uint64, tickBounds)
	n := uint64(0)
	for i, c := range t.counts {
		n += c
		out[float64(tickBound(i))/1e6] = n
	}
	return out
}

// tickBound is the i-th bound in microseconds.
func tickBound(i int) uint64 {
	return (tickParts + uint64(i%tickParts)) << (tickLowest + i/tickParts) / tickParts
}

func (t *TickCounts) record(micros uint64) {
	t.total++
	t.sumMicros += micros
	if i := tickBucket(micros); i < tickBounds {
		t.counts[i]++
	}
}

// tickBucket is the first bound that is not below micros; tickBounds: there is none.
func tickBucket(micros uint64) int {
	if micros <= 1<<tickLowest {
		return 0
	}
	octave := bits.Len64(micros-1) - 1
	part := (micros - 1 - 1<<octave) * tickParts >> octave
	return min((octave-tickLowest)*tickParts+int(part)+1, tickBounds)
}
