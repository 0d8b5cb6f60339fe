package zone

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/internal/count"
	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/loglimit"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
	"github.com/realmwire/realmwire/zone/tilemap"
)

const (
	maxBehind       = 5                // ticks that a zone catches up; beyond, time is given up
	windowSeconds   = 5                // of the recent quantiles, which span one to two windows
	realmTimeout    = 10 * time.Second // for one call
	drainTimeout    = 8 * time.Second  // for the last saves
	maxRealmCalls   = 64               // at once, of one zone
	handoverRetries = 3
	handoverPause   = 300 * time.Millisecond
	attachRetries   = 10
	attachPause     = 300 * time.Millisecond
	publishSeconds  = 1
)

// Config says how a zone runs.
type Config struct {
	Core  core.Config
	Realm Realm
	// Tickets makes the resume tickets; required where Keep is set. The process's transports open them.
	Tickets *ticket.Sealer
	// Flush is called when everything of a tick was handed to the transports, so that its datagrams leave together; may
	// be nil.
	Flush func()
	Log   *slog.Logger // nil: slog.Default
	// Conduct is what the zones of a process hold against accounts; nil: the zone has one of its own.
	Conduct *Conduct
}

// Zone runs one core: it is its one goroutine.
type Zone struct {
	cfg   Config
	core  *core.Core
	inbox inbox
	saver *saver
	meter meter
	log   *slog.Logger
	began time.Time // when the zone began; times of events count from here

	lastID   atomic.Uint32
	conns    map[core.ConnID]*connection // the loop's, as all that follows
	worlds   worlds
	steps    uint32 // ticks of the loop, through all worlds
	encoder  *core.Encoder
	snapshot []byte // the last one's memory
	owed     []owedEviction
	calls    chan struct{} // one for each call to the realm in progress
	working  sync.WaitGroup
	counters loopCounters
}

// loopCounters are the loop's part of [Counters].
type loopCounters struct {
	Overrun  uint64 `help:"ticks that began more than a tick late"`
	LostTick uint64 `help:"ticks' worth of time given up because the zone could not keep up"`
	Renewed  uint64 `help:"times that the zone's world ended in a panic, and a new one began"`
}

// owedEviction is the answer to an eviction that waits for a save in progress: the realm must not store that one later.
type owedEviction struct {
	core.Eviction
	upTo  uint64
	reply chan core.Eviction
}

// New loads a zone's map, if the config does not bring one, and makes the zone. Run starts it.
func New(cfg Config) (*Zone, error) {
	if cfg.Realm == nil {
		return nil, fmt.Errorf("zone %s: a Realm is needed", cfg.Core.Zone.Name)
	}
	if cfg.Core.Keep > 0 && cfg.Tickets == nil {
		return nil, fmt.Errorf("zone %s: Tickets are needed to keep the characters of those who are cut off", cfg.Core.Zone.Name)
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Core.Ground.Map == nil {
		g, err := LoadGround(cfg.Core.Game, cfg.Core.Zone)
		if err != nil {
			return nil, err
		}
		cfg.Core.Ground = g
	}
	began := time.Now()
	if cfg.Conduct == nil {
		cfg.Conduct = NewConduct(began)
	}
	cfg.Core.Conduct = cfg.Conduct.in(began)
	simulation, err := core.New(cfg.Core)
	if err != nil {
		return nil, err
	}
	cfg.Core = simulation.Config()
	log := cfg.Log.With("zone", cfg.Core.Zone.Name)
	for _, warning := range cfg.Core.Ground.Warnings {
		log.Warn("map: " + warning)
	}
	log = loglimit.New(log) // what follows, players can cause: kicks, states that cannot be saved
	z := &Zone{
		cfg: cfg, core: simulation, encoder: simulation.NewEncoder(), log: log, began: began, inbox: newInbox(),
		conns: map[core.ConnID]*connection{}, calls: make(chan struct{}, maxRealmCalls),
	}
	z.saver = newSaver(z.saveCall, log)
	z.publish()
	return z, nil
}

// Name is the zone's name.
func (z *Zone) Name() string { return z.cfg.Core.Zone.Name }

// Map is the zone's map.
func (z *Zone) Map() *tilemap.Map { return z.cfg.Core.Ground.Map }

// Stats is how the zone does; it is renewed every second.
func (z *Zone) Stats() Stats { return z.meter.read() }

func (z *Zone) now() time.Duration { return time.Since(z.began) }

// Accept takes a connection whose ticket is proven: a [transport.Acceptor].
func (z *Zone) Accept(conn transport.Conn, claims ticket.Claims) (transport.Handler, error) {
	if claims.Zone != z.Name() {
		return nil, refuseConn(z.log, claims, transport.Refused, "the ticket is for another zone")
	}
	s := &connection{zone: z, id: core.ConnID(z.lastID.Add(1)), conn: conn}
	ok := z.inbox.post(item{from: s, Event: core.Event{Kind: core.EventConnect, Conn: s.id, At: z.now(), Connect: &core.Connect{
		Session: claims.Session, Account: claims.Account, Character: rules.PlayerID(claims.Character), Epoch: claims.Epoch,
		Transport: conn.Kind(), MaxLatest: conn.MaxLatest(), Suite: claims.Suite, Ticket: claims.Serial,
	}}})
	if !ok {
		return nil, refuseConn(z.log, claims, transport.ServerShutdown, "the server is restarting")
	}
	return s, nil
}

// Evict takes a character out of the zone for the realm: its client is told text ("": signed in elsewhere), and its
// state returned rather than saved. Found is false when the character is not here and nothing of it waits to be saved.
// What it has under a later epoch than upTo stays: the realm has granted it again since it asked, and no longer waits for this answer.
func (z *Zone) Evict(ctx context.Context, p rules.PlayerID, upTo uint64, text string) (core.Eviction, error) {
	reply := make(chan core.Eviction, 1)
	if !z.inbox.post(item{Event: core.Event{Kind: core.EventEvict, Character: p, Epoch: upTo, Text: text, At: z.now()}, reply: reply}) {
		return core.Eviction{}, fmt.Errorf("zone %s is restarting; try again in a moment", z.Name())
	}
	select {
	case e := <-reply:
		return e, nil
	case <-ctx.Done():
		return core.Eviction{}, fmt.Errorf("zone %s: take character %016x out: %w", z.Name(), uint64(p), ctx.Err())
	}
}

// TellAll shows every player of the zone a line of system chat.
func (z *Zone) TellAll(text string) {
	z.inbox.post(item{Event: core.Event{Kind: core.EventTellAll, Text: text, At: z.now()}})
}

// Run simulates until ctx ends; then it tells everybody that the server restarts, saves all, and returns. The error says
// who could not be saved.
func (z *Zone) Run(ctx context.Context) error {
	calls, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer z.working.Wait()
	defer cancel()
	dt := z.core.TickTime()
	due := z.now() + dt
	timer := time.NewTimer(dt)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return z.drain(calls)
		case <-z.inbox.wake:
			z.guarded(calls, func() { z.between(calls) })
			continue
		case <-timer.C:
		}
		started := z.now()
		if late := started - due; late > dt {
			z.counters.Overrun++
			if late > maxBehind*dt {
				z.counters.LostTick += uint64(late / dt)
				due = started
			}
		}
		z.guarded(calls, func() { z.step(calls, due, started) })
		due += dt
		z.meter.ticks.record(uint64((z.now() - started).Microseconds()))
		timer.Reset(due - z.now())
	}
}

// between takes what came without waiting for the tick. The world stands still meanwhile; whoever comes in is simulated and
// shown from the next tick on.
func (z *Zone) between(calls context.Context) {
	for _, it := range z.inbox.take() {
		z.handle(it)
	}
	z.carryOut(calls)
	if z.cfg.Flush != nil {
		z.cfg.Flush()
	}
}

// step is one tick: everything that came, the simulation, everything that goes.
func (z *Zone) step(calls context.Context, due, started time.Duration) {
	for _, it := range z.inbox.take() {
		z.handle(it)
	}
	z.settleSaves()
	z.steps++
	if z.worlds.resting {
		z.awake()
	} else {
		z.core.Step(due, started)
	}
	z.carryOut(calls)
	if !z.core.Broken() {
		z.replicate()
	}
	z.saver.pump(calls, z.steps)
	if z.cfg.Flush != nil {
		z.cfg.Flush()
	}
	if hz, tick := uint32(z.cfg.Core.TickHz), z.steps; tick%(hz*publishSeconds) == 0 {
		if tick%(hz*windowSeconds) == 0 {
			z.meter.nextWindow()
		}
		z.publish()
	}
}

func (z *Zone) handle(it item) {
	switch it.Kind {
	case core.EventConnect:
		z.conns[it.Conn] = it.from
	case core.EventClosed:
		delete(z.conns, it.Conn)
	}
	z.core.Handle(it.Event)
	if it.Kind == core.EventEvict {
		z.answer(it)
	}
}

// call asks the realm from another goroutine, and posts the answer; failed, where f panics. Its time counts from now: where the realm answers nobody, those who wait
// for a place among the calls must not wait for those before them as well.
func (z *Zone) call(ctx context.Context, failed item, f func(context.Context) item) {
	z.working.Add(1)
	guard.Go("zone: call of the realm", func() {
		defer z.working.Done()
		ctx, cancel := context.WithTimeout(ctx, realmTimeout)
		defer cancel()
		select {
		case z.calls <- struct{}{}:
			defer func() { <-z.calls }()
		case <-ctx.Done(): // f finds that out by itself
		}
		it := failed
		guard.Run("zone: call of the realm", func() { it = f(ctx) })
		z.inbox.post(it)
	}, nil)
}

// issueTickets makes a client's resume tickets and sends them.
func (z *Zone) issueTickets(r core.TicketRequest) {
	m := message.Resume{LifeMs: uint32(r.Life / time.Millisecond)}
	for i := range m.Tickets {
		raw, made, err := z.cfg.Tickets.Again(r.Claims, time.Now().Add(r.Life))
		if err != nil {
			z.log.Error("no resume ticket", "err", err)
			return
		}
		m.Tickets[i] = message.ResumeTicket{Ticket: raw, Secret: made.Secret[:]}
	}
	z.send(core.Send{Conn: r.Conn, Lane: transport.Reliable, Msg: message.Append(nil, &m)})
}

func (z *Zone) saveCall(ctx context.Context, batch []core.SaveRequest) ([]error, error) {
	ctx, cancel := context.WithTimeout(ctx, realmTimeout)
	defer cancel()
	return z.cfg.Realm.Save(ctx, batch)
}

// drain says goodbye to all, and stores everybody's last state.
func (z *Zone) drain(calls context.Context) error {
	for _, it := range z.inbox.take() {
		z.handle(it)
	}
	z.core.Handle(core.Event{Kind: core.EventDrain, At: z.now()})
	for _, it := range z.inbox.close() {
		z.handle(it) // new sessions are refused, evictions answered
	}
	z.carryOut(calls)
	if z.cfg.Flush != nil {
		z.cfg.Flush()
	}
	ctx, cancel := context.WithTimeout(calls, drainTimeout)
	defer cancel()
	for !z.saver.idle() {
		z.saver.retryAt = 0
		z.saver.pump(calls, z.steps)
		select {
		case r := <-z.saver.results:
			z.settle(r)
			if r.err != nil && !sleep(ctx, 200*time.Millisecond) {
				return z.unsaved()
			}
		case <-ctx.Done():
			return z.unsaved()
		}
	}
	z.publish()
	return nil
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (z *Zone) unsaved() error {
	return fmt.Errorf("zone %s: the last positions of %d players could not be saved, because the realm does not answer; they return to where they were up to %d s earlier",
		z.Name(), len(z.saver.pending)+len(z.saver.inFlight), core.SaveSeconds)
}

func (z *Zone) publish() {
	c, counted := z.core, z.core.Count()
	count.Add(&counted, &z.worlds.counted)
	z.meter.publish(Stats{
		Name: z.Name(), Title: z.cfg.Core.Zone.Title, Players: c.Players(), Sessions: c.Sessions(), Capacity: z.cfg.Core.Zone.Capacity,
		Entities: c.Entities(), TickHz: z.cfg.Core.TickHz, Tick: z.steps, SavesPending: len(z.saver.pending) + len(z.saver.inFlight),
		Counters: Counters{counted, z.counters, z.inbox.counted(), z.saver.counters},
	})
}
