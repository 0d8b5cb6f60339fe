package zone

import (
	"context"
	"errors"
	"slices"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
)

// answer returns an evicted character to the realm, once no older save of it is on its way.
func (z *Zone) answer(it item) {
	evictions := z.core.Out().Evictions
	e := evictions[len(evictions)-1]
	e.State = append([]byte(nil), e.State...)
	if z.saver.has(e.Character) || z.saver.owes(e.Character) {
		z.owed = append(z.owed, owedEviction{e, it.Epoch, it.reply})
		return
	}
	it.reply <- z.withUnsaved(e, it.Epoch)
}

// withUnsaved gives the realm the last state of somebody who has left, and whose save still waits: because the realm was away.
func (z *Zone) withUnsaved(e core.Eviction, upTo uint64) core.Eviction {
	r, waits := z.saver.take(e.Character, upTo)
	if waits && !e.Found {
		e.Found, e.Epoch, e.State = true, r.Epoch, r.State
	}
	return e
}

func (z *Zone) settleSaves() {
	select {
	case r := <-z.saver.results:
		z.settle(r)
	default:
	}
}

func (z *Zone) settle(r saveResult) {
	z.saver.settle(r, z.steps, func(s core.SaveRequest, err error) {
		z.core.Handle(core.Event{Kind: core.EventStale, Character: s.Character, Epoch: s.Epoch, Err: err})
	})
	z.owed = slices.DeleteFunc(z.owed, func(o owedEviction) bool {
		if r.err == nil && z.saver.owes(o.Character) {
			return false
		}
		o.reply <- z.withUnsaved(o.Eviction, o.upTo)
		return true
	})
}

// carryOut does what the core wants done.
func (z *Zone) carryOut(calls context.Context) {
	out := z.core.Out()
	for _, s := range out.Sends {
		z.send(s)
	}
	for _, r := range out.Tickets {
		z.issueTickets(r)
	}
	for _, c := range out.Closes {
		if s := z.conns[c.Conn]; s != nil {
			guard.Run("zone: close", func() { s.conn.Close(c.Code, c.Text) })
		}
	}
	for _, r := range out.Attaches {
		attached := func(who rules.Character, err error) item {
			return item{Event: core.Event{Kind: core.EventAttach, Attach: &core.AttachResult{Request: r, Character: who, Err: err}}}
		}
		z.call(calls, attached(rules.Character{}, core.ErrRealmDown), func(ctx context.Context) item {
			who, err := z.cfg.Realm.Attach(ctx, r)
			for again := 0; again < attachRetries && errors.Is(err, core.ErrRealmDown) && sleep(ctx, attachPause); again++ {
				// A realm that restarts is back in a moment; asking again for the same is safe.
				who, err = z.cfg.Realm.Attach(ctx, r)
			}
			return attached(who, err)
		})
	}
	for _, r := range out.Handovers {
		r.State = append([]byte(nil), r.State...)
		z.saver.forget(r.Character) // the handover carries the state
		handedOver := func(grant []byte, err error) item {
			return item{Event: core.Event{Kind: core.EventHandover, Handover: &core.HandoverResult{Conn: r.Conn, Grant: grant, Err: err}}}
		}
		z.call(calls, handedOver(nil, core.ErrRealmDown), func(ctx context.Context) item {
			grant, err := z.cfg.Realm.Handover(ctx, r)
			for again := 0; again < handoverRetries && errors.Is(err, core.ErrRealmDown) && sleep(ctx, handoverPause); again++ {
				// It may have happened: only another answer tells.
				grant, err = z.cfg.Realm.Handover(ctx, r)
			}
			return handedOver(grant, err)
		})
	}
	for i := range out.Notices {
		z.logNotice(&out.Notices[i])
	}
	for _, r := range out.Saves {
		z.saver.add(r)
	}
	out.Reset()
}

// replicate sends every client its snapshot of the tick.
func (z *Zone) replicate() {
	for i := range z.core.Sessions() {
		if s, ok := z.encoder.Encode(i, z.snapshot); ok {
			z.snapshot = s.Msg
			z.send(s)
		}
	}
}

func (z *Zone) send(s core.Send) {
	to := z.conns[s.Conn]
	if to == nil {
		return // closed since
	}
	var err error
	if !guard.Run("zone: send", func() { err = to.conn.Send(s.Lane, s.Msg) }) {
		// As if the connection had been lost. Its transport may not know: it is asked to end it.
		z.inbox.post(item{Event: core.Event{Kind: core.EventClosed, Conn: s.Conn, Code: transport.Network, At: z.now()}})
		guard.Run("zone: close", func() { to.conn.Close(transport.Network, transport.Broke) })
		return
	}
	if err != nil && errors.Is(err, transport.ErrBackpressure) {
		to.conn.Close(transport.Backpressure, "your connection does not keep up")
	}
}
