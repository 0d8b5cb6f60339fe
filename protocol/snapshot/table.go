package snapshot

import (
	"iter"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/motion"
)

// Entity is what generated code gives a pointer to an entity kind's struct.
type Entity[T any] interface {
	*T
	State
	WriteDelta(w *bits.Writer, base *T, owner bool)
	Changed(old *T) (public, private bool)
	Copy(from *T) // in memory of its own: versions share nothing with what the game changes
}

// predictor is what generated code gives the kinds that have predicted components, besides.
type predictor[T any] interface {
	WritePredicted(w *bits.Writer, base, prior *T, span motion.Span, owner bool)
}

// Table holds the entities of one kind. The game changes them in place; [World.Commit] finds what changed.
type Table[T any, P Entity[T]] struct {
	world *World
	index int16
	rows  []*row[T]
	free  []int32

	kindID   uint8
	weight   float32 // of its entities in new views
	best     bool    // its entities are coded in sections of the best tier
	predicts bool
}

type row[T any] struct {
	id      ID // 0: free
	cur     T
	history []version[T] // a ring of at most History, newest at newest
	newest  int
	others  uint32 // version in which what everyone sees beside the row of the best tier last changed
}

type version[T any] struct {
	tick  uint32
	state T
}

// NewTable adds a table to a world.
func NewTable[T any, P Entity[T]](w *World) *Table[T, P] {
	t := &Table[T, P]{world: w, index: int16(len(w.tables)), kindID: P(new(T)).Kind(), weight: 1}
	if p, ok := any(P(new(T))).(interface{ Priority() float32 }); ok {
		t.weight = p.Priority()
	}
	_, t.predicts = any(P(new(T))).(predictor[T])
	w.predicts = w.predicts || t.predicts
	w.tables = append(w.tables, t)
	return t
}

// Spawn adds an entity, zero as yet. It returns 0 and nil when the world holds [MaxEntities].
// The pointer stays good until the entity is despawned.
func (t *Table[T, P]) Spawn() (ID, P) {
	n := int32(len(t.rows))
	if k := len(t.free); k > 0 {
		n = t.free[k-1]
	}
	id := t.world.place(t.index, n)
	if id == 0 {
		return 0, nil
	}
	if int(n) == len(t.rows) {
		t.rows = append(t.rows, &row[T]{})
	} else {
		t.free = t.free[:len(t.free)-1]
	}
	r := t.rows[n]
	*r = row[T]{id: id, history: r.history[:0]}
	return id, P(&r.cur)
}

// Get returns an entity, or nil when it is gone or of another kind.
func (t *Table[T, P]) Get(id ID) P {
	p := t.world.find(id)
	if p == nil || p.table != t.index {
		return nil
	}
	return P(&t.rows[p.row].cur)
}

// Len is the number of entities.
func (t *Table[T, P]) Len() int { return len(t.rows) - len(t.free) }

// All goes over the entities. Those spawned meanwhile may or may not be met.
func (t *Table[T, P]) All() iter.Seq2[ID, P] {
	return func(yield func(ID, P) bool) {
		for _, r := range t.rows {
			if r.id != 0 && !yield(r.id, P(&r.cur)) {
				return
			}
		}
	}
}

func (t *Table[T, P]) kind() uint8 { return t.kindID }

func (t *Table[T, P]) priority() float32 { return t.weight }

func (t *Table[T, P]) predicted() bool { return t.predicts }

func (t *Table[T, P]) remove(n int32) {
	t.rows[n].id = 0
	t.free = append(t.free, n)
}

func (t *Table[T, P]) commit(tick uint32) {
	for _, r := range t.rows {
		if r.id == 0 {
			continue
		}
		public, private := true, true
		if len(r.history) > 0 {
			old := &r.history[r.newest].state
			public, private = P(&r.cur).Changed(old)
			if public && t.best {
				r.noteOthers(P(&r.cur), old, tick)
			}
		} else {
			r.others = tick
		}
		p := &t.world.places[uint16(r.id)]
		if public {
			p.public = tick
		}
		if private {
			p.private = tick
		}
		if public || private {
			push[T, P](r, tick)
		}
	}
}

func push[T any, P Entity[T]](r *row[T], tick uint32) {
	if len(r.history) < History {
		r.history = append(r.history, version[T]{})
		r.newest = len(r.history) - 1
	} else {
		r.newest = (r.newest + 1) % History
	}
	v := &r.history[r.newest]
	v.tick = tick
	P(&v.state).Copy(&r.cur)
}

// at finds the version that stood at tick: the newest that is not younger. It is nil when the ring has dropped it.
func (r *row[T]) at(tick uint32) *version[T] {
	i := r.newest
	for range r.history {
		if v := &r.history[i]; v.tick <= tick {
			return v
		}
		if i--; i < 0 {
			i = len(r.history) - 1
		}
	}
	return nil
}

func (t *Table[T, P]) position(n int32) (x, y int32) { return P(&t.rows[n].cur).Position() }

// committed is the entity as the last Commit took it: what the game changes meanwhile is the next tick's.
func (r *row[T]) committed() *T { return &r.history[r.newest].state }

func (t *Table[T, P]) full(w *bits.Writer, n int32, owner bool) {
	P(t.rows[n].committed()).Write(w, owner)
}

func (t *Table[T, P]) versionAt(n int32, tick uint32) (uint32, bool) {
	v := t.rows[n].at(tick)
	if v == nil {
		return 0, false
	}
	return v.tick, true
}

func (t *Table[T, P]) delta(w *bits.Writer, n int32, a against, owner bool) {
	r := t.rows[n]
	now, base := P(r.committed()), &r.at(a.base).state
	if a.prior == 0 {
		now.WriteDelta(w, base, owner)
		return
	}
	any(now).(predictor[T]).WritePredicted(w, base, &r.at(a.prior).state, motion.Span{Ahead: int64(a.ahead), Lag: int64(a.lag)}, owner)
}
