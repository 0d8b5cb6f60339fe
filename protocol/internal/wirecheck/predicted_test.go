package wirecheck

import (
	"math/bits"
	"os"
	"strings"
)

// The predicted difference of docs/wire.md#predicted-difference.

const (
	escape = 31 // the symbol that names another part
	one    = 1 << 18
)

// codes are the two tables as the page prints them: the codes, one a line, and the map from contexts to codes.
type codes struct {
	lengths []string
	of      string
}

var tables = readCodes()

func readCodes() codes {
	b, err := os.ReadFile("../../../docs/wire.md")
	if err != nil {
		panic(err)
	}
	_, rest, _ := strings.Cut(string(b), "The codes, made by")
	blocks := strings.Split(rest, "```")
	return codes{strings.Fields(blocks[1]), strings.Join(strings.Fields(blocks[3]), "")}
}

// symbol reads one in a context: canonical words, highest bit first.
func symbol(s *source, context int) int {
	lengths := tables.lengths[tables.of[context]-'0']
	word, next := 0, 0 // next: the first word of this length
	for n := 'a'; n <= 'z' && s.err == nil; n++ {
		word = word<<1 | int(s.u(1))
		next <<= 1
		for sym, l := range lengths {
			if l != n {
				continue
			}
			if word == next {
				return sym
			}
			next++
		}
	}
	s.refuse("no symbol")
	return 0
}

// residual reads a signed integer whose symbol is sym.
func residual(s *source, sym int) int64 {
	switch {
	case sym == 0:
		return 0
	case sym == escape:
		s.refuse("symbol 31 where nothing is named")
		return 0
	case sym == 30:
		n := int(s.u(6))
		if n < 16 || n > 43 {
			s.refuse("a residual of %d bits", n)
			return 0
		}
		m := int64(1)<<(n-1) | int64(s.u(n-1))
		return sign(s.flag(), m)
	}
	minus := s.flag()
	if sym <= 3 {
		return sign(minus, int64(sym))
	}
	n := (sym + 2) / 2
	return sign(minus, int64(2+sym&1)<<(n-2)|int64(s.u(n-2)))
}

func sign(minus bool, m int64) int64 {
	if minus {
		return -m
	}
	return m
}

func abs(v int64) int64 { return sign(v < 0, v) }

func class(m int64) int {
	if m <= 3 {
		return int(m)
	}
	n := bits.Len64(uint64(m))
	return 2*n - 2 + int(m>>(n-2)&1)
}

func octave(m int64) int { return min(13, bits.Len64(uint64(m))) }

// scene is a component's predicted fields.
type scene struct {
	limits []form  // of the parts of the place
	place  []int64 // their values
	turn   []int64 // the index, and the three
	top    int64
}

func sceneOf(f *form, v []any) scene {
	var out scene
	for i, x := range f.fields {
		switch {
		case x.place && x.form.sort == vector:
			for _, p := range v[i].([]any) {
				out.limits, out.place = append(out.limits, *x.form.of), append(out.place, p.(int64))
			}
		case x.place:
			out.limits, out.place = append(out.limits, *x.form), append(out.place, v[i].(int64))
		case x.turn && x.form.sort == quat:
			for _, p := range v[i].([]any) {
				out.turn = append(out.turn, p.(int64))
			}
			out.top = x.form.part().hi
		case x.turn:
			out.turn = append(out.turn, v[i].(int64))
			out.top = x.form.hi
		}
	}
	return out
}

// back puts the scene into a component's fields.
func (c *scene) back(f *form, v []any) {
	p, t := c.place, c.turn
	for i, x := range f.fields {
		switch {
		case x.place && x.form.sort == vector:
			v[i] = numbers(p[:x.form.n])
			p = p[x.form.n:]
		case x.place:
			v[i], p = p[0], p[1:]
		case x.turn && x.form.sort == quat:
			v[i], t = numbers(t), nil
		case x.turn:
			v[i], t = t[0], t[1:]
		}
	}
}

func numbers(v []int64) []any {
	out := make([]any, len(v))
	for i := range v {
		out[i] = v[i]
	}
	return out
}

func predicted(s *source, f *form, base, prior []any, sp span) any {
	out := append([]any(nil), base...)
	b := sceneOf(f, base)
	p := b
	if prior != nil {
		p = sceneOf(f, prior)
	}
	var plain []int
	for i, x := range f.fields {
		if !x.place && !x.turn {
			plain = append(plain, i)
		}
	}
	now, altered := foresee(s, b, p, sp, prior != nil, len(plain) > 0)
	now.back(f, out)
	if !altered {
		return out
	}
	if len(plain) == 1 && f.fields[plain[0]].form.sort == boolean {
		out[plain[0]] = 1 - base[plain[0]].(int64)
		return out
	}
	for _, i := range plain {
		out[i] = differ(s, f.fields[i].form, base[i], true)
	}
	return out
}

// foresee reads the parts "which", "place" and "rotation".
func foresee(s *source, b, p scene, sp span, hasPrior, hasPlain bool) (now scene, altered bool) {
	moving := hasPrior && (!alike(b.place, p.place) || !alike(b.turn, p.turn))
	context := 2
	switch {
	case b.place != nil && b.turn != nil:
		context = 0
	case len(b.place) == 2:
		context = 1470
	}
	if moving {
		context++
	}
	which := symbol(s, context)
	if which > 7 || which&1 != 0 && b.turn == nil || which&2 != 0 && b.place == nil || which&4 != 0 && !hasPlain {
		s.refuse("%d is not what the component can change", which)
		return b, false
	}
	now = b
	var most int64
	if b.place != nil {
		now.place, most = b.foreseePlace(s, p, sp, moving, which&2 != 0)
	}
	if which&1 != 0 {
		now.turn = b.foreseeTurn(s, p, sp, moving, most)
	}
	return now, which&4 != 0
}

func alike(a, b []int64) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// foreseePlace returns the place, and the greatest residual: where the place did not change, of what would have been.
func (b *scene) foreseePlace(s *source, p scene, sp span, moving, read bool) ([]int64, int64) {
	ahead := make([]int64, len(b.place))
	var fastest int64
	for i := range ahead {
		if moving {
			twice := 2 * (b.place[i] - p.place[i]) * sp.ahead
			ahead[i] = sign(twice < 0, (abs(twice)+sp.lag)/(2*sp.lag))
		}
		fastest = max(fastest, abs(ahead[i]))
	}
	speed := 25
	if moving {
		speed = min(24, class(fastest))
	}
	out := append([]int64(nil), b.place...)
	var most int64
	for i := range out {
		guess := max(b.limits[i].lo, min(b.limits[i].hi, b.place[i]+ahead[i]))
		if !read {
			most = max(most, abs(b.place[i]-guess))
			continue
		}
		context := 4 + speed
		switch {
		case i > 0 && len(out) == 2:
			context = 1288 + 14*(speed/2) + octave(most)
		case len(out) == 2:
			context = 1262 + speed
		case i > 0:
			context = 30 + ((i-1)*13+speed/2)*14 + octave(most)
		}
		r := residual(s, symbol(s, context))
		most = max(most, abs(r))
		if out[i] = guess + r; out[i] < b.limits[i].lo || out[i] > b.limits[i].hi {
			s.refuse("a place outside its range")
		}
	}
	return out, most
}
