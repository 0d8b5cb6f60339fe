package swarm

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/realmwire/realmwire/loadtest/report"
)

const (
	sampleEvery   = 5 * time.Millisecond
	progressEvery = time.Second
	chatEvery     = 100 * time.Millisecond
	scrapeTimeout = 2 * time.Second
	floodWindow   = 8 * time.Second
	floodSettle   = 1500 * time.Millisecond
	joinPatience  = 45 * time.Second // how long the window waits for the last bots after the ramp
)

// Run joins the bots, measures for the configured duration from when all are in, and reports. An error means that there was
// nothing to measure; bots that fail are in the report, which the caller judges. When ctx ends early, the report says so.
func Run(ctx context.Context, cfg Config) (*report.Report, error) {
	s, err := newSwarm(ctx, cfg, time.Now())
	if err != nil {
		return nil, err
	}
	// The bots play on while the last figures are taken, whatever becomes of ctx.
	playing, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var bots, ramp, side sync.WaitGroup
	ramping, endRamp := context.WithCancel(ctx)
	defer endRamp()
	ramp.Go(func() { s.ramp(ramping, playing, &bots) })
	side.Go(func() { s.sampler.run(playing, s) })
	side.Go(func() { s.chat(playing) })

	w := s.watch(ctx)
	endRamp()
	ramp.Wait()
	rtt := s.roundTrips()
	stop()
	side.Wait()
	bots.Wait()
	r := s.report(w, rtt)
	if s.hostile != nil {
		r.Flood = s.hostile.close()
	}
	r.Started = s.began.UTC().Format(time.RFC3339)
	return r, nil
}

func (s *Swarm) now() time.Duration { return s.since(time.Now()) }

// ramp starts the bots, evenly over time.
func (s *Swarm) ramp(ctx, playing context.Context, bots *sync.WaitGroup) {
	every := time.Duration(float64(time.Second) / s.cfg.Ramp)
	begin := time.Now()
	for i, b := range s.bots {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(begin.Add(time.Duration(i) * every))):
		}
		select {
		case <-ctx.Done():
			return
		case s.joining <- struct{}{}:
		}
		bots.Go(func() { b.play(playing) })
	}
}

// watch waits for the bots, and then for the window to be over.
func (s *Swarm) watch(ctx context.Context) *window {
	w := &window{}
	for _, url := range s.cfg.Metrics {
		w.processes = append(w.processes, &process{url: url})
	}
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	patience := time.NewTimer(time.Duration(float64(len(s.bots))/s.cfg.Ramp*float64(time.Second)) + joinPatience)
	defer patience.Stop()
	for waiting := true; waiting; {
		select {
		case <-ctx.Done():
			waiting, w.interrupted = false, true
		case <-s.allIn:
			waiting = false
		case <-patience.C:
			waiting = false
			w.notes = append(w.notes, "the window began before every bot was in or had failed")
		case <-tick.C:
			s.pulse(w)
		}
	}
	s.scrape(ctx, w)
	w.first = s.reading(s.now())
	w.last = w.first
	if w.interrupted || w.first.connected == 0 {
		return w
	}
	s.measuring.Store(true)
	w.opened = true
	defer s.measuring.Store(false)
	tick.Reset(progressEvery)
	closing := time.NewTimer(s.cfg.Duration)
	defer closing.Stop()
	var turn <-chan time.Time
	if s.hostile != nil {
		turn = time.After(s.hostile.settle())
	}
	for open := true; open || turn != nil && !w.interrupted; {
		select {
		case <-ctx.Done():
			open, w.interrupted = false, true
		case <-turn:
			turn = s.turn(ctx, w)
		case <-closing.C:
			open = false
		case <-tick.C:
			s.scrape(ctx, w)
			s.pulse(w)
		}
	}
	s.measuring.Store(false)
	w.last = s.reading(s.now())
	s.scrape(context.WithoutCancel(ctx), w)
	return w
}

// turn goes on with the flood's windows, and says when to do so again.
func (s *Swarm) turn(ctx context.Context, w *window) <-chan time.Time {
	next, err := s.hostile.turn(ctx, s, w)
	if err != nil {
		w.notes = append(w.notes, err.Error())
	}
	if next == 0 {
		return nil
	}
	return time.After(next)
}

func (s *Swarm) pulse(w *window) {
	p := s.progress(w, s.now())
	if s.cfg.Progress != nil {
		s.cfg.Progress(p)
	}
}

func (s *Swarm) scrape(ctx context.Context, w *window) {
	ctx, cancel := context.WithTimeout(ctx, scrapeTimeout)
	defer cancel()
	for _, p := range w.processes {
		p.add(fetchMetrics(ctx, s.http, p.url))
	}
}

// run samples the age of every bot's newest state each 5 ms until ctx is done.
func (m *sampler) run(ctx context.Context, s *Swarm) {
	tick := time.NewTicker(sampleEvery)
	defer tick.Stop()
	checked, due := s.now(), s.now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := s.now()
		m.sample(now, max(0, int((now-due)/sampleEvery)), s)
		due = now
		if now-checked >= originEvery {
			checked = now
			m.moved += s.origins.check()
		}
	}
}

// chat lets bots talk.
func (s *Swarm) chat(ctx context.Context) {
	if s.cfg.Chat <= 0 {
		return
	}
	rng := rand.New(rand.NewPCG(s.cfg.Seed, 0x63686174))
	tick := time.NewTicker(chatEvery)
	defer tick.Stop()
	owed := 0.0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		owed += float64(len(s.bots)) * chatEvery.Seconds() / s.cfg.Chat.Seconds()
		s.chatter(rng, int(owed))
		owed -= float64(int(owed))
	}
}
