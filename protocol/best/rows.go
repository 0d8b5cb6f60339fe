package best

// MustNew is New for a layout that is known to be right, as generated code's is. It panics on another.
func MustNew(l Layout) *Codec {
	c, err := New(l)
	if err != nil {
		panic("best: " + err.Error())
	}
	return c
}

// Layout is what the codec was made for.
func (c *Codec) Layout() Layout { return c.layout }

// Fields implements [snapshot.BestCodec].
func (c *Codec) Fields() int { return c.fields }

// Limit implements [snapshot.BestCodec].
func (c *Codec) Limit(row []int64) {
	for i, f := range c.layout.Fields {
		row[i] = max(f.Min, min(f.Max, row[i]))
	}
}

// Moved reports whether a Motion or Rotation of a row differs between two versions of it.
func (c *Codec) Moved(a, b []int64) bool { return c.moved(a, b) }

// Looks implements [snapshot.BestCodec].
func (*Codec) Looks(lags uint16) uint16 {
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
