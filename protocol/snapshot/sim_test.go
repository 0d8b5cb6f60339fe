package snapshot_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// sim is a world, its clients and a bad network between them, driven by one goroutine: a seed replays it.
type sim struct {
	t       *testing.T
	rng     *rand.Rand
	world   *snapshot.World
	heroes  *snapshot.Table[demo.Hero, *demo.Hero]
	rocks   *snapshot.Table[demo.Rock, *demo.Rock]
	crates  *snapshot.Table[demo.Crate, *demo.Crate]
	kites   *snapshot.Table[demo.Kite, *demo.Kite]
	speeds  map[snapshot.ID][3]int32
	tick    uint32
	clients []*simClient
	alive   []snapshot.ID
	truth   map[uint32]map[snapshot.ID]any // states by tick, to compare with what clients decode
}

type simClient struct {
	view    *snapshot.View
	replica *snapshot.Replica
	own     snapshot.ID
	down    []packet // on their way to the client
	up      []packet
	ordered bool
	applied int
	best    int // of these, with a section of the best tier
}

type packet struct {
	due  uint32
	data []byte
}

// network is what may happen to a packet.
type network struct {
	loss, duplicate float64
	delay, jitter   int
}

func newSim(t *testing.T, seed uint64, clients int, ordered bool) *sim {
	s := &sim{t: t, rng: rand.New(rand.NewPCG(seed, 1)), world: snapshot.NewWorld(), truth: map[uint32]map[snapshot.ID]any{}, speeds: map[snapshot.ID][3]int32{}}
	s.heroes = snapshot.NewTable[demo.Hero](s.world)
	s.rocks = snapshot.NewTable[demo.Rock](s.world)
	s.crates = snapshot.NewTable[demo.Crate](s.world)
	s.kites = snapshot.NewTable[demo.Kite](s.world)
	for range 40 {
		s.spawn()
	}
	for range clients {
		id, h := s.heroes.Spawn()
		h.Look.Name = fmt.Sprint("hero ", id)
		s.alive = append(s.alive, id)
		cl := &simClient{
			view:    snapshot.NewView(s.world, snapshot.ViewConfig{Verify: true, Ordered: ordered}),
			replica: snapshot.NewReplica(&demo.Schema), own: id, ordered: ordered,
		}
		cl.view.Enter(id, true)
		s.clients = append(s.clients, cl)
	}
	return s
}

func (s *sim) spawn() {
	switch s.rng.IntN(5) {
	case 0, 1:
		id, r := s.rocks.Spawn()
		r.Body.X = int32(s.rng.IntN(1000))
		s.alive = append(s.alive, id)
		return
	case 2:
		id, _ := s.crates.Spawn()
		s.alive = append(s.alive, id)
		return
	case 3:
		id, k := s.kites.Spawn()
		k.Glide.X = 1 << 40
		s.alive = append(s.alive, id)
		return
	}
	id, h := s.heroes.Spawn()
	h.Look.Name = fmt.Sprint("n", id)
	s.alive = append(s.alive, id)
}

func (s *sim) isOwn(id snapshot.ID) bool {
	for _, c := range s.clients {
		if c.own == id {
			return true
		}
	}
	return false
}

// step changes the world in every way that a game may.
func (s *sim) step(churn bool) {
	for id, h := range s.heroes.All() {
		if s.rng.IntN(3) > 0 {
			h.Body.X = within(h.Body.X + int32(s.rng.IntN(9)-4))
			h.Body.Y += int32(s.rng.IntN(200) - 100)
		}
		if s.rng.IntN(40) == 0 {
			h.Body.X = int32(s.rng.IntN(200001) - 100000)
			h.Look.Wide = s.rng.Int64N(1 << 60)
			h.Body.Stance = demo.Stance(s.rng.IntN(5))
		}
		if s.rng.IntN(10) == 0 {
			h.Purse.Gold++
			h.Aim.A += uint8(s.rng.IntN(5))
			h.Aim.Largest = uint8(s.rng.IntN(8)) / 2
		}
		_ = id
	}
	s.coast()
	if churn && s.rng.IntN(4) == 0 {
		s.spawn()
		i := s.rng.IntN(len(s.alive))
		if id := s.alive[i]; !s.isOwn(id) {
			s.world.Despawn(id)
			s.alive = append(s.alive[:i], s.alive[i+1:]...)
		}
	}
	s.tick++
	s.world.Commit(s.tick)
	now := map[snapshot.ID]any{}
	for id, h := range s.heroes.All() {
		now[id] = *h
	}
	for id, r := range s.rocks.All() {
		now[id] = *r
	}
	for id, c := range s.crates.All() {
		now[id] = *c
	}
	for id, k := range s.kites.All() {
		now[id] = *k
	}
	s.truth[s.tick] = now
	delete(s.truth, s.tick-300)
}

// coast moves what is predicted: steadily, with pushes, rests and leaps.
func (s *sim) coast() {
	for id, c := range s.crates.All() {
		v := s.push(id)
		r := &c.Rigid
		r.X, r.Y, r.Z = within(r.X+v[0]), within(r.Y+v[1]), within(r.Z+v[2])
		if v != [3]int32{} {
			r.A, r.B, r.C = (r.A+uint16(v[0]&7))&1023, (r.B+3)&1023, (r.C+uint16(s.rng.IntN(2)))&1023
			r.Largest = uint8(r.A >> 8)
		}
		if s.rng.IntN(50) == 0 {
			r.Hot = !r.Hot
			c.Purse.Gold++
		}
	}
	for id, k := range s.kites.All() {
		v := s.push(id)
		k.Glide.X = max(-1<<40, min(1<<40, k.Glide.X-int64(v[0])<<(v[2]&15)))
		k.Glide.Y += int64(v[1])
		k.Body.X = within(k.Body.X + v[0])
		if s.rng.IntN(30) == 0 {
			k.Glide.Stance, k.Glide.Height = demo.Stance(s.rng.IntN(5)), uint16(s.rng.IntN(1<<16))
		}
	}
}

// push is an entity's speed, which changes now and then.
func (s *sim) push(id snapshot.ID) [3]int32 {
	switch s.rng.IntN(25) {
	case 0:
		s.speeds[id] = [3]int32{}
	case 1, 2:
		s.speeds[id] = [3]int32{int32(s.rng.IntN(41) - 20), int32(s.rng.IntN(401) - 200), int32(s.rng.IntN(9) - 4)}
	case 3:
		return [3]int32{int32(s.rng.IntN(200001) - 100000), 0, 0}
	}
	return s.speeds[id]
}

func within(x int32) int32 { return max(-100000, min(100000, x)) }

func (s *sim) interest(c *simClient, churn bool) {
	for _, id := range s.alive {
		switch {
		case id == c.own:
		case !c.view.Has(id):
			if !churn || s.rng.IntN(8) == 0 {
				c.view.Enter(id, false)
			}
		case churn && s.rng.IntN(60) == 0:
			c.view.Leave(id)
		}
	}
}

func (s *sim) send(q *[]packet, data []byte, n network) {
	copies := 1
	if s.rng.Float64() < n.duplicate {
		copies = 2
	}
	for range copies {
		if s.rng.Float64() < n.loss {
			continue
		}
		due := s.tick + uint32(n.delay)
		if n.jitter > 0 {
			due += uint32(s.rng.IntN(n.jitter))
		}
		*q = append(*q, packet{due, append([]byte(nil), data...)})
	}
}

func (s *sim) arrive(q *[]packet, each func([]byte)) {
	keep := (*q)[:0]
	var now [][]byte
	for _, p := range *q {
		if p.due <= s.tick {
			now = append(now, p.data)
		} else {
			keep = append(keep, p)
		}
	}
	*q = keep
	for _, d := range now {
		each(d)
	}
}

func (s *sim) exchange(c *simClient, n network) {
	if !c.ordered || c.view.Outstanding() < 2 {
		msg, _ := c.view.Encode(nil, snapshot.Header{Starved: s.tick%2 == 0}, 1100)
		if len(msg) > 1100 {
			s.t.Fatalf("tick %d: %d bytes where 1100 is the budget", s.tick, len(msg))
		}
		s.send(&c.down, msg, n)
	}
	s.arrive(&c.down, func(msg []byte) {
		_, err := c.replica.Apply(msg)
		switch {
		case err == nil:
			c.applied++
			if msg[0] == snapshot.TypeBest {
				c.best++
			}
			s.compare(c)
		case errors.Is(err, snapshot.ErrStale):
		default:
			s.t.Fatalf("tick %d: %v", s.tick, err)
		}
		tick, older := c.replica.Ack()
		var in demo.Input
		s.send(&c.up, snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: tick, AckOlder: older, Newest: s.tick + 3}, []demo.Input{in, in}), n)
	})
	s.arrive(&c.up, func(msg []byte) {
		var q snapshot.Inputs[demo.Input, *demo.Input]
		h, _, err := q.Read(msg, s.tick)
		if err != nil {
			s.t.Fatal(err)
		}
		c.view.Ack(h.AckTick, h.AckOlder)
	})
}

// compare holds every entity that the client has to what the server had in the tick that brought it.
func (s *sim) compare(c *simClient) {
	for e := range c.replica.All {
		truth, known := s.truth[e.Tick]
		if !known {
			continue
		}
		want, ok := truth[e.ID]
		if !ok {
			s.t.Fatalf("entity %d of tick %d never was", e.ID, e.Tick)
		}
		if diff := differs(e, want); diff != "" {
			s.t.Fatalf("entity %d of tick %d: %s", e.ID, e.Tick, diff)
		}
	}
}

func differs(e *snapshot.Replicated, want any) string {
	switch got := e.State.(type) {
	case *demo.Hero:
		w := want.(demo.Hero)
		if !e.Own {
			w.Purse, w.Aim = demo.Purse{}, demo.Spin{}
		}
		if *got != w {
			return fmt.Sprintf("got %+v, want %+v", *got, w)
		}
	case *demo.Rock:
		if *got != want.(demo.Rock) {
			return fmt.Sprintf("got %+v, want %+v", *got, want)
		}
	case *demo.Crate:
		if *got != want.(demo.Crate) {
			return fmt.Sprintf("got %+v, want %+v", *got, want)
		}
	case *demo.Kite:
		if *got != want.(demo.Kite) {
			return fmt.Sprintf("got %+v, want %+v", *got, want)
		}
	default:
		return differsBody(e, want)
	}
	return ""
}

// converged reports whether a client has exactly what is in its view, as the world is now.
func (s *sim) converged(c *simClient) error {
	seen := map[snapshot.ID]bool{}
	for e := range c.replica.All {
		seen[e.ID] = true
		if !c.view.Has(e.ID) {
			return fmt.Errorf("entity %d should be gone", e.ID)
		}
		if diff := differs(e, s.truth[s.tick][e.ID]); diff != "" {
			return fmt.Errorf("entity %d: %s", e.ID, diff)
		}
	}
	for id := range c.view.All {
		if !seen[id] {
			return fmt.Errorf("entity %d is missing", id)
		}
	}
	return nil
}

func TestClientsConvergeWhenTheNetworkHeals(t *testing.T) {
	const healTicks = 60
	networks := map[string]network{
		"clean":      {delay: 1},
		"lossy":      {loss: 0.2, delay: 2},
		"reordering": {loss: 0.05, duplicate: 0.1, delay: 1, jitter: 4},
		"slow":       {loss: 0.1, delay: 12, jitter: 3},
		"dead":       {loss: 0.98, delay: 1},
	}
	for name, n := range networks {
		for seed := range uint64(6) {
			t.Run(fmt.Sprint(name, "/", seed), func(t *testing.T) {
				t.Parallel()
				s := newSim(t, seed, 3, false)
				for range 400 {
					s.step(true)
					for _, c := range s.clients {
						s.interest(c, true)
						s.exchange(c, n)
					}
				}
				s.settle(healTicks)
				for i, c := range s.clients {
					if err := s.converged(c); err != nil {
						t.Errorf("client %d, %d ticks after the network healed: %v", i, healTicks, err)
					}
					if c.replica.Checked == 0 || c.replica.Entities == 0 {
						t.Error("nothing was verified")
					}
				}
			})
		}
	}
}

// settle stops all change and lets the network be good.
func (s *sim) settle(ticks int) {
	for range ticks {
		s.tick++
		s.world.Commit(s.tick)
		s.truth[s.tick] = s.truth[s.tick-1]
		for _, c := range s.clients {
			s.exchange(c, network{})
		}
	}
}

func TestOrderedLane(t *testing.T) {
	for seed := range uint64(6) {
		s := newSim(t, seed, 2, true)
		for range 400 {
			s.step(true)
			for _, c := range s.clients {
				s.interest(c, true)
				s.exchange(c, network{delay: 2})
			}
		}
		s.settle(20)
		for i, c := range s.clients {
			if err := s.converged(c); err != nil {
				t.Errorf("seed %d, client %d: %v", seed, i, err)
			}
			if c.applied < 100 {
				t.Errorf("seed %d, client %d: only %d snapshots came", seed, i, c.applied)
			}
		}
	}
}

// A still entity must cost nothing once it is acknowledged, and must still have a baseline when it moves at last.
func TestStillEntitiesAreFreeAndMoveCheaply(t *testing.T) {
	s := newSim(t, 1, 1, false)
	c := s.clients[0]
	s.tick++
	s.world.Commit(s.tick)
	s.truth[s.tick] = map[snapshot.ID]any{}
	for _, id := range s.alive {
		c.view.Enter(id, false)
	}
	s.settleWithTruth(300)
	msg, n := c.view.Encode(nil, snapshot.Header{}, 1100)
	if n != 0 || len(msg) > 14 {
		t.Fatalf("%d entities in %d bytes for a world at rest", n, len(msg))
	}
	for _, h := range s.heroes.All() {
		h.Body.X++
	}
	s.tick++
	s.world.Commit(s.tick)
	msg, n = c.view.Encode(nil, snapshot.Header{}, 1100)
	if n != s.heroes.Len() {
		t.Fatalf("%d of %d heroes that moved", n, s.heroes.Len())
	}
	if perEntity := float64(len(msg)-14) / float64(n); perEntity > 4 {
		t.Errorf("%.1f bytes for each of %d small moves after a long rest", perEntity, n)
	}
}

func (s *sim) settleWithTruth(ticks int) {
	for range ticks {
		s.tick++
		s.world.Commit(s.tick)
		for _, c := range s.clients {
			s.exchange(c, network{})
		}
	}
}

func TestBudgetStarvesNobody(t *testing.T) {
	s := newSim(t, 3, 1, false)
	c := s.clients[0]
	got := map[snapshot.ID]int{}
	for range 300 {
		s.step(false)
		s.interest(c, false)
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 120)
		if len(msg) > 120 {
			t.Fatalf("%d bytes", len(msg))
		}
		if _, err := c.replica.Apply(msg); err != nil {
			t.Fatal(err)
		}
		c.view.Ack(c.replica.Ack())
		for e := range c.replica.All {
			if e.Tick == s.tick {
				got[e.ID]++
			}
		}
	}
	for _, id := range s.alive {
		if got[id] == 0 {
			t.Errorf("entity %d was never sent", id)
		}
	}
}

func TestEncodeAllocatesNothing(t *testing.T) {
	s := newSim(t, 5, 4, false)
	buf := make([]byte, 0, 2048)
	ackers := make([]uint32, len(s.clients))
	run := func() {
		for _, h := range s.heroes.All() {
			h.Body.X++
			h.Purse.Gold++
			h.Aim.B++
		}
		for _, c := range s.crates.All() {
			c.Rigid.X, c.Rigid.B = within(c.Rigid.X+7), (c.Rigid.B+2)&1023
		}
		s.tick++
		s.world.Commit(s.tick)
		for i, c := range s.clients {
			buf, _ = c.view.Encode(buf[:0], snapshot.Header{}, 1100)
			if s.tick > 3 {
				ackers[i] = s.tick - 3
				c.view.Ack(ackers[i], 0xffffffff)
			}
		}
	}
	s.step(false)
	for _, c := range s.clients {
		s.interest(c, false)
	}
	for range 200 {
		run()
	}
	if n := testing.AllocsPerRun(200, run); n > 0 {
		t.Errorf("%.1f allocations a tick", n)
	}
}
