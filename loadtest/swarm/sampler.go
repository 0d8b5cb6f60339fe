package swarm

import (
	"sync"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/realmwire/realmwire/loadtest/report"
)

// sampler looks at all bots at once. What is not marked belongs to its goroutine until that has ended.
type sampler struct {
	samples uint64 // times that were due within the window
	missed  uint64 // of these, times that the machine was too busy for
	moved   int    // zones' schedules

	mu     sync.Mutex
	recent *hdr.Histogram // ages since the last progress; guarded by mu
	phase  *hdr.Histogram // ages since the last window of a flood; guarded by mu
}

func newSampler() *sampler {
	return &sampler{recent: hdr.New(1, maxMicros, digits), phase: hdr.New(1, maxMicros, digits)}
}

// sample takes every bot's age. periods is how many of sampleEvery have passed since the last time.
func (m *sampler) sample(now time.Duration, periods int, s *Swarm) {
	zones := s.origins.all()
	measuring := s.measuring.Load()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, b := range s.bots {
		v := b.newest.Load()
		if v == 0 {
			continue
		}
		age := min(zones[v>>32-1].age(now, uint32(v)).Microseconds(), maxMicros)
		_ = m.recent.RecordValue(age) // within its range, as are the next
		_ = m.phase.RecordValue(age)
		if measuring {
			_ = s.meters[b.kind].age.RecordValue(age)
		}
	}
	if measuring {
		m.samples += uint64(max(periods, 1))
		m.missed += uint64(max(periods-1, 0))
	}
}

// take returns the ages since it was called last, for the progress or for the windows of a flood.
func (m *sampler) take(phase bool) report.Percentiles {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.recent
	if phase {
		h = m.phase
	}
	p := millis(h)
	h.Reset()
	return p
}
