package motion

// quat is a rotation in 1/262144. Every product below stays under 2^53, so that doubles can hold it. It is a struct, not an
// array, because the compiler keeps structs in registers.
type quat struct{ x, y, z, w int64 }

const (
	quatShift = 18
	quatOne   = 1 << quatShift
	invRoot2  = 185_364 // 1/√2
	stepShift = 14
)

// step is half a step of a field of 0..top for ∓1/√2, in 1/16384.
func step(top int64) int64 { return invRoot2 << stepShift / top }

// smallest reads a quaternion: the index of its largest part, then the others in order, 0..top.
func smallest(row *[4]int64, top, step int64) quat {
	var q [4]int64
	sum := int64(0)
	j := 1
	for i := range q {
		if i == int(row[0]) {
			continue
		}
		q[i] = (2*row[j] - top) * step >> stepShift
		sum += q[i] * q[i]
		j++
	}
	q[row[0]&3] = root(quatOne*quatOne - sum)
	return quat{q[0], q[1], q[2], q[3]}
}

// root is about the square root of x/quatOne², from a quarter to 1: a line and two of Newton's steps.
func root(x int64) int64 {
	x = max(x, quatOne*quatOne/16)
	r := x>>quatShift*5/8 + quatOne*3/8
	r = (r + x/r) >> 1
	return (r + x/r) >> 1
}

// since is the rotation that takes b to a: a times b's conjugate.
func (a quat) since(b quat) quat { return a.mul(quat{-b.x, -b.y, -b.z, b.w}) }

func (a quat) mul(b quat) quat {
	const half = quatOne / 2
	return quat{
		(a.w*b.x + a.x*b.w + a.y*b.z - a.z*b.y + half) >> quatShift,
		(a.w*b.y - a.x*b.z + a.y*b.w + a.z*b.x + half) >> quatShift,
		(a.w*b.z + a.x*b.y - a.y*b.x + a.z*b.w + half) >> quatShift,
		(a.w*b.w - a.x*b.x - a.y*b.y - a.z*b.z + half) >> quatShift,
	}
}

const maxShare = 32 << 12

// share is the rotation of num/4096 times a's angle, the short way round, about a's axis. The vector part is stretched from
// sine to angle and back by the first terms of their series.
func (a quat) share(num int64) quat {
	if a.w < 0 {
		a = quat{-a.x, -a.y, -a.z, -a.w}
	}
	s2 := (a.x*a.x + a.y*a.y + a.z*a.z) >> quatShift
	s4 := s2 * s2 >> quatShift
	stretch := quatOne + s2/6 + s4*3/40
	k := min(num, maxShare) * stretch >> 12
	// The sine's square times k²: at most 2·2^18, beyond which the series are of no use.
	t2 := min(s2*(k>>3)>>quatShift*(k>>3)>>(quatShift-6), 2*quatOne)
	t4 := t2 * t2 >> quatShift
	k = k * (quatOne - t2/6 + t4/120) >> quatShift
	return quat{
		a.x * k >> quatShift, a.y * k >> quatShift, a.z * k >> quatShift,
		quatOne - t2/2 + t4/24 - (t4*t2>>quatShift)/720,
	}
}

// largest is the index of the part with the greatest magnitude, the first of equals, and by how much it leads the next.
func (a quat) largest() (int, uint64) {
	at := 0
	most, next := abs(a.x), uint64(0)
	for i, x := range [...]int64{a.y, a.z, a.w} {
		switch m := abs(x); {
		case m > most:
			at, most, next = i+1, m, most
		case m > next:
			next = m
		}
	}
	return at, most - next
}

// chart is the smallest three beside a largest part, 0..top for ±1/√2.
func (a quat) chart(largest int, top int64) [3]int64 {
	var left int64
	var v [3]int64
	switch largest {
	case 0:
		left, v = a.x, [3]int64{a.y, a.z, a.w}
	case 1:
		left, v = a.y, [3]int64{a.x, a.z, a.w}
	case 2:
		left, v = a.z, [3]int64{a.x, a.y, a.w}
	default:
		left, v = a.w, [3]int64{a.x, a.y, a.z}
	}
	scale := top
	if left < 0 {
		scale = -top
	}
	for i, x := range v {
		v[i] = clamp((x*scale/invRoot2+top+1)>>1, 0, top)
	}
	return v
}
