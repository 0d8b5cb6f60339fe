package core

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

const testKeep = 3 * time.Second

func keepingTable(t *testing.T) *table {
	t.Helper()
	return newTable(t, Config{Keep: testKeep}, 1)
}

// cut ends a player's connection as a transport would.
func (w *table) cut(p *player, code transport.CloseCode) {
	p.closed = true
	w.core.Handle(Event{Kind: EventClosed, Conn: p.id, Code: code, At: w.now})
	w.carryOut()
}

// ticket is what the newest resume ticket of a player says.
func (w *table) ticket(p *player) ticket.Claims {
	w.t.Helper()
	for i := len(w.tickets) - 1; i >= 0; i-- {
		if c := w.tickets[i].Claims; rules.PlayerID(c.Character) == w.characterOf(p.id) || w.tickets[i].Conn == p.id {
			return c
		}
	}
	w.t.Fatalf("client %d was given no resume ticket", p.id)
	return ticket.Claims{}
}

// back connects a new session with the claims of a resume ticket.
func (w *table) back(c ticket.Claims) *player {
	w.t.Helper()
	id := ConnID(len(w.players) + 1)
	p := &player{t: w.t, id: id, view: snapshot.NewReplica(w.core.cfg.Game.Schema), refused: map[string]int{}, lowLead: 1 << 20}
	p.bot = w.core.cfg.Game.NewBot(rules.BotConfig{Seed: uint64(id), TickHz: w.core.cfg.TickHz, Map: w.core.cfg.Ground.Map})
	w.players = append(w.players, p)
	w.core.Handle(Event{Kind: EventConnect, Conn: id, At: w.now, Connect: &Connect{
		Session: c.Session, Account: c.Account, Character: rules.PlayerID(c.Character), Epoch: c.Epoch, Suite: c.Suite, Ticket: c.Serial,
		Transport: transport.WebSocket, MaxLatest: transport.MaxLatestMessage,
	}})
	w.up(p, transport.Reliable, w.joinMessage())
	w.run(3, nil)
	return p
}

func (w *table) refused(p *player, text string) {
	w.t.Helper()
	if p.goodbye == nil || p.goodbye.Reason != message.AttachRefused || !p.closed || p.inZone {
		w.t.Fatalf("%s: the answer is %+v", text, p.goodbye)
	}
}

func TestADroppedPlayerComesBackInPlace(t *testing.T) {
	for _, code := range []transport.CloseCode{transport.Timeout, transport.Network, transport.Backpressure} {
		w := keepingTable(t)
		a, b := w.add(), w.add()
		w.run(100, nil)
		entity, at := a.welcome.Entity, w.body(a)
		delete(w.realm.state, w.characterOf(1))
		w.cut(a, code)
		if len(w.realm.state[w.characterOf(1)]) == 0 || w.realm.released[w.characterOf(1)] != 0 {
			t.Fatalf("%s: at the drop the state is %q, the lease was released %d times", code, w.realm.state[w.characterOf(1)], w.realm.released[w.characterOf(1)])
		}
		w.run(40, w.checkSeen)
		if seen := w.history[w.core.tick][snapshot.ID(entity)]; seen == nil || seen.(*rpg.Player).Body != at {
			t.Fatalf("%s: it is %+v, it was at %+v: who is away stands still, where it was", code, seen, at)
		}
		delete(w.realm.state, w.characterOf(1))
		c := w.back(w.ticket(a))
		if !c.inZone || c.welcome.Entity != entity || w.core.Players() != 2 || w.core.Count().Resumed != 1 {
			t.Fatalf("%s: back as entity %x of %x, %d players: %+v", code, c.welcome.Entity, entity, w.core.Players(), c.goodbye)
		}
		if len(w.realm.state[w.characterOf(1)]) == 0 {
			t.Errorf("%s: nothing was saved: an epoch that is over would not be noticed", code)
		}
		w.run(100, w.checkSeen)
		if c.applied < 90 || w.body(c) == at || b.applied < 200 {
			t.Errorf("%s: %d snapshots, at %+v; the other player had %d", code, c.applied, w.body(c), b.applied)
		}
		if len(w.core.sessions) != 2 {
			t.Errorf("%s: %d sessions are left", code, len(w.core.sessions))
		}
	}
}

// A player whose old session is still thought to be alive takes its place.
func TestResumeWhileTheOldSessionIsHalfOpen(t *testing.T) {
	w := keepingTable(t)
	a := w.add()
	w.run(50, nil)
	c := w.back(w.ticket(a))
	if !c.inZone || c.welcome.Entity != a.welcome.Entity || w.core.Players() != 1 {
		t.Fatalf("back: %+v", c.goodbye)
	}
	if a.goodbye == nil || a.goodbye.Reason != message.TakenOver || !a.closed || w.realm.released[w.characterOf(1)] != 0 {
		t.Errorf("the old session got %+v", a.goodbye)
	}
	w.run(50, w.checkSeen)
	if c.applied < 45 || c.refused["stale"] > 0 {
		t.Errorf("%d snapshots were applied, %v not", c.applied, c.refused)
	}
}

func TestAfterItsTimeACharacterLeaves(t *testing.T) {
	w := keepingTable(t)
	a := w.add()
	w.run(50, nil)
	w.cut(a, transport.Timeout)
	w.run(int(testKeep/w.core.dt)-2, nil)
	if w.core.Players() != 1 {
		t.Fatal("it left before its time")
	}
	w.run(3, nil)
	if w.core.Players() != 0 || !w.core.Idle() || w.realm.released[w.characterOf(1)] != 1 {
		t.Fatalf("%d players, %d sessions, the lease was released %d times", w.core.Players(), w.core.Sessions(), w.realm.released[w.characterOf(1)])
	}
	w.refused(w.back(w.ticket(a)), "after the character has left")
}

func TestWhoMayNotResume(t *testing.T) {
	for name, end := range map[string]func(w *table, a *player){
		"left":     func(w *table, a *player) { w.cut(a, transport.Normal) },
		"protocol": func(w *table, a *player) { w.cut(a, transport.ProtocolError) },
		"kicked": func(w *table, a *player) {
			for range maxOffences + 1 {
				w.up(a, transport.Reliable, []byte{63})
			}
			w.run(3, nil)
			if a.goodbye == nil || a.goodbye.Reason != message.Kicked {
				w.t.Fatalf("not kicked: %+v", a.goodbye)
			}
		},
		"evicted by the realm": func(w *table, a *player) {
			w.core.Handle(Event{Kind: EventEvict, Character: w.characterOf(a.id), Epoch: 1, Text: "banned"})
			w.carryOut()
		},
		"evicted by the realm while away": func(w *table, a *player) {
			w.cut(a, transport.Timeout)
			w.core.Handle(Event{Kind: EventEvict, Character: w.characterOf(a.id), Epoch: 1})
			if e := w.core.Out().Evictions; len(e) != 1 || !e[0].Found || len(e[0].State) == 0 {
				w.t.Fatalf("evictions %+v", e)
			}
			w.carryOut()
		},
		"the lease is another's": func(w *table, a *player) {
			w.cut(a, transport.Network)
			w.core.Handle(Event{Kind: EventStale, Character: w.characterOf(a.id), Epoch: 1})
			w.carryOut()
		},
		"the server stops": func(w *table, a *player) {
			w.cut(a, transport.Network)
			w.core.Handle(Event{Kind: EventDrain})
			w.carryOut()
			if w.realm.released[w.characterOf(a.id)] != 1 {
				w.t.Fatal("who is away was not saved")
			}
			w.core.draining = false
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := keepingTable(t)
			a := w.add()
			w.run(50, nil)
			end(w, a)
			if w.core.Players() != 0 {
				t.Fatal("the character is still there")
			}
			w.refused(w.back(w.ticket(a)), name)
			w.run(2, nil)
			if len(w.core.byConn) != 0 || !w.core.Idle() {
				t.Errorf("%d sessions are left", len(w.core.sessions))
			}
		})
	}
}

func TestATicketIsGoodForItsOwnSessionAndNumber(t *testing.T) {
	for name, bend := range map[string]func(c *ticket.Claims){
		"another session":   func(c *ticket.Claims) { c.Session++ },
		"another account":   func(c *ticket.Claims) { c.Account++ },
		"another character": func(c *ticket.Claims) { c.Character++ },
		"an older epoch":    func(c *ticket.Claims) { c.Epoch-- },
		"a later epoch":     func(c *ticket.Claims) { c.Epoch++ },
		"a later ticket":    func(c *ticket.Claims) { c.Serial++ },
		"an old ticket":     func(c *ticket.Claims) { c.Serial -= 2 },
	} {
		w := keepingTable(t)
		a := w.add()
		w.run(int(w.core.ticketLife()/w.core.dt), nil) // so that there were some tickets
		claims := w.ticket(a)
		bend(&claims)
		w.refused(w.back(claims), name)
		if a.closed || w.core.Players() != 1 || w.core.byConn[a.id].phase != phasePlay {
			t.Errorf("%s: the player was removed by somebody else's ticket", name)
		}
	}
}

// Tickets are renewed in time; those of before stay good until the next, because the newest may not have arrived. Who has come back has
// tickets of its own, and all earlier ones are worth nothing: nobody comes back twice with the same.
func TestNumbersOfTickets(t *testing.T) {
	w := keepingTable(t)
	a := w.add()
	w.run(3, nil)
	first := w.ticket(a)
	if first.Serial != 1 || first.Zone != "overworld" || first.Epoch != 1 || first.Session != uint64(a.id) || len(w.tickets) != 1 {
		t.Fatalf("the first ticket says %+v", first)
	}
	w.run(int(w.core.ticketLife()/2/w.core.dt), nil)
	second := w.ticket(a)
	if second.Serial != 2 {
		t.Fatalf("after half of its life the ticket was not renewed: %+v", second)
	}
	w.cut(a, transport.Timeout)
	b := w.back(first)
	if !b.inZone {
		t.Fatalf("with the ticket of before: %+v", b.goodbye)
	}
	w.cut(b, transport.Timeout)
	w.refused(w.back(first), "used before")
	w.refused(w.back(second), "of the session before")
	if c := w.back(w.ticket(a)); !c.inZone {
		t.Fatalf("with the ticket of the second session: %+v", c.goodbye)
	}
}

// The realm's grant is worth more than a ticket, whichever comes first.
func TestANewGrantEndsTheRightToResume(t *testing.T) {
	for _, epoch := range []uint64{1, 2} { // the same one: a handover's answer was lost, and the realm granted it twice
		w := keepingTable(t)
		a := w.add()
		w.run(20, nil)
		w.cut(a, transport.Timeout)
		b := &player{t: t, id: 2, view: snapshot.NewReplica(&rpg.Schema), bot: a.bot, refused: map[string]int{}}
		w.players = append(w.players, b)
		w.core.Handle(Event{Kind: EventConnect, Conn: 2, Connect: &Connect{
			Session: 1, Character: w.characterOf(1), Epoch: epoch, Transport: transport.KCP, MaxLatest: transport.MaxLatestMessage,
		}})
		w.up(b, transport.Reliable, w.joinMessage())
		w.run(3, nil)
		if !b.inZone || w.core.Players() != 1 || len(w.core.sessions) != 1 {
			t.Fatalf("epoch %d: %d players, %d sessions: %+v", epoch, w.core.Players(), len(w.core.sessions), b.goodbye)
		}
		old := ticket.Claims{Session: 1, Character: uint64(w.characterOf(1)), Epoch: 1, Serial: 1}
		w.refused(w.back(old), "of the session before the grant")
	}
}

// Who is on the way to another zone is not kept in this one, whether it is cut off or comes back beside its old session.
func TestNobodyIsKeptOnTheWay(t *testing.T) {
	for _, cut := range []bool{true, false} {
		w := keepingTable(t)
		a := w.add()
		w.run(20, nil)
		host{w.core}.Handover(w.characterOf(1), "dungeon-entrance", "from-overworld")
		w.run(2, nil)
		if len(w.realm.handovers) != 1 || w.core.byConn[a.id].phase != phaseTransfer {
			t.Fatal("it was not handed over")
		}
		if cut {
			w.cut(a, transport.Timeout)
			if w.core.Players() != 0 {
				t.Error("who went to another zone is kept in this one")
			}
		}
		w.refused(w.back(w.ticket(a)), "on the way")
	}
}

// Coming back wipes no slate clean.
func TestOffencesStay(t *testing.T) {
	w := keepingTable(t)
	a := w.add()
	w.run(3, nil)
	offend := func(p *player, n int) {
		for range n {
			w.up(p, transport.Reliable, []byte{63})
		}
		w.run(3, nil)
	}
	offend(a, maxOffences)
	if a.closed {
		t.Fatal("kicked too early")
	}
	b := w.back(w.ticket(a))
	if offend(b, 1); b.goodbye == nil || b.goodbye.Reason != message.Kicked {
		t.Fatalf("one offence too many: %+v", b.goodbye)
	}
}

func TestComingBackIsLimited(t *testing.T) {
	w := keepingTable(t)
	a := w.add()
	w.run(3, nil)
	for i := range maxResumes {
		if p := w.back(w.ticket(a)); !p.inZone {
			t.Fatalf("time %d: %+v", i, p.goodbye)
		}
	}
	w.refused(w.back(w.ticket(a)), "too often")
	if w.core.Players() != 1 {
		t.Fatal("the session that is there was closed")
	}
	w.run(int(w.core.ticks(resumeSeconds)), nil)
	if p := w.back(w.ticket(a)); !p.inZone {
		t.Fatalf("after a while: %+v", p.goodbye)
	}
}

// Without Keep a drop is an end, as it was.
func TestNobodyIsKeptUnlessAskedFor(t *testing.T) {
	w := newTable(t, Config{}, 1)
	a := w.add()
	w.run(20, nil)
	w.cut(a, transport.Timeout)
	if w.core.Players() != 0 || len(w.tickets) != 0 || w.realm.released[w.characterOf(1)] != 1 {
		t.Fatalf("%d players, %d tickets", w.core.Players(), len(w.tickets))
	}
	w.refused(w.back(ticket.Claims{Session: 1, Character: uint64(w.characterOf(1)), Epoch: 1, Serial: 1}), "nobody is kept")
}

// resumeWitness is a game that notes what the zone tells it.
type resumeWitness struct {
	rules.Sim
	resumed, failed []rules.PlayerID
}

func (s *resumeWitness) Resumed(p rules.PlayerID) { s.resumed = append(s.resumed, p) }

func (s *resumeWitness) HandoverFailed(p rules.PlayerID) {
	s.failed = append(s.failed, p)
	s.Sim.HandoverFailed(p)
}

// A player whom the rules would have carried off while nobody was connected stays, and is put on its feet when it is back.
func TestNobodyIsHandedOverWhileAway(t *testing.T) {
	seen := &resumeWitness{}
	game := rpg.Game
	game.New = func(h rules.Host) (s rules.Sim, err error) {
		seen.Sim, err = rpg.Game.New(h)
		return seen, err
	}
	w := newTable(t, Config{Game: &game, Keep: testKeep}, 1)
	a := w.add()
	w.run(20, nil)
	w.cut(a, transport.Timeout)
	host{w.core}.Handover(w.characterOf(1), "dungeon-entrance", "from-overworld")
	w.run(5, nil)
	if len(w.realm.handovers) != 0 || len(seen.failed) != 0 {
		t.Fatal("it was handed over with nobody connected")
	}
	for range 2 {
		if b := w.back(w.ticket(a)); !b.inZone {
			t.Fatalf("back: %+v", b.goodbye)
		}
	}
	if len(seen.failed) != 1 || seen.failed[0] != w.characterOf(1) || len(seen.resumed) != 2 {
		t.Fatalf("the game was told %+v", seen)
	}
}
