package replay

import (
	"math/rand/v2"
	"testing"
)

func TestReplayWindow(t *testing.T) {
	var w Window
	steps := []struct {
		counter uint64
		fresh   bool
	}{
		{0, false}, // counters start at 1
		{1, true},
		{1, false},
		{3, true},
		{2, true},
		{2, false},
		{3, false},
		{63, true},
		{64, true},
		{65, true},
		{64, false},
		{1000, true},
		{1000 - Span, false},
		{1000 - Span + 1, true},
		{1000 - Span + 1, false},
		{1 << 40, true},
		{1000, false},
		{1<<40 - Span, false},
		{1<<40 - 1, true},
		{1<<40 - Span + 1, true},
		{1 << 40, false},
	}
	for i, s := range steps {
		if got := w.Fresh(s.counter); got != s.fresh {
			t.Fatalf("step %d: fresh(%d) is %v, want %v", i, s.counter, got, s.fresh)
		}
		if s.fresh {
			w.Mark(s.counter)
		}
	}
}

// TestReplayWindowAgainstSet compares with a plain set over random walks, mask included.
func TestReplayWindowAgainstSet(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var w Window
		seen := map[uint64]bool{}
		for range 3000 {
			counter := w.Highest + uint64(rng.IntN(20))
			if rng.IntN(40) == 0 {
				counter += uint64(rng.IntN(3000))
			}
			counter -= min(counter, uint64(rng.IntN(1100)))
			old := counter == 0 || counter+Span <= w.Highest
			if got, want := w.Fresh(counter), !old && !seen[counter]; got != want {
				t.Fatalf("seed %d: fresh(%d) with highest %d is %v, want %v", seed, counter, w.Highest, got, want)
			}
			if !old && !seen[counter] {
				w.Mark(counter)
				seen[counter] = true
			}
			for i := range uint64(32) {
				want := w.Highest > 1+i && seen[w.Highest-1-i]
				if got := w.Mask()>>i&1 == 1; got != want {
					t.Fatalf("seed %d: bit %d of the mask below %d is %v, want %v", seed, i, w.Highest, got, want)
				}
			}
		}
	}
}
