package wirecheck

import (
	"math/bits"
	"slices"
)

// layout is what a row is made of.
type layout struct {
	fields           [][2]int64
	groups           []group
	motion, rotation *group
	top              int64
}

type group struct {
	Class                   string
	First, Count            int
	Fall, Drag, Half, Floor int64
	Lapse                   int64
}

func (l *layout) arrange() {
	for i := range l.groups {
		switch g := &l.groups[i]; g.Class {
		case "motion":
			l.motion = g
		case "rotation":
			l.rotation, l.top = g, l.fields[g.First+1][1]
		}
	}
}

// past is the history that rows are read against: one slice of rows for each named lag.
type past struct {
	ahead int64
	lags  []int64
	rows  [][][]int64 // by lag, by row
	rest  []int64
}

// names are what a packet begins with.
func readNames(c *coder) (steady bool, ahead int64, lags []int64) {
	steady = c.decide(57344)
	ahead = newIntegers(2).read(c) + 1
	if ahead < 1 || ahead > 127 {
		c.failed = true
	}
	lags = []int64{0}
	named := prior(61440)
	for l := int64(1); l < 16; l++ {
		if named.decide(c) {
			lags = append(lags, l)
		}
	}
	return steady, ahead, lags
}

type packetRows struct {
	*layout
	*coder
	past
	contexts []adaptive
	signed   []*integers
	streak   int64
	grid     grid
}

func readRows(l *layout, h past, c *coder) [][]int64 {
	p := &packetRows{layout: l, coder: c, past: h}
	for _, x := range priors {
		p.contexts = append(p.contexts, prior(x))
	}
	for range l.fields {
		p.signed = append(p.signed, newIntegers(4))
	}
	if l.motion != nil {
		p.grid = newGrid(l.motion.Half)
	}
	out := make([][]int64, len(h.rest))
	for _, resting := range []bool{false, true} {
		for i := range out {
			if (h.rest[i] >= 6) == resting && !c.failed {
				e := p.recall(i)
				if resting {
					e.resting()
				} else {
					e.moving()
				}
				out[i] = e.now
			}
		}
	}
	return out
}

// lag is the one that stands for k; version is the row at it.
func (p *packetRows) lag(k int64) (lag int64, version int) {
	at, ok := slices.BinarySearch(p.lags, k)
	if !ok && at == len(p.lags) {
		at--
	}
	return p.lags[at], at
}

func (p *packetRows) stretch(k int64) int64 {
	l, _ := p.lag(k)
	if l == 0 {
		return 0
	}
	return p.ahead * 4096 / l
}

func (e *entry) moving() {
	e.meet()
	turned, went := false, false
	if e.rotation != nil {
		if turned = e.goes("Turns", false); turned {
			e.readTurn("Turn", e.spin[3])
		}
	}
	if e.motion != nil {
		if went = e.goes("Goes", turned); went {
			e.readPlace("Motion", turned)
		} else {
			e.stay()
		}
		e.streak = (e.streak*3 + mark(went)) >> 2
	}
	if turned || went {
		e.enter()
	}
	e.plain(turned || went)
}

func (e *entry) resting() {
	if e.rotation == nil && e.motion == nil {
		e.plain(false)
		return
	}
	var moves bool
	if e.motion != nil && e.motion.Half > 0 && e.grid.warm(e.place[0]) {
		moves = e.wakes()
	} else {
		moves = e.contexts[0].decide(e.coder)
	}
	if !moves {
		e.plain(false)
		return
	}
	e.meet()
	var turned, went bool
	if e.rotation != nil {
		if turned = e.motion == nil || e.contexts[1].decide(e.coder); turned {
			e.rolling = e.pose
			if e.rolls() {
				e.rolling = e.rollBy(e.pose, e.nearMove)
			}
			e.readTurn("StartTurn", e.pose)
		}
	}
	if e.motion != nil {
		if went = !turned || e.contexts[2].decide(e.coder); went {
			e.readPlace("Start", turned)
		} else {
			e.stay()
		}
	}
	e.enter()
	e.plain(true)
}

func (e *entry) plain(moved bool) {
	for _, g := range e.groups {
		if g.Class != "plain" {
			continue
		}
		for i := g.First; i < g.First+g.Count; i++ {
			old, lo, hi := e.now[i], e.fields[i][0], e.fields[i][1]
			c := int64(1)
			switch {
			case old == lo:
				c = 0
			case g.Lapse != 0:
				c = max(2, min(18, e.rest+e.ahead-g.Lapse+4))
			}
			if !e.contexts[3+20*int64(bit(moved))+c].decide(e.coder) {
				continue
			}
			if uint64(hi)-uint64(lo) == 1 {
				e.now[i] = lo + hi - old
				continue
			}
			d := e.signed[i].read(e.coder)
			e.now[i] = old + d
			if d == 0 || e.now[i] < lo || e.now[i] > hi || (d > 0) != (e.now[i] > old) {
				e.failed = true
			}
		}
	}
}

func distance(d int64) int64 { return (log2(d+16) - 1024) >> 7 }

func (e *entry) goes(name string, turned bool) bool {
	sizes := []int64{
		256, e.coast[1].extent(), e.coast[6].extent(), e.bend2.extent(), e.miss.extent(), e.touch, e.streak, mark(turned),
		e.turned[1], e.turned[6], e.spinMiss[0],
	}
	return byName(e.coder, name, sizes, bucket{e.rest, 6}, bucket{distance(e.closeNow), 24}, bucket{e.coast[6].extent() >> 6, 14}, bucket{e.turned[6] >> 6, 14})
}

func (e *entry) wakes() bool {
	a := e.grid.around(e.place[0])
	touch := 65536 / (256 + a.closest)
	sizes := []int64{256, 0, 0, 0}
	if a.near != nil {
		sizes = []int64{256, touch, a.near.moved.extent() * touch >> 8, a.near.residual.extent() * touch >> 8}
	}
	r := e.rest
	if r >= 8 {
		r = 2 + log2(r)>>7
	}
	return byName(e.coder, "Wakes", sizes, bucket{a.crowd, 5}, bucket{r - 6, 11}, bucket{distance(a.closeNow), 28}, bucket{distance(a.closest), 28})
}

// mover is an entity in the grid.
type mover struct {
	was, now, moved, residual vec3
	turnMiss                  int64
}

type grid struct {
	half  int64
	shift int
	cells map[int64][]*mover // the latest last
	heat  map[int64]bool
}

func newGrid(half int64) grid {
	return grid{half, 3 + bits.Len64(uint64(half)), map[int64][]*mover{}, map[int64]bool{}}
}

func (g *grid) cell(p vec3, dx, dy int64) int64 {
	return (5*(p[0]>>8>>g.shift+dx) + 31*(p[1]>>8>>g.shift+dy)) & 1023
}

func (g *grid) warm(p vec3) bool { return g.heat[g.cell(p, 0, 0)] }

func (g *grid) each(p vec3, visit func(cell int64)) {
	for dx := int64(-1); dx <= 1; dx++ {
		for dy := int64(-1); dy <= 1; dy++ {
			visit(g.cell(p, dx, dy))
		}
	}
}

func (g *grid) enter(m *mover) {
	at := g.cell(m.now, 0, 0)
	g.cells[at] = append(g.cells[at], m)
	g.each(m.now, func(cell int64) { g.heat[cell] = true })
}

type around struct {
	closest, closeNow, crowd int64
	near                     *mover
	all                      []*mover
}

func apart(a, b vec3) (sum int64) {
	for _, d := range a.less(b) {
		d = limit(d, 1<<28) >> 8
		sum += d * d
	}
	return sum
}

func (g *grid) around(p vec3) around {
	body := 4 * g.half * g.half
	a := around{closest: 1 << 62, closeNow: 1 << 62}
	g.each(p, func(cell int64) {
		for _, m := range slices.Backward(g.cells[cell]) {
			a.all = append(a.all, m)
			if d := apart(m.was, p); d < a.closest {
				a.closest, a.near = d, m
			}
			d := apart(m.now, p)
			a.closeNow = min(a.closeNow, d)
			if d < 2*body {
				a.crowd++
			}
		}
	})
	a.closest = min(1<<30, a.closest) * 64 / body
	a.closeNow = min(1<<30, a.closeNow) * 64 / body
	return a
}

func (e *entry) meet() {
	e.closest, e.closeNow = 1<<30, 1<<30
	if e.motion == nil || e.motion.Half == 0 || !e.grid.warm(e.place[0]) {
		return
	}
	a := e.grid.around(e.place[0])
	e.closest, e.closeNow, e.near = a.closest, a.closeNow, a.near
	e.touch = 65536 / (256 + a.closest)
	if a.near == nil {
		return
	}
	body := 4 * e.grid.half * e.grid.half
	total := int64(256)
	for _, m := range a.all {
		w := 4096 * body / (body + apart(m.was, e.place[0]))
		w = w * w >> 12
		total += w
		e.nearMiss = e.nearMiss.plus(m.residual.each(func(x int64) int64 { return x * w }))
		e.nearMove = e.nearMove.plus(m.moved.each(func(x int64) int64 { return x * w }))
	}
	e.nearMiss = e.nearMiss.each(func(x int64) int64 { return x / total })
	e.nearMove = e.nearMove.each(func(x int64) int64 { return x / total })
}
