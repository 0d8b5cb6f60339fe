//go:build !race

package core

import (
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/dear"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// perTick is how many messages of a session reach the core between two ticks, see the zone's inbox.
const perTick = 64

// hostileMessages are what a client in the world may send, the i-th of them. Those that cannot be read, and those out of place, end
// the session after thirty.
var hostileMessages = map[string]struct {
	lane transport.Lane
	msg  func(c *crowd, i int) []byte
}{
	"all inputs that fit": {transport.Latest, func(c *crowd, i int) []byte {
		inputs := make([]rpg.Input, snapshot.MaxInputs)
		for k := range inputs {
			inputs[k] = circle[(i+k*3)%8]
		}
		return snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: c.core.tick, AckOlder: 1<<32 - 1, Newest: c.core.tick + 17}, inputs)
	}},
	"the same again": {transport.Latest, func(c *crowd, _ int) []byte {
		return snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: c.core.tick, AckOlder: 1<<32 - 1, Newest: c.core.tick + 1}, circle[:1])
	}},
	"acknowledgements that jump": {transport.Latest, func(c *crowd, i int) []byte {
		h := snapshot.InputHeader{AckTick: c.core.tick - uint32(i%100), AckOlder: 0x55555555 << (i % 2), Newest: c.core.tick + 1}
		return snapshot.WriteInputs(nil, h, circle[:1])
	}},
	"no acknowledgement": {transport.Latest, func(c *crowd, i int) []byte {
		return snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: c.core.tick + 1}, circle[:1])
	}},
	"chat too fast": {transport.Reliable, func(*crowd, int) []byte {
		return message.Append(nil, &message.Say{Text: strings.Repeat("x", 240)})
	}},
	"chat of what is cut": {transport.Reliable, func(*crowd, int) []byte {
		return message.Append(nil, &message.Say{Text: strings.Repeat("\u200e", 80)})
	}},
}

// hostileCrowd is a core with 30 clients, of whom the first may be hostile.
func hostileCrowd(tb testing.TB) *crowd {
	c := newCrowd(tb, 30, Config{})
	for range 200 {
		c.tick()
	}
	return c
}

// BenchmarkDearPackets sets messages of a hostile client, as they reach the core, beside an honest client's inputs.
func BenchmarkDearPackets(b *testing.B) {
	class := func(name string, lane transport.Lane, msg func(c *crowd, i int) []byte) dear.Class {
		return dear.Class{Name: name, Make: func(b *testing.B, n int) func() {
			c := hostileCrowd(b)
			var list [][]byte
			for i := range n {
				list = append(list, msg(c, i))
			}
			return func() {
				for _, m := range list {
					c.core.Handle(Event{Kind: EventMessage, Conn: 1, Lane: lane, Msg: m, At: c.now})
				}
			}
		}}
	}
	honest := class("honest", transport.Latest, func(c *crowd, _ int) []byte { c.pack(1); return append([]byte(nil), c.packet...) })
	var classes []dear.Class
	for name, h := range hostileMessages {
		classes = append(classes, class(name, h.lane, h.msg))
	}
	dear.Sort(classes)
	dear.Run(b, honest, classes...)
}

// TestHostileMessages holds that none of them is an offence: the session goes on, and so do the others.
func TestHostileMessages(t *testing.T) {
	for name, h := range hostileMessages {
		t.Run(name, func(t *testing.T) {
			c := hostileCrowd(t)
			before := c.core.Count().Offence
			for i := range perTick {
				c.core.Handle(Event{Kind: EventMessage, Conn: 1, Lane: h.lane, Msg: h.msg(c, i), At: c.now})
			}
			c.tick()
			if n := c.core.Count().Offence - before; n != 0 || c.core.Players() != 30 {
				t.Errorf("%d offences, %d players", n, c.core.Players())
			}
		})
	}
}
