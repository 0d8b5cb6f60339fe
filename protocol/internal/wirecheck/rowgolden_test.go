package wirecheck

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// number is an integer, as text where it is beyond what a double holds.
type number int64

func (n *number) UnmarshalJSON(b []byte) error {
	var v int64
	err := json.Unmarshal([]byte(strings.Trim(string(b), `"`)), &v)
	*n = number(v)
	return err
}

type goldenRows struct {
	Layout       string
	Ahead, Count int
	Steady       bool
	Lags, Rest   []int64
	Past         [][]number
	Rows         []number
	Bytes        string
}

// history undoes the differences; the last slice is of the rows that the packet holds.
func (g *goldenRows) history() (h past, want [][]int64) {
	h = past{ahead: int64(g.Ahead), lags: g.Lags, rest: g.Rest}
	n := len(g.Rows)
	last := make([]int64, n)
	cut := func(flat []int64) (out [][]int64) {
		for i := range g.Count {
			out = append(out, flat[i*n/g.Count:(i+1)*n/g.Count])
		}
		return out
	}
	var first []int64
	add := func(d []number) []int64 {
		next := make([]int64, n)
		for i := range next {
			next[i] = last[i] + int64(d[i])
		}
		return next
	}
	for _, d := range g.Past {
		last = add(d)
		if first == nil {
			first = last
		}
		h.rows = append(h.rows, cut(last))
	}
	last = first
	return h, cut(add(g.Rows))
}

// TestRows reads packets of the best tier's rows, and refuses what must be.
func TestRows(t *testing.T) {
	var file struct {
		Layouts map[string]struct {
			Fields [][2]number
			Groups []group
		}
		Packets []goldenRows
		Refused []struct {
			Why, Bytes string
			Packet     int
			Names      bool
		}
	}
	load(t, "../../best/testdata/golden.json", &file)
	layouts := map[string]*layout{}
	for name, l := range file.Layouts {
		out := &layout{groups: l.Groups}
		for _, f := range l.Fields {
			out.fields = append(out.fields, [2]int64{int64(f[0]), int64(f[1])})
		}
		out.arrange()
		layouts[name] = out
	}
	read := func(g *goldenRows, b []byte) (rows [][]int64, names, ok bool) {
		h, _ := g.history()
		c := newCoder(b)
		steady, ahead, lags := readNames(c)
		if c.failed || steady != g.Steady || ahead != h.ahead || !slices.Equal(lags, h.lags) {
			return nil, !c.failed, false
		}
		rows = readRows(layouts[g.Layout], h, c)
		return rows, true, c.close()
	}
	for i := range file.Packets {
		g := &file.Packets[i]
		rows, _, ok := read(g, unhex(t, g.Bytes))
		_, want := g.history()
		if !ok || !slices.EqualFunc(rows, want, slices.Equal) {
			t.Errorf("packet %d of %s, %d rows: %v, %v", i, g.Layout, g.Count, ok, slices.EqualFunc(rows, want, slices.Equal))
		}
	}
	if len(file.Packets) < 40 || len(file.Refused) < 200 {
		t.Error("packets are missing")
	}
	for i, r := range file.Refused {
		if _, names, ok := read(&file.Packets[r.Packet], unhex(t, r.Bytes)); ok || names != r.Names {
			t.Errorf("refusal %d, %s: taken %v, its names %v", i, r.Why, ok, names)
		}
	}
}
