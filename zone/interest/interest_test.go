package interest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestHysteresis(t *testing.T) {
	g := New(10_000, 10_000, 500)
	g.Insert(3, 5000, 5000)
	var v View
	r := Radii{Enter: 1000, Leave: 1200}
	for _, step := range []struct {
		x             int32
		entered, left int
	}{
		{6001, 0, 0}, // just outside
		{6000, 1, 0}, // on the edge
		{6100, 0, 0}, // in the gap, was inside
		{6200, 0, 0}, // on the outer edge
		{6201, 0, 1},
		{6100, 0, 0}, // in the gap, was outside
		{5999, 1, 0},
	} {
		entered, left := v.Update(g, step.x, 5000, r)
		if len(entered) != step.entered || len(left) != step.left {
			t.Fatalf("from x=%d: entered %v, left %v, want %d and %d", step.x, entered, left, step.entered, step.left)
		}
	}
}

func TestASlotUsedAgainLeavesAndEnters(t *testing.T) {
	g := New(1000, 1000, 100)
	g.Insert(0, 500, 500)
	var v View
	v.Update(g, 500, 500, Radii{100, 100})
	g.Remove(0)
	g.Insert(0, 510, 510)
	entered, left := v.Update(g, 500, 500, Radii{100, 100})
	if len(entered) != 1 || len(left) != 1 || v.Len() != 1 {
		t.Fatalf("entered %v, left %v, has %d, want 1, 1, 1", entered, left, v.Len())
	}
	g.Remove(0)
	g.Remove(0) // twice is harmless
	if _, left = v.Update(g, 500, 500, Radii{100, 100}); len(left) != 1 || v.Len() != 0 || v.Has(0) {
		t.Fatalf("left %v, has %d after the removal", left, v.Len())
	}
}

// The grid and the view agree, at every step of any history, with a model that looks at everything.
func TestAgainstModel(t *testing.T) {
	type pos struct{ x, y int32 }
	rapid.Check(t, func(t *rapid.T) {
		const size = 4000
		coord := rapid.Int32Range(-300, size+300)
		g := New(size, size, rapid.Int32Range(50, 5000).Draw(t, "cell"))
		enter := rapid.Int32Range(0, 2500).Draw(t, "enter")
		r := Radii{Enter: enter, Leave: enter + rapid.Int32Range(0, 800).Draw(t, "gap")}
		at, seen := map[Slot]pos{}, map[Slot]bool{}
		var v View
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			s := Slot(rapid.IntRange(0, 70).Draw(t, "slot"))
			p := pos{coord.Draw(t, "x"), coord.Draw(t, "y")}
			switch _, in := at[s]; {
			case !in:
				g.Insert(s, p.x, p.y)
				at[s] = p
			case rapid.IntRange(0, 3).Draw(t, "op") == 0:
				g.Remove(s)
				delete(at, s)
				delete(seen, s)
			default:
				g.Move(s, p.x, p.y)
				at[s] = p
			}
			eye := pos{coord.Draw(t, "eyeX"), coord.Draw(t, "eyeY")}
			within := func(p pos, radius int32) bool {
				dx, dy := int64(p.x-eye.x), int64(p.y-eye.y)
				return dx*dx+dy*dy <= int64(radius)*int64(radius)
			}
			for s, p := range at {
				seen[s] = within(p, r.Enter) || seen[s] && within(p, r.Leave)
			}
			v.Update(g, eye.x, eye.y, r)
			n := 0
			for s := range Slot(71) {
				if seen[s] {
					n++
				}
				if v.Has(s) != seen[s] {
					t.Fatalf("slot %d at %v seen from %v: view says %v, model %v", s, at[s], eye, v.Has(s), seen[s])
				}
			}
			if v.Len() != n {
				t.Fatalf("view has %d members, model %d", v.Len(), n)
			}
		}
	})
}

func TestTheSameHistoryGivesTheSameOrder(t *testing.T) {
	run := func() []Slot {
		g, _ := crowd(300)
		var v View
		v.Update(g, 5000, 5000, Radii{2000, 2500})
		var out []Slot
		for i := range v.Len() {
			out = append(out, v.At(i))
		}
		return out
	}
	if a, b := run(), run(); len(a) == 0 || !slices.Equal(a, b) {
		t.Fatalf("two runs give %v and %v", a, b)
	}
}

func crowd(n int) (*Grid, *rand.Rand) {
	rng := rand.New(rand.NewPCG(1, 2))
	g := New(10_000, 10_000, 1000)
	for i := range n {
		g.Insert(Slot(i), rng.Int32N(10_000), rng.Int32N(10_000))
	}
	return g, rng
}

// tick moves everybody a little and updates every view.
func tick(g *Grid, rng *rand.Rand, views []View) {
	for i := range views {
		e := g.entries[i]
		g.Move(Slot(i), min(max(e.x+rng.Int32N(129)-64, 0), 9999), min(max(e.y+rng.Int32N(129)-64, 0), 9999))
	}
	for i := range views {
		e := g.entries[i]
		views[i].Update(g, e.x, e.y, Radii{2000, 2400})
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	g, rng := crowd(200)
	views := make([]View, 200)
	for range 300 {
		tick(g, rng, views)
	}
	if n := testing.AllocsPerRun(200, func() { tick(g, rng, views) }); n >= 1 {
		t.Fatalf("%v allocations per tick of 200 views", n)
	}
}

func BenchmarkViews(b *testing.B) {
	g, rng := crowd(500)
	views := make([]View, 500)
	tick(g, rng, views)
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		tick(g, rng, views)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/view")
}
