package best

// quat is a rotation in 1/262144. Products round to nearest. A struct, not an array: the compiler keeps it in registers.
type quat struct{ x, y, z, w int64 }

const (
	quatShift = 18
	quatOne   = 1 << quatShift
)

func (a quat) conj() quat { return quat{-a.x, -a.y, -a.z, a.w} }

func (a quat) mul(b quat) quat {
	const half = quatOne / 2
	return quat{
		(a.w*b.x + a.x*b.w + a.y*b.z - a.z*b.y + half) >> quatShift,
		(a.w*b.y - a.x*b.z + a.y*b.w + a.z*b.x + half) >> quatShift,
		(a.w*b.z + a.x*b.y - a.y*b.x + a.z*b.w + half) >> quatShift,
		(a.w*b.w - a.x*b.x - a.y*b.y - a.z*b.z + half) >> quatShift,
	}
}

// near is the one of a and -a with w not below zero: the short way round.
func (a quat) near() quat {
	if a.w < 0 {
		return quat{-a.x, -a.y, -a.z, -a.w}
	}
	return a
}

// share is the rotation of num/4096 times a's angle about a's axis, for angles up to half a turn: the vector part is
// stretched from sine to angle and back by the first terms of their series.
func (a quat) share(num int64) quat {
	a = a.near()
	n2 := a.x*a.x + a.y*a.y + a.z*a.z // in 1/2^36
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
	return quat{part(a.x), part(a.y), part(a.z), quatOne - t2/2 + t4/24 - t6/720}
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
	return vec{a.x * stepsPerOne >> quatShift, a.y * stepsPerOne >> quatShift, a.z * stepsPerOne >> quatShift}
}

// stepsPerOne is how many steps in 1/256 make 1.0 where 512 steps cover ±1/√2.
const stepsPerOne = 92_500

// parts are the four of a, to be indexed.
func (a quat) parts() [4]int64 { return [4]int64{a.x, a.y, a.z, a.w} }

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
	x, y, z, w := a.x, a.y, a.z, a.w
	const s = quatShift - 1
	return [3]vec{
		{quatOne - (y*y+z*z)>>s, (x*y - z*w) >> s, (x*z + y*w) >> s},
		{(x*y + z*w) >> s, quatOne - (x*x+z*z)>>s, (y*z - x*w) >> s},
		{(x*z - y*w) >> s, (y*z + x*w) >> s, quatOne - (x*x+y*y)>>s},
	}
}

// smallest reads a quaternion of a Rotation group: the index of its largest part, then the others in order, 0..top
// for ±1/√2.
func (p *pass) smallest(row []int64) quat {
	row = row[:4]
	most := uint64(len(p.parts) - 1) // a caller's row may be out of range
	a, b, c := int64(p.parts[min(uint64(row[1]), most)]), int64(p.parts[min(uint64(row[2]), most)]), int64(p.parts[min(uint64(row[3]), most)])
	r := rest(quatOne*quatOne - (a*a + b*b + c*c))
	switch row[0] {
	case 0:
		return quat{r, a, b, c}
	case 1:
		return quat{a, r, b, c}
	case 2:
		return quat{a, b, r, c}
	}
	return quat{a, b, c, r}
}

// partTable holds what each step of a smallest-three part means, so that none is divided twice.
func partTable(top int64) []int32 {
	t := make([]int32, top+1)
	for x := range t {
		t[x] = int32((2*int64(x) - top) * invRoot2 / top)
	}
	return t
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
	at, first, second, third := a.w, a.x, a.y, a.z
	switch largest {
	case 0:
		at, first, second, third = a.x, a.y, a.z, a.w
	case 1:
		at, second, third = a.y, a.z, a.w
	case 2:
		at, third = a.z, a.w
	}
	scale := top * 128
	if at < 0 {
		scale = -scale
	}
	half := top * 128
	return vec{first*scale/invRoot2 + half, second*scale/invRoot2 + half, third*scale/invRoot2 + half}
}
