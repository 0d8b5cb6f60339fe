package zone

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// fragile is a game whose worlds break when they are told to.
type fragile struct {
	rules.Sim
	breaks *atomic.Bool
}

func (f fragile) Step(tick uint32) {
	if f.breaks.Load() {
		panic("the world broke")
	}
	f.Sim.Step(tick)
}

// breakable is a game whose first zone breaks while breaks is set, and that counts its worlds.
func breakable() (game *rules.Game, breaks *atomic.Bool, worlds *atomic.Int32) {
	g, b, n := rpg.Game, &atomic.Bool{}, &atomic.Int32{}
	g.New = func(h rules.Host) (rules.Sim, error) {
		sim, err := rpg.Game.New(h)
		if h.Map().Name != "overworld" {
			return sim, err
		}
		n.Add(1)
		return fragile{sim, b}, err
	}
	return &g, b, n
}

func silence(t *testing.T) {
	guard.LogTo(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { guard.LogTo(nil) })
}

// TestABrokenWorldBeginsAnew: when the game's Step panics, everybody in that zone is saved, told, and may come again; the next zone of
// the process plays on.
func TestABrokenWorldBeginsAnew(t *testing.T) {
	silence(t)
	game, breaks, worlds := breakable()
	r := runWith(t, Config{Core: core.Config{Game: game, TickHz: 100}, Log: slog.New(slog.DiscardHandler)})
	a, b := r.connect(t, "overworld", 1, 1), r.connect(t, "dungeon-entrance", 2, 1)
	breaks.Store(true)
	if g := goodbye(t, a); g.Reason != message.ServerShutdown || !strings.Contains(g.Text, "had to begin anew") || a.code != transport.ServerShutdown {
		t.Errorf("told %+v, code %v", g, a.code)
	}
	breaks.Store(false)
	eventually(t, "final save", func() bool {
		ok := false
		r.realm.with(func() { ok = r.realm.final[1] == 1 && r.realm.state[1] != "" })
		return ok
	})
	eventually(t, "new world", func() bool { return r.Stats()[0].Renewed > 0 && worlds.Load() > 1 })
	var again *pipe
	eventually(t, "place in the new world", func() bool {
		again = r.open(t, "overworld", 1, 2)
		ended := false
		eventually(t, "answer", func() bool {
			var m [][]byte
			m, ended = again.got(2)
			return len(m) == 1 || ended
		})
		return !ended
	})
	b.handler.Message(b, transport.Reliable, message.Append(nil, &message.Say{Text: "still here"}))
	eventually(t, "chat of the other zone", func() bool { m, _ := b.got(6); return len(m) == 1 })
	if _, closed := b.got(3); closed {
		t.Error("the other zone's player was sent away")
	}
	eventually(t, "player counted", func() bool { return r.Stats()[0].Players == 1 })
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	if r.realm.final[1] != 2 || r.realm.final[2] != 1 {
		t.Errorf("saved for the last time: %v", r.realm.final)
	}
}

// TestAWorldThatAlwaysBreaksRests: the process does not spin over a fault that meets every world, saves go on meanwhile, and it ends in
// order.
func TestAWorldThatAlwaysBreaksRests(t *testing.T) {
	silence(t)
	synctest.Test(t, func(t *testing.T) {
		game, breaks, worlds := breakable()
		r := runWith(t, Config{Core: core.Config{Game: game, TickHz: 20}, Log: slog.New(slog.DiscardHandler)})
		p := r.connect(t, "overworld", 1, 1)
		r.realm.with(func() { r.realm.down = true })
		breaks.Store(true)
		goodbye(t, p)
		time.Sleep(10 * time.Second)
		r.realm.with(func() { r.realm.down = false })
		time.Sleep(50 * time.Second)
		if n := worlds.Load(); n < 5 || n > 8 { // rests of 1, 2, 4, 8, 16, 30 s
			t.Errorf("%d worlds in a minute", n)
		}
		if r.realm.final[1] != 1 {
			t.Errorf("saved for the last time %d times, though the realm came back", r.realm.final[1])
		}
		refused := r.open(t, "overworld", 2, 1)
		if g := goodbye(t, refused); g.Reason != message.ServerShutdown {
			t.Errorf("a newcomer is told %+v", g)
		}
		if err := r.stop(); err != nil {
			t.Error(err)
		}
	})
}

// bomb is a connection that panics when it is sent anything.
type bomb struct{ pipe }

func (b *bomb) Send(transport.Lane, []byte) error { panic("bomb: send") }

// TestAConnectionThatPanicsIsLost: the fault of a transport, met on the zone's own goroutine, costs that connection.
func TestAConnectionThatPanicsIsLost(t *testing.T) {
	silence(t)
	r := run(t, "overworld")
	other := r.connect(t, "overworld", 1, 1)
	b := &bomb{}
	claims := ticket.Claims{Zone: "overworld", Character: 2, Epoch: 1, Session: 2, Suite: ticket.SuiteAESGCM}
	h, err := r.Accept(b, claims)
	if err != nil {
		t.Fatal(err)
	}
	b.handler = h
	h.Message(b, transport.Reliable, message.Append(nil, &message.Join{Protocol: message.Version, Schema: rpg.Schema.Hash, MapHash: r.Zones()[0].Map().Hash()}))
	eventually(t, "end of the connection", func() bool { _, closed := b.got(0); return closed && b.code == transport.Network })
	eventually(t, "zone without the player", func() bool { return r.Stats()[0].Sessions == 1 })
	if r.Stats()[0].Renewed != 0 {
		t.Error("the world ended")
	}
	other.handler.Message(other, transport.Reliable, message.Append(nil, &message.Say{Text: "still here"}))
	eventually(t, "chat", func() bool { m, _ := other.got(6); return len(m) == 1 })
}

// hollow is a realm whose methods panic.
type hollow struct{ Realm }

// TestARealmLinkThatPanics: what asks the realm panics; the player is told that the realm does not answer, as if it did not.
func TestARealmLinkThatPanics(t *testing.T) {
	silence(t)
	r := runWith(t, Config{Core: core.Config{Game: &rpg.Game, TickHz: 100}, Realm: hollow{}}, "overworld")
	p := r.open(t, "overworld", 1, 1)
	if g := goodbye(t, p); g.Reason != message.RealmDown {
		t.Errorf("told %+v", g)
	}
}
