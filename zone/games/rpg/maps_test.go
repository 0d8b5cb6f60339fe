package rpg

import (
	"testing"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
	"github.com/realmwire/realmwire/zone/tilemap/tiled"
)

func loadMaps(t *testing.T) map[string]*tilemap.Loaded {
	t.Helper()
	out := map[string]*tilemap.Loaded{}
	for _, z := range Game.Zones {
		m, err := tiled.Load(Game.Maps, z.Map)
		if err != nil {
			t.Fatal(err)
		}
		if m.Name != z.Name || m.Title != z.Title {
			t.Errorf("zone %q (%q) has the map %q (%q)", z.Name, z.Title, m.Name, m.Title)
		}
		out[z.Name] = m
	}
	return out
}

// reachable is every half-tile that a player who starts at a spawn point can get to.
func reachable(m *tilemap.Map, from tilemap.Spawn) map[[2]int32]bool {
	const grid = mover.UnitsPerTile / 2
	p := PlayerParams(20)
	seen := map[[2]int32]bool{}
	open := [][2]int32{{from.X / grid, from.Y / grid}}
	for len(open) > 0 {
		at := open[len(open)-1]
		open = open[:len(open)-1]
		if seen[at] || mover.Blocked(m, at[0]*grid, at[1]*grid, p) {
			continue
		}
		seen[at] = true
		open = append(open, [2]int32{at[0] + 1, at[1]}, [2]int32{at[0] - 1, at[1]}, [2]int32{at[0], at[1] + 1}, [2]int32{at[0], at[1] - 1})
	}
	return seen
}

func TestMapsCanBePlayed(t *testing.T) {
	const grid = mover.UnitsPerTile / 2
	maps := loadMaps(t)
	all := map[string]*tilemap.Map{}
	for name, m := range maps {
		all[name] = m.Map
		start, _ := m.Spawn(tilemap.StartSpawn)
		seen := reachable(m.Map, start)
		if len(seen) < 1000 {
			t.Errorf("%s: only %d half-tiles can be walked from the start", name, len(seen))
		}
		for _, s := range m.Spawns {
			if !seen[[2]int32{s.X / grid, s.Y / grid}] {
				t.Errorf("%s: spawn %q cannot be reached from the start", name, s.Name)
			}
			if m.PortalAt(s.X, s.Y) >= 0 {
				t.Errorf("%s: spawn %q lies in a portal", name, s.Name)
			}
		}
		for _, p := range m.Portals {
			hit := false
			for at := range seen {
				hit = hit || p.Contains(at[0]*grid, at[1]*grid)
			}
			if !hit {
				t.Errorf("%s: portal %q cannot be walked into", name, p.Name)
			}
			back := maps[p.ToZone].Map
			arrive, ok := back.Spawn(p.ToPoint)
			if !ok {
				t.Fatalf("%s: portal %q leads to no point", name, p.Name)
			}
			// Whoever arrives stands near the way back, but not so near that a step takes it there again.
			near := false
			for _, q := range back.Portals {
				dx, dy := arrive.X-(q.X+q.W/2), arrive.Y-(q.Y+q.H/2)
				d := dx*dx + dy*dy
				near = near || q.ToZone == name && d < 36*mover.UnitsPerTile*mover.UnitsPerTile
				if d < 4*mover.UnitsPerTile*mover.UnitsPerTile {
					t.Errorf("%s: who comes through %q stands in front of %q", name, p.Name, q.Name)
				}
			}
			if !near {
				t.Errorf("%s: who comes through %q arrives far from the way back", name, p.Name)
			}
		}
		if len(m.Objects) == 0 || len(m.Layers) != 3 {
			t.Errorf("%s: %d objects, %d layers", name, len(m.Objects), len(m.Layers))
		}
	}
	for _, err := range tilemap.CheckLinks(all) {
		t.Error(err)
	}
}
