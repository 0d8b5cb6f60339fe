package best_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/realmwire/realmwire/protocol/best"
	"github.com/realmwire/realmwire/protocol/internal/cubes"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// The challenge: 901 cubes, each frame against the one 6 before it.
const (
	cubeCount  = 901
	cubeFields = 8
	cubeAhead  = 6
)

// trace is every frame as rows of the cube's fields, read once.
var trace = sync.OnceValues(func() ([][]int64, error) {
	path := os.Getenv("CUBES_TRACE")
	if path == "" {
		path = "testdata/cubes_a.bin.zst"
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
	var frames [][]int64
	raw := make([]byte, cubeCount*cubeFields*4)
	for {
		if _, err := io.ReadFull(z, raw); err == io.EOF {
			return frames, nil
		} else if err != nil {
			return nil, fmt.Errorf("frame %d of %s: %w", len(frames), path, err)
		}
		frames = append(frames, rowsOf(raw))
	}
})

// rowsOf takes a frame through the schema's own struct.
func rowsOf(raw []byte) []int64 {
	rows := make([]int64, cubeCount*cubeFields)
	at := func(i int) int32 { return int32(binary.LittleEndian.Uint32(raw[i*4:])) }
	for k := range cubeCount {
		i := k * cubeFields
		c := cubes.Body{Cube: cubes.Cube{
			Largest: uint8(at(i)), A: uint16(at(i + 1)), B: uint16(at(i + 2)), C: uint16(at(i + 3)),
			X: at(i + 4), Y: at(i + 5), Z: at(i + 6), Interacting: at(i+7) != 0,
		}}
		c.BestRow(rows[i : i+cubeFields])
	}
	return rows
}

// memory is what one end remembers of the frames that were acknowledged.
type memory struct {
	codec    coder
	frames   [][]int64
	acked    []bool
	rest     []uint8
	run      int // acknowledged frames in a row up to the baseline that rest counts to
	at       int
	versions [best.MaxLag + 1]snapshot.BestVersion
}

// cubeLayout is that of the challenge.
var cubeLayout = new(cubes.Body).BestCodec().(*best.Codec).Layout()

// coder is a tier.
type coder interface {
	Encode(dst []byte, h *snapshot.BestHistory, rows []int64) ([]byte, error)
	Decode(msg []byte, h *snapshot.BestHistory, rows []int64) error
	Names(msg []byte) (snapshot.BestNames, error)
	Rest(dst []uint8, versions []snapshot.BestVersion)
	Rested(rest []uint8, before, baseline []int64)
}

func newMemory(c coder, frames [][]int64, acked []bool) *memory {
	return &memory{codec: c, frames: frames, acked: acked, rest: make([]uint8, cubeCount), at: -1}
}

// until counts rests on to a baseline.
func (m *memory) until(base int) {
	for m.at < base {
		m.at++
		switch {
		case !m.acked[m.at]:
			m.run = 0
		case m.run == 0:
			for k := range m.rest {
				m.rest[k] = best.MaxRest
			}
			m.run = 1
		default:
			m.codec.Rested(m.rest, m.frames[m.at-1], m.frames[m.at])
			m.run++
		}
	}
}

// names is what a snapshot of frame i may build on: the newest acknowledged frame at least cubeAhead before it, and those before.
func (m *memory) names(i int) snapshot.BestNames {
	base := i - cubeAhead
	for base > 0 && !m.acked[base] {
		base--
	}
	m.until(base)
	n := snapshot.BestNames{Ahead: i - base, Steady: m.run > best.MaxRest || m.run > base}
	for lag := 0; lag <= min(base, best.MaxLag); lag++ {
		if m.acked[base-lag] {
			n.Lags |= 1 << lag
		}
	}
	return n
}

// history recalls what names name.
func (m *memory) history(i int, n snapshot.BestNames) *snapshot.BestHistory {
	h := &snapshot.BestHistory{BestNames: n, Versions: m.versions[:0], Rest: m.rest}
	base := i - n.Ahead
	for lag := range best.MaxLag + 1 {
		if n.Lags>>lag&1 != 0 {
			h.Versions = append(h.Versions, snapshot.BestVersion{Lag: lag, Rows: m.frames[base-lag]})
		}
	}
	if n.Steady {
		m.until(base)
	} else {
		h.Rest = make([]uint8, cubeCount)
		m.codec.Rest(h.Rest, h.Versions)
	}
	return h
}

// acknowledgements are all frames but for a share that is lost.
func acknowledgements(n int, loss float64) []bool {
	rng := rand.New(rand.NewPCG(1, 901))
	acked := make([]bool, n)
	for i := range acked {
		acked[i] = i == 0 || rng.Float64() >= loss
	}
	return acked
}

// run codes the trace and compares every packet as decoded.
func run(tb testing.TB, fresh func() coder, loss float64) (packets, bytes int, encode, decode time.Duration) {
	frames, err := trace()
	if err != nil {
		tb.Fatal(err)
	}
	acked := acknowledgements(len(frames), loss)
	server, client := newMemory(fresh(), frames, acked), newMemory(fresh(), frames, acked)
	var msg []byte
	got := make([]int64, cubeCount*cubeFields)
	for i := cubeAhead; i < len(frames); i++ {
		h := server.history(i, server.names(i))
		start := time.Now()
		if msg, err = server.codec.Encode(msg[:0], h, frames[i]); err != nil {
			tb.Fatal(err)
		}
		encode += time.Since(start)
		n, err := client.codec.Names(msg)
		if err != nil {
			tb.Fatal(err)
		}
		h = client.history(i, n)
		start = time.Now()
		err = client.codec.Decode(msg, h, got)
		decode += time.Since(start)
		if err != nil {
			tb.Fatalf("frame %d: %v", i, err)
		}
		if !slices.Equal(got, frames[i]) {
			tb.Fatalf("frame %d decodes to something else", i)
		}
		packets++
		bytes += len(msg)
	}
	return packets, bytes, encode, decode
}

func tiers() map[string]func() coder {
	return map[string]func() coder{
		"best": func() coder { c, _ := best.New(cubeLayout); return c },
	}
}

// BenchmarkCubes is the challenge, each tier with every packet acknowledged in time and with one in twenty lost.
func BenchmarkCubes(b *testing.B) {
	for name, fresh := range tiers() {
		for suffix, loss := range map[string]float64{"": 0, "-loss5": 0.05} {
			b.Run(name+suffix, func(b *testing.B) {
				var packets, bytes int
				var encode, decode time.Duration
				for b.Loop() {
					p, n, e, d := run(b, fresh, loss)
					packets, bytes, encode, decode = packets+p, bytes+n, encode+e, decode+d
				}
				b.ReportMetric(float64(bytes)/float64(packets), "bytes/packet")
				b.ReportMetric(float64(encode.Nanoseconds())/float64(packets), "ns/encode")
				b.ReportMetric(float64(decode.Nanoseconds())/float64(packets), "ns/decode")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
