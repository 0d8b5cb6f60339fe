package zone

import (
	"sync"

	"github.com/realmwire/realmwire/zone/core"
)

// TickMs are quantiles of how long ticks took to simulate and send, in milliseconds.
type TickMs struct{ P50, P99, Max float64 }

// Stats is a zone as it is now, for metrics and the realm's directory. Its int fields are gauges in metrics, those of Counters totals;
// each is shown under its own name, with its help.
type Stats struct {
	Name         string
	Title        string
	Players      int `help:"Players in the zone."`
	Sessions     int `help:"Sessions in the zone, those joining and leaving included."`
	Capacity     int `help:"Players that the zone takes."`
	Entities     int `help:"Entities in the zone."`
	TickHz       int `help:"Ticks per second."`
	SavesPending int `help:"Players whose newest state waits for the realm."`
	Tick         uint32
	TickMs       TickMs     // since the start
	RecentTickMs TickMs     // of the last ten seconds or so
	Ticks        TickCounts // since the start
	Counters
}

// Counters are what a zone has counted since its start. Each is declared where it counts.
type Counters struct {
	core.Counters
	loopCounters
	inboxCounters
	saverCounters
}

// meter measures ticks. The loop owns what counts them; published is for everybody.
type meter struct {
	ticks          TickCounts
	window, before TickCounts // as ticks was when this window began, and the one before

	mu        sync.Mutex
	published Stats // guarded by mu
}

// nextWindow begins a new window.
func (m *meter) nextWindow() { m.before, m.window = m.window, m.ticks }

func (m *meter) publish(s Stats) {
	s.Ticks, s.TickMs, s.RecentTickMs = m.ticks, m.ticks.Since(&TickCounts{}), m.ticks.Since(&m.before)
	m.mu.Lock()
	m.published = s
	m.mu.Unlock()
}

func (m *meter) read() Stats {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.published
}
