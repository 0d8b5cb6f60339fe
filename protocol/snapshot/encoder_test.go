package snapshot_test

import (
	"bytes"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/bodies"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// hall is a world of bodies that many clients watch, of both tiers, from a seed.
type hall struct {
	rng   *rand.Rand
	world *snapshot.World
	table *snapshot.Table[bodies.Body, *bodies.Body]
	ids   []snapshot.ID
	views []*snapshot.View
	acked []uint32
}

func newHall(seed uint64, clients int) *hall {
	h := &hall{rng: rand.New(rand.NewPCG(seed, 1)), world: snapshot.NewWorld(), acked: make([]uint32, clients)}
	h.table = snapshot.NewTable[bodies.Body](h.world)
	for i := range clients {
		h.views = append(h.views, snapshot.NewView(h.world, snapshot.ViewConfig{Verify: i%3 == 0, Tier: snapshot.Tier(i % 2)}))
	}
	return h
}

// step changes the world, and who sees what, and commits it.
func (h *hall) step(tick uint32) {
	if len(h.ids) < 60 || h.rng.IntN(4) == 0 {
		id, b := h.table.Spawn()
		b.Pose = bodies.Pose{X: h.rng.Int32N(30000), Y: h.rng.Int32N(30000)}
		h.ids = append(h.ids, id)
		for i, v := range h.views {
			v.Enter(id, i == int(tick)%len(h.views))
		}
	}
	if len(h.ids) > 40 && h.rng.IntN(5) == 0 {
		i := h.rng.IntN(len(h.ids))
		h.world.Despawn(h.ids[i])
		h.ids = append(h.ids[:i], h.ids[i+1:]...)
	}
	for i, id := range h.ids {
		if i%4 != 0 {
			p := &h.table.Get(id).Pose
			p.X, p.Y = min(32767, p.X+int32(i%7)), min(32767, p.Y+h.rng.Int32N(3))
		}
	}
	h.world.Commit(tick)
	for i, v := range h.views {
		if h.rng.IntN(3) > 0 {
			h.acked[i] = tick - 1
		}
		v.Ack(h.acked[i], h.rng.Uint32())
	}
}

// TestEncodersAtOnce: views that several goroutines encode are what one goroutine makes of them, to the bit.
func TestEncodersAtOnce(t *testing.T) {
	const clients, workers, ticks, budget = 12, 4, 150, 400
	one, many := newHall(5, clients), newHall(5, clients)
	encoders := make([]*snapshot.Encoder, workers)
	for i := range encoders {
		encoders[i] = snapshot.NewEncoder(many.world)
	}
	got, total := make([][]byte, clients), 0
	for tick := uint32(1); tick <= ticks; tick++ {
		one.step(tick)
		many.step(tick)
		var wg sync.WaitGroup
		for k, e := range encoders {
			wg.Go(func() {
				for i := (k + int(tick)) % workers; i < clients; i += workers { // an encoder is not bound to a view
					got[i], _ = e.Encode(many.views[i], got[i][:0], snapshot.Header{}, budget)
				}
			})
		}
		wg.Wait()
		for i, v := range one.views {
			want, _ := v.Encode(nil, snapshot.Header{}, budget)
			if !bytes.Equal(got[i], want) {
				t.Fatalf("tick %d, client %d: %x, alone %x", tick, i, got[i], want)
			}
			total += len(want)
		}
	}
	if total < clients*ticks*20 {
		t.Errorf("%d bytes in all: the world stands still, and the test shows nothing", total)
	}
}
