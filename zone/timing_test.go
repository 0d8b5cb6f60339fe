package zone

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport/ticket"
)

// The zone's loop in virtual time: what waits for a clock there. Everything else counts ticks, and is tested by them.

// closedAfter wants a session to have been closed so long after a moment, within a tick.
func closedAfter(t *testing.T, what string, p *pipe, since time.Time, want time.Duration) {
	t.Helper()
	const tick = 10 * time.Millisecond
	for closed := false; !closed; _, closed = p.got(3) {
		if time.Since(since) > want+time.Minute {
			t.Fatalf("%s never ends", what)
		}
		time.Sleep(tick)
	}
	if took := time.Since(since); took < want || took > want+3*tick {
		t.Errorf("%s ends after %v, not after %v", what, took, want)
	}
}

func TestTicksKeepTheirRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, "overworld")
		time.Sleep(time.Minute + 5*time.Millisecond)
		if s := r.Stats()[0]; s.Tick != 6000 || s.Overrun != 0 || s.LostTick != 0 {
			t.Errorf("after a minute at 100 Hz: tick %d, %d overruns, %d lost", s.Tick, s.Overrun, s.LostTick)
		}
	})
}

func TestSessionThatNeverJoinsEndsOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, "overworld")
		p := &pipe{}
		h, err := r.Accept(p, ticket.Claims{Zone: "overworld", Character: 1, Epoch: 1, Session: 1})
		if err != nil {
			t.Fatal(err)
		}
		p.handler = h
		closedAfter(t, "a session that never joins", p, time.Now(), 5*time.Second)
	})
}

// TestRealmIsAskedAgainOnTime: a realm that is down is asked ten times more, 300 ms apart, before a player is sent away.
func TestRealmIsAskedAgainOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, "overworld")
		r.realm.with(func() { r.realm.down = true })
		begun := time.Now()
		p := r.open(t, "overworld", 1, 1)
		closedAfter(t, "a join while the realm is down", p, begun, attachRetries*attachPause)
		if g := goodbye(t, p); g.Reason != message.RealmDown {
			t.Errorf("goodbye %+v", g)
		}
	})
}

// TestAHungRealmHoldsNobodyTwice: whoever waits for a place among the calls to the realm waits no longer than those who have one.
func TestAHungRealmHoldsNobodyTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := run(t, "overworld")
		r.realm.with(func() { r.realm.hung = true })
		var all []*pipe // which of them waits is for the scheduler to say
		for i := range uint64(maxRealmCalls + 1) {
			all = append(all, r.open(t, "overworld", i+1, 1))
		}
		time.Sleep(realmTimeout + time.Second)
		for i, p := range all {
			if _, closed := p.got(3); !closed {
				t.Errorf("join %d waits on after %v", i, realmTimeout)
			} else if g := goodbye(t, p); g.Reason != message.RealmDown {
				t.Errorf("goodbye %+v", g)
			}
		}
	})
}
