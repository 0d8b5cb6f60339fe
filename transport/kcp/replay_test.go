package kcp

import (
	"math/rand/v2"
	"testing"
)

func TestReplayWindow(t *testing.T) {
	var w replayWindow
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
		{1000 - replaySpan, false},
		{1000 - replaySpan + 1, true},
		{1000 - replaySpan + 1, false},
		{1 << 40, true},
		{1000, false},
		{1<<40 - replaySpan, false},
		{1<<40 - 1, true},
		{1<<40 - replaySpan + 1, true},
		{1 << 40, false},
	}
	for i, s := range steps {
		if got := w.fresh(s.counter); got != s.fresh {
			t.Fatalf("step %d: fresh(%d) is %v, want %v", i, s.counter, got, s.fresh)
		}
		if s.fresh {
			w.mark(s.counter)
		}
	}
}

// TestReplayWindowAgainstSet compares with a plain set over random walks, mask included.
func TestReplayWindowAgainstSet(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var w replayWindow
		seen := map[uint64]bool{}
		for range 3000 {
			counter := w.highest + uint64(rng.IntN(20))
			if rng.IntN(40) == 0 {
				counter += uint64(rng.IntN(3000))
			}
			counter -= min(counter, uint64(rng.IntN(1100)))
			old := counter == 0 || counter+replaySpan <= w.highest
			if got, want := w.fresh(counter), !old && !seen[counter]; got != want {
				t.Fatalf("seed %d: fresh(%d) with highest %d is %v, want %v", seed, counter, w.highest, got, want)
			}
			if !old && !seen[counter] {
				w.mark(counter)
				seen[counter] = true
			}
			for i := range uint64(ackMaskBits) {
				want := w.highest > 1+i && seen[w.highest-1-i]
				if got := w.mask()>>i&1 == 1; got != want {
					t.Fatalf("seed %d: bit %d of the mask below %d is %v, want %v", seed, i, w.highest, got, want)
				}
			}
		}
	}
}

func TestExpandCounter(t *testing.T) {
	const window = 1 << (8 * counterBytes)
	for _, c := range []struct{ highest, counter uint64 }{
		{0, 1},
		{0, 100},
		{0, window/2 - 1},
		{99, 98},
		{99, 1},
		{window - 1, window},
		{window, window - 1},
		{window + 5, window - 5},
		{5 * window, 5*window + window/2},
		{5 * window, 5*window - window/2 + 2},
		{1<<61 - 7, 1<<61 + 12},
	} {
		if got := expandCounter(c.highest, uint32(c.counter%window)); got != c.counter {
			t.Errorf("after %d, the low bits of %d became %d", c.highest, c.counter, got)
		}
	}
}
