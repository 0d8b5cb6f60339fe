package motion

import "math/bits"

// Span is how far a prediction reaches: Ahead ticks from the baseline, by what happened in the Lag ticks before it.
// A Lag of 0 means that there is no version before the baseline: the prediction is that nothing moves.
type Span struct {
	Ahead, Lag int64
}

// Limits of a Span.
const (
	MaxAhead = 126
	MaxLag   = 7
)

// scaled is x·Ahead/Lag, rounded to nearest, halves away from zero.
func (s Span) scaled(x int64) int64 {
	switch {
	case s.Lag == 1: // nearly always
		return x * s.Ahead
	case s.Lag == 0:
		return 0
	}
	if x < 0 {
		return -((-x*s.Ahead + s.Lag/2) / s.Lag)
	}
	return (x*s.Ahead + s.Lag/2) / s.Lag
}

// class tells magnitudes apart by half octaves: 0, 1, 2, 3, 4–5, 6–7, 8–11, 12–15 and so on.
func class(x uint64) int {
	if x < 4 {
		return int(x)
	}
	n := bits.Len64(x)
	return 2*n - 2 + int(x>>(n-2)&1)
}

// octave tells magnitudes apart by their bits.
func octave(x uint64) int { return bits.Len64(x) }

func abs(x int64) uint64 {
	if x < 0 {
		return uint64(-x)
	}
	return uint64(x)
}

func clamp(x, lo, hi int64) int64 { return max(lo, min(hi, x)) }
