package entropy

// Decoder reads what an Encoder wrote. It never reads past the end: missing bytes are zeros, as many as an encoder may
// have left out; a stream that needs more is malformed, and from then on every decision is 0.
type Decoder struct {
	buf    []byte
	pos    int
	code   uint32
	width  uint32
	failed bool
}

// slack is how many bytes past the last one a well-formed stream may look.
const slack = 4

// Reset makes d read buf from its start to its end.
func (d *Decoder) Reset(buf []byte) {
	*d = Decoder{buf: buf, width: 0xffffffff}
	for range 4 {
		d.code = d.code<<8 | uint32(d.next())
	}
}

func (d *Decoder) next() byte {
	i := d.pos
	d.pos++
	if i < len(d.buf) {
		return d.buf[i]
	}
	if i >= len(d.buf)+slack {
		d.failed = true
	}
	return 0
}

// Bit reads a decision whose probability of being 1 is p/One.
func (d *Decoder) Bit(p uint32) int {
	bit := 0
	bound := d.width >> 16 * p
	if d.code < bound {
		d.width = bound
		bit = 1
	} else {
		d.code -= bound
		d.width -= bound
	}
	for d.width < topByte {
		d.width <<= 8
		d.code = d.code<<8 | uint32(d.next())
	}
	if d.failed {
		return 0
	}
	return bit
}

// Uint reads n bits that Encoder.Uint wrote.
func (d *Decoder) Uint(n uint) uint64 {
	var v uint64
	for range n {
		v = v<<1 | uint64(d.Bit(One/2))
	}
	return v
}

// Fail marks the stream as malformed.
func (d *Decoder) Fail() { d.failed = true }

// Failed reports whether a read went wrong.
func (d *Decoder) Failed() bool { return d.failed }

// Close reports whether the whole stream was read well: no failure, no byte left over, and no zero at its end that could
// have been left off.
func (d *Decoder) Close() bool {
	n := len(d.buf)
	return !d.failed && d.pos >= n && (n == 0 || d.buf[n-1] != 0 || d.pos == n+slack)
}
