package bits

import "math"

// Steps is a float as a whole number of steps of num/den, limited to lo..hi: the nearest, of two that are equally near the
// one above. NaN is lo. Products are rounded before they are added or divided, so that every language and every processor
// comes to the same. See docs/wire.md#steps.
func Steps(v, num, den float64, lo, hi int64) int64 {
	x := float64(v*den) / num
	switch {
	case !(x > float64(lo)):
		return lo
	case x >= float64(hi):
		return hi
	}
	return int64(math.Floor(x + 0.5))
}

// FromSteps is the float that n steps of num/den stand for.
func FromSteps(n int64, num, den float64) float64 { return float64(float64(n)*num) / den }

// Fixed writes v as a number of steps.
func (w *Writer) Fixed(v, num, den float64, lo, hi int64, width uint) {
	w.Int(Steps(v, num, den, lo, hi), lo, hi, width)
}

// FixedDelta writes v as a difference of steps from base, as [Writer.IntDelta] does.
func (w *Writer) FixedDelta(v, base, num, den float64, lo, hi int64, width, small, medium uint) {
	w.IntDelta(Steps(v, num, den, lo, hi), Steps(base, num, den, lo, hi), lo, hi, width, small, medium)
}

// Fixed reads what Writer.Fixed wrote.
func (r *Reader) Fixed(num, den float64, lo, hi int64, width uint) float64 {
	return FromSteps(r.Int(lo, hi, width), num, den)
}

// FixedDelta reads what Writer.FixedDelta wrote against the same base.
func (r *Reader) FixedDelta(base, num, den float64, lo, hi int64, width, small, medium uint) float64 {
	return FromSteps(r.IntDelta(Steps(base, num, den, lo, hi), lo, hi, width, small, medium), num, den)
}
