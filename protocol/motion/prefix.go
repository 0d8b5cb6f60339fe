package motion

import (
	"math/bits"

	wire "github.com/realmwire/realmwire/protocol/bits"
)

// The symbols of a code: the class of a magnitude, or one of two ways out. See docs/wire.md#residual.
const (
	symbols    = 32
	symWide    = 30 // the magnitude has 16 bits or more: its width follows
	symOther   = 31 // of a rotation's first part: another part than foreseen is left out
	widthBits  = 6
	longest    = 14 // bits of a symbol
	firstDigit = 'a'
	firstCode  = '0'
)

// code is one static prefix code.
type code struct {
	word  [symbols]uint16 // by symbol, first bit lowest
	width [symbols]uint8
	// For reading, by length: the first word of that length (first bit highest), how many there are, and their symbols.
	first, count [longest + 1]uint16
	symbol       [symbols]uint8
}

// codes are made once from their spelling in tables.go.
var codes = func() (out [len(spellings)]code) {
	for i, s := range spellings {
		out[i] = newCode(s)
	}
	return out
}()

// codeFor is the code that serves a context.
func codeFor(context int) *code { return &codes[codeOf[context]-firstCode] }

// newCode makes the canonical code of the lengths that a table spells, a letter a symbol: a is 1.
func newCode(spelled string) code {
	var c code
	n := 0
	next := uint16(0)
	for length := uint8(1); length <= longest; length++ {
		next <<= 1
		c.first[length] = next
		for s := range symbols {
			if spelled[s]-firstDigit+1 != length {
				continue
			}
			c.word[s] = bits.Reverse16(next) >> (16 - length)
			c.width[s] = length
			c.symbol[n] = uint8(s)
			n++
			c.count[length]++
			next++
		}
	}
	return c
}

func (c *code) read(r *wire.Reader) int {
	word, at := uint16(0), uint16(0)
	for length := 1; length <= longest; length++ {
		word = word<<1 | uint16(r.Uint(1))
		if d := word - c.first[length]; word >= c.first[length] && d < c.count[length] {
			return int(c.symbol[at+d])
		}
		at += c.count[length]
	}
	r.Fail()
	return 0
}

// tally counts the symbols of each context while the codes are fitted; nil otherwise.
var tally *[contexts][symbols]int

// say appends a symbol in a context.
func say(w *wire.Writer, context, s int) {
	if tally != nil {
		tally[context][s]++
	}
	c := codeFor(context)
	w.Uint(uint64(c.word[s]), uint(c.width[s]))
}

// put appends a residual in a context.
func put(w *wire.Writer, context int, x int64) {
	m := abs(x)
	s := class(m)
	if s >= symWide {
		n := uint(bits.Len64(m))
		say(w, context, symWide)
		w.Uint(uint64(n), widthBits)
		w.Uint(m, n-1)
		w.Uint(uint64(x)>>63, 1)
		return
	}
	if tally != nil {
		tally[context][s]++
	}
	c := codeFor(context)
	v, n := uint64(c.word[s]), uint(c.width[s])
	if s > 0 {
		rest := uint(max(0, s/2-1))
		v |= (m&(1<<rest-1)<<1 | uint64(x)>>63) << n
		n += rest + 1
	}
	w.Uint(v, n)
}

// finish reads what follows a residual's symbol.
func finish(r *wire.Reader, s int) int64 {
	var m uint64
	var neg bool
	switch {
	case s == 0:
		return 0
	case s == symWide:
		n := uint(r.Uint(widthBits))
		if n < 16 || n > 43 {
			r.Fail()
			return 0
		}
		m = r.Uint(n-1) | 1<<(n-1)
		neg = r.Bool()
	default:
		rest := uint(0)
		m = uint64(s)
		if s > 3 {
			rest = uint(s)/2 - 1
			m = uint64(2+s&1) << rest
		}
		v := r.Uint(rest + 1)
		m |= v >> 1
		neg = v&1 != 0
	}
	if neg {
		return -int64(m)
	}
	return int64(m)
}
