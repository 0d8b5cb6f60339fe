package rpg

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
	"github.com/realmwire/realmwire/zone/tilemap/tiled"
)

// walkers are players that walk about a map as bots do.
type walkers struct {
	ground  *tilemap.Loaded
	rng     *rand.Rand
	players []*Player
	heading []mover.Input
	until   []uint32
}

// step moves everybody by one tick.
func (w *walkers) step(tick uint32) {
	params := PlayerParams(20)
	for i, p := range w.players {
		if tick >= w.until[i] {
			w.heading[i] = mover.Input{}
			if w.rng.IntN(6) > 0 {
				w.heading[i] = headings[w.rng.IntN(len(headings))]
			}
			w.until[i] = tick + 5 + uint32(w.rng.IntN(80))
		}
		s := mover.Step(w.ground.Map, mover.State{X: p.Body.X, Y: p.Body.Y, Facing: mover.Facing(p.Body.Facing)}, w.heading[i], params, tick)
		p.Body = Body{X: s.X, Y: s.Y, Facing: Facing(s.Facing)}
	}
}

// BenchmarkWire is what the game's own components cost: 60 players that walk about the overworld at 20 Hz, seen by one of them, and
// acknowledged three ticks later. A record is counted with its share of the snapshot.
func BenchmarkWire(b *testing.B) {
	maps, err := tiled.Load(Game.Maps, Game.Zones[0].Map)
	if err != nil {
		b.Fatal(err)
	}
	start, _ := maps.Spawn("start")
	var bytes, records, snapshots int
	var encode, decode time.Duration
	for b.Loop() {
		world := snapshot.NewWorld()
		table := snapshot.NewTable[Player](world)
		view := snapshot.NewView(world, snapshot.ViewConfig{})
		w := &walkers{ground: maps, rng: rand.New(rand.NewPCG(5, 6)), heading: make([]mover.Input, 60), until: make([]uint32, 60)}
		for i := range 60 {
			id, p := table.Spawn()
			p.Body = Body{X: start.X, Y: start.Y}
			w.players = append(w.players, p)
			view.Enter(id, i == 0)
		}
		replica := snapshot.NewReplica(&Schema)
		msg := make([]byte, 0, 1<<14)
		for tick := uint32(1); tick <= 2000; tick++ {
			w.step(tick)
			world.Commit(tick)
			if tick > 3 {
				view.Ack(tick-3, 1<<32-1)
			}
			t0 := time.Now()
			var n int
			msg, n = view.Encode(msg[:0], snapshot.Header{}, cap(msg))
			t1 := time.Now()
			if _, err := replica.Apply(msg); err != nil {
				b.Fatal(err)
			}
			t2 := time.Now()
			if tick > 10 { // all have spawned
				bytes, records, snapshots = bytes+len(msg), records+n, snapshots+1
				encode, decode = encode+t1.Sub(t0), decode+t2.Sub(t1)
			}
		}
	}
	b.ReportMetric(float64(bytes)/float64(records), "bytes/entity")
	b.ReportMetric(float64(bytes)/float64(snapshots), "bytes/snapshot")
	b.ReportMetric(float64(encode.Nanoseconds())/float64(records), "ns/entity-encode")
	b.ReportMetric(float64(decode.Nanoseconds())/float64(records), "ns/entity-decode")
	b.ReportMetric(0, "ns/op")
}
