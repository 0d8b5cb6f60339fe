package swarm

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/realmwire/realmwire/loadtest/dear"
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

	acks windowed // of the bots' inputs

	// What follows is the goroutine's that watches.
	rate                   int
	dear                   []string                           // kinds of dear packets, one a flooded window in turn; none: a flood from outside
	each                   time.Duration                      // of a window
	windows                int                                // in all
	running                func() (report.FloodWindow, error) // stops what floods, and says what it did; nil: nothing does
	measured               bool                               // the present window's settling is over
	begun                  mark
	found                  report.Flood
	quiet                  ticks // of all quiet windows together, and of all flooded ones
	flooded                ticks
	quietAcks, floodedAcks *hdr.Histogram // likewise
}

// mark is how things stood at a moment.
type mark struct {
	at    time.Duration
	cpuS  float64
	rss   float64
	ticks map[string]tickCounts
}

// newHostile divides the time. pairs is how many quiet and flooded windows; 0: as many of floodWindow as fit.
func newHostile(rate, pairs int, dear []string, whole time.Duration) *hostile {
	if pairs <= 0 {
		pairs = max(1, int(whole/(2*floodWindow)))
	}
	h := &hostile{rate: rate, dear: dear, each: whole / time.Duration(2*pairs), windows: 2 * pairs, quiet: ticks{}, flooded: ticks{}}
	h.acks.h, h.quietAcks, h.floodedAcks = newAcks(), newAcks(), newAcks()
	h.found.Dear = dear
	return h
}

// windowed is one window's distribution of how long inputs took.
type windowed struct {
	mu sync.Mutex
	h  *hdr.Histogram // guarded by mu
}

func newAcks() *hdr.Histogram { return hdr.New(1, maxMicros, digits) }

func (w *windowed) record(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.h.RecordValue(min(max(d.Microseconds(), 1), maxMicros)) // the range is kept, so it cannot fail
}

// take returns it, and begins the next.
func (w *windowed) take() *hdr.Histogram {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.h
	w.h = newAcks()
	return h
}

// settle is how much of a window passes before it is measured: the zones publish their figures once a second.
func (h *hostile) settle() time.Duration { return min(floodSettle, h.each/2) }

// reroute puts the tap between the bot and the zone process that it dials first.
func (h *hostile) reroute(addr string) (string, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tap != nil || len(h.dear) > 0 {
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
		h.acks.take()
		return h.each - h.settle(), nil
	}
	h.finish(s, w)
	if len(h.found.Windows) >= h.windows {
		return 0, nil
	}
	if len(h.found.Windows)%2 == 1 {
		return h.settle(), h.begin(ctx, s)
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
	took := h.acks.take()
	p.InputAckMs = millis(took)
	during := minusAll(end.ticks, h.begun.ticks)
	p.TickP50Ms, p.TickP99Ms = during.slowest(0.5), during.slowest(0.99)
	p.CPU = (end.cpuS - h.begun.cpuS) / max(lasted, 0.001)
	p.RSSStartBytes, p.RSSBytes, p.Sessions = h.begun.rss, end.rss, w.sessions()
	all, allAcks := h.quiet, h.quietAcks
	if h.running != nil {
		all, allAcks = h.flooded, h.floodedAcks
		h.stop(&p, w)
	}
	all.add(during)
	allAcks.Merge(took)
	h.found.Windows = append(h.found.Windows, p)
}

// begin starts what floods the next window.
func (h *hostile) begin(ctx context.Context, s *Swarm) error {
	if len(h.dear) > 0 {
		return h.beginDear(ctx, s)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tap == nil {
		return fmt.Errorf("flood: no bot plays over UDP: there is nothing to flood")
	}
	f, err := flood.Start(flood.Config{
		Target: h.target, Rate: h.rate, Seed: s.cfg.Seed + uint64(len(h.found.Windows)), Taken: h.tap.Taken(),
	})
	if err != nil {
		return err
	}
	h.running = func() (report.FloodWindow, error) {
		c := f.Stop()
		return report.FloodWindow{Sent: c.Sent, SentBytes: c.SentBytes, Received: c.Received, ReceivedBytes: c.ReceivedBytes}, nil
	}
	return nil
}

// beginDear has one peer send dear packets, of the next kind.
func (h *hostile) beginDear(ctx context.Context, s *Swarm) error {
	kind := h.dear[len(h.found.Windows)/2%len(h.dear)]
	class, appearance := s.cfg.Game.Characters.Bot(0)
	p, err := dear.Start(ctx, dear.Config{
		API: s.api, Schema: s.cfg.Game.Schema.Hash, Class: class, Appearance: appearance, Kind: kind, Rate: h.rate,
	})
	if err != nil {
		return err
	}
	h.running = func() (report.FloodWindow, error) {
		c, err := p.Stop()
		return report.FloodWindow{Kind: kind, Sent: c.Sent, SentBytes: c.SentBytes}, err
	}
	return nil
}

// stop ends what floods a window.
func (h *hostile) stop(p *report.FloodWindow, w *window) {
	did, err := h.running()
	h.running = nil
	if err != nil {
		w.notes = append(w.notes, err.Error())
	}
	p.Kind, p.Sent, p.SentBytes, p.Received, p.ReceivedBytes = did.Kind, did.Sent, did.SentBytes, did.Received, did.ReceivedBytes
}

// close ends the tap, once the bot has left, and a flood that was interrupted; it returns all that was found.
func (h *hostile) close() *report.Flood {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.running != nil {
		_, _ = h.running()
	}
	if h.tap != nil {
		h.tap.Close()
	}
	f := &h.found
	f.Sum(h.each.Seconds())
	f.Quiet.TickP50Ms, f.Quiet.TickP99Ms = h.quiet.slowest(0.5), h.quiet.slowest(0.99)
	f.Hostile.TickP50Ms, f.Hostile.TickP99Ms = h.flooded.slowest(0.5), h.flooded.slowest(0.99)
	f.Quiet.InputAckMs, f.Hostile.InputAckMs = millis(h.quietAcks), millis(h.floodedAcks)
	if f.Quiet.InputAckMs.P99 > 0 {
		f.AckP99Ratio = f.Hostile.InputAckMs.P99 / f.Quiet.InputAckMs.P99
	}
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
