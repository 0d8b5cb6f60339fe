package rpg

import (
	"testing"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// From wherever a body can stand, the guide leads it into a portal, and no corner holds it up.
func TestGuideLeadsToAPortal(t *testing.T) {
	walk := PlayerParams(20)
	for zone, ground := range loadMaps(t) {
		g := newGuide(ground.Map)
		arrived := 0
		for tile := range g.next {
			x, y := g.middle(int32(tile))
			// Off the middle, where a body is as it walks about.
			at := mover.State{X: x + int32(tile%7)*30 - 90, Y: y + int32(tile%5)*40 - 80}
			if g.next[tile] < 0 || mover.Blocked(ground, at.X, at.Y, walk) {
				continue
			}
			if !arrives(ground.Map, g, at, walk) {
				t.Errorf("%s: from %d, %d the guide leads to no portal", zone, at.X, at.Y)
			}
			arrived++
		}
		if start, _ := ground.Spawn(tilemap.StartSpawn); !arrives(ground.Map, g, mover.State{X: start.X, Y: start.Y}, walk) {
			t.Errorf("%s: no way from the start to a portal", zone)
		}
		if arrived < 100 {
			t.Errorf("%s: only %d places were tried", zone, arrived)
		}
	}
}

func arrives(m *tilemap.Map, g *guide, at mover.State, walk mover.Params) bool {
	ticks := uint32(len(g.next)) // more than any way takes
	for tick := uint32(1); tick < ticks; tick++ {
		if m.PortalAt(at.X, at.Y) >= 0 {
			return true
		}
		in, ok := g.heading(at.X, at.Y)
		if !ok || !in.Valid() {
			return false
		}
		next := mover.Step(m, at, in, walk, tick)
		if next.X == at.X && next.Y == at.Y {
			return false
		}
		at = next
	}
	return false
}

func TestGuideWithoutPortals(t *testing.T) {
	m, err := tilemap.Blank("field", "Field", 8, 8)
	if err != nil {
		t.Fatal(err)
	}
	g := newGuide(m)
	for _, at := range [][2]int32{{0, 0}, {900, 900}, {-5, 3}, {1 << 20, 1 << 20}} {
		if in, ok := g.heading(at[0], at[1]); ok {
			t.Errorf("at %v it leads %v to nowhere", at, in)
		}
	}
}
