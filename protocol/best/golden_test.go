package best_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/realmwire/realmwire/protocol/best"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// number is an integer as clients read it: as text where its field is beyond what a double holds.
type number int64

const exact = 1<<53 - 1

func (n number) MarshalJSON() ([]byte, error) {
	text := strconv.FormatInt(int64(n), 10)
	if n < -exact || n > exact {
		text = `"` + text + `"`
	}
	return []byte(text), nil
}

func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseInt(string(bytes.Trim(b, `"`)), 10, 64)
	*n = number(v)
	return err
}

// golden is what every language is held to.
type golden struct {
	Note    string                  `json:"note"`
	Layouts map[string]goldenLayout `json:"layouts"`
	Packets []goldenPacket          `json:"packets"`
	Refused []goldenRefusal         `json:"refused"`
}

type goldenLayout struct {
	Fields [][2]number   `json:"fields"` // least, greatest
	Groups []goldenGroup `json:"groups"`
}

type goldenGroup struct {
	Class string `json:"class"`
	First int    `json:"first"`
	Count int    `json:"count"`
	Fall  int64  `json:"fall,omitempty"`
	Drag  int64  `json:"drag,omitempty"`
	Half  int64  `json:"half,omitempty"`
	Floor int64  `json:"floor,omitempty"`
	Lapse int    `json:"lapse,omitempty"`
}

// goldenPacket has its versions as differences from the one named before, the first as it is; the rows are what they
// differ by from the baseline. Differences wrap at 64 bits.
type goldenPacket struct {
	Layout string     `json:"layout"`
	Count  int        `json:"count"`
	Ahead  int        `json:"ahead"`
	Steady bool       `json:"steady"`
	Lags   []int      `json:"lags"`
	Past   [][]number `json:"past"`
	Rest   []int      `json:"rest"`
	RestOf []int      `json:"restOf"` // what Rest says of the versions
	Rows   []number   `json:"rows"`
	Bytes  string     `json:"bytes"`
}

// goldenRefusal is a stream that is refused, against the history of a packet.
type goldenRefusal struct {
	Why    string `json:"why"`
	Packet int    `json:"packet"`
	Bytes  string `json:"bytes"`
	Names  bool   `json:"names"` // whether the names alone are well-formed
}

func differences(a, b []int64) []number {
	out := make([]number, len(a))
	for i := range a {
		out[i] = number(uint64(a[i]) - uint64(b[i]))
	}
	return out
}

func sums(a []number, b []int64) []int64 {
	out := make([]int64, len(a))
	for i := range a {
		out[i] = int64(uint64(a[i]) + uint64(b[i]))
	}
	return out
}

var classes = []string{best.Plain: "plain", best.Motion: "motion", best.Rotation: "rotation"}

func spellLayout(l best.Layout) goldenLayout {
	var out goldenLayout
	for _, f := range l.Fields {
		out.Fields = append(out.Fields, [2]number{number(f.Min), number(f.Max)})
	}
	for _, g := range l.Groups {
		out.Groups = append(out.Groups, goldenGroup{classes[g.Class], g.First, g.Count, g.Fall, g.Drag, g.Half, g.Floor, g.Lapse})
	}
	return out
}

func (g goldenLayout) layout() best.Layout {
	var l best.Layout
	for _, f := range g.Fields {
		l.Fields = append(l.Fields, best.Field{Min: int64(f[0]), Max: int64(f[1])})
	}
	for _, h := range g.Groups {
		class := best.Class(slices.Index(classes, h.Class))
		l.Groups = append(l.Groups, best.Group{Class: class, First: h.First, Count: h.Count, Fall: h.Fall, Drag: h.Drag, Half: h.Half, Floor: h.Floor, Lapse: h.Lapse})
	}
	return l
}

// spell encodes a packet for the golden file.
func spell(t *testing.T, name string, l best.Layout, h *snapshot.BestHistory, rows []int64) goldenPacket {
	t.Helper()
	c, err := best.New(l)
	if err != nil {
		t.Fatal(err)
	}
	msg, err := c.Encode(nil, h, rows)
	if err != nil {
		t.Fatal(err)
	}
	p := goldenPacket{
		Layout: name, Count: len(h.Rest), Ahead: h.Ahead, Steady: h.Steady, Lags: []int{}, Rest: []int{}, RestOf: []int{},
		Rows: differences(rows, h.Versions[0].Rows), Bytes: hex.EncodeToString(msg),
	}
	last := make([]int64, len(rows))
	for _, v := range h.Versions {
		p.Lags = append(p.Lags, v.Lag)
		p.Past = append(p.Past, differences(v.Rows, last))
		last = v.Rows
	}
	rest := make([]uint8, len(h.Rest))
	c.Rest(rest, h.Versions)
	for i, r := range h.Rest {
		p.Rest = append(p.Rest, int(r))
		p.RestOf = append(p.RestOf, int(rest[i]))
	}
	return p
}

// history is what a packet was coded against, and what it holds.
func (p *goldenPacket) history() (*snapshot.BestHistory, []int64) {
	h := &snapshot.BestHistory{BestNames: snapshot.BestNames{Ahead: p.Ahead, Steady: p.Steady}}
	last := make([]int64, len(p.Rows))
	for i, lag := range p.Lags {
		last = sums(p.Past[i], last)
		h.Lags |= 1 << lag
		h.Versions = append(h.Versions, snapshot.BestVersion{Lag: lag, Rows: last})
	}
	for _, r := range p.Rest {
		h.Rest = append(h.Rest, uint8(r))
	}
	return h, sums(p.Rows, h.Versions[0].Rows)
}

// goldenLayouts are those of the other tests, the challenge's, and some at the limits.
func goldenLayouts() map[string]best.Layout {
	far40 := best.Field{Min: -1 << 40, Max: 1 << 40}
	out := map[string]best.Layout{
		"cubes": cubeLayout,
		"far": {
			Fields: slices.Concat(rotation, []best.Field{far40, far40, far40, {Min: -exact, Max: exact}, {Max: 1<<53 - 1}}),
			Groups: []best.Group{
				{Class: best.Rotation, Count: 4},
				{Class: best.Motion, First: 4, Count: 3, Fall: -1 << 20, Half: 1 << 16, Drag: 1 << 16, Floor: -1 << 40},
				{Class: best.Plain, First: 7, Count: 2, Lapse: 127},
			},
		},
		"fine": {
			Fields: []best.Field{{Max: 65535}, far40, far40, {Max: 3}, {Max: 65535}, {Max: 65535}, {Max: 65535}},
			Groups: []best.Group{
				{Class: best.Plain, Count: 1, Lapse: 3},
				{Class: best.Motion, First: 1, Count: 2, Fall: 1 << 20, Half: 1, Floor: 1 << 40},
				{Class: best.Rotation, First: 3, Count: 4},
			},
		},
		"sixteen": {},
	}
	var s best.Layout
	for i := range 16 {
		s.Fields = append(s.Fields, best.Field{Min: -1 << (4 * i) / 2, Max: 1<<(4*i) - 1})
		s.Groups = append(s.Groups, best.Group{First: i, Count: 1, Lapse: i * 8})
	}
	out["sixteen"] = s
	for name, l := range layouts {
		out[name] = l
	}
	return out
}

func makeGolden(t *testing.T) golden {
	g := golden{
		Note:    "Written by TestGolden in protocol/best; every language decodes and re-encodes it.",
		Layouts: map[string]goldenLayout{},
	}
	all := goldenLayouts()
	names := make([]string, 0, len(all))
	for name, l := range all {
		g.Layouts[name] = spellLayout(l)
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for seed, n := range []int{0, 1, 2, 7, 12} {
			h, rows := story(all[name], uint64(seed), n)
			g.Packets = append(g.Packets, spell(t, name, all[name], &h, rows))
		}
	}
	for _, i := range []int{700, 1400, 2500} {
		h, rows := someCubes(t, i, 40)
		g.Packets = append(g.Packets, spell(t, "cubes", cubeLayout, h, rows))
	}
	g.Refused = refusals(t, g.Packets)
	return g
}

// someCubes are those cubes of a frame of the trace that moved of late, and some that did not.
func someCubes(t *testing.T, frame, n int) (*snapshot.BestHistory, []int64) {
	t.Helper()
	frames, err := trace()
	if err != nil {
		t.Fatal(err)
	}
	c, _ := best.New(cubeLayout)
	m := newMemory(c, frames, acknowledgements(len(frames), 0.05))
	full := m.history(frame, m.names(frame))
	var moving, still []int
	for k, r := range full.Rest {
		if r < 20 {
			moving = append(moving, k)
		} else {
			still = append(still, k)
		}
	}
	moving = moving[:min(len(moving), n*3/4)]
	picked := slices.Sorted(slices.Values(slices.Concat(moving, still[:n-len(moving)])))
	pick := func(rows []int64) (out []int64) {
		for _, k := range picked {
			out = append(out, rows[k*cubeFields:(k+1)*cubeFields]...)
		}
		return out
	}
	h := &snapshot.BestHistory{BestNames: full.BestNames}
	for _, v := range full.Versions {
		h.Versions = append(h.Versions, snapshot.BestVersion{Lag: v.Lag, Rows: pick(v.Rows)})
	}
	for _, k := range picked {
		h.Rest = append(h.Rest, full.Rest[k])
	}
	return h, pick(frames[frame])
}

// refusals spoil packets in every way that a peer might.
func refusals(t *testing.T, packets []goldenPacket) []goldenRefusal {
	t.Helper()
	var out []goldenRefusal
	refuse := func(why string, packet int, msg []byte) {
		p := &packets[packet]
		c, _ := best.New(goldenLayouts()[p.Layout])
		h, rows := p.history()
		_, err := c.Names(msg)
		if c.Decode(msg, h, rows) != nil {
			out = append(out, goldenRefusal{why, packet, hex.EncodeToString(msg), err == nil})
		}
	}
	last := len(packets) - 1
	whole, _ := hex.DecodeString(packets[last].Bytes)
	for n := range whole {
		refuse("cut off", last, whole[:n])
	}
	for i := range packets {
		whole, _ := hex.DecodeString(packets[i].Bytes)
		refuse("a zero too many", i, append(slices.Clone(whole), 0))
		refuse("a byte too many", i, append(slices.Clone(whole), 1))
		other, _ := hex.DecodeString(packets[(i+1)%len(packets)].Bytes)
		refuse("against another history", i, other)
		for _, at := range []int{0, 1, len(whole) / 2} {
			if at < len(whole) {
				spoilt := slices.Clone(whole)
				spoilt[at] ^= 0x55
				refuse("a byte changed", i, spoilt)
			}
		}
	}
	refuse("ones", last, bytes.Repeat([]byte{255}, 40))
	refuse("zeros", last, make([]byte, 40))
	return out
}

const goldenFile = "testdata/golden.json"

// TestGolden holds the codec to bytes that every other language is held to.
func TestGolden(t *testing.T) {
	if flag.Lookup("update").Value.String() == "true" { // a claim that the new bytes are right
		text, err := json.Marshal(makeGolden(t))
		if err != nil {
			t.Fatal(err)
		}
		// A line for each packet.
		text = bytes.ReplaceAll(text, []byte(`},{"layout"`), []byte("},\n{\"layout\""))
		text = bytes.ReplaceAll(text, []byte(`},{"why"`), []byte("},\n{\"why\""))
		if err := os.WriteFile(goldenFile, append(text, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	var g golden
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Packets) < 40 || len(g.Refused) < 100 {
		t.Fatalf("%d packets and %d refusals", len(g.Packets), len(g.Refused))
	}
	codecs := map[string]*best.Codec{}
	for name, l := range g.Layouts {
		if codecs[name], err = best.New(l.layout()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	for i := range g.Packets {
		g.Packets[i].check(t, codecs[g.Packets[i].Layout])
	}
	for _, r := range g.Refused {
		p := &g.Packets[r.Packet]
		h, rows := p.history()
		msg, _ := hex.DecodeString(r.Bytes)
		if _, err := codecs[p.Layout].Names(msg); (err == nil) != r.Names {
			t.Errorf("%s, packet %d: names: %v", r.Why, r.Packet, err)
		}
		if err := codecs[p.Layout].Decode(msg, h, rows); !errors.Is(err, best.ErrMalformed) {
			t.Errorf("%s, packet %d: %v", r.Why, r.Packet, err)
		}
	}
}

func (p *goldenPacket) check(t *testing.T, c *best.Codec) {
	t.Helper()
	h, want := p.history()
	msg, err := hex.DecodeString(p.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := c.Names(msg); err != nil || n != h.BestNames {
		t.Errorf("%s of %d: names %+v, %v", p.Layout, p.Count, n, err)
	}
	got := make([]int64, len(want))
	if err := c.Decode(msg, h, got); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s of %d: decodes to something else, %v", p.Layout, p.Count, err)
	}
	again, err := c.Encode(nil, h, want)
	if err != nil || !bytes.Equal(again, msg) {
		t.Errorf("%s of %d: encodes to something else, %v", p.Layout, p.Count, err)
	}
}
