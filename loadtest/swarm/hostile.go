package swarm

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/realmwire/realmwire/loadtest/flood"
	"github.com/realmwire/realmwire/loadtest/report"
)

// hostile floods the zone process in the second half of the window; the first half is what it is compared with. What one bot
// sends passes through a tap, so that there is something real to replay and to forge from.
type hostile struct {
	mu     sync.Mutex // guards what the bot's goroutine sets
	tap    *flood.Tap
	target netip.AddrPort

	rate    int
	running *flood.Flood
	found   report.Flood
}

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

// begin ends the quiet half.
func (h *hostile) begin(ctx context.Context, s *Swarm, w *window) error {
	s.scrape(ctx, w)
	h.found.Quiet = w.phase()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tap == nil {
		return fmt.Errorf("flood: no bot plays over UDP: there is nothing to flood")
	}
	var err error
	h.running, err = flood.Start(flood.Config{Target: h.target, Rate: h.rate, Seed: s.cfg.Seed, Taken: h.tap.Taken()})
	return err
}

// end stops the flood and takes the figures.
func (h *hostile) end(ctx context.Context, s *Swarm, w *window, lasted time.Duration) {
	s.scrape(ctx, w)
	h.found.Hostile = w.phase()
	if h.running == nil {
		return
	}
	c := h.running.Stop()
	h.found.Rate = float64(c.Sent) / lasted.Seconds()
	h.found.Sent, h.found.SentBytes, h.found.Received, h.found.ReceivedBytes = c.Sent, c.SentBytes, c.Received, c.ReceivedBytes
}

// close ends the tap, once the bot has left.
func (h *hostile) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tap != nil {
		h.tap.Close()
	}
}

// phase is what the zone processes say at this moment of the last seconds.
func (w *window) phase() report.Phase {
	var p report.Phase
	for _, z := range w.processes {
		p.TickP99Ms = max(p.TickP99Ms, z.tickP99Ms())
		if z.last != nil {
			p.Sessions += int(z.last.sessions)
			p.RSSBytes += z.last.rss
		}
	}
	return p
}
