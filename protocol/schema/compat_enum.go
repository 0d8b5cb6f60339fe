package schema

import (
	"fmt"
	"slices"
)

// number is that of the i-th constant.
func (e *LockEnum) number(i int) int64 {
	if len(e.Numbers) == 0 {
		return int64(i)
	}
	return e.Numbers[i]
}

// named is the constant of a number, or nothing.
func (e *LockEnum) named(number int64) string {
	for i, name := range e.Values {
		if e.number(i) == number {
			return name
		}
	}
	return ""
}

// span is the range of a value's numbers, of which 0 is always one.
func (e *LockEnum) span() (lo, hi int64) {
	for i := range e.Values {
		lo, hi = min(lo, e.number(i)), max(hi, e.number(i))
	}
	return lo, hi
}

// enum compares the constants of an enum, or of flags.
func (c *comparison) enum(o, n *LockEnum, way path) {
	where := "enum " + n.Name
	c.renamed("enum "+o.Name, o.Name, n.Name)
	for i, name := range o.Values {
		was, at := o.number(i), slices.Index(n.Values, name)
		other := n.named(was)
		switch {
		case at >= 0 && n.number(at) == was:
		case at >= 0:
			c.breaks(where, fmt.Sprintf("%s is %d and was %d", name, n.number(at), was), "numbers are sent, not names: an older client takes one for another",
				"give the constants their old numbers; new ones get numbers that were never used")
		case other != "" && !slices.Contains(o.Values, other):
			c.renamed(where+"."+name, name, other)
		default:
			c.note(Change{Where: where + "." + name, What: "is gone", Why: "what becomes of its number is said beside the enum's size"})
		}
	}
	c.added(o, n, where)
	if o.Flags != n.Flags {
		c.note(Change{Where: where, What: map[bool]string{true: "is a set of flags now", false: "is no set of flags any more"}[n.Flags], Why: sameBytes})
	}
	if !o.Flags && !n.Flags { // of flags the fields say how wide they are
		c.enumSize(o, n, where, way)
	}
}

// added notes constants whose numbers older clients take, without a name for them.
func (c *comparison) added(o, n *LockEnum, where string) {
	lo, hi := o.span()
	for i, name := range n.Values {
		v := n.number(i)
		if !slices.Contains(o.Values, name) && o.named(v) == "" && (o.Flags || v >= lo && v <= hi) {
			c.note(Change{Where: where + "." + name, What: "is new", Why: "the bits are the same, and older clients have no name for that number"})
		}
	}
}

func (c *comparison) enumSize(o, n *LockEnum, where string, way path) {
	oldLo, oldHi := o.span()
	newLo, newHi := n.span()
	what := fmt.Sprintf("has %d values and had %d", len(n.Values), len(o.Values))
	if len(o.Numbers)+len(n.Numbers) > 0 {
		what = fmt.Sprintf("its numbers %d..%d became %d..%d", oldLo, oldHi, newLo, newHi)
	}
	was, is := width(uint64(oldHi)-uint64(oldLo)+1), width(uint64(newHi)-uint64(newLo)+1)
	const spare = "declare spare constants before the first release, to be renamed when they are needed"
	switch {
	case oldLo == newLo && oldHi == newHi:
	case oldLo != newLo:
		c.breaks(where, what, "what is sent is the distance from the least number", fmt.Sprintf("keep a constant of %d as the least", oldLo))
	case was != is:
		c.breaks(where, what, fmt.Sprintf("a value takes %d bits and took %d", is, was), spare)
	default:
		c.bounded(where, what, newHi > oldHi, way, spare)
	}
}
