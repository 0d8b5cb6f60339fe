package snapshot

import (
	"math/bits"

	"github.com/realmwire/realmwire/protocol/best"
)

// Tier is how much work goes into a client's snapshots. Both tiers may be served from one world.
type Tier uint8

// The tiers.
const (
	// Fast packs bits; updates that clients share are encoded once.
	Fast Tier = iota
	// Best codes the entities that have prediction hints together, by package best: about half the bytes, at tens of
	// times the work.
	Best
)

// Rowed is a State of a kind with hinted components: generated code gives these as a row of integers.
type Rowed interface {
	State
	Layout() best.Layout
	Values(row []int64)
	SetValues(row []int64)
	Assign(from State)
}

// coder codes the rows of one kind.
type coder struct {
	*best.Codec
	kind   uint8
	fields int
	ranges []best.Field
}

// coderOf makes the coder of a state's kind; nil where it has none. A layout that predict refuses, such as one with two
// places, leaves the kind to records, on both ends.
func coderOf(s State) *coder {
	r, ok := s.(Rowed)
	if !ok {
		return nil
	}
	l := r.Layout()
	c, err := best.New(l)
	if err != nil {
		return nil
	}
	return &coder{Codec: c, kind: s.Kind(), fields: c.Fields(), ranges: l.Fields}
}

// limit keeps a row within its fields' ranges: what a game writes beyond them is cut on the wire, as in records.
func (c *coder) limit(row []int64) {
	for i, f := range c.ranges {
		row[i] = max(f.Min, min(f.Max, row[i]))
	}
}

// slotSet is a set of slots.
type slotSet [MaxInView / 64]uint64

func (s *slotSet) has(n int) bool { return s[n>>6]>>(n&63)&1 != 0 }
func (s *slotSet) add(n int)      { s[n>>6] |= 1 << (n & 63) }
func (s *slotSet) remove(n int)   { s[n>>6] &^= 1 << (n & 63) }

func (s *slotSet) addAll(o *slotSet) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s *slotSet) removeAll(o *slotSet) {
	for i := range s {
		s[i] &^= o[i]
	}
}

// next is the first member from n on, or -1.
func (s *slotSet) next(n int) int {
	for i := n >> 6; i < len(s); i++ {
		w := s[i]
		if i == n>>6 {
			w &= ^uint64(0) << (n & 63)
		}
		if w != 0 {
			return i<<6 + bits.TrailingZeros64(w)
		}
	}
	return -1
}
