package core

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// greet connects a session that sends the given first message, and returns its player.
func (w *table) greet(first []byte) *player {
	w.t.Helper()
	p := &player{t: w.t, id: ConnID(len(w.players) + 1)}
	w.players = append(w.players, p)
	w.connect(p.id, w.characterOf(p.id), transport.KCP)
	w.up(p, transport.Reliable, first)
	return p
}

// protocol2Join is the Join of a client of protocol 2, as it was sent: such clients are out there.
const protocol2Join = "0102feffffffffffffff40183318331833183318331833183318331833183318331833183318331833183318331833183318331833183318331833183318331833183318331833183318b3c8d91b1b5999db4b0c"

func unhex(text string) []byte {
	b, err := hex.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return b
}

func TestJoinRefusals(t *testing.T) {
	good := func(w *table) message.Join {
		return message.Join{Protocol: message.Version, Schema: rpg.Schema.Hash, MapHash: w.core.cfg.Ground.Map.Hash()}
	}
	for _, c := range []struct {
		name   string
		change func(*message.Join)
		raw    []byte
		realm  error
		want   message.Reason
		text   string
	}{
		{name: "schema", change: func(j *message.Join) { j.Schema++ }, want: message.SchemaMismatch, text: "Update the client"},
		{name: "old protocol", change: func(j *message.Join) { j.Protocol = 0 }, want: message.SchemaMismatch, text: "Update the client"},
		{name: "recorded protocol 2", raw: unhex(protocol2Join), want: message.SchemaMismatch, text: "speaks protocol 2, the server 3. Update the client; in a browser, reload the page."},
		{name: "new protocol", change: func(j *message.Join) { j.Protocol = 99 }, want: message.SchemaMismatch, text: "Update the server"},
		{name: "map", change: func(j *message.Join) { j.MapHash = strings.Repeat("0", 64) }, want: message.MapMismatch, text: "Load it again"},
		{name: "truncated", raw: []byte{1, 2}, want: message.ProtocolError, text: "cannot be read"},
		{name: "realm refuses", realm: errors.New("the lease is of epoch 7"), want: message.AttachRefused, text: "epoch 7"},
		{name: "realm down", realm: fmt.Errorf("ask: %w", ErrRealmDown), want: message.RealmDown, text: "try again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTable(t, Config{}, 1)
			w.realm.attach = c.realm
			first := c.raw
			if first == nil {
				j := good(w)
				if c.change != nil {
					c.change(&j)
				}
				first = message.Append(nil, &j)
			}
			p := w.greet(first)
			w.run(3, nil)
			if p.goodbye == nil || p.goodbye.Reason != c.want || !strings.Contains(p.goodbye.Text, c.text) {
				t.Fatalf("goodbye is %+v, want reason %d with %q", p.goodbye, c.want, c.text)
			}
			if !p.closed || !w.core.Idle() || w.core.Players() != 0 || w.core.joining != 0 {
				t.Fatalf("the session is not over: closed %t, %d sessions, %d joining", p.closed, w.core.Sessions(), w.core.joining)
			}
		})
	}
}

func TestRulesRefuseACharacter(t *testing.T) {
	w := newTable(t, Config{}, 1)
	w.realm.state[1001] = []byte(`{"v":9}`)
	p := w.greet(w.joinMessage())
	w.run(3, nil)
	if p.goodbye == nil || p.goodbye.Reason != message.AttachRefused || !strings.Contains(p.goodbye.Text, "version 9") {
		t.Fatalf("goodbye is %+v", p.goodbye)
	}
	if string(w.realm.state[1001]) != `{"v":9}` {
		t.Fatalf("the state is %s, want it untouched", w.realm.state[1001])
	}
}

func TestFullZone(t *testing.T) {
	zone := rpg.Game.Zones[0]
	zone.Capacity = 2
	w := newTable(t, Config{Zone: zone}, 1)
	a := w.add()
	w.add()
	w.run(3, nil)
	c := w.add()
	w.run(3, nil)
	if c.goodbye == nil || c.goodbye.Reason != message.ZoneFull || !strings.Contains(c.goodbye.Text, "full (2 players)") {
		t.Fatalf("the third player got %+v", c.goodbye)
	}
	w.core.Handle(Event{Kind: EventClosed, Conn: a.id})
	w.run(3, nil)
	d := w.add()
	w.run(3, nil)
	if !d.inZone {
		t.Fatalf("nobody took the free place: %+v", d.goodbye)
	}
}

func TestSilentSessionsEnd(t *testing.T) {
	w := newTable(t, Config{}, 1)
	p := &player{t: t, id: 1}
	w.players = append(w.players, p)
	w.connect(1, 7, transport.KCP)
	w.run(int(w.core.ticks(joinSeconds))+2, nil)
	if p.goodbye == nil || p.goodbye.Reason != message.AttachRefused || !w.core.Idle() {
		t.Fatalf("a session that never joined got %+v, %d sessions left", p.goodbye, w.core.Sessions())
	}
}

func TestTooManySessionsAreRefused(t *testing.T) {
	zone := rpg.Game.Zones[0]
	zone.Capacity = 1
	w := newTable(t, Config{Zone: zone}, 1)
	for i := range maxWaiting + 1 {
		w.connect(ConnID(i+1), 5, transport.KCP)
	}
	w.core.Out().Reset()
	w.connect(9999, 5, transport.KCP)
	if n := len(w.core.Out().Closes); n != 1 {
		t.Fatalf("%d sessions refused, want the one too many", n)
	}
	// A second later the first of those that have said nothing goes instead, and the newcomer stays.
	w.core.tick += w.core.ticks(silentSeconds)
	w.core.Out().Reset()
	w.connect(10_000, 6, transport.KCP)
	if closes := w.core.Out().Closes; len(closes) != 1 || closes[0].Conn != 1 {
		t.Fatalf("closed %+v, want the first session", closes)
	}
}

func TestAttachAnswersForThoseWhoLeft(t *testing.T) {
	w := newTable(t, Config{}, 1)
	w.connect(1, 77, transport.KCP)
	w.core.Handle(Event{Kind: EventMessage, Conn: 1, Lane: transport.Reliable, Msg: w.joinMessage()})
	req := w.core.Out().Attaches[0]
	if req.Character != 77 || req.Epoch != 1 || w.core.joining != 1 {
		t.Fatalf("attach request %+v, %d joining", req, w.core.joining)
	}
	w.core.Handle(Event{Kind: EventClosed, Conn: 1})
	w.core.Out().Reset()
	who := rules.Character{ID: 77, Class: "rogue", State: []byte(`{"v":1,"x":6400,"y":6400}`), Arrive: "from-dungeon"}
	w.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: req, Character: who}})
	saves := w.core.Out().Saves
	if len(saves) != 1 || !saves[0].Final || saves[0].Character != 77 || saves[0].Epoch != 1 || w.core.joining != 0 || w.core.Players() != 0 {
		t.Fatalf("saves %+v, %d joining; want the lease released and nothing else", saves, w.core.joining)
	}
	// The place in the other zone must not be taken for one in this zone.
	var at struct{ X, Y int32 }
	arrive, _ := w.core.cfg.Ground.Map.Spawn("from-dungeon")
	if err := json.Unmarshal(saves[0].State, &at); err != nil || max(at.X-arrive.X, arrive.X-at.X, at.Y-arrive.Y, arrive.Y-at.Y) > 256 {
		t.Fatalf("saved as %s, want it near %+v", saves[0].State, arrive)
	}
	w.run(2, nil)
	for _, s := range w.history[w.core.tick] {
		if _, ok := s.(*rpg.Player); ok {
			t.Fatal("who left is still there")
		}
	}
}

// The realm's answer for who has left comes when the same player is back, under the same grant or a later one: it ends nothing.
func TestAttachAnswersThatComeLate(t *testing.T) {
	for _, epoch := range []uint64{1, 2} {
		w := newTable(t, Config{}, 1)
		w.core.Handle(Event{Kind: EventConnect, Conn: 50, Connect: &Connect{Session: 50, Character: 1001, Epoch: 1, Transport: transport.KCP, MaxLatest: 1100}})
		w.core.Handle(Event{Kind: EventMessage, Conn: 50, Lane: transport.Reliable, Msg: w.joinMessage()})
		req := w.core.Out().Attaches[0]
		w.core.Out().Reset()
		left := epoch == 1
		if left {
			w.core.Handle(Event{Kind: EventClosed, Conn: 50})
		}
		p := w.add()
		w.core.byConn[p.id].epoch = epoch
		w.run(5, nil)
		if !p.inZone {
			t.Fatal("the player is not in")
		}
		w.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: req, Character: rules.Character{ID: 1001, Class: "rogue"}}})
		w.carryOut()
		w.run(5, nil)
		if p.goodbye != nil || w.core.Players() != 1 || w.realm.released[1001] != 0 {
			t.Errorf("epoch %d: goodbye %+v, %d players, the lease was released %d times", epoch, p.goodbye, w.core.Players(), w.realm.released[1001])
		}
		if w.core.joining != 0 {
			t.Errorf("epoch %d: %d are joining", epoch, w.core.joining)
		}
	}
}

func TestASecondSessionTakesOver(t *testing.T) {
	w := newTable(t, Config{}, 1)
	a := w.add()
	w.run(5, nil)
	b := &player{t: t, id: 2, view: a.view}
	b.view = newTable(t, Config{}, 1).truth
	b.bot = a.bot
	w.players = append(w.players, b)
	w.connect(2, w.characterOf(1), transport.WebSocket)
	w.up(b, transport.Reliable, w.joinMessage())
	w.run(3, nil)
	if a.goodbye == nil || a.goodbye.Reason != message.TakenOver || w.realm.released[w.characterOf(1)] != 0 {
		t.Fatalf("the first session got %+v, the lease was released %d times", a.goodbye, w.realm.released[w.characterOf(1)])
	}
	if !b.inZone || w.core.Players() != 1 {
		t.Fatalf("the second session is not in: %+v", b.goodbye)
	}
}
