package swarm

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
)

// bot is one guest with one character. Its session's lock guards what has no other note.
type bot struct {
	swarm *Swarm
	index int
	kind  transport.Kind
	shard *shard

	session  atomic.Pointer[client.Session]
	asked    time.Duration // when the present attempt to join began
	origin   *origin
	at       uint32        // its index
	seenAt   time.Duration // when the world was seen last
	lostAt   time.Duration // seenAt of the connection that was lost; 0: it stands, or never did
	view     *snapshot.Replica
	entities uint64 // of view, counted already

	// newest is index of the origin + 1 in the high half and tick of the newest state applied in the low one; 0: no state yet, or
	// none is expected any more. The sampler reads it.
	newest atomic.Uint64
	inside atomic.Bool // in the world now
	ever   atomic.Bool // in the world once

	snapshots   atomic.Uint64
	corrections atomic.Uint64 // within the window, like starved
	starved     atomic.Uint64
	checked     atomic.Uint64
	sum         atomic.Uint64 // entities checked
	desyncs     atomic.Uint64
	undecodable atomic.Uint64
	heard       atomic.Uint64
	drops       atomic.Uint64
}

func (b *bot) events() client.Events {
	return client.Events{
		Entered:     b.entered,
		Snapshot:    b.applied,
		Undecodable: b.refused,
		Stepped:     func(late time.Duration) { b.measure(lateness, late) },
		Acked:       b.acked,
		Corrected: func() {
			if b.swarm.measuring.Load() {
				b.corrections.Add(1)
			}
		},
		Heard:   b.heardLine,
		Dropped: b.dropped,
		Waiting: b.waiting,
	}
}

func (b *bot) acked(took time.Duration) {
	b.measure(acks, took)
	if h := b.swarm.hostile; h != nil {
		h.acks.record(took)
	}
}

func (b *bot) measure(m metric, d time.Duration) {
	if b.swarm.measuring.Load() {
		b.shard.duration(m, d)
	}
}

func (b *bot) entered(now time.Time, z client.Zone) {
	b.origin, b.at = b.swarm.origins.find(z)
	if !b.ever.Swap(true) {
		b.shard.duration(joins, b.swarm.since(now)-b.asked)
		b.swarm.settle()
	}
	b.back(b.swarm.since(now))
	b.inside.Store(true)
	if o := b.swarm.cfg.Observer; o != nil {
		o.Entered(b.index, z)
	}
	if z.Ordered {
		b.swarm.ordered.Store(true)
	}
	b.swarm.speak(z)
}

func (b *bot) applied(now time.Time, h snapshot.Header, view *snapshot.Replica) {
	b.snapshots.Add(1)
	b.seenAt = b.swarm.since(now)
	if o := b.swarm.cfg.Observer; o != nil {
		o.Saw(b.index, now, view)
	}
	if h.Verify {
		b.checked.Add(1)
		if b.view != view {
			b.view, b.entities = view, 0
		}
		b.sum.Add(view.Entities - b.entities)
		b.entities = view.Entities
	}
	if b.origin == nil {
		return // before our own entity came into view
	}
	delivery := b.origin.arrived(b.swarm.since(now), h.Tick)
	b.newest.Store(uint64(b.at+1)<<32 | uint64(h.Tick))
	if !b.swarm.measuring.Load() {
		return
	}
	if h.Starved {
		b.starved.Add(1)
	}
	b.shard.duration(deliveries, delivery)
	b.shard.record(views, int64(view.Len()))
}

func (b *bot) refused(err error) {
	if errors.Is(err, snapshot.ErrChecksum) {
		b.checked.Add(1)
		b.desyncs.Add(1)
	} else {
		b.undecodable.Add(1)
	}
	b.swarm.problem("snapshot: " + plainCause(err))
}

// plainCause names a refused snapshot without the numbers that differ each time.
func plainCause(err error) string {
	for _, known := range []error{snapshot.ErrChecksum, snapshot.ErrBaseline, snapshot.ErrMalformed} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return err.Error()
}

// play makes the account and plays until ctx is done.
func (b *bot) play(ctx context.Context) {
	err := b.join(ctx)
	b.inside.Store(false)
	b.newest.Store(0)
	if err == nil || ctx.Err() != nil {
		return
	}
	if b.ever.Load() {
		b.swarm.lost(b, err)
		return
	}
	b.swarm.fail(b, err)
}

func (b *bot) join(ctx context.Context) error {
	api, character, err := b.account(ctx)
	if err != nil {
		return err
	}
	s := b.swarm
	if s.cfg.Observer != nil {
		s.cfg.Observer.SignedIn(b.index, api, character)
	}
	for {
		session, err := client.New(client.Config{
			API: api, Character: character, Schema: s.cfg.Game.Schema, NewPlayer: b.newPlayer, Transport: b.kind, Verify: true, Best: s.cfg.Best,
			Name: "realmwire-loadtest", Maps: &s.maps, LoopbackOnly: s.cfg.LoopbackOnly, Reroute: b.reroute(), Events: b.events(),
		})
		if err != nil {
			return err
		}
		b.session.Store(session)
		if s.cfg.Observer != nil {
			s.cfg.Observer.Began(b.index, session)
		}
		b.asked = s.now()
		err = session.Run(ctx)
		if b.ever.Load() || !wait(ctx, err) {
			return err
		}
	}
}

// reroute leads one bot through the tap of a flood.
func (b *bot) reroute() func(string) (string, error) {
	if b.index != 0 || b.swarm.hostile == nil {
		return nil
	}
	return b.swarm.hostile.reroute
}

func (b *bot) newPlayer(z client.Zone) client.Player {
	return b.swarm.newBot(b.swarm.cfg.Seed+uint64(b.index), z)
}

// nameAttempts is how often another name is tried when one is taken.
const nameAttempts = 5

// account makes a guest and its character.
func (b *bot) account(ctx context.Context) (*client.API, string, error) {
	s := b.swarm
	in, err := patient(ctx, func() (client.SignedIn, error) { return s.api.Guest(ctx) })
	if err != nil {
		return nil, "", err
	}
	api := s.api.As(in.Token)
	class, appearance := s.cfg.Game.Characters.Bot(b.index)
	for attempt := range nameAttempts {
		name := fmt.Sprintf("B%s%d", s.nameTag(attempt), b.index)
		c, err := patient(ctx, func() (client.Character, error) { return api.CreateCharacter(ctx, name, class, appearance) })
		if err == nil {
			return api, c.ID, nil
		}
		if !client.HasTitle(err, client.TitleNameTaken) {
			return nil, "", err
		}
	}
	return nil, "", fmt.Errorf("%d names in a row were taken", nameAttempts)
}

// patient repeats a request as long as the server says when to come again.
func patient[T any](ctx context.Context, request func() (T, error)) (T, error) {
	for {
		v, err := request()
		if err == nil || !wait(ctx, err) {
			return v, err
		}
	}
}

// wait waits as long as a rate limit asks for; false: the error is no rate limit, or ctx is done.
func wait(ctx context.Context, err error) bool {
	pause, ok := client.RetryAfter(err)
	if !ok || !client.HasTitle(err, client.TitleRateLimited) {
		return false
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}
