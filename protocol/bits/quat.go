package bits

import "math"

// Quat is a rotation as the smallest three parts of its unit quaternion: which of x, y, z, w is left out, and the others in
// that order, each from 0 to 2^width-2 for -1/√2 to 1/√2. See docs/wire.md#rotations.
type Quat struct {
	Largest uint8
	Parts   [3]int32
}

// nearlyLargest is how many steps below the largest part another may be and still change places with it when the rotation
// has gone through its float form and is packed again.
const nearlyLargest = 4

// PackQuat is a rotation in parts of width bits. Packing what [Quat.Floats] gives comes to the same parts again: where two
// parts are about equally large, that takes more than one round.
func PackQuat(x, y, z, w float32, width uint) Quat {
	q, sure := packQuat([4]float64{float64(x), float64(y), float64(z), float64(w)}, width)
	for range 4 {
		if sure {
			break
		}
		x, y, z, w = q.Floats(width)
		again, _ := packQuat([4]float64{float64(x), float64(y), float64(z), float64(w)}, width)
		sure = again == q
		q = again
	}
	return q
}

// packQuat is one round. It is sure where no other part is nearly as large as the largest.
func packQuat(c [4]float64, width uint) (Quat, bool) {
	half, scale := quatScale(width)
	length := math.Sqrt(float64(c[0]*c[0]) + float64(c[1]*c[1]) + float64(c[2]*c[2]) + float64(c[3]*c[3]))
	if !(length > 0) || math.IsInf(length, 0) {
		return Quat{3, [3]int32{half, half, half}}, true
	}
	var n [4]int32
	largest := 0
	for i, v := range c {
		n[i] = int32(math.Floor(float64(math.Abs(v)/length*scale) + 0.5))
		if n[i] > n[largest] {
			largest = i
		}
	}
	q, sure := Quat{Largest: uint8(largest)}, true
	at := 0
	for i, v := range c {
		if i == largest {
			continue
		}
		sure = sure && n[i]+nearlyLargest < n[largest]
		part := min(n[i], half)
		if (v < 0) != (c[largest] < 0) {
			part = -part
		}
		q.Parts[at] = half + part
		at++
	}
	return q, sure
}

// quatScale is the part that stands for zero, and the steps in 1.0.
func quatScale(width uint) (half int32, scale float64) {
	half = int32(1)<<(width-1) - 1
	return half, float64(half) * math.Sqrt2
}

// Floats is the unit quaternion, its largest part not below zero.
func (q Quat) Floats(width uint) (x, y, z, w float32) {
	half, scale := quatScale(width)
	var out [4]float32
	rest, at := 1.0, 0
	for i := range out {
		if i == int(q.Largest) {
			continue
		}
		v := float64(q.Parts[at]-half) / scale
		at++
		rest -= float64(v * v)
		out[i] = float32(v)
	}
	out[q.Largest&3] = float32(math.Sqrt(max(rest, 0)))
	return out[0], out[1], out[2], out[3]
}

// Quat writes a rotation.
func (w *Writer) Quat(q Quat, width uint) {
	w.Uint(uint64(q.Largest), 2)
	for _, p := range q.Parts {
		w.Int(int64(p), 0, 1<<width-2, width)
	}
}

// Quat reads what Writer.Quat wrote.
func (r *Reader) Quat(width uint) Quat {
	q := Quat{Largest: uint8(r.Uint(2))}
	for i := range q.Parts {
		q.Parts[i] = int32(r.Int(0, 1<<width-2, width))
	}
	return q
}

// QuatDelta writes a rotation as the differences of its parts from base's where the same part is left out.
func (w *Writer) QuatDelta(q, base Quat, width, small, medium uint) {
	if q == base {
		w.Bool(false)
		return
	}
	w.Bool(true)
	w.Bool(q.Largest != base.Largest)
	if q.Largest != base.Largest {
		w.Quat(q, width)
		return
	}
	for i, p := range q.Parts {
		w.IntDelta(int64(p), int64(base.Parts[i]), 0, 1<<width-2, width, small, medium)
	}
}

// QuatDelta reads what Writer.QuatDelta wrote against the same base.
func (r *Reader) QuatDelta(base Quat, width, small, medium uint) Quat {
	if !r.Bool() {
		return base
	}
	if r.Bool() {
		return r.Quat(width)
	}
	for i, p := range base.Parts {
		base.Parts[i] = int32(r.IntDelta(int64(p), 0, 1<<width-2, width, small, medium))
	}
	return base
}
