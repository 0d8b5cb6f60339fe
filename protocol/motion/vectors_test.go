package motion

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"os"
	"testing"

	wire "github.com/realmwire/realmwire/protocol/bits"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew; a claim that the new bytes are right")

// vector is one difference that every client must read alike.
type vector struct {
	Mins    []int64 `json:"mins"`
	Maxs    []int64 `json:"maxs"`
	Top     int64   `json:"top"`
	Base    Body    `json:"base"`
	Prior   Body    `json:"prior"`
	Ahead   int64   `json:"ahead"`
	Lag     int64   `json:"lag"`
	Bytes   string  `json:"bytes"`
	Now     Body    `json:"now"`
	Altered bool    `json:"altered"`
}

// drift is a body some way from another, mostly a short one; now and then at an end of its ranges, or no rotation at all.
func drift(rng *rand.Rand, l *Layout, from *Body, most int64) Body {
	b := *from
	for a := range l.Parts {
		switch b.Place[a] += rng.Int64N(2*most+1) - most; rng.IntN(40) {
		case 0:
			b.Place[a] = l.Lim[a].Min
		case 1:
			b.Place[a] = l.Lim[a].Max
		}
	}
	if l.Top > 0 {
		for a := 1; a < 4; a++ {
			b.Turn[a] += rng.Int64N(2*most+1) - most
		}
		switch rng.IntN(20) {
		case 0:
			b.Turn = [4]int64{rng.Int64N(4), 0, l.Top, l.Top}
		case 1:
			b.Turn[0] = rng.Int64N(4)
		}
	}
	l.fit(&b)
	return b
}

func vectors() []vector {
	rng := rand.New(rand.NewPCG(2, 9))
	shapes := append([]Layout{{Parts: 3, Lim: [3]Range{{-1 << 40, 1 << 40}, {-1 << 40, 1 << 40}, {-5, 5}}, Top: 1<<16 - 1}, {Parts: 2, Lim: [3]Range{{0, 262143}, {0, 262143}}}, {Top: 255}}, layouts...)
	var out []vector
	for i := range 700 {
		l := &shapes[i%len(shapes)]
		most := []int64{1, 5, 60, 2000, 1 << 39}[rng.IntN(5)]
		start := Body{}
		if l.Top > 0 {
			start.Turn = [4]int64{rng.Int64N(4), l.Top / 2, l.Top / 2, l.Top / 2}
		}
		prior := drift(rng, l, &start, 1<<rng.IntN(40))
		base := drift(rng, l, &prior, most)
		v := vector{Top: l.Top, Base: base, Prior: prior, Ahead: 1 + rng.Int64N(9), Lag: rng.Int64N(MaxLag + 1), Altered: rng.IntN(4) == 0}
		if rng.IntN(10) == 0 {
			v.Ahead = MaxAhead
		}
		for a := range l.Parts {
			v.Mins, v.Maxs = append(v.Mins, l.Lim[a].Min), append(v.Maxs, l.Lim[a].Max)
		}
		v.Now = drift(rng, l, &base, most)
		var w wire.Writer
		now := v.Now
		l.Write(&w, &now, &base, &prior, Span{v.Ahead, v.Lag}, v.Altered)
		v.Bytes = hex.EncodeToString(w.Bytes())
		out = append(out, v)
	}
	return out
}

// TestVectors holds the bytes to what clients in other languages are tested with.
func TestVectors(t *testing.T) {
	var b bytes.Buffer
	for i, v := range vectors() {
		line, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(map[bool]string{true: "[\n", false: ",\n"}[i == 0])
		b.Write(line)
	}
	b.WriteString("\n]\n")
	if *update {
		if err := os.WriteFile("testdata/vectors.json", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Fatal("the wire has moved: testdata/vectors.json differs; if the new bytes are right, run with -update and raise message.Version")
	}
}
