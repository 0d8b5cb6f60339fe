package mover

import (
	"testing"

	"pgregory.net/rapid"
)

// walker is the player of the RPG: a box 12×10 px that covers 5 tiles a second.
func walker(hz int32) Params {
	return Params{Speed: 5 * UnitsPerTile, TickHz: hz, HalfW: 96, HalfH: 80}
}

func TestHeldInputCoversSpeedTimesTimeAtEveryRate(t *testing.T) {
	for hz := int32(MinTickHz); hz <= MaxTickHz; hz++ {
		for _, axis := range []int8{127, -127, 90, 1, -1, 13} {
			p := walker(hz)
			for _, first := range []uint32{0, 1, 777, 1<<32 - 300} {
				var moved int64
				n := 127 * hz // a whole period, so that the result is a whole number of units
				for i := range n {
					moved += int64(p.Displacement(axis, first+uint32(i)))
				}
				want := int64(axis) * int64(p.Speed)
				// The tick counter wraps at 2^32, which no d divides: one share may be lost there.
				if slack := moved - want; slack < -64 || slack > 64 || (first < 1000 && slack != 0) {
					t.Fatalf("hz %d axis %d from tick %d: moved %d units in 127 s, want %d", hz, axis, first, moved, want)
				}
			}
		}
	}
}

func TestSteadySpeedIsEven(t *testing.T) {
	p := walker(60) // 21.33 units a tick
	for tick := range uint32(10_000) {
		if d := p.Displacement(127, tick); d != 21 && d != 22 {
			t.Fatalf("tick %d moved %d units, want 21 or 22", tick, d)
		}
	}
}

func TestStopsFlushAtAWallAndSlides(t *testing.T) {
	p := walker(20)
	s := State{X: 4*256 + 128, Y: 1*256 + 128} // room: wall to the right in column 5
	for tick := range uint32(40) {
		s = Step(grids["room"], s, Input{X: 127}, p, tick)
	}
	if want := int32(5*256 - 96); s.X != want || s.Facing != FacingRight {
		t.Fatalf("stopped at x=%d facing %d, want %d facing %d", s.X, s.Facing, want, FacingRight)
	}
	y := s.Y
	for tick := uint32(40); tick < 45; tick++ {
		s = Step(grids["room"], s, Input{X: 89, Y: 89}, p, tick)
	}
	if s.Y <= y {
		t.Fatalf("did not slide along the wall: y %d, was %d", s.Y, y)
	}
}

func TestNeverTunnels(t *testing.T) {
	p := Params{Speed: MaxSpeed, TickHz: MinTickHz, HalfW: 40, HalfH: 40} // 25 tiles in one tick
	s := Step(grids["room"], State{X: 384, Y: 384}, Input{X: 127}, p, 3)
	if want := int32(5*256 - 40); s.X != want {
		t.Fatalf("x=%d after a fast tick towards a wall, want %d", s.X, want)
	}
}

func TestWalksOutOfASolid(t *testing.T) {
	p := walker(20)
	s := State{X: 5*256 + 128, Y: 1*256 + 128} // inside the wall of "room"
	for tick := range uint32(20) {
		s = Step(grids["room"], s, Input{X: 127}, p, tick)
	}
	if Blocked(grids["room"], s.X, s.Y, p) {
		t.Fatalf("still stuck at %d,%d", s.X, s.Y)
	}
}

func TestFacing(t *testing.T) {
	for _, c := range []struct {
		now  Facing
		in   Input
		want Facing
	}{
		{FacingUp, Input{}, FacingUp},
		{FacingUp, Input{X: 100, Y: 20}, FacingRight},
		{FacingUp, Input{X: -100, Y: 20}, FacingLeft},
		{FacingLeft, Input{X: 20, Y: 100}, FacingDown},
		{FacingLeft, Input{X: 20, Y: -100}, FacingUp},
		{FacingDown, Input{X: 80, Y: 80}, FacingDown},
		{FacingRight, Input{X: 80, Y: 80}, FacingRight},
		{FacingUp, Input{X: 80, Y: 80}, FacingRight},
		{FacingUp, Input{X: -80, Y: -80}, FacingUp},
		{FacingUp, Input{X: -128, Y: 0}, FacingUp}, // invalid: ignored
	} {
		got := Step(grids["open"], State{X: 1000, Y: 1000, Facing: c.now}, c.in, walker(20), 0).Facing
		if got != c.want {
			t.Errorf("facing %d with input %+v gives %d, want %d", c.now, c.in, got, c.want)
		}
	}
}

func TestParamsValidate(t *testing.T) {
	if err := walker(20).Validate(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []Params{
		{},
		{Speed: -1, TickHz: 20, HalfW: 1, HalfH: 1},
		{Speed: MaxSpeed + 1, TickHz: 20, HalfW: 1, HalfH: 1},
		{Speed: 1, TickHz: 9, HalfW: 1, HalfH: 1},
		{Speed: 1, TickHz: 129, HalfW: 1, HalfH: 1},
		{Speed: 1, TickHz: 20, HalfW: 0, HalfH: 1},
		{Speed: 1, TickHz: 20, HalfW: 1, HalfH: MaxHalf + 1},
	} {
		if p.Validate() == nil {
			t.Errorf("%+v was accepted", p)
		}
	}
}

// Whatever a peer sends, a walker that starts free stays free, and no axis moves further than its speed allows.
func TestNeverInsideASolid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, h := rapid.IntRange(3, 12).Draw(t, "w"), rapid.IntRange(3, 12).Draw(t, "h")
		g := make(rows, h)
		for y := range g {
			g[y] = rapid.StringOfN(rapid.SampledFrom([]rune("...#")), w, w, w).Draw(t, "row")
		}
		p := Params{
			Speed:  rapid.Int32Range(0, MaxSpeed).Draw(t, "speed"),
			TickHz: rapid.Int32Range(MinTickHz, MaxTickHz).Draw(t, "hz"),
			HalfW:  rapid.Int32Range(1, 300).Draw(t, "halfW"),
			HalfH:  rapid.Int32Range(1, 300).Draw(t, "halfH"),
		}
		s := State{
			X: rapid.Int32Range(0, int32(w)*256-1).Draw(t, "x"),
			Y: rapid.Int32Range(0, int32(h)*256-1).Draw(t, "y"),
		}
		if Blocked(g, s.X, s.Y, p) {
			t.Skip("starts in a solid") // rapid draws another one
		}
		tick := rapid.Uint32().Draw(t, "tick")
		longest := p.Speed/p.TickHz + 1
		for range 30 {
			in := Input{X: rapid.Int8().Draw(t, "inX"), Y: rapid.Int8().Draw(t, "inY")}
			next := Step(g, s, in, p, tick)
			if Blocked(g, next.X, next.Y, p) {
				t.Fatalf("inside a solid at %+v", next)
			}
			for _, d := range []int32{next.X - s.X, next.Y - s.Y} {
				if d > longest || -d > longest {
					t.Fatalf("moved %d units in a tick, at most %d allowed", d, longest)
				}
			}
			if !in.Valid() && next != s {
				t.Fatalf("invalid input %+v moved the walker", in)
			}
			s, tick = next, tick+1
		}
	})
}

func BenchmarkStep(b *testing.B) {
	p := walker(20)
	s := State{X: 3 * 256, Y: 3 * 256}
	var g Grid = grids["room"]
	b.ReportAllocs()
	for i := range b.N {
		in := Input{X: int8(i>>4%254 - 127), Y: int8(i>>9%254 - 127)}
		s = Step(g, s, in, p, uint32(i))
	}
}
