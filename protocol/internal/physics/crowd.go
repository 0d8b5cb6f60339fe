package physics

import (
	"math"
	"math/rand/v2"
)

// The crowd: boxes that players keep moving.
const (
	CrowdBoxes   = 250
	CrowdEdge    = 0.8  // m
	CrowdArena   = 40.0 // m
	CrowdTick    = 30   // Hz
	crowdSubstep = 8
	slowest      = 0.25 // m/s: a player pushes what is slower
	pushLow      = 1.0  // m/s, across the floor
	pushHigh     = 3.0
	hopHigh      = 1.0 // m/s, upwards, at most
)

// NewCrowd is a scene in which no box ever comes to rest: one slower than 0.25 m/s is pushed, to 1–3 m/s across the floor
// and up to 1 m/s upwards, with a spin of up to 3 rad/s about each axis.
func NewCrowd(seed uint64) *Scene {
	s := &Scene{Gravity: 9.81, Size: CrowdArena, Bounce: 0.4, Friction: 0.15, Rng: rand.New(rand.NewPCG(seed, 250))}
	for range CrowdBoxes {
		b := Box{Half: CrowdEdge / 2, Pose: Quat{0, 0, 0, 1}, Touched: 1 << 20}
		b.Place = Vec{s.within(CrowdArena/2 - 1), s.within(CrowdArena/2 - 1), 0.5 + 6*s.Rng.Float64()}
		s.push(&b)
		s.Boxes = append(s.Boxes, b)
	}
	return s
}

func (s *Scene) within(x float64) float64 { return (2*s.Rng.Float64() - 1) * x }

func (s *Scene) push(b *Box) {
	angle := 2 * math.Pi * s.Rng.Float64()
	v := pushLow + (pushHigh-pushLow)*s.Rng.Float64()
	b.Speed = Vec{v * math.Cos(angle), v * math.Sin(angle), hopHigh * s.Rng.Float64()}
	b.Spin = Vec{s.within(3), s.within(3), s.within(3)}
}

// Tick moves a crowd on by a thirtieth of a second.
func (s *Scene) Tick() {
	for range crowdSubstep {
		s.Step(1.0 / CrowdTick / crowdSubstep)
	}
	for i := range s.Boxes {
		if b := &s.Boxes[i]; b.Speed.length() < slowest {
			s.push(b)
		}
	}
}

// NewField is 900 small cubes at rest in a square, and a large one, the first, that ploughs through them and
// throws those around it into the air now and then.
func NewField(seed uint64) *Scene {
	s := &Scene{Gravity: 20, Size: 100, Bounce: 0.3, Friction: 0.3, Sleep: 60, Rng: rand.New(rand.NewPCG(seed, 901))}
	s.Boxes = append(s.Boxes, Box{Half: 0.75, Pose: Quat{0, 0, 0, 1}, Place: Vec{-8, -8, 2}, driven: true, Touched: 1 << 20})
	for i := range 900 {
		b := Box{Half: 0.2, Pose: Quat{0, 0, 0, 1}, Asleep: true, Touched: 1 << 20}
		b.Place = Vec{float64(i%30)*0.6 - 9, float64(i/30)*0.6 - 9, 0.2}
		s.Boxes = append(s.Boxes, b)
	}
	return s
}

// Plough moves a field on by a sixtieth of a second; the large cube follows a path through the middle.
func (s *Scene) Plough(frame int) {
	p := &s.Boxes[0]
	t := float64(frame) / 60
	goal := Vec{9 * math.Sin(t*0.7), 9 * math.Sin(t*0.47+1), 0}
	for range 4 {
		pull := goal.sub(p.Place).times(4)
		p.Speed[0], p.Speed[1] = bound(pull[0], 8), bound(pull[1], 8)
		s.Step(1.0 / 60 / 4)
	}
	if frame%75 == 50 {
		s.burst(p)
	}
}

// burst throws all that is within 3 m of a box away from it.
func (s *Scene) burst(p *Box) {
	for i := range s.Boxes {
		b := &s.Boxes[i]
		apart := b.Place.sub(p.Place)
		if d := apart.length(); b != p && d < 3 {
			v := 3 + 2*s.Rng.Float64()
			b.Speed = Vec{apart[0] / d * v, apart[1] / d * v, v}
			b.Spin = Vec{s.within(4), s.within(4), s.within(4)}
			b.Asleep, b.still, b.Touched = false, 0, 0
		}
	}
}

func bound(x, most float64) float64 { return max(-most, min(most, x)) }
