package entropy

import "math/bits"

// Signed codes signed integers that are most often small: zero or not, the sign, the magnitude's length in unary, then
// its bits; all but the lowest of these adapt. One Signed is one context.
type Signed struct {
	zero   Prob
	sign   Prob
	length [maxLength]Prob
	top    [maxLength]Prob
}

const maxLength = 64

// NewSigned is a Signed that starts out expecting magnitudes of about 1<<scale.
func NewSigned(scale uint) Signed {
	s := Signed{zero: At(One / 2 >> min(scale, 6)), sign: At(One / 2)}
	for i := range s.length {
		s.top[i] = At(One / 2)
		switch n := uint(i); {
		case n < scale:
			s.length[i] = At(One * 7 / 8)
		case n == scale:
			s.length[i] = At(One / 2)
		default:
			s.length[i] = At(One / 4)
		}
	}
	return s
}

// Signed writes v in a context.
func (e *Encoder) Signed(v int64, s *Signed) {
	if v == 0 {
		e.Adaptive(1, &s.zero)
		return
	}
	e.Adaptive(0, &s.zero)
	sign, u := 0, uint64(v)
	if v < 0 {
		sign, u = 1, -uint64(v)
	}
	e.Adaptive(sign, &s.sign)
	n := bits.Len64(u) - 1
	for i := range n {
		e.Adaptive(1, &s.length[i])
	}
	if n < maxLength-1 {
		e.Adaptive(0, &s.length[n])
	}
	if n > 0 {
		e.Adaptive(int(u>>(n-1)&1), &s.top[n])
		e.Uint(u, uint(n-1))
	}
}

// Signed reads a value that Encoder.Signed wrote in the same context.
func (d *Decoder) Signed(s *Signed) int64 {
	if d.Adaptive(&s.zero) == 1 {
		return 0
	}
	negative := d.Adaptive(&s.sign) == 1
	n := 0
	for n < maxLength-1 && d.Adaptive(&s.length[n]) == 1 {
		n++
	}
	u := uint64(1) << n
	if n > 0 {
		u |= uint64(d.Adaptive(&s.top[n])) << (n - 1)
		u |= d.Uint(uint(n - 1))
	}
	if u > 1<<63 || u == 1<<63 && !negative {
		d.Fail() // one form for each value: the least is written with its sign, and what is beyond it not at all
		return 0
	}
	if negative {
		return int64(-u)
	}
	return int64(u)
}
