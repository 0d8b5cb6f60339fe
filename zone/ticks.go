package zone

import "math/bits"

// Ticks are told apart by microsecond up to 32, then by a 32nd of each doubling, as an HDR histogram does: what is read of them is at
// most 3% too long.
const (
	tickPartBits = 5
	tickParts    = 1 << tickPartBits // of an octave
	tickBuckets  = (26 - tickPartBits + 1) * tickParts
	maxTick      = 1 << 26 // microseconds, 67 s: the longest that is told apart
)

// Prometheus gets a bound every eighth of a doubling, from 64 µs to 262 ms: a difference of one tenth shows.
const (
	firstShown = 2*tickParts - 1           // whose bound is 64 µs
	lastShown  = firstShown + 12*tickParts // 262 ms
	showEvery  = tickParts / 8
)

// TickCounts count a zone's ticks by how long they took, since its start. Two of them have a difference: how long the ticks between
// took. So the Prometheus histogram, quantiles since the start and quantiles of the last seconds are one record.
type TickCounts struct {
	counts    [tickBuckets]uint64 // counts[i]: above bound i-1, at most bound i
	total     uint64
	sumMicros uint64
	maxMicros uint64
}

// Total is the number of ticks, and the sum of their times in seconds.
func (t *TickCounts) Total() (n uint64, seconds float64) { return t.total, float64(t.sumMicros) / 1e6 }

// Cumulative is how many ticks took at most so many seconds, by those, as Prometheus has its histograms.
func (t *TickCounts) Cumulative() map[float64]uint64 {
	out := make(map[float64]uint64, (lastShown-firstShown)/showEvery+1)
	n := uint64(0)
	for i, c := range t.counts[:lastShown+1] {
		n += c
		if i >= firstShown && (i-firstShown)%showEvery == 0 {
			out[float64(tickBound(i))/1e6] = n
		}
	}
	return out
}

// Since are the quantiles of the ticks that were counted after before, a copy of t as it once was.
func (t *TickCounts) Since(before *TickCounts) TickMs {
	total := t.total - before.total
	if total == 0 {
		return TickMs{}
	}
	var ms TickMs
	n := uint64(0)
	for i := range t.counts {
		c := t.counts[i] - before.counts[i]
		if c == 0 {
			continue
		}
		at := float64(min(tickBound(i), t.maxMicros)) / 1000
		// A quantile is the first bound that so many ticks are not above.
		if n*2 < total {
			ms.P50 = at
		}
		if n*100 < total*99 {
			ms.P99 = at
		}
		ms.Max = at
		n += c
	}
	return ms
}

// tickBound is the i-th bound in microseconds.
func tickBound(i int) uint64 {
	i++
	if i < tickParts {
		return uint64(i)
	}
	return (tickParts + uint64(i%tickParts)) << (i/tickParts - 1)
}

// record counts one tick. Nothing is too long: what is longer than can be told apart is as long as that.
func (t *TickCounts) record(micros uint64) {
	micros = min(max(micros, 1), maxTick)
	t.counts[tickBucket(micros)]++
	t.total++
	t.sumMicros += micros
	t.maxMicros = max(t.maxMicros, micros)
}

// tickBucket is the first bound that is not below micros, which is 1 to maxTick.
func tickBucket(micros uint64) int {
	below := micros - 1
	octave := max(bits.Len64(below)-1-tickPartBits, 0)
	return octave<<tickPartBits + int(below>>octave)
}
