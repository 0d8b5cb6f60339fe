package rpg

import (
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// guide knows the way to the nearest portal from every tile of a map: the neighbour that is nearer by one.
type guide struct {
	width int32
	next  []int32 // by tile; its own index in a portal, -1 where no way leads to one
}

// newGuide looks from the portals outwards; diagonals would cut corners that a body does not pass.
func newGuide(m *tilemap.Map) *guide {
	g := &guide{width: m.Width, next: make([]int32, m.Width*m.Height)}
	var queue []int32
	for i := range g.next {
		g.next[i] = -1
		if x, y := g.middle(int32(i)); m.PortalAt(x, y) >= 0 {
			g.next[i] = int32(i)
			queue = append(queue, int32(i))
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		x, y := at%g.width, at/g.width
		for _, to := range [...][2]int32{{x + 1, y}, {x - 1, y}, {x, y + 1}, {x, y - 1}} {
			if m.Solid(to[0], to[1]) { // as everything outside the map is
				continue
			}
			if tile := to[1]*g.width + to[0]; g.next[tile] < 0 {
				g.next[tile] = at
				queue = append(queue, tile)
			}
		}
	}
	return g
}

func (g *guide) middle(tile int32) (x, y int32) {
	return tile%g.width*mover.UnitsPerTile + mover.UnitsPerTile/2, tile/g.width*mover.UnitsPerTile + mover.UnitsPerTile/2
}

// heading is where to walk from a place to come nearer to a portal; false: no way leads there.
func (g *guide) heading(x, y int32) (mover.Input, bool) {
	tile := (y>>mover.TileShift)*g.width + (x >> mover.TileShift)
	if tile < 0 || int(tile) >= len(g.next) || g.next[tile] < 0 {
		return mover.Input{}, false
	}
	toX, toY := g.middle(g.next[tile])
	dx, dy := toX-x, toY-y
	most := max(dx, -dx, dy, -dy, 1)
	const full = 89 // a diagonal of it is as long as an input may be
	return mover.Input{X: int8(dx * full / most), Y: int8(dy * full / most)}, true
}
