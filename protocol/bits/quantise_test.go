package bits_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/realmwire/realmwire/protocol/bits"
)

func TestSteps(t *testing.T) {
	inf := math.Inf(1)
	cases := []struct {
		v    float64
		want int64
	}{
		{0, 0},
		{math.Copysign(0, -1), 0},
		{0.01, 1},
		{-0.01, -1},
		{0.0049, 0},
		{0.0051, 1},
		{0.125, 13},
		{-0.125, -12}, // half steps go up
		{3, 300},
		{3.1, 300},
		{-3, -300},
		{-3.01, -300},
		{1e300, 300},
		{-1e300, -300},
		{inf, 300},
		{-inf, -300},
		{math.NaN(), -300},
	}
	for _, c := range cases {
		if got := bits.Steps(c.v, 1, 100, -300, 300); got != c.want {
			t.Errorf("%v: %d steps, want %d", c.v, got, c.want)
		}
	}
	if v := bits.FromSteps(0, 1, 100); math.Signbit(v) {
		t.Error("no steps give -0")
	}
}

// What a receiver has must be sent on as the same number of steps, as a float32 too.
func TestStepsSurviveTheirFloat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		num := rapid.Float64Range(1, 1000).Draw(t, "num")
		num, den := math.Floor(num), float64(rapid.Int64Range(1, 1<<20).Draw(t, "den"))
		single := rapid.Int64Range(-1<<23+1, 1<<23-1).Draw(t, "single")
		if got := bits.Steps(float64(float32(bits.FromSteps(single, num, den))), num, den, -1<<23, 1<<23); got != single {
			t.Fatalf("float32: %d steps became %d", single, got)
		}
		double := rapid.Int64Range(-1<<40, 1<<40).Draw(t, "double")
		if got := bits.Steps(bits.FromSteps(double, num, den), num, den, -1<<41, 1<<41); got != double {
			t.Fatalf("float64: %d steps became %d", double, got)
		}
	})
}

func TestTurn(t *testing.T) {
	cases := []struct {
		radians float64
		want    uint64
	}{
		{0, 0},
		{math.Copysign(0, -1), 0},
		{math.Pi, 128},
		{-math.Pi, 128},
		{math.Pi / 2, 64},
		{-math.Pi / 2, 192},
		{2 * math.Pi, 0},
		{5 * math.Pi, 128},
		{-1e-20, 0},
		{math.Pi * 2 * 0.999, 0},
		{math.Inf(1), 0},
		{math.Inf(-1), 0},
		{math.NaN(), 0},
	}
	for _, c := range cases {
		if got := bits.Turn(c.radians, 8); got != c.want {
			t.Errorf("%v: %d, want %d", c.radians, got, c.want)
		}
	}
	for n := range uint64(1 << 12) {
		v := bits.FromTurn(n, 12)
		if v < -math.Pi || v >= math.Pi || bits.Turn(v, 12) != n || bits.Turn(float64(float32(v)), 12) != n {
			t.Fatalf("%d of 4096 is %v, and that %d again", n, v, bits.Turn(v, 12))
		}
	}
}

// The difference of two angles is the shorter way: from one step before zero to one behind it is two steps.
func TestTurnDeltaIsTheShortWay(t *testing.T) {
	for _, c := range []struct {
		from, to uint64
		bits     int
	}{{4095, 1, 6}, {1, 4095, 6}, {0, 2047, 15}, {100, 100, 1}, {2048, 2046, 6}} {
		var w bits.Writer
		w.TurnDelta(bits.FromTurn(c.to, 12), bits.FromTurn(c.from, 12), 12, 4, 8)
		if w.Len() != c.bits {
			t.Errorf("%d to %d took %d bits, want %d", c.from, c.to, w.Len(), c.bits)
		}
		var r bits.Reader
		r.Reset(w.Bytes())
		if got := bits.Turn(r.TurnDelta(bits.FromTurn(c.from, 12), 12, 4, 8), 12); got != c.to {
			t.Errorf("%d to %d came as %d", c.from, c.to, got)
		}
	}
}

// Every code, the impossible ones that only a hostile peer sends included, is a rotation whose code is again itself.
func TestQuatCodesAreFixedPoints(t *testing.T) {
	for _, width := range []uint{4, 5, 6} {
		top := int32(1)<<width - 2
		for largest := range uint8(4) {
			for a := range top + 1 {
				for b := range top + 1 {
					for c := range top + 1 {
						x, y, z, w := bits.Quat{Largest: largest, Parts: [3]int32{a, b, c}}.Floats(width)
						q := bits.PackQuat(x, y, z, w, width)
						x, y, z, w = q.Floats(width)
						if again := bits.PackQuat(x, y, z, w, width); again != q {
							t.Fatalf("width %d: %v became %v", width, q, again)
						}
					}
				}
			}
		}
	}
}

func TestQuat(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c [4]float32
		scale := rapid.SampledFrom([]float64{1, 1, 1e-30, 1e30}).Draw(t, "scale")
		sum := 0.0
		for i := range c {
			v := rapid.OneOf(rapid.Float64Range(-1, 1), rapid.SampledFrom([]float64{0, 0.5, -0.5, 1, -1})).Draw(t, "part")
			c[i] = float32(v * scale)
			sum += float64(c[i]) * float64(c[i])
		}
		width := uint(rapid.IntRange(4, 15).Draw(t, "width"))
		q := bits.PackQuat(c[0], c[1], c[2], c[3], width)
		x, y, z, w := q.Floats(width)
		if again := bits.PackQuat(x, y, z, w, width); again != q {
			t.Fatalf("%v became %v", q, again)
		}
		if negated := bits.PackQuat(-c[0], -c[1], -c[2], -c[3], width); negated != q && sum > 0 {
			// One turn, two quaternions: only where parts are equally large may they differ in which is left out.
			nx, ny, nz, nw := negated.Floats(width)
			if dot := x*nx + y*ny + z*nz + w*nw; dot < 0.9 {
				t.Fatalf("%v and its negative: %v, %v", c, q, negated)
			}
		}
		if sum == 0 {
			if x != 0 || y != 0 || z != 0 || w != 1 {
				t.Fatalf("zero became %v %v %v %v", x, y, z, w)
			}
			return
		}
		dot := (float64(x)*float64(c[0]) + float64(y)*float64(c[1]) + float64(z)*float64(c[2]) + float64(w)*float64(c[3])) / math.Sqrt(sum)
		// Each part is off by half a step, the largest by what the others make of it, and all by what a float32 leaves out.
		if step := 1 / (float64(int(1)<<(width-1)-1) * math.Sqrt2); math.Abs(dot) < 1-12*step*step-1e-6 {
			t.Fatalf("%v with %d bits came as %v %v %v %v: cosine %v", c, width, x, y, z, w, dot)
		}
	})
	nan := float32(math.NaN())
	for _, c := range [][4]float32{{}, {nan, 0, 0, 1}, {float32(math.Inf(1)), 0, 0, 0}} {
		q := bits.PackQuat(c[0], c[1], c[2], c[3], 9)
		if x, y, z, w := q.Floats(9); x != 0 || y != 0 || z != 0 || w != 1 {
			t.Errorf("%v became %v %v %v %v", c, x, y, z, w)
		}
	}
}

func TestCounter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Int64Range(0, 5).Draw(t, "lo")
		hi := rapid.SampledFrom([]int64{lo + 1, lo + 9, 1<<32 - 1, 1<<53 - 1}).Draw(t, "hi")
		ends := rapid.OneOf(rapid.Int64Range(lo, hi), rapid.SampledFrom([]int64{lo, lo + 1, hi - 1, hi, lo - 1, hi + 1}))
		v, base := ends.Draw(t, "v"), ends.Draw(t, "base")
		var w bits.Writer
		w.CounterDelta(v, base, lo, hi)
		var r bits.Reader
		r.Reset(w.Bytes())
		if got := r.CounterDelta(base, lo, hi); got != max(lo, min(hi, v)) || !r.Close() {
			t.Fatalf("%d against %d in %d..%d came as %d", v, base, lo, hi, got)
		}
	})
	var w bits.Writer
	w.Bool(true)
	w.Varuint(9, 4)
	var r bits.Reader
	r.Reset(w.Bytes())
	if r.CounterDelta(3, 0, 9); !r.Failed() {
		t.Error("a step of the whole range was accepted")
	}
}

func TestRef(t *testing.T) {
	for _, id := range []uint32{0, 1, 65537, 1<<32 - 1} {
		var w bits.Writer
		w.Ref(id)
		var r bits.Reader
		r.Reset(w.Bytes())
		if got := r.Ref(); got != id || !r.Close() {
			t.Errorf("%d came as %d", id, got)
		}
	}
	var w bits.Writer
	w.Varuint(1<<32, 8)
	var r bits.Reader
	r.Reset(w.Bytes())
	if r.Ref(); !r.Failed() {
		t.Error("33 bits were accepted")
	}
}
