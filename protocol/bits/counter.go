package bits

// Groups of the forms below.
const (
	counterGroup = 4
	refGroup     = 8
)

// CounterDelta writes v as the steps from base forward to it, which go on at lo behind hi. See docs/wire.md#counters.
func (w *Writer) CounterDelta(v, base, lo, hi int64) {
	v, base = max(lo, min(hi, v)), max(lo, min(hi, base))
	d := v - base
	if d == 0 {
		w.Bool(false)
		return
	}
	if d < 0 {
		d += hi - lo + 1
	}
	w.Bool(true)
	w.Varuint(uint64(d-1), counterGroup)
}

// CounterDelta reads what Writer.CounterDelta wrote against the same base.
func (r *Reader) CounterDelta(base, lo, hi int64) int64 {
	base = max(lo, min(hi, base))
	if !r.Bool() {
		return base
	}
	d := r.Varuint(counterGroup)
	if d >= uint64(hi-lo) {
		r.Fail()
		return lo
	}
	if room := hi - base; int64(d) >= room {
		return lo + int64(d) - room
	}
	return base + int64(d) + 1
}

// Ref writes the id of an entity.
func (w *Writer) Ref(id uint32) { w.Varuint(uint64(id), refGroup) }

// Ref reads what Writer.Ref wrote.
func (r *Reader) Ref() uint32 {
	v := r.Varuint(refGroup)
	if v>>32 != 0 {
		r.Fail()
		return 0
	}
	return uint32(v)
}
