package zone

import (
	"sync"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/realmwire/realmwire/zone/core"
)

// TickMs are quantiles of how long ticks took to simulate and send, in milliseconds.
type TickMs struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Stats is a zone as it is now, for metrics, reports and the realm's directory.
type Stats struct {
	Name          string     `json:"name"`
	Title         string     `json:"title"`
	Players       int        `json:"players"`
	Sessions      int        `json:"sessions"` // those joining and leaving included
	Capacity      int        `json:"capacity"`
	Entities      int        `json:"entities"`
	TickHz        int        `json:"tick_hz"`
	Tick          uint32     `json:"tick"`
	TickMs        TickMs     `json:"tick_ms"`        // since the start
	RecentTickMs  TickMs     `json:"recent_tick_ms"` // of the last ten seconds or so
	Ticks         TickCounts `json:"-"`              // since the start
	Overruns      uint64     `json:"overruns"`       // ticks that began more than a tick late
	LostTicks     uint64     `json:"lost_ticks"`     // ticks' worth of time given up because the zone could not keep up
	InboxDropped  uint64     `json:"inbox_dropped"`
	SavesPending  int        `json:"saves_pending"`
	SavesFailed   uint64     `json:"saves_failed"`
	core.Counters `json:"counters"`
}

// maxTickMicros is the longest tick that is told apart.
const maxTickMicros = 60_000_000

// meter measures ticks. The loop owns what counts them; published is for everybody.
type meter struct {
	all    *hdr.Histogram
	recent *hdr.Histogram
	last   *hdr.Histogram // the window before recent
	ticks  TickCounts

	mu        sync.Mutex
	published Stats // guarded by mu
}

func newMeter() *meter {
	h := func() *hdr.Histogram { return hdr.New(1, maxTickMicros, 3) }
	return &meter{all: h(), recent: h(), last: h()}
}

func (m *meter) record(micros int64) {
	micros = min(max(micros, 1), maxTickMicros)
	// Within the range nothing fails.
	_ = m.all.RecordValue(micros)
	_ = m.recent.RecordValue(micros)
	m.ticks.record(uint64(micros))
}

// nextWindow begins a new window.
func (m *meter) nextWindow() {
	m.recent, m.last = m.last, m.recent
	m.recent.Reset()
}

func (m *meter) publish(s Stats) {
	s.TickMs, s.Ticks = quantiles(m.all), m.ticks
	window := hdr.Import(m.last.Export())
	window.Merge(m.recent)
	s.RecentTickMs = quantiles(window)
	m.mu.Lock()
	m.published = s
	m.mu.Unlock()
}

func (m *meter) read() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.published
}

func quantiles(h *hdr.Histogram) TickMs {
	ms := func(micros int64) float64 { return float64(micros) / 1000 }
	return TickMs{P50: ms(h.ValueAtQuantile(50)), P99: ms(h.ValueAtQuantile(99)), Max: ms(h.Max())}
}
