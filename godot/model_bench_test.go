//go:build linux

package godot_test

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/realmwire/realmwire/protocol/best"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// modelCrowd is what the models of package best see while they code snapshots.
type modelCrowd struct {
	Name      string          `json:"name"`
	Snapshots int             `json:"snapshots"`
	Values    []modelValue    `json:"values"`
	Decisions []modelDecision `json:"decisions"`
	Contexts  int             `json:"contexts"` // decisions without a model
}

type modelValue struct {
	Model  string  `json:"model"`
	X      int64   `json:"x"`
	First  bool    `json:"first"` // of its vector
	Means  []int64 `json:"means"`
	Shared []int64 `json:"shared"`
	Own    []int64 `json:"own"`
}

type modelDecision struct {
	Model string  `json:"model"`
	F     []int64 `json:"f"`
}

// watch records what the models see while frames are coded, each against those from the sixth before it on; those from
// first on count.
func watch(t *testing.T, name string, l best.Layout, frames [][]int64, first int) modelCrowd {
	t.Helper()
	c, err := best.New(l)
	if err != nil {
		t.Fatal(err)
	}
	const ahead = 6
	out := modelCrowd{Name: name, Snapshots: len(frames) - first}
	rest := make([]uint8, len(frames[0])/len(l.Fields))
	for i := range rest {
		rest[i] = best.MaxRest
	}
	axis := 0
	observe := func(model string, x int64, means, shared, own []int64) {
		copied := func(v []int64) []int64 { return append([]int64{}, v...) }
		switch {
		case model == "bucket":
		case model == "context":
			out.Contexts++
		case means == nil:
			out.Decisions = append(out.Decisions, modelDecision{model, copied(shared)})
			axis = 0
		default:
			out.Values = append(out.Values, modelValue{model, max(-1<<16, min(1<<16, x)), axis%3 == 0, copied(means), copied(shared), copied(own)})
			axis++
			if strings.HasSuffix(model, "Alone") && axis == 2 {
				axis = 0
			}
		}
	}
	for i := ahead + 1; i < len(frames); i++ {
		base := i - ahead
		c.Rested(rest, frames[base-1], frames[base])
		if i < first {
			continue
		}
		h := snapshot.BestHistory{BestNames: snapshot.BestNames{Ahead: ahead, Steady: true}, Rest: rest}
		for lag := 0; lag <= min(base, best.MaxLag); lag++ {
			h.Lags |= 1 << lag
			h.Versions = append(h.Versions, snapshot.BestVersion{Lag: lag, Rows: frames[base-lag]})
		}
		c.Observe(observe)
		if _, err := c.Encode(nil, &h, frames[i]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// walkers are frames of people who walk on a plane, of whom a quarter stand.
func walkers(n, frames int) (best.Layout, [][]int64) {
	l := best.Layout{
		Fields: []best.Field{{Max: 131071}, {Max: 131071}, {Max: 255}, {Max: 7}},
		Groups: []best.Group{{Class: best.Motion, Count: 2, Half: 64}, {First: 2, Count: 1}, {First: 3, Count: 1}},
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	type walker struct{ x, y, look, speed float64 }
	all := make([]walker, n)
	for i := range all {
		all[i] = walker{x: 40000 + rng.Float64()*20000, y: 40000 + rng.Float64()*20000}
	}
	var out [][]int64
	for range frames {
		var rows []int64
		for i := range all {
			w := &all[i]
			if rng.IntN(50) == 0 {
				w.look, w.speed = float64(rng.IntN(256)), 70
				if rng.IntN(4) == 0 {
					w.speed = 0
				}
			}
			w.x += w.speed * math.Cos(w.look*math.Pi/128)
			w.y += w.speed * math.Sin(w.look*math.Pi/128)
			rows = append(rows, int64(w.x), int64(w.y), int64(w.look), int64(min(w.speed, 1)))
		}
		out = append(out, rows)
	}
	return l, out
}

// cubeLayout is that of the challenge.
var cubeLayout = best.Layout{
	Fields: []best.Field{
		{Max: 3},
		{Max: 511},
		{Max: 511},
		{Max: 511},
		{Min: math.MinInt32, Max: math.MaxInt32},
		{Min: math.MinInt32, Max: math.MaxInt32},
		{Min: math.MinInt32, Max: math.MaxInt32},
		{Max: 1},
	},
	Groups: []best.Group{
		{Class: best.Rotation, Count: 4},
		{Class: best.Motion, First: 4, Count: 3, Fall: -728, Drag: 655, Half: 102},
		{Class: best.Plain, First: 7, Count: 1, Lapse: 100},
	},
}

// cubesFrames are some frames of the trace, from the start of its middle on.
func cubesFrames(t *testing.T, skip, n int) [][]int64 {
	t.Helper()
	f, err := os.Open("../protocol/best/testdata/cubes_a.bin.zst")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	raw := make([]byte, 901*8*4)
	var out [][]int64
	for i := range skip + n {
		if _, err := io.ReadFull(z, raw); err != nil {
			t.Fatal(err)
		}
		if i < skip {
			continue
		}
		rows := make([]int64, 901*8)
		for k := range rows {
			rows[k] = int64(int32(uint32(raw[4*k]) | uint32(raw[4*k+1])<<8 | uint32(raw[4*k+2])<<16 | uint32(raw[4*k+3])<<24))
		}
		out = append(out, rows)
	}
	return out
}

// TestModelBench prints what the innermost part of the best tier's codec costs GDScript.
func TestModelBench(t *testing.T) {
	p := stage(t)
	source, err := os.ReadFile("../web/src/sdk/best/weights.ts")
	if err != nil {
		t.Fatal(err)
	}
	weights := ""
	for _, part := range regexp.MustCompile(`'([^']+)'`).FindAllSubmatch(source, -1) {
		weights += string(part[1])
	}
	var crowds []modelCrowd
	for _, n := range []int{10, 30, 100} {
		l, frames := walkers(n, 360)
		name := map[int]string{10: "10 walkers", 30: "30 walkers", 100: "100 walkers"}[n]
		crowds = append(crowds, watch(t, name, l, frames, 300))
	}
	crowds = append(crowds, watch(t, "901 cubes", cubeLayout, cubesFrames(t, 1200, 150), 140))
	data, err := json.Marshal(map[string]any{"weights": weights, "crowds": crowds})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.path("test/model_bench.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := p.run(context.Background(), nil, "--headless", "--script", "res://test/bench_model.gd")
	if err != nil || strings.Count(out, "BENCH model") != len(crowds) {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log("\n" + out)
}
