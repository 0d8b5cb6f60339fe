//go:build !race

// Counting allocations says nothing under the race detector, which makes its own.

package core

import (
	"fmt"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// crowd is a core full of clients who walk in circles and acknowledge everything.
type crowd struct {
	core    *Core
	now     time.Duration
	clients int
	inputs  [4]rpg.Input
	packet  []byte
	encoder *Encoder
	msgs    [][]byte
}

func newCrowd(tb testing.TB, clients int, cfg Config) *crowd {
	tb.Helper()
	cfg.Game, cfg.Zone = &rpg.Game, rpg.Game.Zones[0]
	cfg.Zone.Capacity = clients
	ground, err := loadGround(cfg.Game, cfg.Zone)
	if err != nil {
		tb.Fatal(err)
	}
	cfg.Ground = ground
	core, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	w := &table{core: core}
	c := &crowd{core: core, clients: clients, encoder: core.NewEncoder(), msgs: make([][]byte, clients)}
	for i := 1; i <= clients; i++ {
		w.connect(ConnID(i), rules.PlayerID(i), transport.KCP)
		core.Handle(Event{Kind: EventMessage, Conn: ConnID(i), Lane: transport.Reliable, Msg: w.joinMessage()})
		core.Handle(Event{Kind: EventAttach, Attach: &AttachResult{
			Request:   core.Out().Attaches[0],
			Character: rules.Character{ID: rules.PlayerID(i), Name: "Walker", Class: "knight"},
		}})
		core.Out().Reset()
	}
	if core.Players() != clients {
		tb.Fatalf("%d of %d clients are in", core.Players(), clients)
	}
	return c
}

var circle = [...]rpg.Input{{MoveX: 127}, {MoveX: 89, MoveY: 89}, {MoveY: 127}, {MoveX: -89, MoveY: 89}, {MoveX: -127}, {MoveX: -89, MoveY: -89}, {MoveY: -127}, {MoveX: 89, MoveY: -89}}

// pack writes a client's input packet for the next tick.
func (c *crowd) pack(i int) {
	next := c.core.tick + 1
	for k := range c.inputs {
		c.inputs[k] = circle[(next-uint32(k)+uint32(i*5))/12%8]
	}
	h := snapshot.InputHeader{AckTick: c.core.tick, AckOlder: 1<<32 - 1, ClientTime: uint16(next), Newest: next}
	c.packet = snapshot.WriteInputs(c.packet[:0], h, c.inputs[:min(next, 4)])
}

// tick sends every client's input for the next tick, simulates it, encodes the snapshots, and drops what comes out.
func (c *crowd) tick() {
	c.core.Out().Reset()
	for i := 1; i <= c.clients; i++ {
		c.pack(i)
		c.core.Handle(Event{Kind: EventMessage, Conn: ConnID(i), Lane: transport.Latest, Msg: c.packet, At: c.now})
	}
	c.now += c.core.dt
	c.core.Step(c.now, c.now)
	for i := range c.msgs {
		if s, ok := c.encoder.Encode(i, c.msgs[i]); ok {
			c.msgs[i] = s.Msg
		}
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	for name, cfg := range map[string]Config{"latest": {}, "ordered": {Ordered: true}} {
		c := newCrowd(t, 50, cfg)
		for range 1200 {
			c.tick()
		}
		// What the clients' end allocates to write its packets is not the zone's.
		packing := testing.AllocsPerRun(100, func() {
			for i := 1; i <= c.clients; i++ {
				c.pack(i)
			}
		})
		if n := testing.AllocsPerRun(400, c.tick) - packing; n >= 1 {
			t.Errorf("%s: %v allocations in a tick of 50 clients, want none", name, n)
		}
		if c.core.Count().Offence != 0 || c.core.Count().Snapshot < 1500*50 {
			t.Fatalf("%s: the crowd does not work: %+v", name, c.core.Count())
		}
	}
}

func BenchmarkTick(b *testing.B) {
	for _, n := range []int{50, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c := newCrowd(b, n, Config{})
			for range 100 {
				c.tick()
			}
			bytes, snaps := c.core.Count().SnapshotBytes, c.core.Count().Snapshot
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				c.tick()
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/client")
			b.ReportMetric(float64(c.core.Count().SnapshotBytes-bytes)/float64(c.core.Count().Snapshot-snaps), "bytes/snapshot")
		})
	}
}
