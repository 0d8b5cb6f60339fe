package best

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/realmwire/realmwire/protocol/best/internal/entropy"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// Limits of a snapshot.
const (
	MaxAhead   = 127 // ticks from the baseline to the snapshot
	MaxLag     = snapshot.BestMaxLag
	MaxRest    = snapshot.BestMaxRest
	MaxRows    = 4096 // entities
	maxInteger = 1 << 40
	maxFall    = 1 << 20
	maxHalf    = 1 << 16
)

// ErrMalformed refuses a stream that no encoder wrote for this history.
var ErrMalformed = errors.New("rows of the best tier are malformed")

// Codec codes the entities of one layout. It may be used again and again, by one goroutine at a time.
type Codec struct {
	layout   Layout
	fields   int
	motion   int // index of the group, or -1
	rotation int
	pass     pass
}

// New makes a codec. The layout is refused where it breaks its own rules.
func New(l Layout) (*Codec, error) {
	c := &Codec{layout: l, fields: len(l.Fields), motion: -1, rotation: -1}
	if c.fields == 0 || c.fields > MaxFields || len(l.Groups) > MaxGroups {
		return nil, fmt.Errorf("layout of %d fields in %d groups; 1 to %d in at most %d", c.fields, len(l.Groups), MaxFields, MaxGroups)
	}
	next := 0
	for i, g := range l.Groups {
		if g.First != next || g.Count < 1 || next+g.Count > c.fields {
			return nil, fmt.Errorf("group %d covers fields %d to %d; groups follow one another without gaps", i, g.First, g.First+g.Count-1)
		}
		next += g.Count
		if err := c.group(i, g); err != nil {
			return nil, err
		}
	}
	if next != c.fields {
		return nil, fmt.Errorf("groups cover %d of %d fields", next, c.fields)
	}
	c.pass.init(c)
	return c, nil
}

func (c *Codec) group(i int, g Group) error {
	for _, f := range c.layout.Fields[g.First : g.First+g.Count] {
		if f.Min > f.Max || g.Class != Plain && (f.Min < -maxInteger || f.Max > maxInteger) {
			return fmt.Errorf("group %d: a field of %d to %d", i, f.Min, f.Max)
		}
	}
	switch g.Class {
	case Plain:
	case Motion:
		if g.Fall < -maxFall || g.Fall > maxFall || g.Drag < 0 || g.Drag > 1<<16 || g.Half < 0 || g.Half > maxHalf || g.Floor < -maxInteger || g.Floor > maxInteger {
			return fmt.Errorf("group %d: a hint is out of range", i)
		}
		if c.motion >= 0 || g.Count < 2 || g.Count > 3 {
			return fmt.Errorf("group %d: an entity has one place, of 2 or 3 fields", i)
		}
		c.motion = i
	case Rotation:
		first := c.layout.Fields[g.First]
		if c.rotation >= 0 || g.Count != 4 || first != (Field{0, 3}) {
			return fmt.Errorf("group %d: an entity has one rotation, of the index 0 to 3 of its largest part and three others", i)
		}
		for _, f := range c.layout.Fields[g.First+1 : g.First+4] {
			if f.Min != 0 || f.Max < 3 || f.Max >= 1<<16 || f.Max != c.layout.Fields[g.First+1].Max {
				return fmt.Errorf("group %d: the parts of a rotation are 0 to one and the same maximum below 65536", i)
			}
		}
		c.rotation = i
	default:
		return fmt.Errorf("group %d: unknown class %d", i, g.Class)
	}
	return nil
}

// Observe makes the codec tell f of every value and decision that a model sees, with what the model sees: for training.
// A decision has no means; that of a context is called context, its number its only size. Before a decision come
// calls for each of its buckets, called bucket: x is the number of sizes, the bucket's index the only size. The slices are good during the call only.
func (c *Codec) Observe(f func(model string, x int64, means, shared, own []int64)) { c.pass.learn = f }

func (c *Codec) check(h *snapshot.BestHistory, rows []int64) error {
	n := len(rows) / c.fields
	if len(rows)%c.fields != 0 || n > MaxRows || len(h.Rest) != n {
		return fmt.Errorf("%d values and %d rests for rows of %d fields; at most %d rows", len(rows), len(h.Rest), c.fields, MaxRows)
	}
	if h.Ahead < 1 || h.Ahead > MaxAhead || h.Lags&1 == 0 {
		return fmt.Errorf("history is %d ticks behind, by the lags %b; 1 to %d, and the baseline", h.Ahead, h.Lags, MaxAhead)
	}
	left := h.Lags
	for i, v := range h.Versions {
		if v.Lag != bits.TrailingZeros16(left) {
			return fmt.Errorf("version %d is that of lag %d, not one of those named, by rising lag", i, v.Lag)
		}
		left &= left - 1
		if len(v.Rows) != len(rows) {
			return fmt.Errorf("version %d has %d values, not %d", i, len(v.Rows), len(rows))
		}
	}
	if left != 0 {
		return fmt.Errorf("of the lags %b, those from %d on have no version", h.Lags, bits.TrailingZeros16(left))
	}
	return nil
}

// Encode appends what rows differ by from the baseline. An error means that the arguments break their contract.
func (c *Codec) Encode(dst []byte, h *snapshot.BestHistory, rows []int64) ([]byte, error) {
	if err := c.check(h, rows); err != nil {
		return dst, err
	}
	p := &c.pass
	p.enc.Reset(dst)
	p.encoding = true
	p.names(h.BestNames)
	p.run(h, rows)
	return p.enc.Bytes(), nil
}

// Decode sets rows to what Encode coded against the same history. On an error rows hold nothing of use.
func (c *Codec) Decode(msg []byte, h *snapshot.BestHistory, rows []int64) error {
	if err := c.check(h, rows); err != nil {
		return err
	}
	p := &c.pass
	p.dec.Reset(msg)
	p.encoding = false
	if p.names(snapshot.BestNames{}) != h.BestNames {
		return ErrMalformed
	}
	copy(rows, h.Versions[0].Rows)
	p.run(h, rows)
	if !p.dec.Close() {
		return ErrMalformed
	}
	return nil
}

// Names reads which versions a snapshot builds on.
func (c *Codec) Names(msg []byte) (snapshot.BestNames, error) {
	p := &c.pass
	p.dec.Reset(msg)
	p.encoding = false
	n := p.names(snapshot.BestNames{})
	if n.Ahead > MaxAhead || p.dec.Failed() {
		return n, ErrMalformed
	}
	return n, nil
}

// names codes which versions a snapshot builds on.
func (p *pass) names(n snapshot.BestNames) snapshot.BestNames {
	acked, ahead := entropy.At(entropy.One*15/16), entropy.NewSigned(2)
	n.Steady = p.bit(n.Steady, entropy.One*7/8)
	if p.encoding {
		p.enc.Signed(int64(n.Ahead-1), &ahead)
	} else {
		v := p.dec.Signed(&ahead)
		if v < 0 || v >= MaxAhead {
			p.dec.Fail()
			v = 0
		}
		n.Ahead = int(v) + 1
	}
	lags := uint16(1)
	for i := 1; i <= MaxLag; i++ {
		b := p.bit(n.Lags>>i&1 != 0, acked.P())
		acked.Learn(boolInt(b))
		lags |= uint16(boolInt(b)) << i
	}
	n.Lags = lags
	return n
}

// Rest sets dst to how long each entity has been at rest as far as versions tell: as long as they are the same, and to
// MaxRest where none differs. A history that is not Steady has no other.
func (c *Codec) Rest(dst []uint8, versions []snapshot.BestVersion) {
	for i := range dst {
		dst[i] = MaxRest
		for _, v := range versions[1:] {
			if c.moved(versions[0].Rows[i*c.fields:], v.Rows[i*c.fields:]) {
				dst[i] = uint8(v.Lag - 1)
				break
			}
		}
	}
}

// Rested counts the rests of a Steady history one tick on, from the version before the baseline to the baseline.
func (c *Codec) Rested(rest []uint8, before, baseline []int64) {
	for i := range rest {
		if c.moved(before[i*c.fields:], baseline[i*c.fields:]) {
			rest[i] = 0
		} else if rest[i] < MaxRest {
			rest[i]++
		}
	}
}

func (c *Codec) moved(a, b []int64) bool {
	for _, g := range c.layout.Groups {
		if g.Class == Plain {
			continue
		}
		for i := g.First; i < g.First+g.Count; i++ {
			if a[i] != b[i] {
				return true
			}
		}
	}
	return false
}

// bit codes a decision.
func (p *pass) bit(b bool, odds uint32) bool {
	if !p.encoding {
		return p.dec.Bit(odds) != 0
	}
	p.enc.Bit(boolInt(b), odds)
	return b
}

// adaptive codes a decision in a context that learns.
func (p *pass) adaptive(b bool, context int) bool {
	if p.learn != nil {
		p.shared[0] = int64(context)
		p.learn("context", int64(boolInt(b)), nil, p.shared[:1], nil)
	}
	ctx := &p.contexts.bits[context]
	b = p.bit(b, ctx.P())
	ctx.Learn(boolInt(b))
	return b
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// mark is b as a size.
func mark(b bool) int64 {
	if b {
		return logOne
	}
	return 0
}

// cellShift is the logarithm of the edge of a cell of the neighbour grid: about five bodies.
func cellShift(half int64) uint { return uint(bits.Len64(uint64(half))) + 3 }
