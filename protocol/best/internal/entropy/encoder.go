package entropy

// One is the probability of certainty; probabilities are 1 to One-1.
const One = 1 << 16

const topByte = 1 << 24

// Encoder writes decisions. The zero value is not ready; Reset it first.
type Encoder struct {
	buf   []byte
	low   uint64 // 33 bits: the top one is a carry
	width uint32
	cache byte
	first bool // nothing has left yet: the first byte is always zero and stays here
	held  int  // bytes of 0xff behind cache that a carry would turn to zero
	start int  // len(buf) at Reset
}

// Reset makes e append to buf.
func (e *Encoder) Reset(buf []byte) {
	*e = Encoder{buf: buf, width: 0xffffffff, first: true, start: len(buf)}
}

// Bit writes a decision whose probability of being 1 is p/One.
func (e *Encoder) Bit(bit int, p uint32) {
	bound := e.width >> 16 * p
	if bit != 0 {
		e.width = bound
	} else {
		e.low += uint64(bound)
		e.width -= bound
	}
	for e.width < topByte {
		e.width <<= 8
		e.shift()
	}
}

// Uint writes the lowest n bits of v, the highest of them first, each worth a whole bit. n is 0 to 64.
func (e *Encoder) Uint(v uint64, n uint) {
	for n > 0 {
		n--
		e.Bit(int(v>>n&1), One/2)
	}
}

func (e *Encoder) shift() {
	if carry := byte(e.low >> 32); e.low < 0xff000000 || carry != 0 {
		if !e.first {
			e.buf = append(e.buf, e.cache+carry)
		}
		e.first = false
		for ; e.held > 0; e.held-- {
			e.buf = append(e.buf, 0xff+carry)
		}
		e.cache = byte(e.low >> 24)
	} else {
		e.held++
	}
	e.low = e.low << 8 & 0xffffffff
}

// Bytes ends the stream and returns the buffer. Up to slack zeros are left off its end: a decoder takes what is missing
// for zeros. The encoder may go on only after a Reset.
func (e *Encoder) Bytes() []byte {
	// Of the numbers that decode to what was written, the one with the most zeros at its end.
	last := e.low + uint64(e.width) - 1
	for keep := uint(32); keep > 0; keep-- {
		if v := last >> keep << keep; v >= e.low {
			last = v
			break
		}
	}
	e.low = last
	for range 5 {
		e.shift()
	}
	for i := 0; i < slack && len(e.buf) > e.start && e.buf[len(e.buf)-1] == 0; i++ {
		e.buf = e.buf[:len(e.buf)-1]
	}
	return e.buf
}
