package bits

import (
	"encoding/binary"
	"unicode/utf8"
)

// Writer packs values into a byte slice that its caller owns. The zero value is ready to use.
type Writer struct {
	buf []byte
	acc uint64 // bits not yet in buf, the lowest first
	n   uint   // how many bits of acc are in use, below 64
}

// Reset makes w append to buf (usually dst[:0]).
func (w *Writer) Reset(buf []byte) { w.buf, w.acc, w.n = buf, 0, 0 }

// Len is the number of bits in the stream, those before Reset's buf included.
func (w *Writer) Len() int { return len(w.buf)*8 + int(w.n) }

// Bytes pads the stream to a whole byte with zeros and returns it. The writer may go on only after a Reset.
func (w *Writer) Bytes() []byte {
	for w.n > 0 {
		w.buf = append(w.buf, byte(w.acc))
		w.acc >>= 8
		w.n -= min(w.n, 8)
	}
	return w.buf
}

// Uint writes the lowest width bits of v; width is 0 to 64.
func (w *Writer) Uint(v uint64, width uint) {
	if width < 64 {
		v &= 1<<width - 1
	}
	w.acc |= v << w.n
	w.n += width
	if w.n >= 64 {
		w.buf = binary.LittleEndian.AppendUint64(w.buf, w.acc)
		w.n -= 64
		w.acc = v >> (width - w.n)
	}
}

// Bool writes one bit.
func (w *Writer) Bool(v bool) {
	if v {
		w.Uint(1, 1)
	} else {
		w.Uint(0, 1)
	}
}

// Int writes v, limited to lo..hi, as its distance from lo in width bits.
func (w *Writer) Int(v, lo, hi int64, width uint) {
	w.Uint(uint64(max(lo, min(hi, v)))-uint64(lo), width)
}

// Varuint writes v in groups of group bits, the lowest first, each followed by a bit that says whether another follows.
// See docs/wire.md#varuint.
func (w *Writer) Varuint(v uint64, group uint) {
	for {
		more := v>>group != 0
		w.Uint(v, group)
		w.Bool(more)
		if !more {
			return
		}
		v >>= group
	}
}

// IntDelta writes v (limited to lo..hi) as its difference from base where that is small. See docs/wire.md#int-delta.
func (w *Writer) IntDelta(v, base, lo, hi int64, width, small, medium uint) {
	v, base = max(lo, min(hi, v)), max(lo, min(hi, base))
	d := v - base
	switch {
	case v == base:
		w.Uint(0, 1)
	case small == 0:
		w.Uint(1, 1)
		w.Uint(uint64(v)-uint64(lo), width)
	case fits(d, small):
		w.Uint(0b01, 2)
		w.Uint(uint64(d), small)
	case fits(d, medium):
		w.Uint(0b011, 3)
		w.Uint(uint64(d), medium)
	default:
		w.Uint(0b111, 3)
		w.Uint(uint64(v)-uint64(lo), width)
	}
}

func fits(d int64, width uint) bool {
	half := int64(1) << (width - 1)
	return d >= -half && d < half
}

// String writes v's bytes behind their count, which takes lenWidth bits. What passes maxLen bytes is cut off, whole
// characters at a time.
func (w *Writer) String(v string, maxLen int, lenWidth uint) {
	v = cut(v, maxLen)
	w.Uint(uint64(len(v)), lenWidth)
	for i := range len(v) {
		w.Uint(uint64(v[i]), 8)
	}
}

// cut shortens v to at most maxLen bytes without splitting a character.
func cut(v string, maxLen int) string {
	if len(v) <= maxLen {
		return v
	}
	for maxLen > 0 && !utf8.RuneStart(v[maxLen]) {
		maxLen--
	}
	return v[:maxLen]
}

// Octets writes v's bytes behind their count, which takes lenWidth bits. What passes maxLen bytes is cut off.
func (w *Writer) Octets(v []byte, maxLen int, lenWidth uint) {
	v = v[:min(len(v), maxLen)]
	w.Uint(uint64(len(v)), lenWidth)
	w.Copy(v, len(v)*8)
}

// Copy appends the first n bits of src.
func (w *Writer) Copy(src []byte, n int) {
	for ; n >= 64; n -= 64 {
		w.Uint(binary.LittleEndian.Uint64(src), 64)
		src = src[8:]
	}
	for ; n > 0; n -= 8 {
		w.Uint(uint64(src[0]), uint(min(n, 8)))
		src = src[1:]
	}
}
