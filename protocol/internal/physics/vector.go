package physics

import "math"

// Vec is a vector, in metres or metres a second; z is up.
type Vec [3]float64

func (a Vec) add(b Vec) Vec             { return Vec{a[0] + b[0], a[1] + b[1], a[2] + b[2]} }
func (a Vec) sub(b Vec) Vec             { return Vec{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }
func (a Vec) times(k float64) Vec       { return Vec{a[0] * k, a[1] * k, a[2] * k} }
func (a Vec) dot(b Vec) float64         { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }
func (a Vec) length() float64           { return math.Sqrt(a.dot(a)) }
func (a Vec) plus(k float64, b Vec) Vec { return a.add(b.times(k)) }

// Distance is that between two places, or the size of the difference of two speeds.
func (a Vec) Distance(b Vec) float64 { return a.sub(b).length() }

func (a Vec) cross(b Vec) Vec {
	return Vec{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

// Quat is a rotation: x, y, z, w.
type Quat [4]float64

func (a Quat) mul(b Quat) Quat {
	return Quat{
		a[3]*b[0] + a[0]*b[3] + a[1]*b[2] - a[2]*b[1],
		a[3]*b[1] - a[0]*b[2] + a[1]*b[3] + a[2]*b[0],
		a[3]*b[2] + a[0]*b[1] - a[1]*b[0] + a[2]*b[3],
		a[3]*b[3] - a[0]*b[0] - a[1]*b[1] - a[2]*b[2],
	}
}

func (a Quat) unit() Quat {
	k := 1 / math.Sqrt(a[0]*a[0]+a[1]*a[1]+a[2]*a[2]+a[3]*a[3])
	return Quat{a[0] * k, a[1] * k, a[2] * k, a[3] * k}
}

func (a Quat) rotate(v Vec) Vec {
	u := Vec{a[0], a[1], a[2]}
	t := u.cross(v).times(2)
	return v.plus(a[3], t).add(u.cross(t))
}

// Angle is the angle between two rotations in radians.
func (a Quat) Angle(b Quat) float64 {
	dot := math.Abs(a[0]*b[0] + a[1]*b[1] + a[2]*b[2] + a[3]*b[3])
	return 2 * math.Acos(min(1, dot))
}

// SmallestThree is the index of the largest part of a rotation and the others in order, 0 to top for ±1/√2.
func (a Quat) SmallestThree(top int) (largest int, parts [3]int) {
	for i := range a {
		if math.Abs(a[i]) > math.Abs(a[largest]) {
			largest = i
		}
	}
	j := 0
	for i, x := range a {
		if i == largest {
			continue
		}
		if a[largest] < 0 {
			x = -x
		}
		parts[j] = max(0, min(top, int(math.Round((x*math.Sqrt2+1)/2*float64(top)))))
		j++
	}
	return largest, parts
}

// FromSmallestThree is the rotation that SmallestThree gave.
func FromSmallestThree(largest int, parts [3]int, top int) Quat {
	var q Quat
	left, j := 1.0, 0
	for i := range q {
		if i == largest {
			continue
		}
		q[i] = (2*float64(parts[j])/float64(top) - 1) / math.Sqrt2
		left -= q[i] * q[i]
		j++
	}
	q[largest] = math.Sqrt(max(0, left))
	return q.unit()
}
