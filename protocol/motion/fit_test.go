package motion

import (
	"cmp"
	"encoding/binary"
	"flag"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	wire "github.com/realmwire/realmwire/protocol/bits"
)

var fit = flag.Bool("fit", false, "fit the codes to the trace anew and write tables.go")

const (
	tableCount = 40
	fitCubes   = 901
	fitAhead   = 6
	mapWidth   = 98 // characters of the map in a line
)

// TestFit makes tables.go, where it is asked to: go test ./protocol/motion -run Fit -fit.
func TestFit(t *testing.T) {
	if !*fit {
		t.Log("tables.go is left as it is; -fit makes it anew")
		return
	}
	frames := readTrace(t, "../best/testdata/cubes_a.bin.zst")
	counts := new([contexts][symbols]int)
	tally = counts
	defer func() { tally = nil }()
	anywhere := Range{math.MinInt32, math.MaxInt32}
	lim := [3]Range{anywhere, anywhere, anywhere}
	for _, l := range []Layout{{Parts: 3, Lim: lim, Top: 511}, {Parts: 3, Lim: lim}, {Top: 511}} {
		pass(&l, frames)
	}
	stroll()
	spelled, of := cluster(counts)
	t.Logf("%d contexts in %d codes", len(of), len(spelled))
	for path, text := range map[string]string{"tables.go": goTables(spelled, of), typeScriptTables: typeScript(spelled, of), godotTables: godot(spelled, of)} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// traced is a cube in one frame.
type traced struct {
	Body
	interacting bool
}

func readTrace(tb testing.TB, path string) [][]traced {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	defer z.Close()
	var out [][]traced
	raw := make([]byte, fitCubes*32)
	for {
		if _, err := io.ReadFull(z, raw); err == io.EOF {
			return out
		} else if err != nil {
			tb.Fatal(err)
		}
		frame := make([]traced, fitCubes)
		for k := range frame {
			at := func(i int) int64 { return int64(int32(binary.LittleEndian.Uint32(raw[k*32+i*4:]))) }
			frame[k] = traced{Body{Place: [3]int64{at(4), at(5), at(6)}, Turn: [4]int64{at(0), at(1), at(2), at(3)}}, at(7) != 0}
		}
		out = append(out, frame)
	}
}

// pass writes everything that changes, each frame against the one fitAhead before.
func pass(l *Layout, frames [][]traced) {
	var w wire.Writer
	buf := make([]byte, 0, 1<<16)
	for i := fitAhead + 1; i < len(frames); i++ {
		w.Reset(buf)
		for k := range frames[i] {
			now, base, prior := &frames[i][k], &frames[i-fitAhead][k], &frames[i-fitAhead-1][k]
			n, b, p := bare(l, &now.Body), bare(l, &base.Body), bare(l, &prior.Body)
			if plain := now.interacting != base.interacting; n != b || plain {
				l.Write(&w, &n, &b, &p, Span{fitAhead, 1}, plain)
			}
		}
	}
}

// stroll is the training for places in a plane: walkers that hold a direction for a while, at usual speeds and tick rates, against
// baselines of usual ages.
func stroll() {
	rng := rand.New(rand.NewPCG(3, 5))
	l := Layout{Parts: 2, Lim: [3]Range{{-1 << 30, 1 << 30}, {-1 << 30, 1 << 30}}}
	headings := [][2]float64{{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {.709, .709}, {-.709, .709}, {.709, -.709}, {-.709, -.709}}
	var w wire.Writer
	for range 1500 {
		perTick := []float64{16, 24, 32, 45, 64, 21.4, 42.7, 90}[rng.IntN(8)]
		var path [160]Body
		var x, y float64
		heading, until := [2]float64{}, 0
		plain := make([]bool, len(path))
		for t := range path {
			if t >= until {
				before := heading
				if heading = headings[rng.IntN(len(headings))]; rng.IntN(5) == 0 {
					heading = [2]float64{}
				} else if rng.IntN(4) == 0 { // a stick
					angle := rng.Float64() * 2 * math.Pi
					heading = [2]float64{math.Cos(angle), math.Sin(angle)}
				}
				plain[t] = heading != before && rng.IntN(3) > 0
				until = t + 5 + rng.IntN(80)
			}
			x, y = x+heading[0]*perTick, y+heading[1]*perTick
			path[t].Place = [3]int64{int64(x), int64(y)}
		}
		span := Span{Ahead: 1 + rng.Int64N(8), Lag: 1}
		if rng.IntN(10) == 0 {
			span.Lag = 2
		}
		for t := int(span.Ahead + span.Lag); t < len(path); t++ {
			now, base, prior := path[t], path[t-int(span.Ahead)], path[t-int(span.Ahead+span.Lag)]
			altered := slices.Contains(plain[t-int(span.Ahead)+1:t+1], true)
			if w.Reset(nil); now != base || altered {
				l.Write(&w, &now, &base, &prior, span, altered)
			}
		}
	}
}

// bare leaves out what a layout lacks.
func bare(l *Layout, b *Body) Body {
	out := *b
	if l.Parts == 0 {
		out.Place = [3]int64{}
	}
	if l.Top == 0 {
		out.Turn = [4]int64{}
	}
	return out
}

// cluster finds few codes that serve all contexts: each context goes to the code that is shortest for it, each code is fitted to its
// contexts, until nothing moves.
func cluster(counts *[contexts][symbols]int) (spelled []string, _ string) {
	var seen []int
	for c := range counts {
		if total(&counts[c]) > 0 {
			seen = append(seen, c)
		}
	}
	slices.SortFunc(seen, func(a, b int) int { return cmp.Compare(mean(&counts[a]), mean(&counts[b])) })
	group := map[int]int{}
	weight, all := 0, 0
	for _, c := range seen {
		all += total(&counts[c])
	}
	for i, c := range seen {
		group[c] = (weight*(tableCount-4)/max(1, all) + i*4/len(seen))
		weight += total(&counts[c])
	}
	var lengths [tableCount][symbols]int
	for range 50 {
		var sums [tableCount][symbols]int
		for _, c := range seen {
			for s, n := range counts[c] {
				sums[group[c]][s] += n
			}
		}
		for g := range sums {
			lengths[g] = huffman(&sums[g])
		}
		moved := false
		for _, c := range seen {
			best, at := math.MaxInt, 0
			for g := range lengths {
				if n := price(&counts[c], &lengths[g]); n < best {
					best, at = n, g
				}
			}
			moved = moved || group[c] != at
			group[c] = at
		}
		if !moved {
			break
		}
	}
	of := make([]byte, contexts)
	for c := range of {
		g, ok := group[c]
		if !ok {
			g = group[nearest(c, seen)]
		}
		of[c] = firstCode + byte(g)
	}
	for _, l := range lengths {
		var b strings.Builder
		for _, n := range l {
			b.WriteByte(firstDigit + byte(n-1))
		}
		spelled = append(spelled, b.String())
	}
	return spelled, string(of)
}

// nearest is the seen context that is most like one never seen: of the same residual, by the next speed, where there is one.
func nearest(c int, seen []int) int {
	best, at := math.MaxInt, seen[0]
	for _, s := range seen {
		d := s - c
		if d < 0 {
			d = -d
		}
		if c >= placeNext && d%misses == 0 {
			d /= misses * 4
		}
		if d < best {
			best, at = d, s
		}
	}
	return at
}

func total(h *[symbols]int) (n int) {
	for _, x := range h {
		n += x
	}
	return n
}

func mean(h *[symbols]int) float64 {
	sum := 0
	for s, x := range h {
		sum += s * x
	}
	return float64(sum) / float64(total(h))
}

func price(h, lengths *[symbols]int) (n int) {
	for s, x := range h {
		n += x * lengths[s]
	}
	return n
}

// huffman is the best prefix code for a histogram, every symbol with a word, none longer than longest.
func huffman(h *[symbols]int) (lengths [symbols]int) {
	for damp := 1; ; damp *= 2 {
		type node struct {
			n    int
			syms []int
		}
		var nodes []node
		sum := total(h)
		lengths = [symbols]int{}
		for s, n := range h {
			// What is next to what was seen is likelier than what is far from it.
			near := 0
			for d := -2; d <= 2; d++ {
				if s+d >= 0 && s+d < symWide {
					near += h[s+d]
				}
			}
			nodes = append(nodes, node{n*1000 + near*3 + 1 + sum*damp/20, []int{s}})
		}
		for len(nodes) > 1 {
			slices.SortStableFunc(nodes, func(a, b node) int { return cmp.Compare(b.n, a.n) })
			a, b := nodes[len(nodes)-1], nodes[len(nodes)-2]
			nodes = nodes[:len(nodes)-2]
			syms := append(slices.Clone(a.syms), b.syms...)
			for _, s := range syms {
				lengths[s]++
			}
			nodes = append(nodes, node{a.n + b.n, syms})
		}
		if slices.Max(lengths[:]) <= longest {
			return lengths
		}
	}
}
