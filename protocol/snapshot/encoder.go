package snapshot

import "github.com/realmwire/realmwire/protocol/bits"

// Encoder is what one goroutine encodes snapshots with: scratch memory, and the bodies that it has encoded this tick, so that
// a move which forty clients share is encoded once and copied as bits. It belongs to one goroutine at a time, and a view to
// one encoder at a time. Between [World.Commit] and the next change of the world, any number of encoders may work at once on
// different views: they only read the world.
type Encoder struct {
	world  *World
	tick   uint32      // of the bodies in arena
	arena  []byte      // bodies that everyone sees, shared by the views
	bodies []bodyCache // by the slot of an ID: where arena holds them
	body   bits.Writer // scratch for one body
	sum    bits.Writer // scratch for checksums
	sumB   []byte

	section section // scratch for the best tier
}

// NewEncoder makes an encoder for views of a world.
func NewEncoder(w *World) *Encoder { return &Encoder{world: w} }

// begin readies the encoder for the world's tick.
func (e *Encoder) begin() {
	if e.tick != e.world.tick {
		e.tick, e.arena = e.world.tick, e.arena[:0]
	}
	if n := len(e.world.places); n > len(e.bodies) {
		e.bodies = append(e.bodies, make([]bodyCache, n-len(e.bodies))...)
	}
}

// bodyCache remembers where an encoder holds an entity's bodies of this tick, by what they differ from.
type bodyCache struct {
	id      ID
	tick    uint32
	n       int32
	entries [4]cachedBody
}

type cachedBody struct {
	against
	at span
}

// span is where the arena holds some bits.
type span struct {
	off, bits int32
}

// publicBody finds or writes the bits of an entity as others see it.
func (e *Encoder) publicBody(id ID, p *place, a against) span {
	c := &e.bodies[uint16(id)]
	if c.tick != e.tick || c.id != id {
		c.id, c.tick, c.n = id, e.tick, 0
	}
	for i := range c.n {
		if b := &c.entries[i]; b.against == a {
			return b.at
		}
	}
	off := len(e.arena)
	e.body.Reset(e.arena)
	e.world.writeBody(&e.body, p, a, false)
	at := span{int32(off), int32(e.body.Len() - off*8)}
	e.arena = e.body.Bytes()
	if int(c.n) < len(c.entries) {
		c.entries[c.n] = cachedBody{a, at}
		c.n++
	}
	return at
}
