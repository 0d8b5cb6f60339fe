package wirecheck

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The schema of the worked example (docs/wire.md#worked-example).
var (
	lampPlace = strukt(a("x", integer(-1000, 1000)), a("y", integer(-1000, 1000)), a("lit", yes))
	flight    = strukt(place("east", integer(-2000, 2000)), place("up", integer(-2000, 2000)))
	tinyInput = strukt(a("turn", integer(-1, 1)), a("fire", yes))
	tiny      = []entity{
		{1, "lamp", strukt(a("place", lampPlace))},
		{2, "ball", strukt(a("place", lampPlace), a("flight", flight))},
	}
)

var (
	line   = regexp.MustCompile(`^ *(\d+)  ([01]+) +(\d+|-) +(\S.*)$`)
	wordOf = regexp.MustCompile(`^symbol (\d+) in context (\d+):`)
)

// TestWorkedExample holds the example to its bytes, every line of it, and those to this decoder.
func TestWorkedExample(t *testing.T) {
	page, err := os.ReadFile("../../../docs/wire.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```wire ")[1:]
	if len(blocks) != 4 {
		t.Fatalf("%d blocks", len(blocks))
	}
	r := newReplica(tiny)
	for i, b := range blocks {
		text, _, _ := strings.Cut(b, "```")
		kind, text, _ := strings.Cut(text, "\n")
		t.Run(fmt.Sprint(i, " ", kind), func(t *testing.T) {
			e := parseExample(t, text)
			if kind == "inputs" {
				p, err := readInputs(e.bytes, tinyInput)
				if err != nil || len(p.inputs)+1 != len(e.gives) {
					t.Fatalf("%v, %d inputs", err, len(p.inputs))
				}
				if got := fmt.Sprintf("inputs up to tick %d, of a view at tick %d and %d/32", p.newest, p.view/32, p.view%32); got != e.gives[0] {
					t.Errorf("got %s, want %s", got, e.gives[0])
				}
				for i, v := range p.inputs {
					e.compare(t, i+1, "", tinyInput, v)
				}
				return
			}
			e.boundaries(t, r)
			if len(r.slots) != len(e.gives) {
				t.Errorf("%d entities, want %d", len(r.slots), len(e.gives))
			}
			for i := range e.gives {
				h := r.slots[i]
				e.compare(t, i, h.String()+" ", h.kind.whole, h.newest().state)
			}
		})
	}
}

// example is a block: its bytes, where its lines end, and what comes of them.
type example struct {
	bytes []byte
	ends  map[int]bool
	gives []string
}

func parseExample(t *testing.T, text string) example {
	t.Helper()
	e := example{ends: map[int]bool{}}
	hex, w := "", sink{}
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		m := line.FindStringSubmatch(l)
		switch {
		case strings.HasPrefix(l, "gives "):
			e.gives = append(e.gives, strings.TrimPrefix(l, "gives "))
		case m == nil:
			hex += strings.ReplaceAll(strings.TrimPrefix(l, "bytes"), " ", "")
		default:
			if m[1] != fmt.Sprint(w.at) {
				t.Errorf("at %d: %s", w.at, l)
			}
			var v uint64
			for i, c := range []byte(m[2]) {
				v |= uint64(c-'0') << i
				w.u(uint64(c-'0'), 1)
			}
			if m[3] != "-" && m[3] != fmt.Sprint(v) {
				t.Errorf("the bits are %d: %s", v, l)
			}
			if (m[3] == "-") != wordOf.MatchString(m[4]) {
				t.Errorf("a symbol or not: %s", l)
			}
			e.checkSymbol(t, m[2], m[4])
			e.ends[w.at] = true
		}
	}
	e.bytes = unhex(t, hex)
	if string(e.bytes) != string(w.b) || len(e.ends) == 0 {
		t.Errorf("the lines make %x, the bytes are %x", w.b, e.bytes)
	}
	return e
}

// checkSymbol reads a code word with the tables.
func (e example) checkSymbol(t *testing.T, word, text string) {
	t.Helper()
	m := wordOf.FindStringSubmatch(text)
	if m == nil {
		return
	}
	var w sink
	for _, c := range []byte(word) {
		w.u(uint64(c-'0'), 1)
	}
	var context int
	if _, err := fmt.Sscan(m[2], &context); err != nil {
		t.Fatal(err)
	}
	s := source{b: w.b}
	if got := symbol(&s, context); fmt.Sprint(got) != m[1] || s.at != len(word) {
		t.Errorf("%s is symbol %d of %d bits: %s", word, got, s.at, text)
	}
}

// boundaries applies a snapshot, and holds that no line ends within a number that is read at once.
func (e example) boundaries(t *testing.T, r *replica) {
	t.Helper()
	reads := 0
	onRead = func(from, to int) {
		reads++
		for at := from + 1; at < to; at++ {
			if e.ends[at] {
				t.Errorf("a line ends at %d, within the number of bits %d to %d", at, from, to)
			}
		}
	}
	defer func() { onRead = nil }()
	if _, err := r.apply(e.bytes); err != nil {
		t.Fatal(err)
	}
	if reads < len(e.ends) {
		t.Errorf("%d lines for %d numbers", len(e.ends), reads)
	}
}

func (e example) compare(t *testing.T, i int, name string, f *form, v any) {
	t.Helper()
	text, ok := strings.CutPrefix(e.gives[i], name)
	if !ok {
		t.Errorf("%s is not %s", e.gives[i], name)
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var want any
	if err := d.Decode(&want); err != nil {
		t.Fatal(err)
	}
	if err := same(f, v, want); err != nil {
		t.Error(err)
	}
}
