package motion

import wire "github.com/realmwire/realmwire/protocol/bits"

// turn foresees a rotation: the one guessed, the part that it leaves out, and the contexts of its first part and the others.
type turn struct {
	guess       quat
	largest     int
	first, next int
}

func (p *pair) turn() turn {
	top := p.l.Top
	half := step(top)
	q := smallest(&p.base.Turn, top, half)
	was := q
	if p.moving && p.base.Turn != p.prior.Turn {
		before := smallest(&p.prior.Turn, top, half)
		q = q.since(before).share(p.span.Ahead * 4096 / p.span.Lag).mul(q)
	}
	t := turn{guess: q}
	var lead uint64
	t.largest, lead = q.largest()
	m := 2
	switch { // how far from leaving out another part, against half a unit
	case lead < quatOne/32:
		m = 0
	case lead < quatOne/8:
		m = 1
	}
	if p.l.Parts > 0 {
		t.first, t.next = turnFirst+m*misses+p.miss, turnNext+p.miss*misses
		return t
	}
	here, there := was.chart(t.largest, top), q.chart(t.largest, top)
	var most uint64
	for i := range here {
		most = max(most, abs(there[i]-here[i]))
	}
	speed := 0
	if p.moving {
		speed = min(octave(most)+1, misses-1)
	}
	t.first, t.next = aloneFirst+m*misses+speed, aloneNext+speed*misses
	return t
}

func (t *turn) context(a, miss int) int {
	if a == 0 {
		return t.first
	}
	return t.next + (a-1)*misses*misses + miss
}

func (p *pair) writeTurn(w *wire.Writer, now *Body) {
	t := p.turn()
	largest := int(now.Turn[0])
	if largest != t.largest {
		say(w, t.first, symOther)
		w.Uint(uint64(largest), 2)
	}
	guess := t.guess.chart(largest, p.l.Top)
	var most uint64
	miss := 0
	for a := range 3 {
		x := now.Turn[1+a] - guess[a]
		put(w, t.context(a, miss), x)
		most = max(most, abs(x))
		miss = min(octave(most), misses-1)
	}
}

func (p *pair) readTurn(r *wire.Reader, now *Body) {
	t := p.turn()
	largest := t.largest
	c := codeFor(t.first)
	s := c.read(r)
	if s == symOther {
		largest = int(r.Uint(2))
		s = c.read(r)
	}
	now.Turn[0] = int64(largest)
	guess := t.guess.chart(largest, p.l.Top)
	var most uint64
	miss := 0
	for a := range 3 {
		if a > 0 {
			s = codeFor(t.context(a, miss)).read(r)
		}
		if s == symOther {
			r.Fail()
			return
		}
		x := finish(r, s)
		now.Turn[1+a] = Range{0, p.l.Top}.take(r, guess[a]+x)
		most = max(most, abs(x))
		miss = min(octave(most), misses-1)
	}
}
