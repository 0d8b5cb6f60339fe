package motion

// quat is a rotation, x y z w, in 1/262144. Every product below stays under 2^53, so that doubles can hold it.
type quat [4]int64

const (
	quatShift = 18
	quatOne   = 1 << quatShift
	invRoot2  = 185_364 // 1/√2
	stepShift = 14      // of half a field's step
)

// smallest reads a quaternion: the index of its largest part, then the others in order, 0..top for ±1/√2.
func smallest(row *[4]int64, top int64) quat {
	var q quat
	sum := int64(0)
	j := 1
	step := invRoot2 << stepShift / top
	for i := range q {
		if i == int(row[0]) {
			continue
		}
		q[i] = (2*row[j] - top) * step >> stepShift
		sum += q[i] * q[i]
		j++
	}
	q[row[0]&3] = root(quatOne*quatOne - sum)
	return q
}

// root is about the square root of x/quatOne², from a quarter to 1: a line and two of Newton's steps.
func root(x int64) int64 {
	x = max(x, quatOne*quatOne/16)
	r := x>>quatShift*5/8 + quatOne*3/8
	r = (r + x/r) >> 1
	return (r + x/r) >> 1
}

// since is the rotation that takes b to a: a times b's conjugate.
func (a quat) since(b quat) quat { return a.mul(quat{-b[0], -b[1], -b[2], b[3]}) }

func (a quat) mul(b quat) quat {
	const half = quatOne / 2
	return quat{
		(a[3]*b[0] + a[0]*b[3] + a[1]*b[2] - a[2]*b[1] + half) >> quatShift,
		(a[3]*b[1] - a[0]*b[2] + a[1]*b[3] + a[2]*b[0] + half) >> quatShift,
		(a[3]*b[2] + a[0]*b[1] - a[1]*b[0] + a[2]*b[3] + half) >> quatShift,
		(a[3]*b[3] - a[0]*b[0] - a[1]*b[1] - a[2]*b[2] + half) >> quatShift,
	}
}

const maxShare = 32 << 12

// share is the rotation of num/4096 times a's angle, the short way round, about a's axis. The vector part is stretched from
// sine to angle and back by the first terms of their series.
func (a quat) share(num int64) quat {
	if a[3] < 0 {
		a = quat{-a[0], -a[1], -a[2], -a[3]}
	}
	s2 := (a[0]*a[0] + a[1]*a[1] + a[2]*a[2]) >> quatShift
	s4 := s2 * s2 >> quatShift
	stretch := quatOne + s2/6 + s4*3/40
	k := min(num, maxShare) * stretch >> 12
	// The sine's square times k²: at most 2·2^18, beyond which the series are of no use.
	t2 := min(s2*(k>>3)>>quatShift*(k>>3)>>(quatShift-6), 2*quatOne)
	t4 := t2 * t2 >> quatShift
	k = k * (quatOne - t2/6 + t4/120) >> quatShift
	return quat{
		a[0] * k >> quatShift, a[1] * k >> quatShift, a[2] * k >> quatShift,
		quatOne - t2/2 + t4/24 - (t4*t2>>quatShift)/720,
	}
}

// largest is the index of the part with the greatest magnitude, the first of equals, and by how much it leads the next.
func (a quat) largest() (int, uint64) {
	at := 0
	most, next := abs(a[0]), uint64(0)
	for i := 1; i < 4; i++ {
		switch m := abs(a[i]); {
		case m > most:
			at, most, next = i, m, most
		case m > next:
			next = m
		}
	}
	return at, most - next
}

// chart is the smallest three beside a largest part, 0..top for ±1/√2.
func (a quat) chart(largest int, top int64) [3]int64 {
	sign := int64(1)
	if a[largest] < 0 {
		sign = -1
	}
	var v [3]int64
	j := 0
	for i := range a {
		if i != largest {
			v[j] = clamp((sign*a[i]*top/invRoot2+top+1)>>1, 0, top)
			j++
		}
	}
	return v
}
