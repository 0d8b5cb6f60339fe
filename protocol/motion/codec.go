package motion

import wire "github.com/realmwire/realmwire/protocol/bits"

// Layout says which of a component's fields are predicted: a place, a rotation, or both. What else it has is plain.
type Layout struct {
	Parts int      // of the place: 2 or 3; 0: there is none
	Lim   [3]Range // of each part
	Top   int64    // greatest value of a rotation's three; 0: there is none
}

// Range is the least and greatest value of a field.
type Range struct {
	Min, Max int64
}

// Body is one version of the predicted fields. What a layout lacks is zero.
type Body struct {
	Place [3]int64 `json:"place"`
	Turn  [4]int64 `json:"turn"` // index of the largest part, then the other three
}

// Changes says which groups of a component differ from its baseline.
type Changes uint8

// The groups.
const (
	Turned  Changes = 1 << iota // the rotation
	Moved                       // the place
	Altered                     // any plain field
)

// The contexts of codes.
const (
	speeds = 26 // classes of speed; the last is for what was at rest
	misses = 14 // octaves of a residual

	whichBoth  = 0             // what changed, where there is a place and a rotation: at rest, moving
	whichOne   = whichBoth + 2 // likewise, where there is one of them
	placeFirst = whichOne + 2  // a place's first part, by speed
	placeNext  = placeFirst + speeds
	turnFirst  = placeNext + 2*(speeds/2)*misses // a rotation's, by the place's residual and how sure the largest part is
	turnNext   = turnFirst + margins*misses
	aloneFirst = turnNext + 2*misses*misses // a rotation's without a place, by its speed
	aloneNext  = aloneFirst + margins*misses
	planeFirst = aloneNext + 2*misses*misses // a place's of two parts, as placeFirst and placeNext
	planeNext  = planeFirst + speeds
	whichPlane = planeNext + speeds/2*misses // what changed, where there is nothing but a place of two parts
	contexts   = whichPlane + 2

	margins = 3
)

// pair is what a component's codes go by: the baseline, what was before it, and the time between.
type pair struct {
	l      *Layout
	base   *Body
	prior  *Body
	span   Span
	moving bool
	miss   int // octave of the place's greatest residual
}

func (l *Layout) pair(base, prior *Body, span Span) pair {
	return pair{l: l, base: base, prior: prior, span: span, moving: span.Lag > 0 && *base != *prior}
}

// fit limits a version to what its fields can hold, as every writer does, so that both ends foresee the same.
func (l *Layout) fit(b *Body) {
	for a := range l.Parts {
		b.Place[a] = clamp(b.Place[a], l.Lim[a].Min, l.Lim[a].Max)
	}
	if l.Top > 0 {
		b.Turn[0] = clamp(b.Turn[0], 0, 3)
		for a := 1; a < 4; a++ {
			b.Turn[a] = clamp(b.Turn[a], 0, l.Top)
		}
	}
}

func (p *pair) which() int {
	c := whichBoth
	switch {
	case p.l.Top == 0 && p.l.Parts == 2:
		c = whichPlane
	case p.l.Parts == 0 || p.l.Top == 0:
		c = whichOne
	}
	if p.moving {
		c++
	}
	return c
}

// Write appends what changed and the predicted fields; plain says whether a plain field changed: those go after it.
// It limits the versions to the layout's ranges.
func (l *Layout) Write(w *wire.Writer, now, base, prior *Body, span Span, plain bool) {
	l.fit(now)
	l.fit(base)
	l.fit(prior)
	p := l.pair(base, prior, span)
	var ch Changes
	if plain {
		ch = Altered
	}
	if now.Place != base.Place {
		ch |= Moved
	}
	if now.Turn != base.Turn {
		ch |= Turned
	}
	say(w, p.which(), int(ch))
	if l.Parts > 0 && ch&(Moved|Turned) != 0 {
		p.writePlace(w, now, ch&Moved != 0)
	}
	if ch&Turned != 0 {
		p.writeTurn(w, now)
	}
}

// Read sets now to what Write wrote, and reports whether plain fields follow.
func (l *Layout) Read(r *wire.Reader, now, base, prior *Body, span Span) (plain bool) {
	p := l.pair(base, prior, span)
	s := codeFor(p.which()).read(r)
	ch := Changes(s)
	*now = *base
	if s > int(Turned|Moved|Altered) || ch&Turned != 0 && l.Top == 0 || ch&Moved != 0 && l.Parts == 0 {
		r.Fail()
		return false
	}
	if l.Parts > 0 && ch&(Moved|Turned) != 0 {
		p.readPlace(r, now, ch&Moved != 0)
	}
	if ch&Turned != 0 {
		p.readTurn(r, now)
	}
	return ch&Altered != 0
}

// place extrapolates the place, and says how fast it goes.
func (p *pair) place() (guess [3]int64, speed int) {
	var most uint64
	for a := range p.l.Parts {
		v := p.span.scaled(p.base.Place[a] - p.prior.Place[a])
		most = max(most, abs(v))
		guess[a] = clamp(p.base.Place[a]+v, p.l.Lim[a].Min, p.l.Lim[a].Max)
	}
	if !p.moving {
		return guess, speeds - 1
	}
	return guess, min(class(most), speeds-2)
}

// placeContext is the context of part a of a place.
func (p *pair) placeContext(a, speed int) int {
	first, next := placeFirst, placeNext
	if p.l.Parts == 2 {
		first, next = planeFirst, planeNext
	}
	if a == 0 {
		return first + speed
	}
	return next + ((a-1)*(speeds/2)+speed/2)*misses + p.miss
}

func (p *pair) writePlace(w *wire.Writer, now *Body, moved bool) {
	guess, speed := p.place()
	var most uint64
	for a := range p.l.Parts {
		x := now.Place[a] - guess[a]
		if moved {
			put(w, p.placeContext(a, speed), x)
		}
		most = max(most, abs(x))
		p.miss = min(octave(most), misses-1)
	}
}

func (p *pair) readPlace(r *wire.Reader, now *Body, moved bool) {
	guess, speed := p.place()
	var most uint64
	for a := range p.l.Parts {
		x := now.Place[a] - guess[a]
		if moved {
			c := codeFor(p.placeContext(a, speed))
			s := c.read(r)
			if s == symOther {
				r.Fail()
				return
			}
			x = finish(r, s)
			now.Place[a] = p.l.Lim[a].take(r, guess[a]+x)
		}
		most = max(most, abs(x))
		p.miss = min(octave(most), misses-1)
	}
}

// take refuses what is out of range.
func (l Range) take(r *wire.Reader, x int64) int64 {
	if x < l.Min || x > l.Max {
		r.Fail()
		return l.Min
	}
	return x
}
