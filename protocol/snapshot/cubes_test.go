package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/realmwire/realmwire/protocol/internal/cubes"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// The challenge: 901 cubes, each frame against the one 6 before it. See protocol/best/testdata.
const (
	cubeCount  = 901
	cubeFields = 8
	cubeAhead  = 6
)

// cubesTrace is every frame of the trace that CUBES_TRACE names, or of the repository's, read once.
var cubesTrace = sync.OnceValues(func() ([][]cubes.Cube, error) {
	path := os.Getenv("CUBES_TRACE")
	if path == "" {
		path = "../best/testdata/cubes_a.bin.zst"
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		return nil, err
	}
	defer z.Close()
	var frames [][]cubes.Cube
	raw := make([]byte, cubeCount*cubeFields*4)
	for {
		if _, err := io.ReadFull(z, raw); err == io.EOF {
			return frames, nil
		} else if err != nil {
			return nil, fmt.Errorf("frame %d of %s: %w", len(frames), path, err)
		}
		frame := make([]cubes.Cube, cubeCount)
		at := func(i int) int32 { return int32(binary.LittleEndian.Uint32(raw[i*4:])) }
		for k := range frame {
			i := k * cubeFields
			frame[k] = cubes.Cube{
				Largest: uint8(at(i)), A: uint16(at(i + 1)), B: uint16(at(i + 2)), C: uint16(at(i + 3)),
				X: at(i + 4), Y: at(i + 5), Z: at(i + 6), Interacting: at(i+7) != 0,
			}
		}
		frames = append(frames, frame)
	}
})

// cubesRun is what a run over the trace took.
type cubesRun struct {
	packets, bytes         int
	commit, encode, decode time.Duration
	next                   time.Duration // encoding for another client that has the same
}

// runCubes sends the trace through a view and a replica as they are on the wire, header included. A share of the packets is lost;
// those that arrive are acknowledged cubeAhead ticks later, and each must be the whole of its frame.
func runCubes(tb testing.TB, loss float64, limit int) (run cubesRun) {
	frames, err := cubesTrace()
	if err != nil {
		tb.Fatal(err)
	}
	frames = frames[:min(len(frames), limit)]
	rng := rand.New(rand.NewPCG(1, 901))
	world := snapshot.NewWorld()
	table := snapshot.NewTable[cubes.Body](world)
	view := snapshot.NewView(world, snapshot.ViewConfig{Insist: true})
	other := snapshot.NewView(world, snapshot.ViewConfig{Insist: true})
	var bodies []*cubes.Body
	for range cubeCount {
		id, b := table.Spawn()
		view.Enter(id, false)
		other.Enter(id, false)
		bodies = append(bodies, b)
	}
	replica := snapshot.NewReplica(&cubes.Schema)
	arrived := make([]bool, len(frames))
	msg, copied := make([]byte, 0, 1<<16), make([]byte, 0, 1<<16)
	for i, frame := range frames {
		arrived[i] = i == 0 || rng.Float64() >= loss
		for k := range frame {
			bodies[k].Cube = frame[k]
		}
		t0 := time.Now()
		world.Commit(uint32(i + 1))
		t1 := time.Now()
		if a := i - cubeAhead; a >= 0 && arrived[a] {
			view.Ack(uint32(a+1), 0)
			other.Ack(uint32(a+1), 0)
		}
		t2 := time.Now()
		msg, _ = view.Encode(msg[:0], snapshot.Header{}, cap(msg))
		t3 := time.Now()
		copied, _ = other.Encode(copied[:0], snapshot.Header{}, cap(copied))
		t4 := time.Now()
		if !bytes.Equal(msg, copied) {
			tb.Fatalf("frame %d: two clients that have the same are sent different bytes", i)
		}
		if i >= cubeAhead {
			run.packets, run.bytes = run.packets+1, run.bytes+len(msg)
			run.commit, run.encode, run.next = run.commit+t1.Sub(t0), run.encode+t3.Sub(t2), run.next+t4.Sub(t3)
		}
		if !arrived[i] {
			continue
		}
		t5 := time.Now()
		if _, err := replica.Apply(msg); err != nil {
			tb.Fatalf("frame %d: %v", i, err)
		}
		if i >= cubeAhead {
			run.decode += time.Since(t5)
		}
		k := 0
		for e := range replica.All {
			if e.State.(*cubes.Body).Cube != frame[k] {
				tb.Fatalf("frame %d, cube %d: %+v, want %+v", i, k, e.State, frame[k])
			}
			k++
		}
		if k != cubeCount {
			tb.Fatalf("frame %d: %d cubes", i, k)
		}
	}
	return run
}

// Whatever is lost, each packet that arrives is the whole of its frame, and nothing is nearly as large as a frame whole.
func TestCubesUnderLoss(t *testing.T) {
	for _, loss := range []float64{0, 0.05, 0.5} {
		if r := runCubes(t, loss, 600); r.bytes/r.packets > 700 {
			t.Errorf("%d bytes a packet at %.0f %% loss", r.bytes/r.packets, loss*100)
		}
	}
}

func TestCubesAllocateNothing(t *testing.T) {
	frames, err := cubesTrace()
	if err != nil {
		t.Fatal(err)
	}
	world := snapshot.NewWorld()
	table := snapshot.NewTable[cubes.Body](world)
	view := snapshot.NewView(world, snapshot.ViewConfig{Insist: true})
	for range cubeCount {
		id, _ := table.Spawn()
		view.Enter(id, false)
	}
	msg := make([]byte, 0, 1<<16)
	tick := 0
	run := func() {
		k := 0
		for _, b := range table.All() {
			b.Cube = frames[tick%len(frames)][k]
			k++
		}
		tick++
		world.Commit(uint32(tick))
		if tick > cubeAhead {
			view.Ack(uint32(tick-cubeAhead), 0)
		}
		msg, _ = view.Encode(msg[:0], snapshot.Header{}, cap(msg))
	}
	for range len(frames) + 200 { // every cube that moves has its history now
		run()
	}
	if n := testing.AllocsPerRun(200, run); n > 0 {
		t.Errorf("%.1f allocations a packet", n)
	}
}

// BenchmarkCubes is the challenge in the fast tier, with every packet acknowledged in time and with one in twenty lost.
func BenchmarkCubes(b *testing.B) {
	for _, c := range []struct {
		name string
		loss float64
	}{{"fast", 0}, {"fast-loss5", 0.05}} {
		b.Run(c.name, func(b *testing.B) {
			var all cubesRun
			for b.Loop() {
				r := runCubes(b, c.loss, math.MaxInt)
				all = cubesRun{all.packets + r.packets, all.bytes + r.bytes, all.commit + r.commit, all.encode + r.encode, all.decode + r.decode, all.next + r.next}
			}
			n := float64(all.packets)
			b.ReportMetric(float64(all.bytes)/n, "bytes/packet")
			b.ReportMetric(float64(all.commit.Nanoseconds())/n, "ns/commit")
			b.ReportMetric(float64(all.encode.Nanoseconds())/n, "ns/encode")
			b.ReportMetric(float64(all.next.Nanoseconds())/n, "ns/encode-next")
			b.ReportMetric(float64(all.decode.Nanoseconds())/n, "ns/decode")
			b.ReportMetric(0, "ns/op")
		})
	}
}
