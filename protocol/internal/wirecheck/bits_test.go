package wirecheck

import (
	"errors"
	"fmt"
	"math/bits"
	"unicode/utf8"
)

var (
	errEnds    = errors.New("the stream ends early")
	errLeft    = errors.New("a whole byte is left")
	errPadding = errors.New("the padding is not zero")
)

// source reads a packed stream (docs/wire.md#bits). Its first error stays, and every read after it is 0.
type source struct {
	b   []byte
	at  int // in bits
	err error
}

func (s *source) refuse(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// onRead, where it is set, is told of every number that was read: the worked example's lines are compared with them.
var onRead func(from, to int)

func (s *source) u(n int) uint64 {
	var v uint64
	if onRead != nil && n > 0 {
		onRead(s.at, s.at+n)
	}
	for i := range n {
		if s.err != nil {
			return 0
		}
		if s.at >= 8*len(s.b) {
			s.err = errEnds
			return 0
		}
		v |= uint64(s.b[s.at/8]>>(s.at%8)&1) << i
		s.at++
	}
	return v
}

func (s *source) flag() bool { return s.u(1) == 1 }

// signed is u(n) in two's complement.
func (s *source) signed(n int) int64 { return int64(s.u(n)<<(64-n)) >> (64 - n) }

// finish is called when all was read.
func (s *source) finish() error {
	switch {
	case s.err != nil:
	case 8*len(s.b)-s.at >= 8:
		s.err = errLeft
	case s.u(8*len(s.b)-s.at) != 0:
		s.err = errPadding
	}
	return s.err
}

func (s *source) varuint(g int) uint64 {
	var v uint64
	for shift := 0; ; shift += g {
		group := s.u(g)
		if shift+bits.Len64(group) > 64 {
			s.refuse("a varuint of more than 64 bits")
		}
		v |= group << min(shift, 63)
		more := s.flag()
		if s.err != nil {
			return 0
		}
		if !more {
			if group == 0 && shift > 0 {
				s.refuse("a varuint whose last group is zero")
			}
			return v
		}
	}
}

// octets is a length of at most max and its bytes.
func (s *source) octets(most int) string {
	n := s.u(width(uint64(most)))
	if n > uint64(most) {
		s.refuse("a length of %d of at most %d", n, most)
	}
	var b []byte
	for i := uint64(0); i < n && s.err == nil; i++ {
		b = append(b, byte(s.u(8)))
	}
	return string(b)
}

func (s *source) text(most int) string {
	v := s.octets(most)
	if !utf8.ValidString(v) {
		s.refuse("text that is not UTF-8")
	}
	return v
}

func width(n uint64) int { return bits.Len64(n) }

// sink writes a packed stream.
type sink struct {
	b  []byte
	at int
}

func (s *sink) u(v uint64, n int) {
	for i := range n {
		if s.at%8 == 0 {
			s.b = append(s.b, 0)
		}
		s.b[s.at/8] |= byte(v>>i&1) << (s.at % 8)
		s.at++
	}
}

func (s *sink) varuint(v uint64, g int) {
	for {
		s.u(v, g)
		if v >>= g; v == 0 {
			s.u(0, 1)
			return
		}
		s.u(1, 1)
	}
}

func (s *sink) octets(v string, most int) {
	s.u(uint64(len(v)), width(uint64(most)))
	for _, c := range []byte(v) {
		s.u(uint64(c), 8)
	}
}
