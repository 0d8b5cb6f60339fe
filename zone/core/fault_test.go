package core

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// mine is a game that panics where it is told to, over one player.
type mine struct {
	rules.Sim
	host  rules.Host
	where string
	whom  rules.PlayerID
	left  []rules.PlayerID // who was taken out
}

func (m *mine) tread(where string, p rules.PlayerID) {
	if m.where == where && (p == m.whom || m.whom == 0) {
		panic("mine: " + where)
	}
}

func (m *mine) Join(c rules.Character) (snapshot.ID, rules.InputBuffer, error) {
	id, inputs, err := m.Sim.Join(c)
	m.tread("Join", c.ID) // half in
	return id, &minedInputs{inputs, m, c.ID}, err
}

func (m *mine) Leave(p rules.PlayerID) {
	m.tread("Leave", p)
	m.left = append(m.left, p)
	m.Sim.Leave(p)
}

func (m *mine) Save(p rules.PlayerID, dst []byte) []byte {
	m.tread("Save", p)
	return m.Sim.Save(p, dst)
}

func (m *mine) HandoverFailed(p rules.PlayerID) {
	m.tread("HandoverFailed", p)
	m.Sim.HandoverFailed(p)
}

func (m *mine) Message(p rules.PlayerID, msg []byte) error {
	m.tread("Message", p)
	return m.Sim.Message(p, msg)
}

func (m *mine) Resumed(p rules.PlayerID) { m.tread("Resumed", p) }

func (m *mine) Step(tick uint32) {
	if m.where == "Step, for a player" {
		m.host.Acting(m.whom)
		panic("mine: Step")
	}
	m.tread("Step", 0)
	m.Sim.Step(tick)
	m.tread("Step, at its end", 0) // nobody acts any more
}

// minedInputs are a player's inputs in such a game.
type minedInputs struct {
	rules.InputBuffer
	m *mine
	p rules.PlayerID
}

func (i *minedInputs) Read(msg []byte, next uint32) (snapshot.InputHeader, int, error) {
	i.m.tread("Read", i.p)
	return i.InputBuffer.Read(msg, next)
}

func (i *minedInputs) Starved() bool {
	i.m.tread("Starved", i.p)
	return i.InputBuffer.Starved()
}

func (i *minedInputs) Reset() {
	i.m.tread("Reset", i.p)
	i.InputBuffer.Reset()
}

// minefield is a table whose game is a mine, with two players at play, who have walked for a while.
func minefield(t *testing.T) (w *table, m *mine, a, b *player) {
	t.Helper()
	game := rpg.Game
	game.New = func(h rules.Host) (rules.Sim, error) {
		sim, err := rpg.Game.New(h)
		m = &mine{Sim: sim, host: h}
		return m, err
	}
	w = newTable(t, Config{Game: &game, Keep: testKeep}, 1)
	a, b = w.add(), w.add()
	w.run(30, nil)
	m.whom = w.characterOf(a.id)
	return w, m, a, b
}

// TestPanicEndsOneSession: wherever the game panics over one player, that player's session ends, and no other; the character is saved as
// the game has it, and nothing of it is left in the world.
func TestPanicEndsOneSession(t *testing.T) {
	for _, c := range []struct {
		where   string
		provoke func(w *table, a *player)
		unsaved bool // the game cannot say what to save
	}{
		{where: "Message", provoke: func(w *table, a *player) { w.up(a, transport.Reliable, []byte{message.FirstGameID}) }},
		{where: "Read"},
		{where: "Starved"},
		{where: "Step, for a player"},
		{where: "Save", unsaved: true},
		{where: "HandoverFailed", provoke: func(w *table, a *player) {
			w.realm.refuse = ErrRealmDown
			host{w.core}.Handover(w.characterOf(a.id), "dungeon-entrance", "start")
		}},
		{where: "Save", unsaved: true, provoke: func(w *table, a *player) {
			host{w.core}.Handover(w.characterOf(a.id), "dungeon-entrance", "start")
		}},
	} {
		t.Run(c.where, func(t *testing.T) {
			w, m, a, b := minefield(t)
			who := w.characterOf(a.id)
			m.where = c.where
			if c.provoke != nil {
				c.provoke(w, a)
			}
			w.run(int(w.core.ticks(SaveSeconds))+3, func() {
				if len(w.noticesOf(SessionFailed)) > 0 && c.where == "Step, for a player" {
					m.where = ""
				}
			})
			if a.goodbye == nil || a.goodbye.Reason != message.AttachRefused || !strings.Contains(a.goodbye.Text, "Something went wrong in ") {
				t.Fatalf("the player is told %+v", a.goodbye)
			}
			failed := w.noticesOf(SessionFailed)
			if len(failed) == 0 || failed[0].Character != who || !strings.Contains(failed[0].Text, "mine: ") || !strings.Contains(string(failed[0].Stack), "mine).") {
				t.Errorf("the log has %+v", failed)
			}
			if n := w.realm.released[who]; (n == 1) == c.unsaved || n > 1 {
				t.Errorf("saved for the last time %d times", n)
			}
			if w.core.Broken() || w.core.Players() != 1 || !slices.Contains(m.left, who) || w.core.Count().Panicked == 0 {
				t.Errorf("broken %t, %d players, left %v, %+v", w.core.Broken(), w.core.Players(), m.left, w.core.Count())
			}
			m.where = ""
			before := b.applied
			w.run(20, nil)
			if b.goodbye != nil || b.applied < before+15 {
				t.Fatalf("the other player is told %+v, and has %d snapshots of 20 ticks", b.goodbye, b.applied-before)
			}
			w.checkSeen()
			// Who was sent away may come again, and finds what was saved.
			w.connect(ConnID(len(w.players)+1), who, transport.KCP)
			again := &player{t: t, id: ConnID(len(w.players) + 1), view: snapshot.NewReplica(w.core.cfg.Game.Schema), refused: map[string]int{}, bot: &marcher{}}
			w.players = append(w.players, again)
			w.up(again, transport.Reliable, w.joinMessage())
			w.run(5, nil)
			if !again.inZone || w.core.Players() != 2 {
				t.Errorf("coming again: in the zone %t, told %+v, %d players", again.inZone, again.goodbye, w.core.Players())
			}
		})
	}
}

// TestPanicAtTheDoor: a game that panics over a newcomer refuses the newcomer.
func TestPanicAtTheDoor(t *testing.T) {
	w, m, _, b := minefield(t)
	m.where, m.whom = "Join", w.characterOf(3)
	c := w.add()
	w.run(5, nil)
	if c.goodbye == nil || c.goodbye.Reason != message.AttachRefused || w.core.Players() != 2 || w.core.joining != 0 || b.goodbye != nil {
		t.Fatalf("told %+v, %d players, %d joining", c.goodbye, w.core.Players(), w.core.joining)
	}
	if !slices.Contains(m.left, m.whom) {
		t.Error("what the game had of the newcomer stays")
	}
	// The realm's answer for somebody who has left meanwhile brings the character in and out.
	w.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: AttachRequest{Conn: 99, Character: m.whom, Epoch: 1}, Character: rules.Character{ID: m.whom, Class: "rogue"}}})
	if w.core.Broken() || w.core.Players() != 2 {
		t.Error("an answer that comes late breaks the zone")
	}
}

// TestPanicOnReturn: a game that panics over a player who resumes, or is cut off, ends that player's session, whichever of the two has the
// character.
func TestPanicOnReturn(t *testing.T) {
	for _, where := range []string{"Resumed", "Reset"} {
		w, m, a, b := minefield(t)
		w.cut(a, transport.Timeout)
		m.where = where
		again := w.back(w.ticket(a))
		if where == "Reset" { // it had not taken the place of the session before, which waits on
			w.run(int(testKeep/w.core.dt), nil)
		}
		w.run(3, nil)
		if again.goodbye == nil || again.goodbye.Reason != message.AttachRefused || w.core.Players() != 1 || w.core.Broken() || b.goodbye != nil {
			t.Errorf("%s: told %+v, %d players, broken %t", where, again.goodbye, w.core.Players(), w.core.Broken())
		}
		if w.realm.released[m.whom] != 1 || !slices.Contains(m.left, m.whom) {
			t.Errorf("%s: saved for the last time %d times, left %v", where, w.realm.released[m.whom], m.left)
		}
	}
	w, m, a, _ := minefield(t)
	m.where = "Reset"
	w.cut(a, transport.Timeout)
	w.run(3, nil)
	if w.core.Players() != 1 || w.core.Sessions() != 1 || w.core.Broken() {
		t.Errorf("cut off: %d players, %d sessions, broken %t", w.core.Players(), w.core.Sessions(), w.core.Broken())
	}
}

// TestPanicOfAnEviction: the realm is answered, and the character leaves.
func TestPanicOfAnEviction(t *testing.T) {
	w, m, a, _ := minefield(t)
	m.where = "Save"
	w.core.Handle(Event{Kind: EventEvict, Character: m.whom, Epoch: 1})
	if e := w.core.Out().Evictions; len(e) != 1 || e[0].Found || e[0].Character != m.whom {
		t.Fatalf("the realm is answered %+v", e)
	}
	w.carryOut()
	w.run(3, nil)
	if a.goodbye == nil || a.goodbye.Reason != message.TakenOver || w.core.Players() != 1 || w.core.Broken() {
		t.Errorf("told %+v, %d players", a.goodbye, w.core.Players())
	}
}

// TestPanicForAllBreaksTheWorld: nobody is to blame, and the core says so; a drain saves everybody whom the game can save.
func TestPanicForAllBreaksTheWorld(t *testing.T) {
	for _, where := range []string{"Step", "Step, at its end", "Leave"} {
		w, m, a, b := minefield(t)
		m.where = where
		switch where {
		case "Leave":
			w.core.Handle(Event{Kind: EventClosed, Conn: a.id})
			w.carryOut()
		default:
			m.whom = 0
			w.core.Step(w.now, w.now)
		}
		if !w.core.Broken() || len(w.noticesOf(WorldBroken))+len(w.core.out.Notices) == 0 {
			t.Fatalf("%s: the core does not say that it is broken", where)
		}
		m.where, m.whom = "Save", w.characterOf(a.id)
		w.core.Handle(Event{Kind: EventDrain, Text: "The world ended.", At: w.now})
		w.carryOut()
		for _, p := range w.net.due(time.Hour) {
			if !p.up {
				w.players[p.to-1].receive(p.lane, p.msg)
			}
		}
		if b.goodbye == nil || b.goodbye.Reason != message.ServerShutdown || b.goodbye.Text != "The world ended." || w.realm.released[w.characterOf(b.id)] != 1 {
			t.Errorf("%s: told %+v, saved for the last time %d times", where, b.goodbye, w.realm.released[w.characterOf(b.id)])
		}
		if w.core.Players() != 0 {
			t.Errorf("%s: %d players are left", where, w.core.Players())
		}
	}
}
