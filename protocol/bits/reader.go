package bits

import (
	"encoding/binary"
	"unicode/utf8"
)

// Reader takes values from a packed stream. It never reads past the end: the first read that would, or the first value
// that its type forbids, fails the reader; from then on every read gives zero. Check Err once, at the end.
type Reader struct {
	buf    []byte
	pos    int // in bits
	end    int // in bits
	failed bool
}

// Reset makes r read buf from its start.
func (r *Reader) Reset(buf []byte) { *r = Reader{buf: buf, end: len(buf) * 8} }

// Failed reports whether a read went wrong.
func (r *Reader) Failed() bool { return r.failed }

// Fail marks the stream as malformed.
func (r *Reader) Fail() {
	r.failed = true
	r.pos = r.end
}

// Remaining is the number of bits not yet read.
func (r *Reader) Remaining() int { return r.end - r.pos }

// Close reports whether the whole stream was read well: no failure, less than a byte left, and that zero.
func (r *Reader) Close() bool {
	left := r.Remaining()
	return !r.failed && left < 8 && r.Uint(uint(left)) == 0
}

// Uint reads width bits, 0 to 64.
func (r *Reader) Uint(width uint) uint64 {
	if r.pos+int(width) > r.end {
		r.Fail()
		return 0
	}
	at, shift := r.pos>>3, uint(r.pos&7)
	r.pos += int(width)
	var v uint64
	if at+9 <= len(r.buf) {
		v = binary.LittleEndian.Uint64(r.buf[at:])>>shift | uint64(r.buf[at+8])<<(64-shift)
	} else {
		v = r.tail(at, shift)
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

// tail assembles up to 64 bits where fewer than nine bytes are left.
func (r *Reader) tail(at int, shift uint) uint64 {
	var v uint64
	for i, b := range r.buf[at:] {
		if i == 0 {
			v = uint64(b) >> shift
			continue
		}
		v |= uint64(b) << (uint(i)*8 - shift)
	}
	return v
}

// Bool reads one bit.
func (r *Reader) Bool() bool { return r.Uint(1) != 0 }

// Int reads what Writer.Int wrote; a value above hi fails.
func (r *Reader) Int(lo, hi int64, width uint) int64 {
	return r.ranged(r.Uint(width)+uint64(lo), lo, hi)
}

func (r *Reader) ranged(u uint64, lo, hi int64) int64 {
	v := int64(u)
	if v < lo || v > hi {
		r.Fail()
		return lo
	}
	return v
}

// Varuint reads what Writer.Varuint wrote. More than 64 bits of groups, or a last group of zero that is not the only
// one (each value has one form), fail.
func (r *Reader) Varuint(group uint) uint64 {
	var v uint64
	for shift := uint(0); shift < 64; shift += group {
		g := r.Uint(group)
		v |= g << shift
		if !r.Bool() {
			if g == 0 && shift > 0 || g<<shift>>shift != g {
				r.Fail()
				return 0
			}
			return v
		}
	}
	r.Fail()
	return 0
}

// IntDelta reads what Writer.IntDelta wrote against the same base.
func (r *Reader) IntDelta(base, lo, hi int64, width, small, medium uint) int64 {
	base = max(lo, min(hi, base))
	switch {
	case !r.Bool():
		return base
	case small == 0:
		return r.Int(lo, hi, width)
	case !r.Bool():
		return r.ranged(uint64(base)+signed(r.Uint(small), small), lo, hi)
	case !r.Bool():
		return r.ranged(uint64(base)+signed(r.Uint(medium), medium), lo, hi)
	}
	return r.Int(lo, hi, width)
}

func signed(u uint64, width uint) uint64 { return uint64(int64(u<<(64-width)) >> (64 - width)) }

// String reads what Writer.String wrote; more than maxLen bytes, or bytes that are not UTF-8, fail.
func (r *Reader) String(maxLen int, lenWidth uint) string {
	var room [64]byte
	b := r.octets(room[:0], maxLen, lenWidth)
	if !utf8.Valid(b) {
		r.Fail()
		return ""
	}
	return string(b)
}

// Octets appends what Writer.Octets wrote to dst.
func (r *Reader) Octets(dst []byte, maxLen int, lenWidth uint) []byte {
	return r.octets(dst, maxLen, lenWidth)
}

func (r *Reader) octets(dst []byte, maxLen int, lenWidth uint) []byte {
	n := int(r.Uint(lenWidth))
	// The length is checked against what is left before anything is grown for it.
	if n > maxLen || n*8 > r.Remaining() {
		r.Fail()
		return dst
	}
	for range n {
		dst = append(dst, byte(r.Uint(8)))
	}
	return dst
}
