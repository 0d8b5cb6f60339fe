package snapshot

// What the best tier asks of a table.

// others is what generated code gives a pointer to the struct of a kind in the best tier.
type others[T any] interface {
	OthersChanged(old *T) bool
}

// newCodec makes a codec of the table's rows; nil where they are not coded.
func (t *Table[T, P]) newCodec() BestCodec {
	if !t.best {
		return nil
	}
	return bestCodec(P(new(T)))
}

// coded reports whether the table's entities go into sections of the best tier.
func (t *Table[T, P]) coded() bool { return t.best }

// enableBest is called once, before the first snapshot of the best tier.
func (t *Table[T, P]) enableBest() { t.best = bestCodec(P(new(T))) != nil }

// noteOthers notes that what everyone sees of an entity, beside its row, changed this tick.
func (r *row[T]) noteOthers(now any, old *T, tick uint32) {
	if o, ok := now.(others[T]); ok && o.OthersChanged(old) {
		r.others = tick
	}
}

// othersChanged is the version in which what everyone sees of an entity, beside its row, last changed.
func (t *Table[T, P]) othersChanged(n int32) uint32 { return t.rows[n].others }

// rowAt sets dst to an entity's row as it stood at a tick, within no limits yet; false when that is forgotten.
func (t *Table[T, P]) rowAt(dst []int64, n int32, tick uint32) bool {
	r := t.rows[n]
	v := r.recent(tick)
	if v == nil {
		return false
	}
	any(P(&v.state)).(BestState).BestRow(dst)
	return true
}

// recent is at for ticks not long ago: of an entity that changes with every tick the version is where it is expected.
func (r *row[T]) recent(tick uint32) *version[T] {
	n := len(r.history)
	if n == 0 {
		return nil
	}
	newest := r.history[r.newest].tick
	back := 0
	if newest > tick {
		back = int(min(newest-tick, uint32(n-1)))
	}
	v := &r.history[(r.newest-back+n)%n]
	if v.tick > tick {
		return nil
	}
	for back > 0 {
		younger := &r.history[(r.newest-back+1+n)%n]
		if younger.tick > tick {
			break
		}
		v, back = younger, back-1
	}
	return v
}
