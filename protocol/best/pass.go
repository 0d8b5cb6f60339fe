package best

import (
	"github.com/realmwire/realmwire/protocol/best/internal/entropy"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// The lags that predictions look back by. Where a version is missing, the one before it stands in.
var lagTargets = [...]int{0, 1, 2, 3, 4, 6, 7, 9, 12}

const (
	lag1 = iota + 1
	lag2
	lag3
	lag4
	lag6
	lag7
	lag9
	lag12
	lags
)

// movingRest is the rest, in ticks, below which an entity counts as moving.
const movingRest = 6

// pass is one run over a snapshot, by its encoder or its decoder: both do the same, but for where a decision comes from.
type pass struct {
	codec    *Codec
	enc      entropy.Encoder
	dec      entropy.Decoder
	encoding bool
	say      opinions
	learn    func(kind string, x int64, means, shared, own []int64) // for training; nil

	history *snapshot.BestHistory
	rows    []int64
	lag     [lags]int64
	past    [lags][]int64
	stretch [lags]int64 // of a displacement over a lag to the snapshot, in 1/4096

	entities []entity
	met      []met   // scratch of nearest
	parts    []int32 // of a rotation: see partTable
	plains   []plainField
	grid     grid
	contexts contexts
	streak   int64 // how many of the last moving entities went on moving, 0..256

	means   [maxMeans]int64
	buckets [8]int
	shared  [maxShared]int64
	own     [maxOwn]int64
}

// contexts are the adaptive probabilities of what no model covers. They start from priors in every packet.
type contexts struct {
	bits  [contextCount]entropy.Prob
	value [MaxFields]entropy.Signed
}

// The contexts of decisions.
const (
	contextCold  = 0 // an entity at rest with nothing near it moves
	contextTurns = 1 // what moves an entity that was at rest turns it
	contextGoes  = 2 // likewise, moves its place, where it turned
	contextPlain = 3 // a plain field changes: by whether the entity moved, and by lapse

	lapses       = 20
	contextCount = contextPlain + 2*lapses
)

func (p *pass) init(c *Codec) {
	p.codec = c
	if c.motion >= 0 {
		p.grid.shift = cellShift(c.layout.Groups[c.motion].Half)
	}
	if c.rotation >= 0 {
		p.parts = partTable(c.layout.Fields[c.layout.Groups[c.rotation].First+1].Max)
	}
	for gi := range c.layout.Groups {
		if g := &c.layout.Groups[gi]; g.Class == Plain {
			for j := g.First; j < g.First+g.Count; j++ {
				p.plains = append(p.plains, plainField{j, c.layout.Fields[j].Min, g})
			}
		}
	}
}

func (p *pass) run(h *snapshot.BestHistory, rows []int64) {
	p.history, p.rows = h, rows
	n := len(rows) / p.codec.fields
	if cap(p.entities) < n {
		p.entities = make([]entity, n)
	}
	p.entities = p.entities[:n]
	p.lookBack()
	for i := range p.contexts.bits {
		p.contexts.bits[i] = entropy.At(uint32(priors[i]))
	}
	for i := range p.codec.layout.Fields {
		p.contexts.value[i] = freshValue
	}
	p.streak = 0
	p.grid.reset()
	for i := range n {
		if h.Rest[i] < movingRest {
			p.moving(i)
		}
	}
	for i := range n {
		if h.Rest[i] >= movingRest {
			p.resting(i)
		}
	}
}

// lookBack finds a version for each lag.
func (p *pass) lookBack() {
	vs := p.history.Versions
	j := 0
	for i, want := range lagTargets {
		for j+1 < len(vs) && vs[j].Lag < want && vs[j+1].Lag <= MaxLag {
			j++
		}
		p.lag[i], p.past[i] = int64(vs[j].Lag), vs[j].Rows
		p.stretch[i] = 0
		if p.lag[i] > 0 {
			p.stretch[i] = int64(p.history.Ahead) * 4096 / p.lag[i]
		}
	}
}

func (p *pass) row(i int) []int64 {
	f := p.codec.fields
	return p.rows[i*f : i*f+f]
}

func (p *pass) old(i, lag int) []int64 {
	f := p.codec.fields
	return p.past[lag][i*f : i*f+f]
}

// moving codes an entity that moved of late.
func (p *pass) moving(i int) {
	e := &p.entities[i]
	p.recall(e, i)
	p.meet(e)
	var turned, went bool
	if p.codec.rotation >= 0 {
		turned = p.change(&switchTurns, e, i, p.codec.rotation, false)
		if turned {
			p.turn(e, i)
		}
	}
	e.turned = turned
	if p.codec.motion >= 0 {
		went = p.change(&switchGoes, e, i, p.codec.motion, turned)
		if went {
			p.move(e, i)
		} else {
			e.stay()
		}
		p.streak = (p.streak*3 + mark(went)) >> 2
	}
	if turned || went {
		p.settle(e, i)
	}
	p.plain(i, turned || went)
}

// change codes whether a group of a moving entity changes.
func (p *pass) change(s *switchModel, e *entity, i, group int, other bool) bool {
	f, b := p.movingSizes(e, i, other)
	changed := p.differs(i, group)
	return p.decide(s, changed, f, b)
}

func (p *pass) differs(i, group int) bool {
	g := &p.codec.layout.Groups[group]
	now, was := p.row(i), p.old(i, 0)
	for j := g.First; j < g.First+g.Count; j++ {
		if now[j] != was[j] {
			return true
		}
	}
	return false
}

// resting codes an entity that was at rest.
func (p *pass) resting(i int) {
	c := p.codec
	moved := false
	var turned, went bool
	if p.encoding {
		turned = c.rotation >= 0 && p.differs(i, c.rotation)
		went = c.motion >= 0 && p.differs(i, c.motion)
	}
	if c.rotation >= 0 || c.motion >= 0 {
		moved = p.wakes(i, turned || went)
	}
	if !moved {
		p.plain(i, false)
		return
	}
	e := &p.entities[i]
	p.recall(e, i)
	p.meet(e)
	turned = c.rotation >= 0 && (c.motion < 0 || p.adaptive(turned, contextTurns))
	if turned {
		p.startTurn(e, i)
	}
	e.turned = turned
	went = c.motion >= 0 && (!turned || p.adaptive(went, contextGoes))
	if went {
		p.startMove(e, i)
	} else {
		e.stay()
	}
	p.settle(e, i)
	p.plain(i, true)
}

// wakes codes whether an entity at rest moves. Most have nothing moving near them: one context serves these.
func (p *pass) wakes(i int, moved bool) bool {
	if m := p.codec.motion; m < 0 || !p.warm(i) {
		return p.adaptive(moved, contextCold)
	}
	f, b := p.wakeSizes(i)
	return p.decide(&switchWakes, moved, f, b)
}

// decide codes a decision that a model covers. While it trains, its weights may be of another shape: they are left alone.
func (p *pass) decide(s *switchModel, x bool, f []int64, buckets []int) bool {
	if p.learn == nil {
		return p.bit(x, s.odds(f, buckets))
	}
	for _, b := range buckets {
		p.own[0] = int64(b)
		p.learn("bucket", int64(len(f)), nil, p.own[:1], nil)
	}
	p.learn(s.name, int64(boolInt(x)), nil, f, nil)
	return x
}

// warm reports whether something may have moved near an entity.
func (p *pass) warm(i int) bool {
	row := p.old(i, 0)[p.codec.layout.Groups[p.codec.motion].First:]
	return p.grid.hot(row[0], row[1])
}

// settle notes what is known of an entity that has been decoded and moved, for its neighbours.
func (p *pass) settle(e *entity, i int) {
	if m := p.codec.motion; m >= 0 {
		e.now = p.place(i, -1)
		if p.codec.layout.Groups[m].Half > 0 { // without a size there is no telling what is near
			p.grid.add(i, e.now)
		}
	}
}

// plain codes the fields that have no prediction.
func (p *pass) plain(i int, moved bool) {
	now, was := p.row(i), p.old(i, 0)
	for f := range p.plains {
		pf := &p.plains[f]
		j := pf.field
		ctx := contextPlain + boolInt(moved)*lapses + p.lapse(pf.group, i, was[j] != pf.least)
		if !p.adaptive(now[j] != was[j], ctx) {
			now[j] = was[j]
			continue
		}
		now[j] = p.other(now[j], was[j], j)
	}
}

// plainField is a field without a prediction.
type plainField struct {
	field int
	least int64
	group *Group
}

// lapse is the context of a plain field: its rest against the usual.
func (p *pass) lapse(g *Group, i int, set bool) int {
	if !set {
		return 0
	}
	if g.Lapse == 0 {
		return 1
	}
	// 2 to 18: before, by the tick through the ticks that the snapshot is ahead, after.
	late := int(p.history.Rest[i]) + p.history.Ahead - g.Lapse
	return max(2, min(18, late+4))
}

// other codes a value that is not was.
func (p *pass) other(x, was int64, field int) int64 {
	f := &p.codec.layout.Fields[field]
	if f.Max-f.Min == 1 {
		return f.Min + f.Max - was
	}
	ctx := &p.contexts.value[field]
	if p.encoding {
		p.enc.Signed(int64(uint64(x)-uint64(was)), ctx)
		return x
	}
	x = int64(uint64(was) + uint64(p.dec.Signed(ctx)))
	if x < f.Min || x > f.Max || x == was {
		p.dec.Fail()
		return was
	}
	return x
}
