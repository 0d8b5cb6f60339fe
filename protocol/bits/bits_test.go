package bits_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/realmwire/realmwire/protocol/bits"
)

// op is one value in one of the stream's forms; the property test writes a list of them and reads it back.
type op struct {
	form          int
	v, base       int64
	width         uint
	small, medium uint
	text          string
}

func (o op) lo() int64 { return -(int64(1) << (o.width - 1)) }
func (o op) hi() int64 { return int64(1)<<(o.width-1) - 1 }

func (o op) write(w *bits.Writer) {
	switch o.form {
	case 0:
		w.Uint(uint64(o.v), o.width)
	case 1:
		w.Int(o.v, o.lo(), o.hi(), o.width)
	case 2:
		w.Varuint(uint64(o.v), 1+o.width%16)
	case 3:
		w.IntDelta(o.v, o.base, o.lo(), o.hi(), o.width, o.small, o.medium)
	case 4:
		w.String(o.text, 40, 6)
	case 5:
		w.Octets([]byte(o.text), 40, 6)
	}
}

func (o op) check(t *rapid.T, r *bits.Reader) {
	limited := max(o.lo(), min(o.hi(), o.v))
	switch o.form {
	case 0:
		want := uint64(o.v)
		if o.width < 64 {
			want &= 1<<o.width - 1
		}
		if got := r.Uint(o.width); got != want {
			t.Fatalf("Uint(%d): got %d, want %d", o.width, got, want)
		}
	case 1:
		if got := r.Int(o.lo(), o.hi(), o.width); got != limited {
			t.Fatalf("Int: got %d, want %d", got, limited)
		}
	case 2:
		if got := r.Varuint(1 + o.width%16); got != uint64(o.v) {
			t.Fatalf("Varuint: got %d, want %d", got, uint64(o.v))
		}
	case 3:
		if got := r.IntDelta(o.base, o.lo(), o.hi(), o.width, o.small, o.medium); got != limited {
			t.Fatalf("IntDelta: got %d, want %d", got, limited)
		}
	case 4:
		if got := r.String(40, 6); got != o.text {
			t.Fatalf("String: got %q, want %q", got, o.text)
		}
	case 5:
		if got := string(r.Octets(nil, 40, 6)); got != o.text {
			t.Fatalf("Octets: got %q, want %q", got, o.text)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ops := rapid.SliceOf(rapid.Custom(func(t *rapid.T) op {
			width := uint(rapid.IntRange(2, 62).Draw(t, "width"))
			small := uint(rapid.IntRange(0, int(width)-1).Draw(t, "small"))
			return op{
				form: rapid.IntRange(0, 5).Draw(t, "form"), v: rapid.Int64().Draw(t, "v"), base: rapid.Int64().Draw(t, "base"),
				width: width, small: small, medium: (small + width) / 2,
				text: rapid.StringN(0, 10, 40).Draw(t, "text"),
			}
		})).Draw(t, "ops")
		var w bits.Writer
		for _, o := range ops {
			o.write(&w)
		}
		n := w.Len()
		b := w.Bytes()
		if len(b) != (n+7)/8 {
			t.Fatalf("%d bits in %d bytes", n, len(b))
		}
		var r bits.Reader
		r.Reset(b)
		for _, o := range ops {
			o.check(t, &r)
		}
		if !r.Close() {
			t.Fatal("the stream did not end where it was written to end")
		}
		var copied bits.Writer
		copied.Uint(5, 3)
		copied.Copy(b, n)
		r.Reset(copied.Bytes())
		if r.Uint(3) != 5 {
			t.Fatal("Copy lost what was before it")
		}
		for _, o := range ops {
			o.check(t, &r)
		}
	})
}

func TestLayout(t *testing.T) {
	var w bits.Writer
	w.Uint(0b1, 1)
	w.Uint(0b0101, 4)
	w.Uint(0x1234, 16)
	w.Uint(1<<63|1, 64)
	want := []byte{0x8b, 0x46, 0x22, 0, 0, 0, 0, 0, 0, 0, 0x10}
	if got := w.Bytes(); !bytes.Equal(got, want) {
		t.Fatalf("got % x, want % x", got, want)
	}
}

func TestRefusals(t *testing.T) {
	cases := []struct {
		name string
		in   []byte
		read func(r *bits.Reader)
	}{
		{"past the end", []byte{1}, func(r *bits.Reader) { r.Uint(9) }},
		{"above the range", []byte{0x7}, func(r *bits.Reader) { r.Int(0, 5, 3) }},
		{"delta leaves the range", []byte{0b1101}, func(r *bits.Reader) { r.IntDelta(0, 0, 100, 7, 2, 5) }},
		{"varuint without end", bytes.Repeat([]byte{0xff}, 20), func(r *bits.Reader) { r.Varuint(7) }},
		{"varuint in a second form", []byte{0x81, 0}, func(r *bits.Reader) { r.Varuint(7) }},
		{"text longer than its maximum", []byte{5, 'a', 'b', 'c', 'd', 'e'}, func(r *bits.Reader) { _ = r.String(4, 8) }},
		{"text longer than the stream", []byte{200, 'a'}, func(r *bits.Reader) { _ = r.String(255, 8) }},
		{"text that is not UTF-8", []byte{1, 0xff}, func(r *bits.Reader) { _ = r.String(4, 8) }},
		{"set padding", []byte{0xf1}, func(r *bits.Reader) { r.Uint(4) }},
		{"a byte too many", []byte{1, 0}, func(r *bits.Reader) { r.Uint(8) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var r bits.Reader
			r.Reset(c.in)
			c.read(&r)
			if r.Close() {
				t.Fatal("accepted")
			}
		})
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte{0x81, 3, 4, 5}, []byte{1, 2, 3})
	f.Fuzz(func(t *testing.T, in, script []byte) {
		var r bits.Reader
		r.Reset(in)
		for _, c := range script {
			width := uint(c%63) + 2
			switch c >> 6 {
			case 0:
				r.Uint(width)
			case 1:
				r.Varuint(width%16 + 1)
			case 2:
				r.IntDelta(int64(c), -5, 1000, 10, 3, 6)
			case 3:
				if s := r.String(int(width), 7); len(s) > int(width) {
					t.Fatalf("%d bytes where %d is the maximum", len(s), width)
				}
			}
			if r.Remaining() < 0 {
				t.Fatal("read past the end")
			}
		}
	})
}
