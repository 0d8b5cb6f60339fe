package core

import (
	"math"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/interest"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

const (
	leaveTiles = 3   // how much further than it came in something goes out of view
	farWeight  = 0.3 // claim on the budget of an entity at the edge of view; a near one has 1
	weighEvery = 16  // ticks between looks at how near an entity is
)

func viewRadii(tiles int) interest.Radii {
	return interest.Radii{Enter: int32(tiles) * mover.UnitsPerTile, Leave: int32(tiles+leaveTiles) * mover.UnitsPerTile}
}

// index knows where every entity is. The zone's core owns it.
type index struct {
	grid  *interest.Grid
	ids   []snapshot.ID // by slot, the low half of an ID; 0: none
	stamp []uint32      // by slot: tick in which the entity was last seen alive
	slots []interest.Slot
	tick  uint32
	world *snapshot.World
	visit func(snapshot.ID) bool
}

func (x *index) init(m *tilemap.Map, r interest.Radii) {
	x.grid = interest.New(m.Width*mover.UnitsPerTile, m.Height*mover.UnitsPerTile, max(r.Enter/2, mover.UnitsPerTile))
	x.visit = x.see // bound once: binding allocates
}

// refresh brings the index to the entities' places in this tick.
func (x *index) refresh(tick uint32, world *snapshot.World) {
	x.tick, x.world = tick, world
	world.All(x.visit)
	keep := x.slots[:0]
	for _, s := range x.slots {
		if x.stamp[s] == tick {
			keep = append(keep, s)
			continue
		}
		x.grid.Remove(s)
		x.ids[s] = 0
	}
	x.slots = keep
}

func (x *index) see(id snapshot.ID) bool {
	px, py, alive := x.world.Position(id)
	if !alive {
		return true
	}
	s := interest.Slot(uint16(id))
	for int(s) >= len(x.ids) {
		x.ids, x.stamp = append(x.ids, 0), append(x.stamp, 0)
	}
	x.stamp[s] = x.tick
	switch x.ids[s] {
	case id:
		x.grid.Move(s, px, py)
	case 0:
		x.ids[s] = id
		x.slots = append(x.slots, s)
		x.grid.Insert(s, px, py)
	default: // the slot has a new tenant
		x.ids[s] = id
		x.grid.Remove(s)
		x.grid.Insert(s, px, py)
	}
	return true
}

// updateInterest finds what a client has in view.
func (c *Core) updateInterest(s *session) {
	x, y, alive := c.world.Position(s.entity)
	if !alive {
		return // the game took the entity away; the view stays where it was
	}
	entered, left := s.sees.Update(c.index.grid, x, y, c.radii)
	for _, slot := range left {
		// A slot with a new tenant names one that is not in view: nothing happens, and its old one is gone from the world.
		if id := c.index.ids[slot]; id != s.entity {
			s.view.Leave(id)
		}
	}
	for _, slot := range entered {
		id := c.index.ids[slot]
		if !s.view.Enter(id, id == s.entity) {
			s.sees.Forget(slot)
		}
	}
	for i := int(c.tick+uint32(s.conn)) % weighEvery; i < s.sees.Len(); i += weighEvery {
		id := c.index.ids[s.sees.At(i)]
		if ex, ey, ok := c.world.Position(id); ok {
			far := math.Hypot(float64(ex-x), float64(ey-y)) / float64(c.radii.Enter)
			// The conversion keeps a compiler from fusing the two steps, which would round otherwise elsewhere.
			s.view.SetWeight(id, float32(max(farWeight, 1-float64(far*(1-farWeight)))))
		}
	}
}
