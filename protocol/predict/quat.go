package predict

// quat is a rotation, x y z w, in 1/262144. Products round to nearest.
type quat [4]int64

const (
	quatShift = 18
	quatOne   = 1 << quatShift
)

func (a quat) conj() quat { return quat{-a[0], -a[1], -a[2], a[3]} }

func (a quat) mul(b quat) quat {
	const half = quatOne / 2
	return quat{
		(a[3]*b[0] + a[0]*b[3] + a[1]*b[2] - a[2]*b[1] + half) >> quatShift,
		(a[3]*b[1] - a[0]*b[2] + a[1]*b[3] + a[2]*b[0] + half) >> quatShift,
		(a[3]*b[2] + a[0]*b[1] - a[1]*b[0] + a[2]*b[3] + half) >> quatShift,
		(a[3]*b[3] - a[0]*b[0] - a[1]*b[1] - a[2]*b[2] + half) >> quatShift,
	}
}

// near is the one of a and -a with w not below zero: the short way round.
func (a quat) near() quat {
	if a[3] < 0 {
		return quat{-a[0], -a[1], -a[2], -a[3]}
	}
	return a
}

// share is the rotation of num/4096 times a's angle about a's axis, for angles up to half a turn: the vector part is
// stretched from sine to angle and back by the first terms of their series.
func (a quat) share(num int64) quat {
	a = a.near()
	n2 := a[0]*a[0] + a[1]*a[1] + a[2]*a[2] // in 1/2^36
	// angle/sine = 1 + s²/6 + 3s⁴/40 + 5s⁶/112, good to 1 % at 60 degrees of half angle
	s2 := n2 >> quatShift
	s4 := s2 * s2 >> quatShift
	s6 := s4 * s2 >> quatShift
	stretch := quatOne + s2/6 + s4*3/40 + s6*5/112
	k := num * stretch >> 12 // angle now is this times the vector
	t2 := min(s2*(k*k>>quatShift)>>quatShift, 2*quatOne)
	t4 := t2 * t2 >> quatShift
	t6 := t4 * t2 >> quatShift
	shrink := quatOne - t2/6 + t4/120 - t6/5040
	k = k * shrink >> quatShift
	part := func(x int64) int64 { return bound(x*k>>quatShift, 8*quatOne) }
	return quat{part(a[0]), part(a[1]), part(a[2]), quatOne - t2/2 + t4/24 - t6/720}
}

// nudge turns a by twice x and y about the first two axes of the world.
func (a quat) nudge(x, y int64) quat {
	x, y = bound(x, quatOne/2), bound(y, quatOne/2)
	w := quatOne - (x*x+y*y)>>(quatShift+1)
	return quat{x, y, 0, w}.mul(a)
}

// turn is the vector part of a, the short way round, in 1/256 of a smallest-three step of 1/512.
func (a quat) turn() vec {
	a = a.near()
	return vec{a[0] * stepsPerOne >> quatShift, a[1] * stepsPerOne >> quatShift, a[2] * stepsPerOne >> quatShift}
}

// stepsPerOne is how many steps in 1/256 make 1.0 where 512 steps cover ±1/√2.
const stepsPerOne = 92_500

// rotate turns v, in 1/256.
func (a quat) rotate(v vec) vec {
	m := a.matrix()
	var out vec
	for i := range out {
		out[i] = (m[i][0]*v[0] + m[i][1]*v[1] + m[i][2]*v[2]) >> quatShift
	}
	return out
}

// matrix is a as a rotation matrix in 1/262144.
func (a quat) matrix() [3]vec {
	x, y, z, w := a[0], a[1], a[2], a[3]
	const s = quatShift - 1
	return [3]vec{
		{quatOne - (y*y+z*z)>>s, (x*y - z*w) >> s, (x*z + y*w) >> s},
		{(x*y + z*w) >> s, quatOne - (x*x+z*z)>>s, (y*z - x*w) >> s},
		{(x*z - y*w) >> s, (y*z + x*w) >> s, quatOne - (x*x+y*y)>>s},
	}
}

// smallest reads a quaternion of a Rotation group: the index of its largest part, then the others in order, 0..top
// for ±1/√2.
func smallest(row []int64, top int64) quat {
	var q quat
	sum := int64(0)
	j := 1
	for i := range q {
		if i == int(row[0]) {
			continue
		}
		q[i] = (2*row[j] - top) * invRoot2 / top
		sum += q[i] * q[i]
		j++
	}
	q[row[0]&3] = rest(quatOne*quatOne - sum)
	return q
}

// rest is about the square root of x/quatOne², from a quarter to 1, in 1/262144: a line and two of Newton's steps.
func rest(x int64) int64 {
	x = max(x, quatOne*quatOne/16)
	r := x>>quatShift*5/8 + quatOne*3/8
	r = (r + x/r) >> 1
	return (r + x/r) >> 1
}

const invRoot2 = 185_364 // 1/√2 in 1/262144

// chart is q as the smallest three beside a largest one, in 1/256 steps.
func (a quat) chart(largest int, top int64) vec {
	sign := int64(1)
	if a[largest] < 0 {
		sign = -1
	}
	var v vec
	j := 0
	for i := range a {
		if i == largest {
			continue
		}
		v[j] = sign*a[i]*top*128/invRoot2 + top*128
		j++
	}
	return v
}
