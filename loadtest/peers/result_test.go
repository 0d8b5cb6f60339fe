package main

import (
	"slices"
	"testing"
	"time"

	"github.com/realmwire/realmwire/loadtest/peers/peer"
)

func TestPercentileAndMedian(t *testing.T) {
	v := make([]int32, 100)
	for i := range v {
		v[99-i] = int32(i + 1)
	}
	for _, c := range []struct{ p, want float64 }{{0.01, 1}, {0.5, 50}, {0.99, 99}, {1, 100}} {
		if got := percentile(v, c.p); got != c.want {
			t.Errorf("percentile %v is %v, want %v", c.p, got, c.want)
		}
	}
	if percentile(nil, 0.5) != 0 || median(nil) != 0 {
		t.Error("nothing has a percentile")
	}
	if got := median([]float64{9, 1, 2, 4}); got != 3 {
		t.Errorf("median %v", got)
	}
	if v[0] != 100 {
		t.Error("the samples were reordered")
	}
}

func TestRatiosPairRounds(t *testing.T) {
	got := ratios(map[int]float64{0: 10, 1: 30, 2: 5}, map[int]float64{0: 5, 1: 10})
	slices.Sort(got)
	if !slices.Equal(got, []float64{2, 3}) {
		t.Errorf("got %v", got)
	}
}

func TestTurnHoldsEveryRowOnce(t *testing.T) {
	rows := (&runner{peers: mustChoose(t)}).rows(nothing)
	for i := range 5 {
		order := turn(rows, i)
		seen := map[string]bool{}
		for _, r := range order {
			seen[r.String()] = true
		}
		if len(order) != len(rows) || len(seen) != len(rows) || order[0].Name != rows[0].Name {
			t.Errorf("round %d: %v", i, order)
		}
	}
}

// An event that never came counts with the time it has waited; one before or after the span does not count.
func TestEventDelays(t *testing.T) {
	ms := int64(time.Millisecond)
	at := func(n uint32) int64 { return 1000*ms + int64(n)*200*ms }
	var events []arrived
	for _, n := range []uint32{1, 2, 4, 5, 7} { // 3 and 6 are missing
		events = append(events, arrived{n, at(n), at(n) + 60*ms})
	}
	delays, missing := eventDelays(events, span{at(2) - 50*ms, at(7) - 50*ms}, at(10))
	slices.Sort(delays)
	if want := []int32{60_000, 60_000, 60_000, 800_000, 1_400_000}; missing != 2 || !slices.Equal(delays, want) {
		t.Errorf("delays %v, %d missing; want %v and 2", delays, missing, want)
	}
	if delays, missing = eventDelays(nil, span{0, int64(time.Second)}, 0); len(delays) != 0 || missing != 5 {
		t.Errorf("with nothing: %v, %d missing", delays, missing)
	}
}

func nothing(peer.Peer) bool { return false }

func mustChoose(t *testing.T) []peer.Peer {
	t.Helper()
	all, err := choose("")
	if err != nil {
		t.Fatal(err)
	}
	return all
}
