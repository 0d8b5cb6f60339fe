package snapshot_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/bodies"
	"github.com/realmwire/realmwire/protocol/internal/physics"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// The wire that BenchmarkBodies counts. See docs/wire.md.
const (
	largestMessage = 1150
	perDatagram    = 28 + 8 + 16 + 3 // UDP and IPv4, the sealed header, the tag of suite 1, the frame's type and length
	ackFrame       = 11              // of the client's inputs, on every third datagram: within 100 ms
	downTicks      = 2               // a snapshot's way, in ticks of 33 ms; with the way back a round trip of 100 ms
	upTicks        = 1
	settleTicks    = 90
	playTicks      = 600
	partTop        = 1414 // rotation: parts of ±1/√2 in steps of 0.001
	unit           = 100  // places in 1/100 m
)

// quantise is a box on the wire.
func quantise(b *physics.Box) bodies.Pose {
	largest, p := b.Pose.SmallestThree(partTop)
	at := func(a int) int32 { return int32(math.Round(b.Place[a] * unit)) }
	return bodies.Pose{Largest: uint8(largest), A: uint16(p[0]), B: uint16(p[1]), C: uint16(p[2]), X: at(0), Y: at(1), Z: at(2)}
}

func shown(p *bodies.Pose) (physics.Vec, physics.Quat) {
	q := physics.FromSmallestThree(int(p.Largest), [3]int{int(p.A), int(p.B), int(p.C)}, partTop)
	return physics.Vec{float64(p.X) / unit, float64(p.Y) / unit, float64(p.Z) / unit}, q
}

// recorded is the crowd's true states by tick, simulated once.
func recorded() [][]physics.Box {
	scene := physics.NewCrowd(1)
	var out [][]physics.Box
	for range settleTicks {
		scene.Tick()
	}
	for range playTicks {
		scene.Tick()
		out = append(out, slices.Clone(scene.Boxes))
	}
	return out
}

// audience is one client that sees every body, and what it was sent.
type audience struct {
	view            *snapshot.View
	replica         *snapshot.Replica
	down            []packet
	up              []func()
	rng             *rand.Rand
	loss            float64
	bytes, messages int
	aged, exact     []float64 // errors of place: of what it shows now, and of that as of its own tick
	agedTurn, turns []float64
}

// bodiesRun plays the recording to one client.
func bodiesRun(b *testing.B, frames [][]physics.Box, tier snapshot.Tier, loss float64) *audience {
	world := snapshot.NewWorld()
	table := snapshot.NewTable[bodies.Body](world)
	a := &audience{
		view:    snapshot.NewView(world, snapshot.ViewConfig{Tier: tier}),
		replica: snapshot.NewBestReplica(&bodies.Schema), loss: loss, rng: rand.New(rand.NewPCG(3, 4)),
	}
	var ids []snapshot.ID
	index := map[snapshot.ID]int{}
	for i := range frames[0] {
		id, _ := table.Spawn()
		a.view.Enter(id, false)
		ids = append(ids, id)
		index[id] = i
	}
	const warm = 60 // ticks that are not counted: the spawns
	for tick, frame := range frames {
		for i, id := range ids {
			table.Get(id).Pose = quantise(&frame[i])
		}
		world.Commit(uint32(tick + 1))
		a.exchange(b, uint32(tick+1), tick >= warm)
		if tick >= warm {
			a.measure(frames, tick, index)
		}
	}
	return a
}

func (a *audience) exchange(b *testing.B, tick uint32, count bool) {
	for len(a.up) >= upTicks {
		a.up[0]()
		a.up = a.up[1:]
	}
	budget := 8 * largestMessage // what the fast tier needs, in as many datagrams
	msg, _ := a.view.Encode(nil, snapshot.Header{HasEcho: true}, budget)
	datagrams := (len(msg) + largestMessage - 1) / largestMessage
	if count {
		a.bytes += len(msg) + datagrams*perDatagram
		if tick%3 == 0 {
			a.bytes += ackFrame
		}
		a.messages++
	}
	lost := false
	for range datagrams {
		lost = lost || a.rng.Float64() < a.loss
	}
	if !lost {
		a.down = append(a.down, packet{tick + downTicks, msg})
	}
	ack := func() {}
	if len(a.down) > 0 && a.down[0].due <= tick {
		if _, err := a.replica.Apply(a.down[0].data); err != nil {
			b.Fatal(err)
		}
		a.down = a.down[1:]
	}
	if newest, older := a.replica.Ack(); a.rng.Float64() >= a.loss {
		ack = func() { a.view.Ack(newest, older) }
	}
	a.up = append(a.up, ack)
}

func (a *audience) measure(frames [][]physics.Box, tick int, index map[snapshot.ID]int) {
	for e := range a.replica.All {
		place, pose := shown(&e.State.(*bodies.Body).Pose)
		now, then := &frames[tick][index[e.ID]], &frames[e.Tick-1][index[e.ID]]
		a.aged = append(a.aged, place.Distance(now.Place))
		a.agedTurn = append(a.agedTurn, pose.Angle(now.Pose))
		a.exact = append(a.exact, place.Distance(then.Place))
		a.turns = append(a.turns, pose.Angle(then.Pose))
	}
}

func p99(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)*99/100]
}

// BenchmarkBodies is 250 rigid bodies that never rest, all relevant to one client, at 30 Hz and a round trip of 100 ms: what
// it takes on the wire, every header counted, and how far what the client shows is from the truth.
func BenchmarkBodies(b *testing.B) {
	frames := recorded()
	fmt.Printf("bodies: %d boxes of %.1f m in %.0f m × %.0f m, %d Hz; place ±327.68 m by 0.01 m, rotation ±0.7071 by 0.001\n",
		physics.CrowdBoxes, physics.CrowdEdge, physics.CrowdArena, physics.CrowdArena, physics.CrowdTick)
	fmt.Println("bodies:", speeds(frames))
	for _, tier := range []snapshot.Tier{snapshot.Fast, snapshot.Best} {
		for _, loss := range []float64{0, 0.05} {
			b.Run(fmt.Sprintf("%s/loss=%.0f%%", [...]string{"fast", "best"}[tier], loss*100), func(b *testing.B) {
				var a *audience
				for b.Loop() {
					a = bodiesRun(b, frames, tier, loss)
				}
				seconds := float64(a.messages) / physics.CrowdTick
				b.ReportMetric(float64(a.bytes)/1000/seconds, "kB/s")
				b.ReportMetric(float64(a.bytes)/float64(a.messages), "bytes/tick")
				b.ReportMetric(p99(a.exact)*1000, "p99-mm-of-its-tick")
				b.ReportMetric(p99(a.turns)*1000, "p99-mrad-of-its-tick")
				b.ReportMetric(p99(a.aged)*1000, "p99-mm-now")
				b.ReportMetric(p99(a.agedTurn)*1000, "p99-mrad-now")
			})
		}
	}
}

// speeds says how fast the bodies are.
func speeds(frames [][]physics.Box) string {
	var v, w []float64
	airborne := 0
	for _, f := range frames {
		for i := range f {
			v = append(v, f[i].Speed.Distance(physics.Vec{}))
			w = append(w, f[i].Spin.Distance(physics.Vec{}))
			if f[i].Place[2] > physics.CrowdEdge*0.87 {
				airborne++
			}
		}
	}
	slices.Sort(v)
	slices.Sort(w)
	at := func(xs []float64, q int) float64 { return xs[len(xs)*q/100] }
	return fmt.Sprintf("speed p1 %.2f p50 %.2f p99 %.2f m/s; spin p1 %.2f p50 %.2f p99 %.2f rad/s; %d %% off the floor",
		at(v, 1), at(v, 50), at(v, 99), at(w, 1), at(w, 50), at(w, 99), airborne*100/len(v))
}
