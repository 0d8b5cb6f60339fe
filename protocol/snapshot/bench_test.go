package snapshot_test

import (
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// crowd is a world of moving rocks and one view per client with the same part of it in view.
func crowd(b *testing.B, clients, inView int, cfg snapshot.ViewConfig) (world *snapshot.World, move func(), views []*snapshot.View) {
	b.Helper()
	world = snapshot.NewWorld()
	rocks := snapshot.NewTable[demo.Rock](world)
	var ids []snapshot.ID
	for range inView {
		id, _ := rocks.Spawn()
		ids = append(ids, id)
	}
	for range clients {
		v := snapshot.NewView(world, cfg)
		for _, id := range ids {
			v.Enter(id, false)
		}
		views = append(views, v)
	}
	move = func() {
		for _, r := range rocks.All() {
			r.Body.X += 3
			r.Body.Y -= 2
		}
	}
	return world, move, views
}

// BenchmarkEncode is the server's share of one client's snapshot: 30 moving entities that 50 clients share.
func BenchmarkEncode(b *testing.B) {
	for name, cfg := range map[string]snapshot.ViewConfig{"plain": {}, "verified": {Verify: true}} {
		b.Run(name, func(b *testing.B) {
			world, move, views := crowd(b, 50, 30, cfg)
			buf := make([]byte, 0, 2048)
			tick, bytes, n := uint32(0), 0, 0
			b.ReportAllocs()
			for b.Loop() {
				tick++
				move()
				world.Commit(tick)
				for _, v := range views {
					if tick > 3 {
						v.Ack(tick-3, 0xffffffff)
					}
					buf, _ = v.Encode(buf[:0], snapshot.Header{}, 1100)
					bytes += len(buf)
					n++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/snapshot")
			b.ReportMetric(float64(bytes)/float64(n), "bytes/snapshot")
		})
	}
}

// BenchmarkApply is a client's share of the same.
func BenchmarkApply(b *testing.B) {
	world, move, views := crowd(b, 1, 30, snapshot.ViewConfig{})
	replica := snapshot.NewReplica(&demo.Schema)
	var msgs [][]byte
	for tick := uint32(1); tick <= 64; tick++ {
		move()
		world.Commit(tick)
		msg, _ := views[0].Encode(nil, snapshot.Header{}, 1100)
		if _, err := replica.Apply(msg); err != nil {
			b.Fatal(err)
		}
		views[0].Ack(replica.Ack())
		msgs = append(msgs, msg)
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		r := snapshot.NewReplica(&demo.Schema)
		for _, m := range msgs {
			if _, err := r.Apply(m); err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/snapshot")
}
