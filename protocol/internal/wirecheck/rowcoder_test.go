package wirecheck

// The coder of docs/wire-best.md#coder, for reading.
type coder struct {
	b           []byte
	at          int
	width, code uint32
	failed      bool
}

func newCoder(b []byte) *coder {
	c := &coder{b: b, width: 1<<32 - 1}
	for range 4 {
		c.code = c.code<<8 | c.next()
	}
	return c
}

func (c *coder) next() uint32 {
	c.at++
	if c.at <= len(c.b) {
		return uint32(c.b[c.at-1])
	}
	if c.at > len(c.b)+4 {
		c.failed = true
	}
	return 0
}

func (c *coder) decide(p int64) bool {
	bound := (c.width >> 16) * uint32(p)
	one := c.code < bound
	if one {
		c.width = bound
	} else {
		c.code -= bound
		c.width -= bound
	}
	for c.width < 1<<24 {
		c.code = c.code<<8 | c.next()
		c.width <<= 8
	}
	return one
}

// close refuses bytes that are left, and a zero at the end that could have been left off.
func (c *coder) close() bool {
	n := len(c.b)
	return !c.failed && c.at >= n && (c.at >= n+4 || n == 0 || c.b[n-1] != 0)
}

type adaptive struct{ fast, slow uint16 }

func prior(p uint16) adaptive { return adaptive{p, p} }

func (a *adaptive) decide(c *coder) bool {
	one := c.decide(max(24, min(65512, (int64(a.fast)+int64(a.slow))>>1)))
	if one {
		a.fast += (65535 - a.fast) >> 4
		a.slow += (65535 - a.slow) >> 6
	} else {
		a.fast -= a.fast >> 4
		a.slow -= a.slow >> 6
	}
	return one
}

// integers is Signed(s).
type integers struct {
	zero, sign adaptive
	length     [63]adaptive
	top        [64]adaptive
}

func newIntegers(s int) *integers {
	out := &integers{zero: prior(32768 >> min(s, 6)), sign: prior(32768)}
	for i := range out.length {
		switch {
		case i < s:
			out.length[i] = prior(57344)
		case i == s:
			out.length[i] = prior(32768)
		default:
			out.length[i] = prior(16384)
		}
	}
	for i := range out.top {
		out.top[i] = prior(32768)
	}
	return out
}

func (s *integers) read(c *coder) int64 {
	if s.zero.decide(c) {
		return 0
	}
	minus := s.sign.decide(c)
	n := 0
	for n < 63 && s.length[n].decide(c) {
		n++
	}
	v := uint64(1)
	if n > 0 {
		v = v<<1 | bit(s.top[n].decide(c))
		for range n - 1 {
			v = v<<1 | bit(c.decide(32768))
		}
	}
	switch {
	case minus:
		return -int64(v)
	case v > 1<<63-1:
		c.failed = true
	}
	return int64(v)
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
