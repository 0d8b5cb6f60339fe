// Package physics is a small scene of rigid boxes for benchmarks: gravity, bouncing, friction, contact with a floor, four
// walls and each other. A seed replays it. Corners meet the floor and the walls; boxes meet each other as balls that
// nearly fill them, which is enough to make them hit, push and spin one another.
package physics

import (
	"math"
	"math/rand/v2"
)

// Box is one cube.
type Box struct {
	Place, Speed, Spin Vec // spin in radians a second
	Pose               Quat
	Half               float64
	Asleep             bool
	Touched            int // steps since a driven box touched it, directly or through others; large: long ago
	driven             bool
	still              int
}

// Scene is boxes in an arena.
type Scene struct {
	Boxes []Box

	Gravity  float64 // m/s²
	Size     float64 // the walls stand at ±Size/2
	Bounce   float64 // share of the speed that a hit gives back
	Friction float64
	Sleep    int // steps of near rest after which a box sleeps; 0: never

	Rng  *rand.Rand
	hash map[[2]int32][]int32
}

const iterations = 4

// Step moves the scene on by dt seconds.
func (s *Scene) Step(dt float64) {
	for i := range s.Boxes {
		if b := &s.Boxes[i]; !b.Asleep {
			b.Speed[2] -= s.Gravity * dt
			b.Touched++
		}
	}
	pairs := s.pairs()
	for n := range iterations {
		for _, p := range pairs {
			s.meet(&s.Boxes[p[0]], &s.Boxes[p[1]], n == 0)
		}
		for i := range s.Boxes {
			if b := &s.Boxes[i]; !b.Asleep {
				s.bound(b, n == 0)
			}
		}
	}
	for i := range s.Boxes {
		if b := &s.Boxes[i]; !b.Asleep {
			s.move(b, dt)
		}
	}
}

func (s *Scene) move(b *Box, dt float64) {
	b.Place = b.Place.plus(dt, b.Speed)
	turn := Quat{b.Spin[0] * dt / 2, b.Spin[1] * dt / 2, b.Spin[2] * dt / 2, 1}
	b.Pose = turn.mul(b.Pose).unit()
	if b.Speed.dot(b.Speed)+b.Spin.dot(b.Spin)*b.Half*b.Half > 0.01 || b.driven {
		b.still = 0
	} else if b.still++; s.Sleep > 0 && b.still > s.Sleep {
		b.Asleep, b.Speed, b.Spin = true, Vec{}, Vec{}
	}
}

// bound keeps a box within the arena.
func (s *Scene) bound(b *Box, first bool) {
	reach := b.Half * math.Sqrt(3)
	wall := s.Size / 2
	if b.Place[2] > reach && math.Abs(b.Place[0]) < wall-reach && math.Abs(b.Place[1]) < wall-reach {
		return
	}
	for c := range 8 {
		local := Vec{b.Half, b.Half, b.Half}
		for a := range local {
			if c>>a&1 != 0 {
				local[a] = -b.Half
			}
		}
		arm := b.Pose.rotate(local)
		at := b.Place.add(arm)
		s.touch(b, arm, Vec{0, 0, 1}, -at[2], first)
		for a := range 2 {
			normal := Vec{}
			normal[a] = 1
			s.touch(b, arm, normal, -wall-at[a], first)
			normal[a] = -1
			s.touch(b, arm, normal, at[a]-wall, first)
		}
	}
}

// touch pushes a box off something that does not move, at arm from its centre.
func (s *Scene) touch(b *Box, arm, normal Vec, depth float64, first bool) {
	if depth <= 0 {
		return
	}
	if first {
		b.Place = b.Place.plus(depth*0.2, normal)
	}
	speed := b.Speed.add(b.Spin.cross(arm))
	into := -speed.dot(normal)
	if into <= 0 {
		return
	}
	bounce := 0.0
	if into > 0.5 {
		bounce = s.Bounce
	}
	push := into * (1 + bounce) / b.give(arm, normal)
	b.hit(arm, normal.times(push))
	s.rub(b, arm, normal, push)
}

// rub is friction, at most its share of the push.
func (s *Scene) rub(b *Box, arm, normal Vec, push float64) {
	speed := b.Speed.add(b.Spin.cross(arm))
	slide := speed.plus(-speed.dot(normal), normal)
	if l := slide.length(); l > 1e-9 {
		dir := slide.times(-1 / l)
		b.hit(arm, dir.times(min(l/b.give(arm, dir), push*s.Friction)))
	}
}

// give is how much a unit of impulse along dir changes the speed at arm. Boxes have a mass of 1.
func (b *Box) give(arm, dir Vec) float64 {
	k := arm.cross(dir)
	return 1 + k.dot(k)/b.inertia()
}

func (b *Box) inertia() float64 {
	return 4 * b.Half * b.Half / 6
}

func (b *Box) hit(arm, impulse Vec) {
	b.Speed = b.Speed.add(impulse)
	b.Spin = b.Spin.plus(1/b.inertia(), arm.cross(impulse))
}

// meet lets two boxes hit each other.
func (s *Scene) meet(a, b *Box, first bool) {
	if a.Asleep && b.Asleep {
		return
	}
	apart := b.Place.sub(a.Place)
	d, reach := apart.length(), ball*(a.Half+b.Half)
	if d >= reach || d < 1e-9 {
		return
	}
	a.wake(b)
	b.wake(a)
	normal := apart.times(1 / d)
	if first {
		a.Place = a.Place.plus(-(reach-d)*0.1, normal)
		b.Place = b.Place.plus((reach-d)*0.1, normal)
	}
	armA, armB := normal.times(ball*a.Half), normal.times(-ball*b.Half)
	speed := b.Speed.add(b.Spin.cross(armB)).sub(a.Speed.add(a.Spin.cross(armA)))
	into := -speed.dot(normal)
	if into <= 0 {
		return
	}
	bounce := 0.0
	if into > 0.5 {
		bounce = s.Bounce
	}
	push := into * (1 + bounce) / (a.give(armA, normal) + b.give(armB, normal))
	slide := speed.plus(into, normal)
	impulse := normal.times(push)
	if l := slide.length(); l > 1e-9 {
		dir := slide.times(1 / l)
		impulse = impulse.plus(-min(l/(a.give(armA, dir)+b.give(armB, dir)), push*s.Friction), dir)
	}
	a.hit(armA, impulse.times(-1))
	b.hit(armB, impulse)
}

// ball is the radius of the ball that stands for a box among others, in halves of its edge.
const ball = 1.15

func (b *Box) wake(by *Box) {
	if b.Asleep && by.Speed.dot(by.Speed) > 0.02 {
		b.Asleep, b.still = false, 0
	}
	if by.driven {
		b.Touched = 0
	} else if !b.driven {
		b.Touched = min(b.Touched, by.Touched)
	}
}

// pairs are the boxes near one another, in an order that depends on nothing but the scene.
func (s *Scene) pairs() [][2]int32 {
	if s.hash == nil {
		s.hash = map[[2]int32][]int32{}
	}
	for k, v := range s.hash {
		s.hash[k] = v[:0]
	}
	largest := 0.0
	for i := range s.Boxes {
		largest = max(largest, s.Boxes[i].Half)
	}
	cell := 2 * ball * largest
	key := func(v Vec) [2]int32 { return [2]int32{int32(math.Floor(v[0] / cell)), int32(math.Floor(v[1] / cell))} }
	var out [][2]int32
	for i := range s.Boxes {
		k := key(s.Boxes[i].Place)
		for dx := int32(-1); dx <= 1; dx++ {
			for dy := int32(-1); dy <= 1; dy++ {
				for _, j := range s.hash[[2]int32{k[0] + dx, k[1] + dy}] {
					if !(s.Boxes[i].Asleep && s.Boxes[j].Asleep) {
						out = append(out, [2]int32{j, int32(i)})
					}
				}
			}
		}
		s.hash[k] = append(s.hash[k], int32(i))
	}
	return out
}
