package snapshot_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/geom"
	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/internal/values"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// onWire is an entity as a client has it: what is outside its range or between steps is not.
func onWire(c *demo.Craft, owner bool) *demo.Craft {
	var w bits.Writer
	c.Write(&w, owner)
	var r bits.Reader
	r.Reset(w.Bytes())
	out := new(demo.Craft)
	out.Read(&r, owner)
	return out
}

// same compares by what would be written: an empty list may be nil or not.
func same(a, b *demo.Craft, owner bool) bool {
	var x, y bits.Writer
	a.Write(&x, owner)
	b.Write(&y, owner)
	return string(x.Bytes()) == string(y.Bytes())
}

// Entities with every type of field, changed in place and at random, over a network that loses a third: each that a client
// has, decoded from whatever baseline, is what the server had in that tick. Two clients own one each.
func TestEveryTypeInAStream(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	world := snapshot.NewWorld()
	table := snapshot.NewTable[demo.Craft](world)
	var ids []snapshot.ID
	for range 6 {
		id, c := table.Spawn()
		values.Fill(rng, reflect.ValueOf(c).Elem())
		ids = append(ids, id)
	}
	views, replicas := make([]*snapshot.View, 2), make([]*snapshot.Replica, 2)
	for i := range views {
		views[i] = snapshot.NewView(world, snapshot.ViewConfig{Verify: true})
		replicas[i] = snapshot.NewReplica(&demo.Schema)
		for n, id := range ids {
			views[i].Enter(id, n == i)
		}
	}
	truth := map[uint32]map[snapshot.ID]*demo.Craft{}
	compared := 0
	for tick := uint32(1); tick <= 400; tick++ {
		now := map[snapshot.ID]*demo.Craft{}
		for id, c := range table.All() {
			if rng.IntN(3) == 0 {
				values.Change(rng, reflect.ValueOf(c).Elem())
			}
			now[id] = onWire(c, true)
		}
		truth[tick] = now
		world.Commit(tick)
		for i, v := range views {
			msg, _ := v.Encode(nil, snapshot.Header{}, 1100)
			if rng.IntN(3) == 0 {
				continue
			}
			if _, err := replicas[i].Apply(msg); err != nil {
				t.Fatalf("tick %d: %v", tick, err)
			}
			if rng.IntN(3) > 0 {
				v.Ack(replicas[i].Ack())
			}
			for e := range replicas[i].All {
				compared++
				if want := truth[e.Tick][e.ID]; !same(e.State.(*demo.Craft), want, e.Own) {
					t.Fatalf("tick %d, entity %d of tick %d: got %+v, want %+v", tick, e.ID, e.Tick, e.State, want)
				}
			}
		}
	}
	if compared < 1000 {
		t.Errorf("only %d were compared", compared)
	}
}

// What the game changes in place after a Commit is not in what was committed.
func TestVersionsShareNoMemory(t *testing.T) {
	world := snapshot.NewWorld()
	table := snapshot.NewTable[demo.Craft](world)
	id, c := table.Spawn()
	c.Hold.Seal = []byte("seal")
	c.Hold.Slots = []demo.Slot{{Item: 1, Label: []byte("abc")}}
	c.Hold.Queue.Has, c.Hold.Queue.Value = true, []demo.Stance{demo.Walking}
	c.Hold.Doors[1].Label = []byte("x")
	v := snapshot.NewView(world, snapshot.ViewConfig{Verify: true})
	r := snapshot.NewReplica(&demo.Schema)
	v.Enter(id, false)
	world.Commit(1)
	want := onWire(c, false)
	c.Hold.Seal[0], c.Hold.Slots[0].Label[0], c.Hold.Queue.Value[0], c.Hold.Doors[1].Label[0] = 'S', 'A', demo.Running, 'y'
	for tick := uint32(1); tick <= 2; tick++ {
		msg, n := v.Encode(nil, snapshot.Header{}, 1100)
		if _, err := r.Apply(msg); err != nil || n != 1 {
			t.Fatalf("tick %d: %d entities, %v", tick, n, err)
		}
		v.Ack(r.Ack())
		for e := range r.All {
			if !same(e.State.(*demo.Craft), want, false) {
				t.Fatalf("tick %d: got %+v, want %+v", tick, e.State, want)
			}
		}
		want = onWire(c, false)
		world.Commit(tick + 1)
	}
}

func TestListsAllocateNothing(t *testing.T) {
	world := snapshot.NewWorld()
	table := snapshot.NewTable[demo.Craft](world)
	v := snapshot.NewView(world, snapshot.ViewConfig{Verify: true})
	for i := range 8 {
		id, c := table.Spawn()
		c.Hold.Slots = []demo.Slot{{Label: []byte("abc")}, {}}
		c.Hold.Seal, c.Hold.Route = []byte("seal"), make([]geom.Vec2, 3)
		v.Enter(id, i == 0)
	}
	buf, tick := make([]byte, 0, 2048), uint32(0)
	run := func() {
		tick++
		for _, c := range table.All() {
			c.Pose.Position.X += 0.5
			c.Hold.Slots[0].Count++
			c.Hold.Slots[0].Label[1]++
			c.Hold.Seal[2]++
			c.Gauges.Odometer++
		}
		world.Commit(tick)
		buf, _ = v.Encode(buf[:0], snapshot.Header{}, 1100)
		if tick > 3 {
			v.Ack(tick-3, 1<<32-1)
		}
	}
	for range 200 {
		run()
	}
	if n := testing.AllocsPerRun(200, run); n > 0 {
		t.Errorf("%.1f allocations a tick", n)
	}
}

// An entity whose schema says so gets more of a connection that is too thin for all.
func TestPriorityOfAKind(t *testing.T) {
	world := snapshot.NewWorld()
	crafts, rocks := snapshot.NewTable[demo.Craft](world), snapshot.NewTable[demo.Rock](world)
	v := snapshot.NewView(world, snapshot.ViewConfig{})
	r := snapshot.NewReplica(&demo.Schema)
	for range 20 {
		a, _ := crafts.Spawn()
		b, _ := rocks.Spawn()
		v.Enter(a, false)
		v.Enter(b, false)
	}
	got := map[uint8]int{}
	for tick := uint32(1); tick <= 300; tick++ {
		for _, c := range crafts.All() {
			c.Pose.Landed = !c.Pose.Landed
		}
		for _, c := range rocks.All() {
			c.Body.Ghost = !c.Body.Ghost
		}
		world.Commit(tick)
		budget := 40
		if tick < 20 { // until all have spawned
			budget = 1100
		}
		msg, _ := v.Encode(nil, snapshot.Header{}, budget)
		if _, err := r.Apply(msg); err != nil {
			t.Fatal(err)
		}
		v.Ack(r.Ack())
		for e := range r.All {
			if e.Tick == tick && tick >= 20 {
				got[e.State.Kind()]++
			}
		}
	}
	if crafts, rocks := got[3], got[2]; rocks == 0 || float64(crafts) < 1.5*float64(rocks) {
		t.Errorf("crafts, of priority 2.5, came %d times, and rocks %d times", crafts, rocks)
	}
}
