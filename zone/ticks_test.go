package zone

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/realmwire/realmwire/internal/count"
)

func TestTicksAreCountedUnderTheFirstBoundThatHoldsThem(t *testing.T) {
	for i := range tickBuckets {
		bound := tickBound(i)
		if i > 0 && (bound <= tickBound(i-1) || bound > tickBound(i-1)+max(1, tickBound(i-1)/tickParts)) {
			t.Fatalf("bound %d is %d µs, the one before %d", i, bound, tickBound(i-1))
		}
		if at := tickBucket(bound); at != i {
			t.Errorf("%d µs is under bound %d, not %d", bound, at, i)
		}
		if at := tickBucket(bound + 1); bound < maxTick && at != i+1 {
			t.Errorf("%d µs is under bound %d, not %d", bound+1, at, i+1)
		}
	}
	if last := tickBound(tickBuckets - 1); last != maxTick {
		t.Errorf("the last bound is %d, not %d", last, maxTick)
	}
	var c TickCounts
	for _, micros := range []uint64{0, 1, 64, 65, 1000, 1 << 40} {
		c.record(micros)
	}
	n, _ := c.Total()
	all := c.Cumulative()
	if n != 6 || all[64e-6] != 3 || all[72e-6] != 4 || all[1024e-6] != 5 || all[262144e-6] != 5 || len(all) != 97 {
		t.Errorf("%d ticks: %v", n, all)
	}
}

// Quantiles of the histogram are those of the ticks themselves, but for the width of a bucket: since the start, and since any point.
func TestQuantilesOfTicks(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	near := func(what string, got TickMs, micros []uint64) {
		t.Helper()
		slices.Sort(micros)
		at := func(q float64) float64 { return float64(micros[int(math.Ceil(q*float64(len(micros))))-1]) / 1000 }
		for name, pair := range map[string][2]float64{"p50": {got.P50, at(0.5)}, "p99": {got.P99, at(0.99)}, "max": {got.Max, at(1)}} {
			if pair[0] < pair[1] || pair[0] > pair[1]*(1+1./tickParts)+0.001 {
				t.Errorf("%s: %s is %v ms, want %v", what, name, pair[0], pair[1])
			}
		}
	}
	var c, before TickCounts
	var all, recent []uint64
	for i := range 3000 {
		if i == 2000 {
			before = c
		}
		micros := uint64(math.Exp(rng.Float64()*10)) + 1 // 2 µs to 22 ms
		if i == 1000 {
			micros = 3_000_000 // the longest is not in the window
		}
		c.record(micros)
		all = append(all, micros)
		if i >= 2000 {
			recent = append(recent, micros)
		}
	}
	near("since the start", c.Since(&TickCounts{}), all)
	near("of the window", c.Since(&before), recent)
	if got := c.Since(&TickCounts{}); got.Max != 3000 {
		t.Errorf("the longest took %v ms, want 3000", got.Max)
	}
	if got := c.Since(&c); got != (TickMs{}) {
		t.Errorf("of no tick: %+v", got)
	}
	if n := testing.AllocsPerRun(100, func() { c.record(500) }); n != 0 {
		t.Errorf("%v allocations a tick", n)
	}
}

// The recent window is this one and the one before.
func TestRecentTicksAreThoseOfTwoWindows(t *testing.T) {
	var m meter
	for _, micros := range []uint64{9000, 5000, 1000} {
		m.nextWindow()
		m.ticks.record(micros)
	}
	m.publish(Stats{})
	if s := m.read(); s.RecentTickMs.Max < 5 || s.RecentTickMs.Max > 5.2 || s.TickMs.Max != 9 {
		t.Errorf("recent %+v, all %+v", s.RecentTickMs, s.TickMs)
	}
}

// What a zone counts and shows has a help, under a name of its own.
func TestCountersHaveHelp(t *testing.T) {
	names := map[string]bool{}
	for _, c := range count.Of(Stats{}) {
		if c.Help == "" || names[c.Name] {
			t.Errorf("%s has no help, or is there twice", c.Name)
		}
		names[c.Name] = true
	}
	// Dashboards know these.
	for _, name := range []string{
		"players", "entities", "capacity", "tick_hz", "saves_pending", "overrun", "lost_tick", "inbox_dropped", "save_failed", "offence", "kicked",
		"join_refused", "dropped", "resumed", "chat_limited", "snapshot", "snapshot_bytes", "snapshot_skipped", "snapshot_paced",
	} {
		if !names[name] {
			t.Errorf("%s is not shown any more", name)
		}
	}
}
