package bits

import "math"

const fullTurn = 2 * math.Pi

// Turn is an angle in radians as a share of a full turn in 2^width, from 0 on: the nearest, of two that are equally near the
// one above. What is no number counts as 0. See docs/wire.md#angles.
func Turn(radians float64, width uint) uint64 {
	t := radians / fullTurn
	t -= math.Floor(t)
	if !(t >= 0 && t <= 1) {
		return 0
	}
	return uint64(math.Floor(float64(t*float64(uint64(1)<<width))+0.5)) & (1<<width - 1)
}

// FromTurn is the angle in radians, from -π to below π, that n of 2^width stand for.
func FromTurn(n uint64, width uint) float64 {
	return float64(float64(int64(signed(n, width)))*fullTurn) / float64(uint64(1)<<width)
}

// Turn writes an angle in radians.
func (w *Writer) Turn(radians float64, width uint) { w.Uint(Turn(radians, width), width) }

// Turn reads what Writer.Turn wrote.
func (r *Reader) Turn(width uint) float64 { return FromTurn(r.Uint(width), width) }

// TurnDelta writes an angle as its difference from base, the shorter way round, where that is small.
// See docs/wire.md#angles.
func (w *Writer) TurnDelta(radians, base float64, width, small, medium uint) {
	v := Turn(radians, width)
	d := int64(signed(v-Turn(base, width), width))
	switch {
	case d == 0:
		w.Uint(0, 1)
	case small == 0:
		w.Uint(1, 1)
		w.Uint(v, width)
	case fits(d, small):
		w.Uint(0b01, 2)
		w.Uint(uint64(d), small)
	case fits(d, medium):
		w.Uint(0b011, 3)
		w.Uint(uint64(d), medium)
	default:
		w.Uint(0b111, 3)
		w.Uint(v, width)
	}
}

// TurnDelta reads what Writer.TurnDelta wrote against the same base.
func (r *Reader) TurnDelta(base float64, width, small, medium uint) float64 {
	v := Turn(base, width)
	switch {
	case !r.Bool():
	case small == 0:
		v = r.Uint(width)
	case !r.Bool():
		v += signed(r.Uint(small), small)
	case !r.Bool():
		v += signed(r.Uint(medium), medium)
	default:
		v = r.Uint(width)
	}
	return FromTurn(v, width)
}
