package swarm

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/realmwire/realmwire/loadtest/flood"
	"github.com/realmwire/realmwire/loadtest/report"
)

// hostile floods the zone process in every second of an even number of windows; the quiet ones between are what they are
// compared with, at the same zone and in the same minutes. What one bot sends passes through a tap, so that there is something
// real to replay and to forge from.
type hostile struct {
	mu     sync.Mutex // guards what the bot's goroutine sets
	tap    *flood.Tap
	target netip.AddrPort

	// What follows is the goroutine's that watches.
	rate     int
	each     time.Duration // of a window
	windows  int           // in all
	running  *flood.Flood
	measured bool // the present window's settling is over
	begun    mark
	found    report.Flood
	quiet    ticks // of all quiet windows together, and of all flooded ones
	flooded  ticks
}

// mark is how things stood at a moment.
type mark struct {
	at    time.Duration
	cpuS  float64
	rss   float64
	ticks map[string]tickCounts
}

// newHostile divides the time. pairs is how many quiet and flooded windows; 0: as many of floodWindow as fit.
func newHostile(rate, pairs int, whole time.Duration) *hostile {
	if pairs <= 0 {
		pairs = max(1, int(whole/(2*floodWindow)))
	}
	return &hostile{rate: rate, each: whole / time.Duration(2*pairs), windows: 2 * pairs, quiet: ticks{}, flooded: ticks{}}
}

// settle is how much of a window passes before it is measured: the zones publish their figures once a second.
func (h *hostile) settle() time.Duration { return min(floodSettle, h.each/2) }

// reroute puts the tap between the bot and the zone process that it dials first.
func (h *hostile) reroute(addr string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tap != nil {
		return addr, nil
	}
	target, err := netip.ParseAddrPort(addr)
	if err != nil {
		return "", fmt.Errorf("flood: %w", err)
	}
	tap, err := flood.NewTap(addr)
	if err != nil {
		return "", err
	}
	h.tap, h.target = tap, target
	return tap.Addr(), nil
}

// turn does what is due: it begins to measure a window that has settled, or ends it and begins the next. It returns when to call
// again; 0: never.
func (h *hostile) turn(ctx context.Context, s *Swarm, w *window) (time.Duration, error) {
	s.scrape(ctx, w)
	if !h.measured {
		h.measured = true
		h.begun = w.mark(s.now())
		s.sampler.take(true)
		return h.each - h.settle(), nil
	}
	h.finish(s, w)
	if len(h.found.Windows) >= h.windows {
		return 0, nil
	}
	if len(h.found.Windows)%2 == 1 {
		return h.settle(), h.begin(s.cfg.Seed)
	}
	return h.settle(), nil
}

// finish ends a window and takes its figures.
func (h *hostile) finish(s *Swarm, w *window) {
	h.measured = false
	end := w.mark(s.now())
	lasted := (end.at - h.begun.at).Seconds()
	p := report.FloodWindow{Flooded: h.running != nil, AtS: h.begun.at.Seconds(), LastedS: lasted}
	p.AgeMs = s.sampler.take(true)
	during := minusAll(end.ticks, h.begun.ticks)
	p.TickP50Ms, p.TickP99Ms = during.slowest(0.5), during.slowest(0.99)
	p.CPU = (end.cpuS - h.begun.cpuS) / max(lasted, 0.001)
	p.RSSStartBytes, p.RSSBytes, p.Sessions = h.begun.rss, end.rss, w.sessions()
	all := h.quiet
	if h.running != nil {
		all = h.flooded
		h.stop(&p)
	}
	all.add(during)
	h.found.Windows = append(h.found.Windows, p)
}

// begin starts a flood.
func (h *hostile) begin(seed uint64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tap == nil {
		return fmt.Errorf("flood: no bot plays over UDP: there is nothing to flood")
	}
	var err error
	h.running, err = flood.Start(flood.Config{
		Target: h.target, Rate: h.rate, Seed: seed + uint64(len(h.found.Windows)), Taken: h.tap.Taken(),
	})
	return err
}

// stop ends the flood of a window.
func (h *hostile) stop(p *report.FloodWindow) {
	c := h.running.Stop()
	h.running = nil
	p.Sent, p.SentBytes, p.Received, p.ReceivedBytes = c.Sent, c.SentBytes, c.Received, c.ReceivedBytes
}

// close ends the tap, once the bot has left, and a flood that was interrupted; it returns all that was found.
func (h *hostile) close() *report.Flood {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running != nil {
		h.running.Stop()
	}
	if h.tap != nil {
		h.tap.Close()
	}
	f := &h.found
	f.Sum(h.each.Seconds())
	f.Quiet.TickP50Ms, f.Quiet.TickP99Ms = h.quiet.slowest(0.5), h.quiet.slowest(0.99)
	f.Hostile.TickP50Ms, f.Hostile.TickP99Ms = h.flooded.slowest(0.5), h.flooded.slowest(0.99)
	if f.Quiet.TickP99Ms > 0 {
		f.TickP99Ratio = f.Hostile.TickP99Ms / f.Quiet.TickP99Ms
	}
	return f
}

// mark is how the zone processes stand, by what was read of them last.
func (w *window) mark(now time.Duration) mark {
	m := mark{at: now, ticks: map[string]tickCounts{}}
	for _, p := range w.processes {
		if p.last == nil {
			continue
		}
		m.cpuS += p.last.cpuS
		m.rss += p.last.rss
		for name, z := range p.last.zones {
			m.ticks[p.url+" "+name] = slices.Clone(z.ticks)
		}
	}
	return m
}

// sessions are the open ones, of all transports.
func (w *window) sessions() int {
	n := 0
	for _, p := range w.processes {
		if p.last != nil {
			n += int(p.last.sessions)
		}
	}
	return n
}
