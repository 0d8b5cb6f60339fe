package best_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/best"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

const far = 1<<31 - 1

var (
	rotation = []best.Field{{Max: 3}, {Max: 511}, {Max: 511}, {Max: 511}}
	place3   = []best.Field{{Min: -far - 1, Max: far}, {Min: -far - 1, Max: far}, {Min: -far - 1, Max: far}}
	odd      = []best.Field{{Max: 1}, {Min: -5, Max: 900}, {Min: -1 << 63, Max: 1<<63 - 1}}
)

// layouts are one of each kind that a schema may ask for.
var layouts = map[string]best.Layout{
	"body": {
		Fields: slices.Concat(rotation, place3, odd),
		Groups: []best.Group{
			{Class: best.Rotation, Count: 4},
			{Class: best.Motion, First: 4, Count: 3, Fall: -700, Drag: 600, Half: 100},
			{Class: best.Plain, First: 7, Count: 1, Lapse: 9},
			{Class: best.Plain, First: 8, Count: 2},
		},
	},
	"flat": {
		Fields: slices.Concat(odd, []best.Field{{Min: -100000, Max: 100000}, {Min: -20, Max: 20}}),
		Groups: []best.Group{{Class: best.Plain, Count: 3}, {Class: best.Motion, First: 3, Count: 2, Half: 40}},
	},
	"shapeless": {
		Fields: slices.Concat(place3, rotation),
		Groups: []best.Group{{Class: best.Motion, Count: 3}, {Class: best.Rotation, First: 3, Count: 4}},
	},
	"turning": {Fields: rotation, Groups: []best.Group{{Class: best.Rotation, Count: 4}}},
	"plain":   {Fields: odd, Groups: []best.Group{{Class: best.Plain, Count: 3}}},
}

// story is a history and what came of it: some entities rest, some drift, some jump to the ends of their ranges.
func story(l best.Layout, seed uint64, n int) (snapshot.BestHistory, []int64) {
	rng := rand.New(rand.NewPCG(seed, 5))
	value := func(f best.Field) int64 {
		span := uint64(f.Max) - uint64(f.Min)
		switch rng.IntN(4) {
		case 0:
			return f.Min
		case 1:
			return f.Max
		}
		if span == 1<<64-1 {
			return int64(rng.Uint64())
		}
		return int64(uint64(f.Min) + rng.Uint64N(span+1))
	}
	rows := make([]int64, n*len(l.Fields))
	for i := range rows {
		f := l.Fields[i%len(l.Fields)]
		rows[i] = value(f)
		if rng.IntN(2) == 0 {
			rows[i] = max(f.Min, min(f.Max, int64(rng.IntN(1000))))
		}
	}
	step := func(rows []int64) []int64 {
		rows = slices.Clone(rows)
		for i := range rows {
			f := l.Fields[i%len(l.Fields)]
			switch entity := i / len(l.Fields); {
			case entity%3 == 0:
			case rng.IntN(50) == 0:
				rows[i] = value(f)
			case f.Max-f.Min > 100 || f.Max-f.Min < 0:
				rows[i] = max(f.Min, min(f.Max, rows[i]/2+rows[i]/2+int64(entity%7)-3+int64(rng.IntN(3))))
			}
		}
		return rows
	}
	h := snapshot.BestHistory{BestNames: snapshot.BestNames{Ahead: 1 + rng.IntN(best.MaxAhead), Steady: rng.IntN(2) == 0}, Rest: make([]uint8, n)}
	if rng.IntN(2) == 0 {
		h.Ahead = 1 + rng.IntN(8)
	}
	for i := range h.Rest {
		h.Rest[i] = uint8(rng.IntN(best.MaxRest + 1))
		if i%3 != 0 && rng.IntN(2) == 0 {
			h.Rest[i] = uint8(rng.IntN(8))
		}
	}
	for lag := 14; lag >= 0; lag-- {
		if lag == 0 || rng.IntN(3) > 0 {
			h.Lags |= 1 << lag
			h.Versions = append(h.Versions, snapshot.BestVersion{Lag: lag, Rows: rows})
		}
		rows = step(rows)
	}
	slices.Reverse(h.Versions)
	return h, rows
}

func TestRoundTrip(t *testing.T) {
	for name, l := range layouts {
		t.Run(name, func(t *testing.T) {
			enc, err := best.New(l)
			if err != nil {
				t.Fatal(err)
			}
			dec, _ := best.New(l)
			for seed := range uint64(60) {
				h, rows := story(l, seed, int(seed))
				want := slices.Clone(rows)
				msg, err := enc.Encode(nil, &h, rows)
				if err != nil {
					t.Fatal(err)
				}
				if n, err := dec.Names(msg); err != nil || n != h.BestNames {
					t.Fatalf("seed %d: names %+v, %v; want %+v", seed, n, err, h.BestNames)
				}
				got := make([]int64, len(rows))
				if err := dec.Decode(msg, &h, got); err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if !slices.Equal(got, want) || !slices.Equal(rows, want) {
					t.Fatalf("seed %d: decoded to something else", seed)
				}
				for cut := range min(len(msg), 40) {
					if dec.Decode(msg[:cut], &h, got) == nil && slices.Equal(got, want) {
						t.Fatalf("seed %d: %d of %d bytes are enough", seed, cut, len(msg))
					}
				}
			}
		})
	}
}

func TestNothingChanged(t *testing.T) {
	c, err := best.New(layouts["body"])
	if err != nil {
		t.Fatal(err)
	}
	h, _ := story(layouts["body"], 1, 300)
	for i := range h.Rest {
		h.Rest[i] = best.MaxRest
	}
	msg, err := c.Encode(nil, &h, slices.Clone(h.Versions[0].Rows))
	if err != nil || len(msg) > 12 {
		t.Errorf("%d bytes for 300 entities at rest, %v", len(msg), err)
	}
}

func TestLayoutsThatAreRefused(t *testing.T) {
	for want, l := range map[string]best.Layout{
		"in 0 groups":      {Fields: make([]best.Field, 65)},
		"without gaps":     {Fields: odd, Groups: []best.Group{{Count: 1}, {First: 2, Count: 1}}},
		"cover 2 of 3":     {Fields: odd, Groups: []best.Group{{Count: 2}}},
		"2 or 3 fields":    {Fields: place3[:1], Groups: []best.Group{{Class: best.Motion, Count: 1}}},
		"index 0 to 3":     {Fields: append(place3[:1:1], rotation[1:]...), Groups: []best.Group{{Class: best.Rotation, Count: 4}}},
		"a field of -9223": {Fields: append(odd[2:3:3], place3...), Groups: []best.Group{{Class: best.Motion, Count: 2}, {First: 2, Count: 2}}},
		"hint is out of":   {Fields: place3, Groups: []best.Group{{Class: best.Motion, Count: 3, Half: 1<<16 + 1}}},
		"unknown class 9":  {Fields: odd[:2], Groups: []best.Group{{Class: 9, Count: 2}}},
	} {
		if _, err := best.New(l); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestHistoriesThatAreRefused(t *testing.T) {
	l := layouts["flat"]
	c, err := best.New(l)
	if err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(h *snapshot.BestHistory){
		"ticks behind":  func(h *snapshot.BestHistory) { h.Ahead = 0 },
		"have no ver":   func(h *snapshot.BestHistory) { h.Versions = h.Versions[:1] },
		"the lags":      func(h *snapshot.BestHistory) { h.Lags = 0 },
		"3 rests":       func(h *snapshot.BestHistory) { h.Rest = h.Rest[:3] },
		"by rising lag": func(h *snapshot.BestHistory) { slices.Reverse(h.Versions[1:]) },
		"values, not":   func(h *snapshot.BestHistory) { h.Versions[1].Rows = nil },
	} {
		h, rows := story(l, 3, 9)
		spoil(&h)
		if _, err := c.Encode(nil, &h, rows); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
		if err := c.Decode(nil, &h, rows); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

func TestNothingIsAllocated(t *testing.T) {
	l := layouts["body"]
	c, err := best.New(l)
	if err != nil {
		t.Fatal(err)
	}
	h, rows := story(l, 4, 90)
	got := make([]int64, len(rows))
	buf := make([]byte, 0, 1<<16)
	if n := testing.AllocsPerRun(50, func() {
		msg, _ := c.Encode(buf, &h, rows)
		if c.Decode(msg, &h, got) != nil {
			t.Error("does not decode")
		}
	}); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

// FuzzDecode: no bytes panic, nor leave a value out of its field's range.
func FuzzDecode(f *testing.F) {
	names := []string{"body", "flat", "shapeless", "turning", "plain"}
	for i, name := range names {
		c, err := best.New(layouts[name])
		if err != nil {
			f.Fatal(err)
		}
		h, rows := story(layouts[name], uint64(i), 20)
		msg, _ := c.Encode(nil, &h, rows)
		f.Add(msg, uint8(i), uint64(i))
	}
	f.Fuzz(func(t *testing.T, msg []byte, which uint8, seed uint64) {
		l := layouts[names[int(which)%len(names)]]
		c, err := best.New(l)
		if err != nil {
			t.Fatal(err)
		}
		h, rows := story(l, seed, 20)
		if c.Decode(msg, &h, rows) != nil {
			return
		}
		for i, v := range rows {
			if field := l.Fields[i%len(l.Fields)]; v < field.Min || v > field.Max {
				t.Fatalf("value %d is %d, outside %d..%d", i, v, field.Min, field.Max)
			}
		}
	})
}
