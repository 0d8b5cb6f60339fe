package best

import "math/bits"

// Logs are to base 2 in 1/256.
const (
	logShift = 8
	logOne   = 1 << logShift
)

// log2 is the logarithm of x > 0, cut to 1/256.
func log2(x uint64) int64 {
	n := bits.Len64(x) - 1
	var m uint64
	if n >= 8 {
		m = x >> (n - 8) & 255
	} else {
		m = x << (8 - n) & 255
	}
	return int64(n)<<logShift + int64(logTable[m])
}

// size is the logarithm of 1 + |x|, x in 1/256.
func size(x int64) int64 {
	if x < 0 {
		x = -x
	}
	return log2(uint64(x)+256) - 8*logOne
}

// extent is the size of a vector in 1/256.
func extent(v vec) int64 {
	const most = 1 << 25 // three squares stay below 2^53
	x, y, z := bound(v[0]>>4, most), bound(v[1]>>4, most), bound(v[2]>>4, most)
	s := uint64(x*x) + uint64(y*y) + uint64(z*z)
	return (log2(s+256) - 8*logOne) >> 1
}

// exp2 is 2^(x/256) in 1/32768, for x from -15·256 to 0.
func exp2(x int64) int64 {
	n := uint(-x) >> logShift
	f := uint(-x) & (logOne - 1)
	return int64(expTable[f]) >> n
}

func clamp(x, lo, hi int64) int64 { return max(lo, min(hi, x)) }

func bound(x, limit int64) int64 { return clamp(x, -limit, limit) }

// vec is a vector in 1/256 units of its field.
type vec [3]int64

func (a vec) sub(b vec) vec { return vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

// scale multiplies by num/4096.
func (a vec) scale(num int64) vec {
	return vec{a[0] * num >> 12, a[1] * num >> 12, a[2] * num >> 12}
}

// bound keeps v where squares and weighted sums of it stay below 2^53.
func (a vec) bound() vec {
	return vec{bound(a[0], maxPlace), bound(a[1], maxPlace), bound(a[2], maxPlace)}
}
