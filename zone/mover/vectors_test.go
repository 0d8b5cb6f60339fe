package mover

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata: a claim that the new output is correct in every language")

const vectorsFile = "testdata/vectors.json"

// vectors is the file that holds the ports in other languages to this one.
type vectors struct {
	Doc   string              `json:"doc"`
	Grids map[string][]string `json:"grids"`
	Cases []vectorCase        `json:"cases"`
}

type vectorCase struct {
	Name   string       `json:"name"`
	Grid   string       `json:"grid"`
	Speed  int32        `json:"speed"`
	TickHz int32        `json:"tick_hz"`
	HalfW  int32        `json:"half_w"`
	HalfH  int32        `json:"half_h"`
	Start  [3]int32     `json:"start"`
	Tick   uint32       `json:"tick"`
	Steps  []vectorStep `json:"steps"`
}

type vectorStep [5]int32

const vectorsDoc = "Movement vectors. A grid is rows of text, '#' solid, outside solid. start is [x, y, facing] in units of 1/256 tile. " +
	"Each step is [input x, input y, x, y, facing]: the input of that tick and the state after it. The first step has tick number `tick`, " +
	"each further one the next, modulo 2^32. Written by `go test ./zone/mover -update`."

func (c vectorCase) params() Params {
	return Params{Speed: c.Speed, TickHz: c.TickHz, HalfW: c.HalfW, HalfH: c.HalfH}
}

// run fills in the results of the steps.
func (c vectorCase) run(inputs []Input) vectorCase {
	s := State{X: c.Start[0], Y: c.Start[1], Facing: Facing(c.Start[2])}
	c.Steps = make([]vectorStep, len(inputs))
	for i, in := range inputs {
		s = Step(grids[c.Grid], s, in, c.params(), c.Tick+uint32(i))
		c.Steps[i] = vectorStep{int32(in.X), int32(in.Y), s.X, s.Y, int32(s.Facing)}
	}
	return c
}

func hold(n int, in Input) []Input {
	out := make([]Input, n)
	for i := range out {
		out[i] = in
	}
	return out
}

func concat(parts ...[]Input) []Input {
	var out []Input
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// wander draws inputs that are held for a while, as a player's are; one in eight is any pair of bytes, valid or not.
func wander(seed uint64, n int) []Input {
	rng := rand.New(rand.NewPCG(seed, 0x6d6f766572))
	var out []Input
	for len(out) < n {
		in := Input{X: int8(rng.IntN(181) - 90), Y: int8(rng.IntN(181) - 90)}
		if rng.IntN(8) == 0 {
			in = Input{X: int8(rng.IntN(256) - 128), Y: int8(rng.IntN(256) - 128)}
		}
		out = append(out, hold(1+rng.IntN(8), in)...)
	}
	return out[:n]
}

func vectorCases() []vectorCase {
	right, left, up, down := Input{X: 127}, Input{X: -127}, Input{Y: -127}, Input{Y: 127}
	player := func(name, grid string, hz, x, y int32, tick uint32) vectorCase {
		p := walker(hz)
		return vectorCase{
			Name: name, Grid: grid, Speed: p.Speed, TickHz: hz, HalfW: p.HalfW, HalfH: p.HalfH,
			Start: [3]int32{x, y, 0}, Tick: tick,
		}
	}
	with := func(c vectorCase, speed, halfW, halfH int32) vectorCase {
		c.Speed, c.HalfW, c.HalfH = speed, halfW, halfH
		return c
	}
	cases := []vectorCase{
		player("walls of a room", "room", 20, 640, 900, 0).run(concat(hold(30, right), hold(30, down), hold(60, left), hold(40, up))),
		player("slide along walls", "room", 20, 640, 384, 100).run(concat(hold(25, Input{89, 89}), hold(25, Input{-89, 89}),
			hold(25, Input{-89, -89}), hold(25, Input{89, -89}))),
		player("edges of the map are solid", "open", 20, 400, 400, 7).run(concat(hold(20, Input{-89, -89}), hold(60, right), hold(40, down))),
		player("invalid vectors move nobody", "open", 20, 1000, 1000, 0).run([]Input{
			{127, 1}, {-128, 0}, {0, -128}, {-128, -128}, {127, 127}, {90, 90}, {-127, 0}, {0, 127}, {89, 90}, {1, 1}, {-1, 0}, {0, 0},
		}),
		player("tick numbers wrap", "open", 60, 1500, 1000, 1<<32-20).run(concat(hold(40, Input{100, -30}), hold(10, Input{-3, 60}))),
		with(player("fast walkers never tunnel", "pillars", 10, 128, 128, 5), MaxSpeed, 40, 40).run(concat(
			hold(2, right), hold(2, down), hold(2, left), hold(2, up), hold(3, Input{60, 60}), hold(3, Input{-89, 11}), hold(2, Input{50, -89}))),
		with(player("a box as wide as the gap fits", "pillars", 20, 128, 640, 0), 1280, 128, 128).run(concat(
			hold(44, right), hold(20, up), hold(20, down), hold(20, Input{-89, -89}))),
		with(player("starts inside a solid", "room", 20, 1408, 384, 0), 1280, 96, 80).run(concat(hold(20, down), hold(10, right), hold(10, left))),
		with(player("slow as can be", "open", 128, 1000, 1000, 0), 1, 1, 1).run(concat(hold(140, right), hold(20, Input{1, -1}))),
		with(player("standing still", "open", 20, 1000, 1000, 0), 0, 1, 1).run(hold(4, left)),
	}
	for i, hz := range []int32{10, 20, 30, 50, 60, 100, 128} {
		c := player("wander", []string{"room", "pillars", "open"}[i%3], hz, 640, 896, uint32(i)*40_000)
		if c.Grid == "pillars" {
			c.Start[0], c.Start[1] = 128, 640
		}
		cases = append(cases, c.run(wander(uint64(i), 120)))
	}
	return cases
}

// The committed file is what the other languages are tested against; it must be what this code does.
func TestVectors(t *testing.T) {
	want := vectors{Doc: vectorsDoc, Grids: map[string][]string{}, Cases: vectorCases()}
	for name, g := range grids {
		want.Grids[name] = g
	}
	var buf bytes.Buffer
	for _, c := range want.Cases {
		for _, s := range c.Steps {
			if s[4] < 0 || s[4] > 3 {
				t.Fatalf("%s: facing %d", c.Name, s[4])
			}
		}
	}
	enc := json.NewEncoder(&buf)
	if err := enc.Encode(want); err != nil {
		t.Fatal(err)
	}
	// One case a line keeps a change reviewable.
	text := bytes.ReplaceAll(buf.Bytes(), []byte(`{"name":`), []byte("\n{\"name\":"))
	if *update {
		if err := os.WriteFile(vectorsFile, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, text) {
		t.Fatalf("%s is not what this code produces; if the change is meant, run with -update and change the ports too", vectorsFile)
	}
}
