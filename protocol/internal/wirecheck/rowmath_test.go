package wirecheck

import (
	"math"
	"math/bits"
)

// The arithmetic of docs/wire-best.md#arithmetic. Quaternions are those of turn_test.go where the page says the same.

type vec3 [3]int64

var (
	logTable [256]int64
	expTable [256]int64
	sigmas   [1024]int64
)

func init() {
	for i := range logTable {
		logTable[i] = min(255, int64(math.Round(256*math.Log2(1+(float64(i)+0.5)/256))))
		expTable[i] = int64(math.Round(32768 * math.Exp2(-float64(i)/256)))
	}
	for i := range sigmas {
		sigmas[i] = min(65535, int64(math.Round(65536/(1+math.Exp(-float64(i)/64)))))
	}
}

func log2(x int64) int64 {
	n := bits.Len64(uint64(x)) - 1
	m := x << 8 >> n
	if n > 8 {
		m = x >> (n - 8)
	}
	return 256*int64(n) + logTable[m&255]
}

func exp2(x int64) int64 { return expTable[-x&255] >> (-x >> 8) }

func sigma(u int64) int64 {
	if u < 0 {
		return 65536 - sigmas[min(-u, 1023)]
	}
	return sigmas[min(u, 1023)]
}

func limit(x, l int64) int64 { return max(-l, min(l, x)) }
func size(x int64) int64     { return log2(abs(x)+256) - 2048 }
func mark(b bool) int64      { return int64(256 * bit(b)) }

func (v vec3) extent() int64 {
	sum := int64(256)
	for _, x := range v {
		x = limit(x>>4, 1<<25)
		sum += x * x
	}
	return (log2(sum) - 2048) >> 1
}

func (v vec3) each(f func(int64) int64) vec3 { return vec3{f(v[0]), f(v[1]), f(v[2])} }
func (v vec3) scale(n int64) vec3            { return v.each(func(x int64) int64 { return x * n >> 12 }) }

func (v vec3) bound() vec3      { return v.each(func(x int64) int64 { return limit(x, 1<<29) }) }
func (v vec3) less(o vec3) vec3 { return vec3{v[0] - o[0], v[1] - o[1], v[2] - o[2]} }
func (v vec3) plus(o vec3) vec3 { return vec3{v[0] + o[0], v[1] + o[1], v[2] + o[2]} }

func (q quaternion) near() quaternion {
	if q[3] < 0 {
		return quaternion{-q[0], -q[1], -q[2], -q[3]}
	}
	return q
}

func poseOf(t []int64, top int64) quaternion {
	var q quaternion
	rest := int64(1) << 36
	at := 1
	for i := range q {
		if int64(i) == t[0] {
			continue
		}
		q[i] = (2*t[at] - top) * 185364 / top
		rest -= q[i] * q[i]
		at++
	}
	q[t[0]] = root(rest)
	return q
}

// fine is chart(q, k), in 1/256 steps.
func (q quaternion) fine(k int, top int64) vec3 {
	var out vec3
	at := 0
	for i, p := range q {
		if i == k {
			continue
		}
		if q[k] < 0 {
			p = -p
		}
		out[at] = p*top*128/185364 + top*128
		at++
	}
	return out
}

func (q quaternion) turned() vec3 {
	n := q.near()
	return vec3{n[0], n[1], n[2]}.each(func(x int64) int64 { return x * 92500 >> 18 })
}

func shareOf(q quaternion, num int64) quaternion {
	q = q.near()
	s2 := (q[0]*q[0] + q[1]*q[1] + q[2]*q[2]) >> 18
	s4 := s2 * s2 >> 18
	s6 := s4 * s2 >> 18
	k := num * (one + s2/6 + s4*3/40 + s6*5/112) >> 12
	t2 := min(s2*(k*k>>18)>>18, 1<<19)
	t4 := t2 * t2 >> 18
	t6 := t4 * t2 >> 18
	k = k * (one - t2/6 + t4/120 - t6/5040) >> 18
	part := func(x int64) int64 { return limit(x*k>>18, 1<<21) }
	return quaternion{part(q[0]), part(q[1]), part(q[2]), one - t2/2 + t4/24 - t6/720}
}

func nudge(q quaternion, x, y int64) quaternion {
	x, y = limit(x, 1<<17), limit(y, 1<<17)
	return times(quaternion{x, y, 0, one - ((x*x + y*y) >> 19)}, q)
}

func (q quaternion) matrix() [3]vec3 {
	x, y, z, w := q[0], q[1], q[2], q[3]
	return [3]vec3{
		{one - ((y*y + z*z) >> 17), (x*y - w*z) >> 17, (x*z + w*y) >> 17},
		{(x*y + w*z) >> 17, one - ((x*x + z*z) >> 17), (y*z - w*x) >> 17},
		{(x*z - w*y) >> 17, (y*z + w*x) >> 17, one - ((x*x + y*y) >> 17)},
	}
}

func rotate(q quaternion, v vec3) vec3 {
	var out vec3
	for i, row := range q.matrix() {
		out[i] = (row[0]*v[0] + row[1]*v[1] + row[2]*v[2]) >> 18
	}
	return out
}

func lowest(q quaternion, half int64) (reach int64, corner vec3) {
	for i, u := range q.matrix()[2] {
		corner[i] = -256 * half
		if u < 0 {
			corner[i] = 256 * half
		}
		reach += abs(u)
	}
	return reach * 256 * half >> 18, corner
}
