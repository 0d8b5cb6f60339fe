package snapshot

import "github.com/realmwire/realmwire/protocol/bits"

// World is the replicated entities of one zone. Its zone's goroutine owns it; between [World.Commit] and the next change
// any number of views may be encoded, by several goroutines at once if each has an [Encoder].
type World struct {
	tables []rows
	places []place // by the slot of an ID
	free   []uint16
	tick   uint32
	// predicts: a table's kind has predicted components, so that views look for versions from before the baseline.
	predicts bool

	best  int     // tables that are ready for views of the best tier; -1: there is no such view
	usual Encoder // of View.Encode
}

// place is where an entity's row is.
type place struct {
	generation uint16
	table      int16 // -1: none
	row        int32
	public     uint32 // version in which what everyone sees last changed; 0 before the first Commit
	private    uint32 // likewise for what only the owner sees
}

// against is what a body differs from: versions, and how far they reach.
type against struct {
	base       uint32 // 0: the body is whole
	prior      uint32 // 0: none
	ahead, lag uint8  // 0 without a prior
}

// rows is a Table without its type.
type rows interface {
	kind() uint8
	priority() float32
	commit(tick uint32)
	remove(row int32)
	predicted() bool
	position(row int32) (x, y int32)
	full(w *bits.Writer, row int32, owner bool)
	delta(w *bits.Writer, row int32, a against, owner bool)
	versionAt(row int32, tick uint32) (version uint32, ok bool)
	newCodec() BestCodec
	coded() bool
	enableBest()
	othersChanged(row int32) uint32
	rowAt(dst []int64, row int32, tick uint32) bool
}

// NewWorld makes an empty world.
func NewWorld() *World {
	w := &World{best: -1}
	w.usual.world = w
	return w
}

// Tick is the tick of the last Commit.
func (w *World) Tick() uint32 { return w.tick }

// Commit takes the entities as they stand for tick's state. Ticks rise; the first is above 0.
func (w *World) Commit(tick uint32) {
	w.tick = tick
	if w.best >= 0 {
		w.enableBest() // the game may have made another table
	}
	for _, t := range w.tables {
		t.commit(tick)
	}
}

// All goes over the entities alive, in an order that equal runs repeat. Nothing may be spawned or despawned meanwhile.
func (w *World) All(yield func(ID) bool) {
	for slot := range w.places {
		if p := &w.places[slot]; p.table >= 0 && !yield(ID(p.generation)<<16|ID(slot)) {
			return
		}
	}
}

// Position is where an entity is now; false when it is gone.
func (w *World) Position(id ID) (x, y int32, ok bool) {
	p := w.find(id)
	if p == nil {
		return 0, 0, false
	}
	x, y = w.tables[p.table].position(p.row)
	return x, y, true
}

// Kind is an entity's kind; 0 when it is gone.
func (w *World) Kind(id ID) uint8 {
	p := w.find(id)
	if p == nil {
		return 0
	}
	return w.tables[p.table].kind()
}

// Alive reports whether id names an entity of this world.
func (w *World) Alive(id ID) bool { return w.find(id) != nil }

// priority is what an entity's schema says of its claim on a full snapshot; 1 is usual.
func (w *World) priority(id ID) float32 {
	if p := w.find(id); p != nil {
		return w.tables[p.table].priority()
	}
	return 1
}

// Despawn removes an entity. A name that is gone already is passed over.
func (w *World) Despawn(id ID) {
	p := w.find(id)
	if p == nil {
		return
	}
	w.tables[p.table].remove(p.row)
	p.table = -1
	w.free = append(w.free, uint16(id))
}

func (w *World) find(id ID) *place {
	i := int(uint16(id))
	if i >= len(w.places) {
		return nil
	}
	p := &w.places[i]
	if p.table < 0 || p.generation != uint16(id>>16) {
		return nil
	}
	return p
}

// place names a new row. It returns 0 when the world is full.
func (w *World) place(table int16, row int32) ID {
	// Slots wait in a queue, so that a name does not soon come back with the next generation.
	if len(w.free) > 64 || len(w.places) >= MaxEntities && len(w.free) > 0 {
		slot := w.free[0]
		w.free = append(w.free[:0], w.free[1:]...)
		p := &w.places[slot]
		p.generation++
		if p.generation == 0 {
			p.generation = 1
		}
		*p = place{generation: p.generation, table: table, row: row}
		return ID(p.generation)<<16 | ID(slot)
	}
	if len(w.places) >= MaxEntities {
		return 0
	}
	w.places = append(w.places, place{generation: 1, table: table, row: row})
	return ID(1)<<16 | ID(len(w.places)-1)
}

func (w *World) writeBody(dst *bits.Writer, p *place, a against, owner bool) {
	if t := w.tables[p.table]; a.base == 0 {
		t.full(dst, p.row, owner)
	} else {
		t.delta(dst, p.row, a, owner)
	}
}
