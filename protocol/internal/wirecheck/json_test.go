package wirecheck

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

func load(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same compares a value with its golden JSON; an error names the place.
func same(f *form, v, want any) error {
	switch f.sort {
	case record:
		w, ok := want.(map[string]any)
		if !ok || len(w) != len(f.fields) {
			return fmt.Errorf("not the fields of %v", want)
		}
		for i, x := range f.fields {
			if err := same(x.form, v.([]any)[i], w[x.name]); err != nil {
				return fmt.Errorf("%s: %w", x.name, err)
			}
		}
		return nil
	case vector, quat:
		return sameParts(f, v, want)
	case array, list:
		w, ok := want.([]any)
		if !ok || len(w) != len(v.([]any)) {
			return fmt.Errorf("%v, want %v", v, want)
		}
		for i := range w {
			if err := same(f.of, v.([]any)[i], w[i]); err != nil {
				return fmt.Errorf("%d: %w", i, err)
			}
		}
		return nil
	case optional:
		if v != nil && want != nil {
			return same(f.of, v, want)
		}
		if v != nil || want != nil {
			return fmt.Errorf("%v, want %v", v, want)
		}
		return nil
	}
	return sameOne(f, v, want)
}

func sameOne(f *form, v, want any) error {
	ok := false
	switch w := want.(type) {
	case bool:
		ok = f.sort == boolean && v == any(map[bool]int64{true: 1}[w])
	case string:
		switch {
		case f.sort == text:
			ok = v == any(w)
		case f.sort == octets:
			ok = hex.EncodeToString([]byte(v.(string))) == w
		case f.wide && f.unsigned:
			ok = strconv.FormatUint(uint64(v.(int64)), 10) == w
		case f.wide:
			ok = strconv.FormatInt(v.(int64), 10) == w
		}
	case json.Number:
		switch {
		case f.wide:
		case f.num != 0:
			ok = equal(float64(v.(int64)*f.num)/float64(f.den), w, f.single)
		case f.sort == angle:
			ok = equal(radians(v.(int64), f.bits), w, f.single)
		default:
			ok = strconv.FormatInt(v.(int64), 10) == string(w)
		}
	}
	if !ok {
		return fmt.Errorf("%v, want %v", v, want)
	}
	return nil
}

func equal(v float64, w json.Number, single bool) bool {
	if single {
		x, err := strconv.ParseFloat(string(w), 32)
		return err == nil && float32(x) == float32(v)
	}
	x, err := w.Float64()
	return err == nil && x == v
}

func radians(n int64, bits int) float64 {
	if n >= 1<<(bits-1) {
		n -= 1 << bits
	}
	return float64(n) * (2 * math.Pi) / float64(int64(1)<<bits)
}

func sameParts(f *form, v, want any) error {
	w, ok := want.(map[string]any)
	parts := v.([]any)
	if f.sort == quat {
		u := unpack(f, parts)
		parts = []any{u[0], u[1], u[2], u[3]}
	}
	if !ok || len(w) != len(parts) {
		return fmt.Errorf("%v, want %v", parts, want)
	}
	for i, name := range []string{"x", "y", "z", "w"}[:len(parts)] {
		number, _ := w[name].(json.Number)
		if f.sort == quat {
			if !equal(float64(parts[i].(float32)), number, true) {
				return fmt.Errorf("%v, want %v", parts, want)
			}
		} else if err := sameOne(f.of, parts[i], number); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// unpack is docs/wire.md#rotations.
func unpack(f *form, q []any) [4]float32 {
	half := float64(int64(1)<<(f.bits-1) - 1)
	scale := half * math.Sqrt2
	var out [4]float32
	rest := 1.0
	at := 1
	for i := range out {
		if int64(i) == q[0].(int64) {
			continue
		}
		p := (float64(q[at].(int64)) - half) / scale
		rest -= float64(p * p)
		out[i] = float32(p)
		at++
	}
	out[q[0].(int64)] = float32(math.Sqrt(max(0, rest)))
	return out
}
