package core

import (
	"encoding/json"
	"errors"
	"fmt"
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

func (w *table) characterOf(id ConnID) rules.PlayerID { return rules.PlayerID(id) + 1000 }

// body is where the server has a player.
func (w *table) body(p *player) rpg.Body {
	w.t.Helper()
	e := w.history[w.core.tick][w.core.byConn[p.id].entity]
	if e == nil {
		w.t.Fatalf("client %d has no entity", p.id)
	}
	return e.(*rpg.Player).Body
}

func (w *table) sayLine(p *player, text string) {
	w.up(p, transport.Reliable, message.Append(nil, &message.Say{Text: text}))
}

func TestChat(t *testing.T) {
	w := newTable(t, Config{}, 1)
	a, b := w.add(), w.add()
	w.run(3, nil)
	w.sayLine(a, "  hello \x00\u202e there\n\u200b ")
	w.sayLine(a, " \t ")
	w.run(3, nil)
	for _, p := range []*player{a, b} {
		if len(p.heard) != 1 || p.heard[0].Text != "hello  there" || p.heard[0].From != "Player 1001" || p.heard[0].Channel != message.ZoneChannel {
			t.Fatalf("client %d heard %+v", p.id, p.heard)
		}
	}
	if p := b.heard[0]; p.Entity != uint32(w.core.byConn[a.id].entity) {
		t.Fatalf("the line comes from entity %d", p.Entity)
	}
	for i := range 20 {
		w.sayLine(a, fmt.Sprint("line ", i))
	}
	w.run(3, nil)
	lines, hints := 0, 0 // the blank line counted as well
	for _, h := range a.heard[1:] {
		if h.Channel == message.SystemChannel {
			hints++
		} else {
			lines++
		}
	}
	if lines != maxChatBurst-2 || hints != 1 || w.core.Count().ChatLimited != 20-uint64(lines) {
		t.Fatalf("%d lines got through and %d hints came, %d limited", lines, hints, w.core.Count().ChatLimited)
	}
	w.run(int(w.core.ticks(chatSeconds))+1, nil)
	before := len(b.heard)
	w.sayLine(a, "one more")
	w.run(3, nil)
	if len(b.heard) != before+1 {
		t.Fatalf("after a pause %d lines came, want 1", len(b.heard)-before)
	}
	w.core.Handle(Event{Kind: EventTellAll, Text: "Restart in 5 minutes"})
	w.run(3, nil)
	if h := b.heard[len(b.heard)-1]; h.Channel != message.SystemChannel || h.Text != "Restart in 5 minutes" {
		t.Fatalf("the broadcast came as %+v", h)
	}
}

func TestPopulation(t *testing.T) {
	w := newTable(t, Config{}, 1)
	a := w.add()
	w.run(45, nil)
	b := w.add()
	w.run(45, nil)
	if a.people != 2 || b.people != 2 {
		t.Fatalf("clients were told of %d and %d players", a.people, b.people)
	}
	w.core.Handle(Event{Kind: EventClosed, Conn: b.id})
	w.run(45, nil)
	if a.people != 1 {
		t.Fatalf("after one left, the other was told of %d", a.people)
	}
}

func TestPositionIsSavedAndFoundAgain(t *testing.T) {
	w := newTable(t, Config{}, 3)
	a := w.add()
	w.run(160, nil)
	id := w.characterOf(a.id)
	if w.realm.state[id] == nil || w.realm.released[id] != 0 {
		t.Fatalf("after 8 s the state is %q, released %d times", w.realm.state[id], w.realm.released[id])
	}
	at := w.body(a)
	w.core.Handle(Event{Kind: EventClosed, Conn: a.id})
	w.run(1, nil)
	if w.realm.released[id] != 1 || w.core.Players() != 0 {
		t.Fatalf("the lease was released %d times", w.realm.released[id])
	}
	b := w.add()
	w.realm.state[w.characterOf(b.id)] = w.realm.state[id]
	w.run(2, nil)
	if got := w.body(b); got != at {
		t.Fatalf("came back at %+v, left at %+v", got, at)
	}
}

func TestAnUnchangedPlayerIsNotSavedAgain(t *testing.T) {
	w := newTable(t, Config{}, 3)
	w.connect(1, 50, transport.KCP)
	w.core.Handle(Event{Kind: EventMessage, Conn: 1, Lane: transport.Reliable, Msg: w.joinMessage()})
	w.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: w.core.Out().Attaches[0], Character: rules.Character{ID: 50, Class: "rogue"}}})
	saves := 0
	for range 400 {
		w.core.Out().Reset()
		w.tick(w.now, w.now)
		saves += len(w.core.Out().Saves)
	}
	if saves != 1 {
		t.Fatalf("a player who stands still was saved %d times in 20 s, want once", saves)
	}
}

// toPortal puts a player in front of the overworld's portal, and walks it in.
func toPortal(t *testing.T, w *table) (*player, rules.PlayerID) {
	t.Helper()
	portal := w.core.cfg.Ground.Map.Portals[0]
	id := rules.PlayerID(len(w.players)+1) + 1000
	w.realm.state[id] = fmt.Appendf(nil, `{"v":1,"x":%d,"y":%d,"facing":3}`, portal.X+portal.W/2, portal.Y+portal.H+100)
	p := w.add()
	p.bot = &marcher{}
	return p, id
}

// marcher walks up, always.
type marcher struct {
	tick   uint32
	inputs [8]rpg.Input
}

func (m *marcher) Step(tick uint32, _ *snapshot.Replica) { m.tick = tick }
func (m *marcher) Reconcile(*snapshot.Replica) bool      { return false }
func (m *marcher) Line() string                          { return "" }
func (m *marcher) Inputs(dst []byte, h snapshot.InputHeader) []byte {
	h.Newest = m.tick
	for i := range m.inputs {
		m.inputs[i] = rpg.Input{MoveY: -127}
	}
	return snapshot.WriteInputs(dst, h, m.inputs[:min(m.tick, 8)])
}

func TestPortal(t *testing.T) {
	w := newTable(t, Config{}, 1)
	p, id := toPortal(t, w)
	witness := w.add()
	w.run(40, nil)
	if len(w.realm.handovers) != 1 {
		t.Fatalf("%d handovers were asked for", len(w.realm.handovers))
	}
	r := w.realm.handovers[0]
	if r.Character != id || r.Epoch != 1 || r.Session != uint64(p.id) || r.ToZone != "dungeon-entrance" || r.ToPoint != "from-overworld" {
		t.Fatalf("the handover is %+v", r)
	}
	var state struct{ X, Y int32 }
	if err := json.Unmarshal(r.State, &state); err != nil || w.core.cfg.Ground.Map.PortalAt(state.X, state.Y) >= 0 {
		t.Fatalf("the state is %s (%v): it must be outside of the portal", r.State, err)
	}
	if p.grant != `{"zone":"dungeon-entrance"}` {
		t.Fatalf("the client got the grant %q", p.grant)
	}
	own := p.view.Own().State.(*rpg.Player)
	if !own.Self.Held {
		t.Fatal("the client was not told that it is held")
	}
	stood := w.body(p)
	w.run(20, nil)
	if w.body(p) != stood {
		t.Fatal("the player moved while it was handed over")
	}
	saved := w.realm.released[id]
	w.core.Handle(Event{Kind: EventClosed, Conn: p.id})
	w.run(20, nil)
	if w.core.Players() != 1 || w.realm.released[id] != saved {
		t.Fatalf("%d players are left, the lease was saved %d times: it is another zone's", w.core.Players(), w.realm.released[id]-saved)
	}
	if witness.goodbye != nil {
		t.Fatal("the witness was removed")
	}
}

func TestWhoDoesNotArriveIsRemoved(t *testing.T) {
	w := newTable(t, Config{}, 1)
	p, id := toPortal(t, w)
	w.run(40+int(w.core.ticks(transferSeconds)), nil)
	if p.goodbye == nil || p.goodbye.Reason != message.HandedOver || w.core.Players() != 0 || w.realm.released[id] != 0 {
		t.Fatalf("goodbye %+v, %d players, %d saves", p.goodbye, w.core.Players(), w.realm.released[id])
	}
}

func TestPortalThatDoesNotOpen(t *testing.T) {
	w := newTable(t, Config{}, 1)
	w.realm.refuse = errors.New("Dungeon Entrance is full")
	p, _ := toPortal(t, w)
	w.run(30, nil)
	if len(w.realm.handovers) != 1 || p.grant != "" || p.goodbye != nil {
		t.Fatalf("%d handovers, grant %q, goodbye %+v", len(w.realm.handovers), p.grant, p.goodbye)
	}
	if len(p.heard) != 1 || p.heard[0].Text != "The portal does not open: Dungeon Entrance is full" {
		t.Fatalf("the player was told %+v", p.heard)
	}
	// It keeps walking into the portal, which rests for a while and then tries again.
	w.run(int(w.core.ticks(2))+10, nil)
	if n := len(w.realm.handovers); n != 2 {
		t.Fatalf("%d handovers after the pause, want 2", n)
	}
	if p.view.Own().State.(*rpg.Player).Self.Held {
		t.Fatal("the player is still held")
	}
}

// The realm carried a handover out and was killed before it answered. The player walks on, until the zone learns that it has lost the character:
// from a save, or from the next portal. Nobody has taken the player's place, so it must be told to enter again, and not to stay away.
func TestAHandoverWhoseAnswerWasLost(t *testing.T) {
	for name, learn := range map[string]func(w *table, id rules.PlayerID){
		"from a save": func(w *table, id rules.PlayerID) {
			w.core.Handle(Event{Kind: EventStale, Character: id, Epoch: 1, Err: fmt.Errorf("save: %w", ErrHandedOver)})
		},
		"from a portal": func(w *table, _ rules.PlayerID) {
			w.realm.refuse = fmt.Errorf("handover: %w", ErrHandedOver)
			w.run(int(w.core.ticks(2))+10, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTable(t, Config{}, 1)
			w.realm.refuse = fmt.Errorf("handover: %w", ErrRealmDown)
			p, id := toPortal(t, w)
			w.run(30, nil)
			if len(w.realm.handovers) != 1 || p.goodbye != nil || w.core.Players() != 1 {
				t.Fatalf("%d handovers, goodbye %+v, %d players", len(w.realm.handovers), p.goodbye, w.core.Players())
			}
			learn(w, id)
			w.run(5, nil)
			if p.goodbye == nil || p.goodbye.Reason != message.AttachRefused || !strings.Contains(p.goodbye.Text, "enter again") {
				t.Errorf("goodbye %+v", p.goodbye)
			}
			if w.core.Players() != 0 || w.realm.released[id] != 0 {
				t.Errorf("%d players, %d final saves: the lease is the next zone's", w.core.Players(), w.realm.released[id])
			}
		})
	}
}

func TestAStaleLeaseEndsTheSession(t *testing.T) {
	w := newTable(t, Config{}, 1)
	p := w.add()
	w.run(5, nil)
	id := w.characterOf(p.id)
	w.core.Handle(Event{Kind: EventStale, Character: id, Epoch: 0}) // of an older session
	w.run(5, nil)
	if p.goodbye != nil {
		t.Fatal("an old refusal ended a new session")
	}
	w.core.Handle(Event{Kind: EventStale, Character: id, Epoch: 1})
	w.run(3, nil)
	if p.goodbye == nil || p.goodbye.Reason != message.TakenOver || w.realm.released[id] != 0 {
		t.Fatalf("goodbye %+v, %d final saves", p.goodbye, w.realm.released[id])
	}
}

func TestEvict(t *testing.T) {
	w := newTable(t, Config{}, 1)
	p := w.add()
	w.run(5, nil)
	id, at := w.characterOf(p.id), w.body(p)
	w.core.Handle(Event{Kind: EventEvict, Character: id, Epoch: 1})
	e := w.core.Out().Evictions
	if len(e) != 1 || !e[0].Found || e[0].Epoch != 1 || string(e[0].State) != fmt.Sprintf(`{"v":1,"x":%d,"y":%d,"facing":%d}`, at.X, at.Y, at.Facing) {
		t.Fatalf("the eviction is %+v (%s)", e, e[0].State)
	}
	w.carryOut()
	w.run(3, nil)
	if p.goodbye == nil || p.goodbye.Reason != message.TakenOver || !strings.Contains(p.goodbye.Text, "elsewhere") || w.realm.released[id] != 0 {
		t.Fatalf("goodbye %+v, %d final saves", p.goodbye, w.realm.released[id])
	}
	w.core.Handle(Event{Kind: EventEvict, Character: id, Epoch: 1})
	if e := w.core.Out().Evictions; len(e) != 1 || e[0].Found {
		t.Fatalf("a second eviction found %+v", e)
	}
}

// A request of the realm that it gave up may come when it has granted the character anew, to a player who has come in since.
func TestAnEvictionThatComesLate(t *testing.T) {
	w := newTable(t, Config{}, 1)
	p := w.add()
	w.run(5, nil)
	const joining = 9
	w.connect(joining, joining, transport.KCP)
	for _, id := range []rules.PlayerID{w.characterOf(p.id), joining} {
		w.core.Handle(Event{Kind: EventEvict, Character: id, Epoch: 0})
		if e := w.core.Out().Evictions; len(e) != 1 || e[0].Found {
			t.Fatalf("the eviction is %+v", e)
		}
		w.carryOut()
	}
	w.run(5, nil)
	if p.goodbye != nil || w.core.Players() != 1 || w.core.Sessions() != 2 {
		t.Fatalf("goodbye %+v, %d players, %d sessions", p.goodbye, w.core.Players(), w.core.Sessions())
	}
}

func TestDrain(t *testing.T) {
	w := newTable(t, Config{}, 1)
	a, b := w.add(), w.add()
	w.run(5, nil)
	w.core.Handle(Event{Kind: EventDrain})
	w.carryOut()
	w.run(2, nil)
	for _, p := range []*player{a, b} {
		if p.goodbye == nil || p.goodbye.Reason != message.ServerShutdown || w.realm.released[w.characterOf(p.id)] != 1 {
			t.Fatalf("client %d got %+v, %d final saves", p.id, p.goodbye, w.realm.released[w.characterOf(p.id)])
		}
	}
	c := w.greet(w.joinMessage())
	w.run(2, nil)
	if c.goodbye == nil || c.goodbye.Reason != message.ServerShutdown || !w.core.Idle() {
		t.Fatalf("a late session got %+v", c.goodbye)
	}
}

func TestOffendersAreKicked(t *testing.T) {
	for name, bad := range map[string]struct {
		lane transport.Lane
		msg  []byte
		want string // in the log
	}{
		"unknown system message": {transport.Reliable, []byte{50}, "a system message that"},
		"unknown game message":   {transport.Reliable, []byte{200, 1}, "message 200 is unknown"},
		"garbage input":          {transport.Latest, []byte{2, 255}, "an input packet"},
		"wrong type":             {transport.Latest, []byte{1, 2, 3}, "no input"},
		"second join":            {transport.Reliable, []byte{1}, "a second Join"},
		"future acknowledgement": {transport.Latest, snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: 1 << 30, Newest: 30}, []rpg.Input{{}}), "a tick to come"},
		"faster than anyone":     {transport.Latest, nil, "moves faster"}, // filled in below
	} {
		t.Run(name, func(t *testing.T) {
			w := newTable(t, Config{}, 1)
			p := w.add()
			w.run(5, nil)
			p.inZone = false // its bot is silent from here on
			for i := 0; i < maxOffences+5 && p.goodbye == nil; i++ {
				msg := bad.msg
				if msg == nil {
					msg = snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: w.core.tick + 2}, []rpg.Input{{MoveX: 127, MoveY: 127}})
				}
				w.up(p, bad.lane, msg)
				w.run(1, nil)
			}
			w.run(3, nil)
			if p.goodbye == nil || p.goodbye.Reason != message.Kicked || w.core.Count().Kicked != 1 {
				t.Fatalf("after %d offences: %+v", w.core.Count().Offence, p.goodbye)
			}
			kicks := w.noticesOf(PlayerKicked)
			if len(kicks) != 1 || !strings.HasPrefix(kicks[0].Text, "too many offences, the last: ") || !strings.Contains(kicks[0].Text, bad.want) {
				t.Errorf("the log has %+v", kicks)
			}
			if w.realm.released[w.characterOf(p.id)] != 1 {
				t.Fatal("the offender's character was not saved")
			}
		})
	}
}

// notices are the core's of a kind so far.
func (w *table) noticesOf(kind NoticeKind) (out []Notice) {
	for _, n := range w.notices {
		if n.Kind == kind {
			out = append(out, n)
		}
	}
	return out
}

func TestTheGameKicks(t *testing.T) {
	w := newTable(t, Config{Keep: time.Second}, 1)
	a, b := w.add(), w.add()
	w.run(5, nil)
	w.cut(b, transport.Timeout)
	for _, id := range []ConnID{a.id, b.id} {
		host{w.core}.Kick(w.characterOf(id), "Away from keyboard.")
		host{w.core}.Kick(w.characterOf(id), "Twice.")
	}
	if w.core.Players() != 2 {
		t.Fatal("they were taken out while the rules run")
	}
	w.run(3, nil)
	if a.goodbye == nil || a.goodbye.Reason != message.Kicked || a.goodbye.Text != "Away from keyboard." || w.core.Players() != 0 || w.core.Count().Kicked != 2 {
		t.Fatalf("%+v, %d players, %+v", a.goodbye, w.core.Players(), w.core.Count())
	}
	kicks := w.noticesOf(PlayerKicked)
	if len(kicks) != 2 || kicks[0].Text != "Away from keyboard." || kicks[1].Character != w.characterOf(b.id) || kicks[1].Name != "Player 1002" {
		t.Errorf("the log has %+v", kicks)
	}
	slices.Sort(w.recorded)
	if want := []string{"1001 true Away from keyboard.", "1002 true Away from keyboard."}; !slices.Equal(w.recorded, want) {
		t.Errorf("with the last saves went %q, want %q", w.recorded, want)
	}
	host{w.core}.Kick(w.characterOf(a.id), "who is gone")
	w.run(1, nil)
	if w.realm.released[w.characterOf(a.id)] != 1 || w.realm.released[w.characterOf(b.id)] != 1 || w.core.Count().Kicked != 2 {
		t.Errorf("released %v", w.realm.released)
	}
}

// Who asks the log what became of a session finds one line for its end, whatever it was.
func TestNotices(t *testing.T) {
	w := newTable(t, Config{Keep: testKeep}, 1)
	a := w.add()
	w.run(3, nil)
	w.cut(a, transport.Timeout)
	b := w.back(w.ticket(a))
	w.core.Handle(Event{Kind: EventClosed, Conn: b.id})
	w.greet([]byte{1, 2})
	p, _ := toPortal(t, w)
	w.run(40, nil)
	w.core.Handle(Event{Kind: EventClosed, Conn: p.id, Code: transport.Network})
	c := w.add()
	w.run(3, nil)
	w.cut(c, transport.Network)
	w.run(int(testKeep/w.core.dt)+1, nil)
	var got []string
	for _, n := range w.notices {
		got = append(got, fmt.Sprintf("%v %d %v %v %s", n.Kind, n.Character, n.Reason, n.Code, n.Text))
	}
	want := []string{
		"player joined 1001 left normal ",
		"connection lost 1001 left timeout ",
		"session resumed 1001 left normal ",
		"session closed 1001 left normal ",
		"session refused 1003 protocol-error normal The client's first message cannot be read. Update the client.",
		"player joined 1004 left normal ",
		"player departed 1004 left normal dungeon-entrance",
		"session closed 1004 left network ",
		"player joined 1005 left normal ",
		"connection lost 1005 left network ",
		"session closed 1005 left normal The player did not come back.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestNowAndThenAnOffenceIsForgiven(t *testing.T) {
	w := newTable(t, Config{}, 1)
	p := w.add()
	for range 60 {
		w.up(p, transport.Reliable, []byte{50})
		w.run(int(w.core.ticks(offenceSeconds)), nil)
	}
	if p.goodbye != nil || w.core.Count().Offence < 50 {
		t.Fatalf("%d offences over five minutes: %+v", w.core.Count().Offence, p.goodbye)
	}
}

// The clock steering: the echo comes back with how long it was held, and the lead says how early inputs are.
func TestHeaderSteersTheClock(t *testing.T) {
	w := newTable(t, Config{}, 1)
	w.connect(1, 9, transport.KCP)
	w.core.Handle(Event{Kind: EventMessage, Conn: 1, Lane: transport.Reliable, Msg: w.joinMessage()})
	w.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: w.core.Out().Attaches[0], Character: rules.Character{ID: 9, Class: "knight"}}})
	w.core.Out().Reset()
	w.tick(50*time.Millisecond, 50*time.Millisecond) // tick 1; tick 2 is due at 100 ms
	w.core.Out().Reset()
	input := func(newest uint32, at time.Duration) {
		msg := snapshot.WriteInputs(nil, snapshot.InputHeader{ClientTime: 4242, Newest: newest}, []rpg.Input{{}})
		w.core.Handle(Event{Kind: EventMessage, Conn: 1, Lane: transport.Latest, Msg: msg, At: at})
	}
	input(4, 75*time.Millisecond) // half a tick and two ticks early
	input(3, 80*time.Millisecond) // overtaken: must not count
	w.tick(100*time.Millisecond, 103*time.Millisecond)
	r := snapshot.NewReplica(&rpg.Schema)
	h, err := r.Apply(w.core.Out().Sends[0].Msg)
	if err != nil || h.Tick != 2 || !h.HasEcho || h.Echo != 4242 || h.HoldMs != 28 || h.Lead != 2*16+8 || !h.Starved {
		t.Fatalf("header %+v, %v", h, err)
	}
	for _, c := range []struct {
		newest uint32
		at     time.Duration
		want   int16
	}{{3, 100 * time.Millisecond, 16}, {3, 125 * time.Millisecond, 8}, {1, 150 * time.Millisecond, -32}, {1<<32 - 1, 0, 2047}} {
		if got := w.core.lead(c.newest, c.at); got != c.want {
			t.Errorf("an input for %d at %v has lead %d, want %d", c.newest, c.at, got, c.want)
		}
	}
}
