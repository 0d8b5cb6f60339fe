package swarm

import (
	"fmt"
	"runtime"
	"time"

	hdr "github.com/HdrHistogram/hdrhistogram-go"

	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/transport"
)

// window is the time in which is measured. The goroutine of Run owns it.
type window struct {
	opened      bool
	interrupted bool
	first, last reading // at its two ends
	shown       reading // at the last progress
	processes   []*process
	notes       []string
}

// reading is what the bots have counted up to a moment.
type reading struct {
	at        time.Duration
	connected int // now
	drops     int
	desyncs   uint64
	total     counted
	by        map[transport.Kind]counted
}

type counted struct{ down, up, datagramsDown, datagramsUp, snapshots, corrections, starved uint64 }

func (c counted) plus(d counted) counted {
	return counted{
		c.down + d.down, c.up + d.up, c.datagramsDown + d.datagramsDown, c.datagramsUp + d.datagramsUp,
		c.snapshots + d.snapshots, c.corrections + d.corrections, c.starved + d.starved,
	}
}

func (c counted) minus(d counted) counted {
	return counted{
		c.down - d.down, c.up - d.up, c.datagramsDown - d.datagramsDown, c.datagramsUp - d.datagramsUp,
		c.snapshots - d.snapshots, c.corrections - d.corrections, c.starved - d.starved,
	}
}

func (s *Swarm) reading(at time.Duration) reading {
	r := reading{at: at, by: map[transport.Kind]counted{}}
	for _, b := range s.bots {
		r.drops += int(b.drops.Load())
		r.desyncs += b.desyncs.Load()
		if b.inside.Load() {
			r.connected++
		}
		session := b.session.Load()
		if session == nil {
			continue
		}
		st := session.Stats()
		c := counted{
			st.BytesIn, st.BytesOut, st.DatagramsIn, st.DatagramsOut,
			b.snapshots.Load(), b.corrections.Load(), b.starved.Load(),
		}
		r.by[b.kind] = r.by[b.kind].plus(c)
		r.total = r.total.plus(c)
	}
	return r
}

func (s *Swarm) progress(w *window, now time.Duration) report.Progress {
	r := s.reading(now)
	p := report.Progress{
		Elapsed: now, Measuring: w.opened, Bots: len(s.bots), Connected: r.connected, Desyncs: r.desyncs, Drops: r.drops,
		AgeMs: s.sampler.take(false),
	}
	if w.opened {
		p.Left = max(0, s.cfg.Duration-(now-w.first.at))
	}
	s.mu.Lock()
	for _, n := range s.failed {
		p.Failed += n
	}
	s.mu.Unlock()
	t := traffic(r.total.minus(w.shown.total), r.connected, now-w.shown.at)
	p.DownBS, p.UpBS = t.BytesDownPerBotS, t.BytesUpPerBotS
	for _, z := range w.processes {
		p.TickP99Ms = max(p.TickP99Ms, z.tickP99Ms())
	}
	w.shown = r
	return p
}

func traffic(c counted, bots int, over time.Duration) report.Traffic {
	per := float64(bots) * over.Seconds()
	if per <= 0 {
		return report.Traffic{}
	}
	return report.Traffic{
		BytesDownPerBotS: float64(c.down) / per, BytesUpPerBotS: float64(c.up) / per, SnapshotsPerBotS: float64(c.snapshots) / per,
		DatagramsDownPerBot: float64(c.datagramsDown) / per, DatagramsUpPerBot: float64(c.datagramsUp) / per,
	}
}

// roundTrips are the bots' RTTs just now.
func (s *Swarm) roundTrips() map[transport.Kind]*hdr.Histogram {
	out := map[transport.Kind]*hdr.Histogram{}
	for kind := range s.meters {
		out[kind] = hdr.New(1, maxMicros, digits)
	}
	for _, b := range s.bots {
		session := b.session.Load()
		if session == nil || !b.inside.Load() {
			continue
		}
		if rtt := session.Stats().RTT; rtt > 0 {
			_ = out[b.kind].RecordValue(min(rtt.Microseconds(), maxMicros))
		}
	}
	return out
}

// report is everything that was found. The bots and the sampler have stopped.
func (s *Swarm) report(w *window, rtt map[transport.Kind]*hdr.Histogram) *report.Report {
	r := &report.Report{
		Version: report.FormatVersion, Server: s.cfg.URL, Game: s.cfg.Game.Name,
		Machine:     report.Machine{OS: runtime.GOOS, Arch: runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()},
		Snapshots:   s.snapshots(),
		RampS:       w.first.at.Seconds(),
		Interrupted: w.interrupted, Transports: map[string]*report.Transport{}, Zones: []report.Zone{},
		Problems: s.problems, Notes: append([]string{}, w.notes...),
		Samples: s.sampler.samples, SamplesMissed: s.sampler.missed, OriginResets: s.sampler.moved,
		ChatSent: s.talker.sent.Load(),
	}
	if len(s.realm.Zones) > 0 {
		r.TickHz = s.realm.Zones[0].TickHz
	}
	span := w.last.at - w.first.at
	r.DurationS = span.Seconds()
	var meters []*meter
	allRTT := hdr.New(1, maxMicros, digits)
	for kind, m := range s.meters {
		meters = append(meters, m)
		allRTT.Merge(rtt[kind])
		t := &report.Transport{Delays: delays(rtt[kind], m), Returns: s.returnsBy[kind].report()}
		s.count(kind, &t.Counts)
		if late := t.Bots - t.Connected - t.Failed; late > 0 && !w.interrupted {
			t.Failed += late
			s.problems["failed: not in before the end (slow, or still waiting as the server's rate limit asked)"] += late
		}
		t.Traffic = traffic(w.last.by[kind].minus(w.first.by[kind]), t.Connected, span)
		r.Transports[string(kind)] = t
		r.Bots += t.Bots
		r.Connected += t.Connected
		r.Failed += t.Failed
		r.Disconnected += t.Disconnected
		r.Lost += t.Lost
	}
	r.Delays, r.Returns = delays(allRTT, meters...), s.returns.report()
	during := w.last.total.minus(w.first.total)
	r.Traffic = traffic(during, r.Connected, span)
	r.Corrections, r.Starved = during.corrections, during.starved
	r.EntitiesInView = plain(collect(views, meters...))
	r.GeneratorLateMs = millisSpread(collect(lateness, meters...))
	r.Void = r.TickHz > 0 && r.GeneratorLateMs.P99 > 1000/float64(r.TickHz)
	s.checks(r)
	w.fillZones(r)
	return r
}

func delays(rtt *hdr.Histogram, from ...*meter) report.Delays {
	return report.Delays{
		JoinMs: millis(collect(joins, from...)), SnapshotAgeMs: millis(collectAge(from...)), DeliveryMs: millis(collect(deliveries, from...)),
		InputAckMs: millis(collect(acks, from...)), RTTMs: millis(rtt),
	}
}

func (s *Swarm) count(kind transport.Kind, c *report.Counts) {
	for _, b := range s.bots {
		if b.kind != kind {
			continue
		}
		c.Bots++
		if b.ever.Load() {
			c.Connected++
		}
		c.Disconnected += int(b.drops.Load())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Failed, c.Lost = s.failed[kind], s.gone[kind]
	if c.Lost > c.Disconnected {
		c.Disconnected = c.Lost
	}
}

func (s *Swarm) checks(r *report.Report) {
	for _, b := range s.bots {
		r.Desyncs += b.desyncs.Load()
		r.Undecodable += b.undecodable.Load()
		r.ViewsChecked += b.checked.Load()
		r.EntitiesChecked += b.sum.Load()
		r.ChatHeard += b.heard.Load()
		if session := b.session.Load(); session != nil {
			r.Transfers += session.Stats().Transfers
		}
	}
}

// snapshots is where kcp's snapshots rode, as far as bots were told.
func (s *Swarm) snapshots() string {
	if s.ordered.Load() {
		return "kcp"
	}
	return "latest"
}

func (w *window) fillZones(r *report.Report) {
	for _, p := range w.processes {
		r.Zones = append(r.Zones, p.zones()...)
		if p.problems > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("%s could not be read %d times: %v", p.url, p.problems, p.problem))
		}
	}
	if len(r.Zones) == 0 {
		r.Notes = append(r.Notes, "the zones' own figures are not known; name their metrics pages with --metrics")
	}
}
