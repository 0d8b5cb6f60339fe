package best

import "slices"

// Join is the layout of rows that hold those of several layouts, one behind the other.
func Join(ls ...Layout) Layout {
	var out Layout
	for _, l := range ls {
		for _, g := range l.Groups {
			g.First += len(out.Fields)
			out.Groups = append(out.Groups, g)
		}
		out.Fields = slices.Concat(out.Fields, l.Fields)
	}
	return out
}

// Fields is the number of values in a row.
func (c *Codec) Fields() int { return c.fields }

// Moved reports whether a Motion or Rotation of a row differs between two versions of it.
func (c *Codec) Moved(a, b []int64) bool { return c.moved(a, b) }

// Looks are those of the lags named whose versions a codec looks at; bit 0 is one. The others need no rows of their own.
func Looks(lags uint16) uint16 {
	var looks uint16
	at := 0
	for _, want := range lagTargets {
		for next := at + 1; at < want && next <= MaxLag; next++ {
			if lags>>next&1 != 0 {
				at = next
			}
		}
		looks |= 1 << at
	}
	return looks
}
