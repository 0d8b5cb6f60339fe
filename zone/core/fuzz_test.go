package core

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// script packs messages as the fuzz target unpacks them: a byte of lane and ticks to wait, two of length, the bytes.
func script(msgs ...Event) []byte {
	var out []byte
	for _, m := range msgs {
		out = append(out, byte(m.Lane))
		out = binary.LittleEndian.AppendUint16(out, uint16(len(m.Msg)))
		out = append(out, m.Msg...)
	}
	return out
}

// Whatever an authenticated client sends, the zone goes on, and the others with it.
func FuzzClientMessages(f *testing.F) {
	ground, err := loadGround(&rpg.Game, rpg.Game.Zones[1])
	if err != nil {
		f.Fatal(err)
	}
	newCore := func(tb testing.TB) *table {
		core, err := New(Config{Game: &rpg.Game, Zone: rpg.Game.Zones[1], Ground: ground, Keep: time.Second})
		if err != nil {
			tb.Fatal(err)
		}
		return &table{core: core}
	}
	join := newCore(f).joinMessage()
	input := snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: 1, Newest: 9}, []rpg.Input{{MoveX: 127}, {MoveY: 1}, {Buttons: 3}})
	f.Add(script(Event{Msg: join}, Event{Lane: transport.Latest, Msg: input}, Event{Msg: message.Append(nil, &message.Say{Text: "hi"})}))
	f.Add(script(Event{Msg: join[:5]}, Event{Msg: join}))
	f.Add(script(Event{Msg: join}, Event{Msg: []byte{64}}, Event{Msg: []byte{255, 1}}, Event{Lane: 1, Msg: []byte{2}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newCore(t)
		enter := func(id ConnID) {
			for _, a := range w.core.Out().Attaches {
				w.core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{Request: a, Character: rules.Character{ID: a.Character, Name: "x", Class: "wizard"}}})
			}
			w.core.Out().Reset()
		}
		w.connect(1, 1, transport.KCP)
		w.core.Handle(Event{Kind: EventMessage, Conn: 1, Lane: transport.Reliable, Msg: join})
		enter(1)
		w.connect(2, 2, transport.WebRTC)
		now := time.Duration(0)
		for n := 0; len(data) >= 3 && n < 64; n++ {
			lane := transport.Lane(data[0] & 1)
			size := min(int(binary.LittleEndian.Uint16(data[1:])), len(data)-3)
			w.core.Handle(Event{Kind: EventMessage, Conn: 2, Lane: lane, Msg: data[3 : 3+size], At: now})
			enter(2)
			if data[0]&2 == 0 {
				now += w.core.dt
				w.tick(now, now)
			}
			data = data[3+size:]
		}
		// Whatever it has sent, it is cut off and comes back, if it was in the world.
		plays := w.core.byConn[2] != nil && w.core.byConn[2].phase == phasePlay
		w.core.Handle(Event{Kind: EventClosed, Conn: 2, Code: transport.Timeout})
		w.core.Handle(Event{Kind: EventConnect, Conn: 3, Connect: &Connect{Session: 2, Character: 2, Epoch: 1, Ticket: 1, MaxLatest: transport.MaxLatestMessage}})
		w.core.Handle(Event{Kind: EventMessage, Conn: 3, Lane: transport.Reliable, Msg: join})
		if back := w.core.byConn[3].phase == phasePlay; back != plays {
			t.Fatalf("it was in the world: %t; it came back: %t", plays, back)
		}
		w.core.Out().Reset()
		w.tick(now, now)
		if w.core.byConn[1] == nil || w.core.byConn[1].phase != phasePlay || len(w.core.Out().Sends) == 0 {
			t.Fatal("another player's session broke")
		}
	})
}
