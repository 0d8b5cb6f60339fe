package swarm

import (
	"maps"
	"math"
	"slices"

	dto "github.com/prometheus/client_model/go"
)

// tickCounts are how many of a zone's ticks took at most so long: the buckets of a histogram, by rising bounds.
type tickCounts []tickCount

type tickCount struct {
	bound float64 // seconds
	n     float64 // at most that
}

func readTicks(h *dto.Histogram) tickCounts {
	var out tickCounts
	for _, b := range h.GetBucket() {
		if !math.IsInf(b.GetUpperBound(), 0) {
			out = append(out, tickCount{b.GetUpperBound(), float64(b.GetCumulativeCount())})
		}
	}
	slices.SortFunc(out, func(a, b tickCount) int { return int(math.Copysign(1, a.bound-b.bound)) })
	return append(out, tickCount{math.Inf(1), float64(h.GetSampleCount())})
}

// minus is what was counted since before; nil where the two do not match.
func (t tickCounts) minus(before tickCounts) tickCounts {
	if len(t) != len(before) {
		return nil
	}
	out := slices.Clone(t)
	for i := range out {
		out[i].n -= before[i].n
	}
	return out
}

func (t tickCounts) plus(more tickCounts) tickCounts {
	if len(t) == 0 {
		return slices.Clone(more)
	}
	out := slices.Clone(t)
	for i := range min(len(out), len(more)) {
		out[i].n += more[i].n
	}
	return out
}

// quantile is the time in milliseconds that a share of the ticks took at most, as if they lay evenly in their bucket.
func (t tickCounts) quantile(share float64) float64 {
	if len(t) == 0 || t[len(t)-1].n <= 0 {
		return 0
	}
	want := share * t[len(t)-1].n
	below := tickCount{}
	for _, c := range t {
		if c.n >= want {
			if math.IsInf(c.bound, 1) {
				return below.bound * 1000
			}
			return 1000 * (below.bound + (c.bound-below.bound)*(want-below.n)/max(c.n-below.n, 1))
		}
		below = c
	}
	return below.bound * 1000
}

// ticks are those of several zones, by name.
type ticks map[string]tickCounts

func minusAll(after, before ticks) ticks {
	out := ticks{}
	for name, t := range after {
		out[name] = t.minus(before[name])
	}
	return out
}

func (t ticks) add(more ticks) {
	for _, name := range slices.Sorted(maps.Keys(more)) {
		t[name] = t[name].plus(more[name])
	}
}

// slowest is a quantile of the zone where it is the greatest.
func (t ticks) slowest(share float64) float64 {
	worst := 0.0
	for _, z := range t {
		worst = max(worst, z.quantile(share))
	}
	return worst
}
