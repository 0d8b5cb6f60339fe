package entropy_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/realmwire/realmwire/protocol/best/internal/entropy"
)

func TestDecisionsCostWhatTheyAreWorth(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 200_000
	for _, p := range []uint32{1, 30, 600, 20000, 32768, 60000, 65535} {
		var e entropy.Encoder
		e.Reset(nil)
		bits := make([]int, n)
		ideal := 0.0
		for i := range bits {
			if rng.Uint32N(entropy.One) < p {
				bits[i] = 1
				ideal -= math.Log2(float64(p) / entropy.One)
			} else {
				ideal -= math.Log2(1 - float64(p)/entropy.One)
			}
			e.Bit(bits[i], p)
		}
		out := e.Bytes()
		if got := float64(len(out) * 8); got > ideal*1.002+16 {
			t.Errorf("p=%d: %.0f bits where %.0f are ideal", p, got, ideal)
		}
		var d entropy.Decoder
		d.Reset(out)
		for i, want := range bits {
			if got := d.Bit(p); got != want {
				t.Fatalf("p=%d: decision %d is %d, want %d", p, i, got, want)
			}
		}
		if !d.Close() {
			t.Errorf("p=%d: the stream does not close", p)
		}
	}
}

// Probabilities at their extremes against what came make the longest carries and the shortest ends.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 3))
		n := rng.IntN(200)
		ps, bits := make([]uint32, n), make([]int, n)
		var e entropy.Encoder
		prefix := []byte{0, 0}
		e.Reset(prefix)
		for i := range n {
			ps[i] = 1 + rng.Uint32N(entropy.One-1)
			if rng.IntN(3) == 0 {
				ps[i] = []uint32{1, 2, 65534, 65535}[rng.IntN(4)]
			}
			bits[i] = rng.IntN(2)
			e.Bit(bits[i], ps[i])
		}
		out := e.Bytes()[len(prefix):]
		var d entropy.Decoder
		d.Reset(out)
		for i := range n {
			if d.Bit(ps[i]) != bits[i] {
				t.Fatalf("seed %d: decision %d of %d differs", seed, i, n)
			}
		}
		if !d.Close() {
			t.Fatalf("seed %d: the stream of %d decisions does not close", seed, n)
		}
	}
}

func TestAStreamThatNeverEndsFails(t *testing.T) {
	var d entropy.Decoder
	d.Reset([]byte{0x80})
	for range 1000 {
		d.Bit(entropy.One / 2)
	}
	if !d.Failed() {
		t.Error("a thousand bits came out of one byte")
	}
	d.Reset([]byte{1, 0})
	if d.Close() {
		t.Error("a stream with a zero at its end was taken: it has a shorter form")
	}
}

func TestSigned(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	values := []int64{0, 1, -1, 2, -2, math.MaxInt64, math.MinInt64, math.MinInt64 + 1, 1 << 62, -1 << 62}
	for range 5000 {
		values = append(values, rng.Int64()>>rng.UintN(64)*int64(1-2*rng.IntN(2)))
	}
	enc, dec := entropy.NewSigned(3), entropy.NewSigned(3)
	var e entropy.Encoder
	e.Reset(nil)
	for _, v := range values {
		e.Signed(v, &enc)
	}
	var d entropy.Decoder
	d.Reset(e.Bytes())
	for i, want := range values {
		if got := d.Signed(&dec); got != want {
			t.Fatalf("value %d: got %d, want %d", i, got, want)
		}
	}
	if !d.Close() {
		t.Error("the stream does not close")
	}
}

func TestSignedAdapts(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	ctx := entropy.NewSigned(10)
	var e entropy.Encoder
	e.Reset(nil)
	const n = 4000
	for range n {
		e.Signed(int64(math.Round(rng.NormFloat64()*4)), &ctx)
	}
	// A normal distribution of deviation 4 has 4.05 bits.
	if got := float64(len(e.Bytes())*8) / n; got > 4.2 {
		t.Errorf("%.2f bits a value", got)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	buf := make([]byte, 0, 4096)
	var e entropy.Encoder
	var d entropy.Decoder
	fresh := entropy.NewSigned(4)
	if n := testing.AllocsPerRun(100, func() {
		enc, dec := fresh, fresh
		e.Reset(buf)
		for i := range int64(200) {
			e.Signed(i*i-400, &enc)
		}
		d.Reset(e.Bytes())
		for range 200 {
			d.Signed(&dec)
		}
	}); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

// FuzzDecoder: no bytes make a decoder panic, and a stream that closes is the only one for what it says.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte{}, uint16(9))
	f.Add([]byte{0x80, 1, 2, 3}, uint16(40))
	f.Fuzz(func(t *testing.T, in []byte, n uint16) {
		var d entropy.Decoder
		d.Reset(in)
		ctx := entropy.NewSigned(5)
		var got []int64
		for range n % 512 {
			got = append(got, d.Signed(&ctx))
		}
		if !d.Close() {
			return
		}
		again := entropy.NewSigned(5)
		var e entropy.Encoder
		e.Reset(nil)
		for _, v := range got {
			e.Signed(v, &again)
		}
		d.Reset(e.Bytes())
		ctx = entropy.NewSigned(5)
		for i, want := range got {
			if v := d.Signed(&ctx); v != want {
				t.Fatalf("value %d is %d after coding it again, was %d", i, v, want)
			}
		}
	})
}

// Each value has one form: a magnitude that only wraps to a value is none.
func TestSignedRefusesASecondForm(t *testing.T) {
	write := func(negative int, u uint64) []byte {
		var e entropy.Encoder
		e.Reset(nil)
		e.Bit(0, entropy.One/4) // not zero, in a context of scale 1
		e.Bit(negative, entropy.One/2)
		for i := range 63 {
			p := uint32(entropy.One / 4)
			if i < 1 {
				p = entropy.One * 7 / 8
			} else if i == 1 {
				p = entropy.One / 2
			}
			e.Bit(1, p)
		}
		e.Uint(u, 63) // the top bit's context starts at even odds
		return e.Bytes()
	}
	for _, c := range []struct {
		negative int
		u        uint64
		well     bool
	}{{1, 0, true}, {0, 0, false}, {1, 1, false}, {1, 1<<63 - 1, false}, {0, 5, false}} {
		var d entropy.Decoder
		d.Reset(write(c.negative, c.u))
		s := entropy.NewSigned(1)
		v := d.Signed(&s)
		if well := d.Close(); well != c.well || well && v != math.MinInt64 {
			t.Errorf("sign %d, 2^63 + %d: %d, well-formed %v", c.negative, c.u, v, well)
		}
	}
}
