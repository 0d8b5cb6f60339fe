package ws

import "encoding/binary"

// What the frames of a peer count for: see package budget. A control frame costs the library a timer, a ping an answer as well.
const (
	workFrame   = 10
	workControl = 30
	workPing    = 80
)

// Opcodes (RFC 6455, 5.2).
const (
	opControl = 0x8 // this bit: a control frame
	opPing    = 0x9
)

// meter counts the frames in the stream of bytes that a peer sends. It checks nothing: that is the library's.
type meter struct {
	header [14]byte
	have   int    // of it
	skip   uint64 // bytes of the payload that are still to come
}

// count takes what came, and returns its units of work.
func (m *meter) count(b []byte) (work int) {
	for len(b) > 0 {
		if m.skip > 0 {
			n := min(m.skip, uint64(len(b)))
			m.skip -= n
			b = b[n:]
			continue
		}
		m.header[m.have] = b[0]
		m.have++
		b = b[1:]
		if m.have < m.size() {
			continue
		}
		m.have, m.skip = 0, m.length()
		switch op := m.header[0] & 0xF; {
		case op == opPing:
			work += workPing
		case op&opControl != 0:
			work += workControl
		default:
			work += workFrame
		}
	}
	return work
}

// size is that of the whole header, as far as it can be told.
func (m *meter) size() int {
	n := 2
	if m.have < n {
		return n
	}
	if m.header[1]&0x80 != 0 {
		n += 4 // masked
	}
	switch m.header[1] & 0x7F {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	return n
}

// length is that of the payload.
func (m *meter) length() uint64 {
	switch n := m.header[1] & 0x7F; n {
	case 126:
		return uint64(binary.BigEndian.Uint16(m.header[2:]))
	case 127:
		return binary.BigEndian.Uint64(m.header[2:])
	default:
		return uint64(n)
	}
}
