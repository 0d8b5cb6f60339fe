package motion

import (
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	wire "github.com/realmwire/realmwire/protocol/bits"
)

// layouts are one of each shape, and the extremes.
var layouts = []Layout{
	{Parts: 3, Lim: [3]Range{{-100, 100}, {0, 1 << 20}, {math.MinInt32, math.MaxInt32}}, Top: 511},
	{Parts: 2, Lim: [3]Range{{-1 << 40, 1 << 40}, {-1 << 40, 1 << 40}}},
	{Top: 3},
	{Top: 1<<16 - 1},
}

func drawBody(t *rapid.T, l *Layout, near *Body) Body {
	var b Body
	value := func(lo, hi, near int64) int64 {
		if rapid.Bool().Draw(t, "near") {
			return clamp(near+rapid.Int64Range(-9, 9).Draw(t, "step"), lo, hi)
		}
		return rapid.Int64Range(lo, hi).Draw(t, "value")
	}
	for a := range l.Parts {
		b.Place[a] = value(l.Lim[a].Min, l.Lim[a].Max, near.Place[a])
	}
	if l.Top > 0 {
		b.Turn[0] = value(0, 3, near.Turn[0])
		for a := 1; a < 4; a++ {
			b.Turn[a] = value(0, l.Top, near.Turn[a])
		}
	}
	return b
}

// Whatever the three versions are, also quaternions that are none, what was written is read.
func TestAnyBodyComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &layouts[rapid.IntRange(0, len(layouts)-1).Draw(t, "layout")]
		prior := drawBody(t, l, &Body{})
		base := drawBody(t, l, &prior)
		now := drawBody(t, l, &base)
		if rapid.Bool().Draw(t, "same") {
			now = base
		}
		span := Span{Ahead: rapid.Int64Range(1, MaxAhead).Draw(t, "ahead"), Lag: rapid.Int64Range(0, MaxLag).Draw(t, "lag")}
		plain := rapid.Bool().Draw(t, "plain")
		var w wire.Writer
		l.Write(&w, &now, &base, &prior, span, plain)
		n := w.Len()
		var r wire.Reader
		r.Reset(w.Bytes())
		var got Body
		if p := l.Read(&r, &got, &base, &prior, span); p != plain || got != now || r.Failed() || len(w.Bytes())*8-r.Remaining() != n {
			t.Fatalf("got %v %t, want %v %t, failed %t", got, p, now, plain, r.Failed())
		}
	})
}

// Bytes that nobody wrote give a body in range or a failure.
func FuzzRead(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8}, uint8(0), int64(5))
	f.Fuzz(func(t *testing.T, in []byte, layout uint8, at int64) {
		l := &layouts[int(layout)%len(layouts)]
		var base, prior, got Body
		for a := range l.Parts {
			base.Place[a], prior.Place[a] = clamp(at, l.Lim[a].Min, l.Lim[a].Max), clamp(-at, l.Lim[a].Min, l.Lim[a].Max)
		}
		var r wire.Reader
		r.Reset(in)
		l.Read(&r, &got, &base, &prior, Span{6, 1})
		for a := range l.Parts {
			if got.Place[a] < l.Lim[a].Min || got.Place[a] > l.Lim[a].Max {
				t.Fatalf("part %d is %d", a, got.Place[a])
			}
		}
		for a := 1; a < 4; a++ {
			if got.Turn[a] < 0 || got.Turn[a] > l.Top {
				t.Fatalf("turn %d is %d", a, got.Turn[a])
			}
		}
	})
}

// Every code uses all words there are, so that a reader finds a symbol in any bits.
func TestCodesAreComplete(t *testing.T) {
	if len(codeOf) != contexts {
		t.Fatalf("%d contexts in tables.go, not %d: go test ./protocol/motion -run Fit -fit", len(codeOf), contexts)
	}
	for i := range codes {
		sum := 0
		for _, n := range codes[i].width {
			if n == 0 || n > longest {
				t.Fatalf("code %d has a word of %d bits", i, n)
			}
			sum += 1 << (longest - n)
		}
		if sum != 1<<longest {
			t.Errorf("code %d covers %d of %d", i, sum, 1<<longest)
		}
	}
}

func TestWriteAllocatesNothing(t *testing.T) {
	l := &layouts[0]
	prior := Body{Place: [3]int64{1, 2, 3}, Turn: [4]int64{0, 255, 260, 250}}
	base := Body{Place: [3]int64{2, 4, 6}, Turn: [4]int64{0, 260, 265, 240}}
	now := Body{Place: [3]int64{9, 17, 30}, Turn: [4]int64{1, 300, 290, 200}}
	buf := make([]byte, 0, 64)
	var w wire.Writer
	if n := testing.AllocsPerRun(100, func() {
		w.Reset(buf)
		l.Write(&w, &now, &base, &prior, Span{6, 1}, true)
	}); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

func BenchmarkWrite(b *testing.B) {
	l := &layouts[0]
	prior := Body{Place: [3]int64{1, 2, 3}, Turn: [4]int64{0, 255, 260, 250}}
	base := Body{Place: [3]int64{2, 4, 6}, Turn: [4]int64{0, 260, 265, 240}}
	now := Body{Place: [3]int64{9, 17, 30}, Turn: [4]int64{0, 300, 290, 200}}
	buf := make([]byte, 0, 64)
	var w wire.Writer
	for b.Loop() {
		w.Reset(buf)
		l.Write(&w, &now, &base, &prior, Span{6, 1}, false)
	}
	b.ReportMetric(float64(w.Len()), "bits")
}

// docs/wire.md spells the codes out, so that a client can be written from it alone; the clients here have them in files of their own.
func TestTheCodesAreTheSameEverywhere(t *testing.T) {
	page, err := os.ReadFile("../../docs/wire.md")
	if err != nil {
		t.Fatal(err)
	}
	want := "```\n" + strings.Join(spellings[:], "\n") + "\n```\n\nThe map:\n\n```\n" + strings.Join(mapLines(codeOf), "\n") + "\n```\n"
	if !strings.Contains(string(page), want) {
		t.Errorf("docs/wire.md lacks the codes of tables.go:\n%s", want)
	}
	for path, want := range map[string]string{typeScriptTables: typeScript(spellings[:], codeOf), godotTables: godot(spellings[:], codeOf)} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s is not what tables.go says (%v): go test ./protocol/motion -run Fit -fit", path, err)
		}
	}
}
