package snapshot_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/bodies"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// bodySim is a sim whose entities have hints: all row, row and more, no row.
type bodySim struct {
	*sim
	bodies *snapshot.Table[bodies.Body, *bodies.Body]
	tanks  *snapshot.Table[bodies.Tank, *bodies.Tank]
	signs  *snapshot.Table[bodies.Sign, *bodies.Sign]
	speed  map[snapshot.ID][3]int32
}

// newBodySim has clients of both tiers, one after the other.
func newBodySim(t *testing.T, seed uint64, clients int, ordered bool) *bodySim {
	s := &bodySim{
		sim:   &sim{t: t, rng: rand.New(rand.NewPCG(seed, 2)), world: snapshot.NewWorld(), truth: map[uint32]map[snapshot.ID]any{}},
		speed: map[snapshot.ID][3]int32{},
	}
	s.bodies = snapshot.NewTable[bodies.Body](s.world)
	s.tanks = snapshot.NewTable[bodies.Tank](s.world)
	s.signs = snapshot.NewTable[bodies.Sign](s.world)
	for range 50 {
		s.spawn()
	}
	for i := range clients {
		id, h := s.tanks.Spawn()
		h.Tag.Name = fmt.Sprint("own ", i)
		s.alive = append(s.alive, id)
		tier, replica := snapshot.Best, snapshot.NewBestReplica(&bodies.Schema)
		if i%3 == 2 {
			tier, replica = snapshot.Fast, snapshot.NewReplica(&bodies.Schema)
		}
		c := &simClient{
			view:    snapshot.NewView(s.world, snapshot.ViewConfig{Verify: true, Ordered: ordered, Tier: tier}),
			replica: replica, own: id, ordered: ordered,
		}
		if i%3 == 0 { // the one after it gets them where they pay
			snapshot.AlwaysSections(c.view)
		}
		c.view.Enter(id, true)
		s.clients = append(s.clients, c)
	}
	return s
}

func (s *bodySim) spawn() {
	var id snapshot.ID
	switch s.rng.IntN(5) {
	case 0:
		var g *bodies.Sign
		id, g = s.signs.Spawn()
		g.Spot.X, g.Tag.Team = int16(s.rng.IntN(100)), uint8(id)
	case 1:
		var g *bodies.Tank
		id, g = s.tanks.Spawn()
		g.Place.X, g.Tag.Name = int32(s.rng.IntN(1000)), fmt.Sprint("t", id)
	default:
		var g *bodies.Body
		id, g = s.bodies.Spawn()
		g.Pose = bodies.Pose{Largest: 3, A: 700, B: 707, C: 720, X: int32(s.rng.IntN(2000)), Y: int32(s.rng.IntN(2000)), Z: 300}
	}
	s.alive = append(s.alive, id)
	s.speed[id] = [3]int32{int32(s.rng.IntN(20) - 10), int32(s.rng.IntN(20) - 10), 0}
}

func clampTo[T ~int32 | ~uint16](v, lo, hi T) T { return max(lo, min(hi, v)) }

// step moves some as bodies move, lets some rest, and lets some flicker between two states.
func (s *bodySim) step(churn bool) {
	for id, b := range s.bodies.All() {
		v, p := s.speed[id], &b.Pose
		switch {
		case id%5 == 0: // at rest, and pushed now and then
			if s.rng.IntN(60) == 0 {
				p.X += 5
			}
		case id%5 == 1: // there and back again
			p.Z = 300 + int32(s.rng.IntN(2))
		default:
			p.X, p.Y = clampTo(p.X+v[0], -32768, 32767), clampTo(p.Y+v[1], -32768, 32767)
			p.A = clampTo(p.A+uint16(s.rng.IntN(3)), 0, 1414)
			if s.rng.IntN(100) == 0 {
				p.A, p.Largest = uint16(s.rng.IntN(1415)), uint8(s.rng.IntN(4))
				p.Z = int32(s.rng.IntN(65536) - 32768)
				s.speed[id] = [3]int32{int32(s.rng.IntN(300) - 150), int32(s.rng.IntN(20) - 10), 0}
			}
		}
	}
	for id, k := range s.tanks.All() {
		k.Place.X += s.speed[id][0] / 3
		k.Charge.Firing = s.rng.IntN(9) == 0
		if s.rng.IntN(30) == 0 {
			k.Tag.Team++
			k.Charge.Level = uint8(s.rng.IntN(101))
		}
		if s.rng.IntN(5) == 0 {
			k.Ammo.Left++
		}
		if s.rng.IntN(50) == 0 {
			s.speed[id] = [3]int32{int32(s.rng.IntN(60) - 30)}
		}
	}
	for _, g := range s.signs.All() {
		if s.rng.IntN(20) == 0 {
			g.Tag.Team++
		}
	}
	if churn && s.rng.IntN(4) == 0 {
		s.spawn()
		i := s.rng.IntN(len(s.alive))
		if id := s.alive[i]; !s.isOwn(id) {
			s.world.Despawn(id)
			delete(s.speed, id)
			s.alive = append(s.alive[:i], s.alive[i+1:]...)
		}
	}
	s.commit()
}

func (s *bodySim) commit() {
	s.tick++
	s.world.Commit(s.tick)
	now := map[snapshot.ID]any{}
	for id, b := range s.bodies.All() {
		now[id] = *b
	}
	for id, k := range s.tanks.All() {
		now[id] = *k
	}
	for id, g := range s.signs.All() {
		now[id] = *g
	}
	s.truth[s.tick] = now
	delete(s.truth, s.tick-300)
}

func differsBody(e *snapshot.Replicated, want any) string {
	same := true
	switch got := e.State.(type) {
	case *bodies.Body:
		same = *got == want.(bodies.Body)
	case *bodies.Tank:
		w := want.(bodies.Tank)
		if !e.Own {
			w.Ammo = bodies.Ammo{}
		}
		same = *got == w
	case *bodies.Sign:
		same = *got == want.(bodies.Sign)
	}
	if !same {
		return fmt.Sprintf("got %+v, want %+v", e.State, want)
	}
	return ""
}

// jumble leaves and enters within one tick, so that a client may hold what the server only just sends again.
func (s *bodySim) jumble(c *simClient) {
	for _, id := range s.alive {
		if id == c.own || s.rng.IntN(80) > 0 {
			continue
		}
		c.view.Leave(id)
		if s.rng.IntN(2) == 0 {
			c.view.Enter(id, false)
		}
		if s.rng.IntN(4) == 0 {
			c.view.Leave(id)
		}
	}
}

// healTicks is how long after the network heals every client has exactly what the server has.
const healTicks = 60

func TestBestTierConverges(t *testing.T) {
	networks := map[string]network{
		"clean":      {delay: 1},
		"late":       {delay: 3},
		"lossy":      {loss: 0.2, delay: 2},
		"reordering": {loss: 0.05, duplicate: 0.1, delay: 1, jitter: 4},
		"slow":       {loss: 0.1, delay: 12, jitter: 3},
		"slower":     {loss: 0.1, delay: 30, jitter: 8},
		"dead":       {loss: 0.98, delay: 1},
	}
	for name, n := range networks {
		for seed := range uint64(6) {
			t.Run(fmt.Sprint(name, "/", seed), func(t *testing.T) {
				t.Parallel()
				s := newBodySim(t, seed, 3, false)
				for i := range 500 {
					now := n
					if i%170 > 130 {
						now = network{loss: 1} // long silence
					}
					s.step(true)
					for _, c := range s.clients {
						s.interest(c, true)
						s.jumble(c)
						s.exchange(c, now)
					}
				}
				s.heal()
			})
		}
	}
}

// heal stops all change and lets the network be good.
func (s *bodySim) heal() {
	s.t.Helper()
	s.settle(healTicks)
	for i, c := range s.clients {
		if err := s.converged(c); err != nil {
			s.t.Errorf("client %d, %d ticks after the network healed: %v", i, healTicks, err)
		}
		if c.replica.Checked == 0 || c.replica.Entities == 0 {
			s.t.Error("nothing was verified")
		}
		if fast := i%3 == 2; fast != (c.best == 0) {
			s.t.Errorf("client %d applied %d sections", i, c.best)
		}
	}
}

func TestBestTierOrdered(t *testing.T) {
	for seed := range uint64(6) {
		s := newBodySim(t, seed, 2, true)
		for range 400 {
			s.step(true)
			for _, c := range s.clients {
				s.interest(c, true)
				s.jumble(c)
				s.exchange(c, network{delay: 2})
			}
		}
		s.heal()
	}
}

// Under a budget that never suffices, everything still gets its turn, and what arrives is right.
func TestBestTierBudgetStarvesNobody(t *testing.T) {
	s := newBodySim(t, 3, 1, false)
	c := s.clients[0]
	got := map[snapshot.ID]int{}
	for range 400 {
		s.step(false)
		s.interest(c, false)
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 110)
		if len(msg) > 110 {
			t.Fatalf("%d bytes", len(msg))
		}
		if _, err := c.replica.Apply(msg); err != nil {
			t.Fatal(err)
		}
		s.compare(c)
		c.view.Ack(c.replica.Ack())
		for e := range c.replica.All {
			if e.Tick == s.tick {
				got[e.ID]++
			}
		}
	}
	for _, id := range s.alive {
		if b := s.bodies.Get(id); got[id] == 0 || b != nil && id%5 > 1 && got[id] < 40 {
			t.Errorf("entity %d was sent %d times", id, got[id])
		}
	}
}

func TestBestTierAllocatesNothing(t *testing.T) {
	s := newBodySim(t, 5, 2, false)
	buf := make([]byte, 0, 2048)
	run := func() {
		for _, b := range s.bodies.All() {
			b.Pose.X++
		}
		s.tick++
		s.world.Commit(s.tick)
		for _, c := range s.clients {
			buf, _ = c.view.Encode(buf[:0], snapshot.Header{}, 1100)
			if _, err := c.replica.Apply(buf); err != nil {
				t.Fatal(err)
			}
			if s.tick > 3 {
				c.view.Ack(s.tick-3, 0xffffffff)
			}
		}
	}
	for _, c := range s.clients {
		s.interest(c, false)
	}
	for range 300 {
		run()
	}
	if n := testing.AllocsPerRun(200, run); n > 0 {
		t.Errorf("%.1f allocations a tick", n)
	}
}

// A client with nothing in view that has rows gets no sections, and one that was granted the tier in vain loses nothing.
func TestBestTierWithoutRows(t *testing.T) {
	s := newBodySim(t, 12, 1, false)
	c := s.clients[0]
	for range 100 {
		s.step(false)
		for id := range s.signs.All() {
			c.view.Enter(id, false)
		}
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 1100)
		if msg[0] != snapshot.TypeSnapshot {
			t.Fatalf("tick %d: a section without rows", s.tick)
		}
		if _, err := c.replica.Apply(msg); err != nil {
			t.Fatal(err)
		}
		c.view.Ack(c.replica.Ack())
	}
}

// What a game writes beyond a field's range is cut on the wire, in rows as in records, and spoils nothing that follows.
func TestBestTierCutsWhatIsOutOfRange(t *testing.T) {
	s := newBodySim(t, 14, 1, false)
	c := s.clients[0]
	cut := 0
	for i := range 120 {
		s.step(false)
		s.interest(c, false)
		for _, b := range s.bodies.All() {
			if i%10 == 9 {
				b.Pose.B, b.Pose.Z, b.Pose.Largest = 60000, 1<<30, 200
			} else {
				b.Pose.B, b.Pose.Z, b.Pose.Largest = 700, 300, 3
			}
		}
		s.commit()
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 1100)
		if _, err := c.replica.Apply(msg); err != nil {
			t.Fatal(err)
		}
		c.view.Ack(c.replica.Ack())
		for e := range c.replica.All {
			if b, ok := e.State.(*bodies.Body); ok && e.Tick == s.tick && i%10 == 9 {
				if b.Pose.B != 1414 || b.Pose.Z != 32767 || b.Pose.Largest != 3 {
					t.Fatalf("tick %d: %+v", s.tick, b)
				}
				cut++
			}
		}
	}
	if cut < 100 {
		t.Errorf("only %d were cut", cut)
	}
}

// A refused section changes nothing, and a client that did not ask for the tier refuses it.
func TestSectionsThatAreRefused(t *testing.T) {
	s := newBodySim(t, 8, 1, false)
	c := s.clients[0]
	late := snapshot.NewBestReplica(&bodies.Schema)
	fast := snapshot.NewReplica(&bodies.Schema)
	sections := 0
	for range 30 {
		s.step(false)
		s.interest(c, false)
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 1100)
		if msg[0] == snapshot.TypeBest {
			sections++
			if _, err := fast.Apply(msg); sections == 1 && !errors.Is(err, snapshot.ErrMalformed) {
				t.Fatalf("a client of the fast tier: %v", err)
			}
			if _, err := late.Apply(msg); !errors.Is(err, snapshot.ErrBaseline) {
				t.Fatalf("a client without the baseline: %v", err)
			}
			if late.Tick() != 0 || fast.Tick() == s.tick {
				t.Fatal("what was refused left something")
			}
			for cut := range msg {
				if _, err := c.replica.Apply(msg[:cut]); err == nil {
					t.Fatalf("%d of %d bytes were enough", cut, len(msg))
				}
			}
		}
		if msg[0] == snapshot.TypeSnapshot {
			if _, err := fast.Apply(msg); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := c.replica.Apply(msg); err != nil {
			t.Fatal(err)
		}
		c.view.Ack(c.replica.Ack())
	}
	if s.tick != c.replica.Tick() || sections < 20 {
		t.Fatal("nothing was sent")
	}
}
