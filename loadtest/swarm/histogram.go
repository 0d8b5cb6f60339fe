package swarm

import (
	"sync"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/realmwire/realmwire/loadtest/report"
)

const (
	maxMicros = 120_000_000 // two minutes; what is longer counts as that
	maxViewed = 100_000
	digits    = 3
	shards    = 4 // of each distribution, so that bots seldom wait for one another
)

// metric is one distribution that bots record into.
type metric int

const (
	joins metric = iota
	deliveries
	acks
	lateness
	views
	metrics
)

// shard is some bots' distributions.
type shard struct {
	mu sync.Mutex
	h  [metrics]*hdr.Histogram // guarded by mu
}

func newShard() *shard {
	s := &shard{}
	for m := range s.h {
		top := int64(maxMicros)
		if metric(m) == views {
			top = maxViewed
		}
		s.h[m] = hdr.New(1, top, digits)
	}
	return s
}

func (s *shard) record(m metric, v int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.h[m].RecordValue(min(max(v, 0), s.h[m].HighestTrackableValue())) // the range is kept, so it cannot fail
}

func (s *shard) duration(m metric, d time.Duration) { s.record(m, d.Microseconds()) }

// meter is the distributions of the bots on one transport.
type meter struct {
	shards [shards]*shard
	age    *hdr.Histogram // owned by the sampler until it has stopped
}

func newMeter() *meter {
	m := &meter{age: hdr.New(1, maxMicros, digits)}
	for i := range m.shards {
		m.shards[i] = newShard()
	}
	return m
}

// collect merges one metric of some meters.
func collect(of metric, from ...*meter) *hdr.Histogram {
	top := int64(maxMicros)
	if of == views {
		top = maxViewed
	}
	sum := hdr.New(1, top, digits)
	for _, m := range from {
		for _, s := range m.shards {
			s.mu.Lock()
			sum.Merge(s.h[of])
			s.mu.Unlock()
		}
	}
	return sum
}

func collectAge(from ...*meter) *hdr.Histogram {
	sum := hdr.New(1, maxMicros, digits)
	for _, m := range from {
		sum.Merge(m.age)
	}
	return sum
}

const microsPerMilli = 1000

func millis(h *hdr.Histogram) report.Percentiles {
	return report.Percentiles{P50: quantile(h, 50) / microsPerMilli, P99: quantile(h, 99) / microsPerMilli}
}

func millisSpread(h *hdr.Histogram) report.Spread {
	return report.Spread{
		P50: quantile(h, 50) / microsPerMilli, P99: quantile(h, 99) / microsPerMilli, Max: quantile(h, 100) / microsPerMilli,
	}
}

func plain(h *hdr.Histogram) report.Percentiles {
	return report.Percentiles{P50: quantile(h, 50), P99: quantile(h, 99)}
}

// quantile is 0 for an empty distribution.
func quantile(h *hdr.Histogram, percent float64) float64 {
	if h.TotalCount() == 0 {
		return 0
	}
	return float64(h.ValueAtQuantile(percent))
}
