package tilemap

import (
	"fmt"
	"strings"
	"testing"
)

// meadow is a 4×3 map: water (solid) at column 1 of row 0, a barrier at column 3 of row 2, a portal and two spawn points.
func meadow() (*Map, error) {
	solid := make([]bool, 12)
	solid[1], solid[11] = true, true
	return New(Map{
		Name: "meadow", Title: "The Meadow", Width: 4, Height: 3, Props: map[string]string{"music": "calm"},
		Layers:  []Layer{{Name: LayerTerrain, Tiles: []uint16{1, 7, 1, 1, 1, 9, 1, 1, 1, 1, 1, 1}}},
		Spawns:  []Spawn{{Name: StartSpawn, X: 384, Y: 384}, {Name: "east", X: 648, Y: 128}},
		Portals: []Portal{{Name: "cave", X: 512, Y: 256, W: 256, H: 256, ToZone: "dungeon", ToPoint: "gate"}},
	}, solid)
}

func TestArtefactRoundTrip(t *testing.T) {
	m, err := meadow()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Parse(m.Artefact())
	if err != nil {
		t.Fatal(err)
	}
	if back.Hash() != m.Hash() || len(m.Hash()) != 64 {
		t.Fatalf("hash %s after a round trip, was %s", back.Hash(), m.Hash())
	}
	if err := back.seal(); err != nil || back.Hash() != m.Hash() {
		t.Fatalf("encoding again gives hash %s, was %s (%v)", back.Hash(), m.Hash(), err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, m := range map[string]Map{
		"no size":          {Name: "a"},
		"size beyond":      {Name: "a", Width: MaxSide + 1, Height: 1},
		"tiles and size":   {Name: "a", Width: 2, Height: 2},
		"no start":         {Name: "a", Width: 1, Height: 1, Layers: []Layer{{Name: LayerTerrain, Tiles: []uint16{0}}}},
		"no name":          {Width: 1, Height: 1, Layers: []Layer{{Name: LayerTerrain, Tiles: []uint16{0}}}, Spawns: []Spawn{{Name: StartSpawn}}},
		"an unknown layer": {Name: "a", Width: 1, Height: 1, Layers: []Layer{{Name: "sky", Tiles: []uint16{0}}}, Spawns: []Spawn{{Name: StartSpawn}}},
	} {
		if _, err := New(m, make([]bool, 1)); err == nil {
			t.Errorf("%s: was accepted", name)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	m, err := meadow()
	if err != nil {
		t.Fatal(err)
	}
	raw := string(m.Artefact())
	for i, c := range [][2]string{
		{`"format":1`, `"format":2`},
		{`"name":"meadow"`, `"name":"../meadow"`},
		{`"width":4`, `"width":5`},
		{`"width":4`, `"width":-4`},
		{`"height":3`, `"height":100000`},
		{`"tile_px":16`, `"tile_px":8`},
		{`"solid":"Agg="`, `"solid":"Ag=="`},
		{`"name":"terrain"`, `"name":"secret"`},
		{`"tiles":[1,7,`, `"tiles":[1,7,1,`},
		{`"tiles":[1,7,`, `"tiles":[1,70000,`},
		{`"name":"start"`, `"name":"begin"`},
		{`"x":512,"y":256,"w":256`, `"x":512,"y":256,"w":2147483647`},
		{`"to_zone":"dungeon"`, `"to_zone":""`},
		{`"to_point":"gate"`, `"to_point":""`},
		{`{"format"`, `["format"`},
	} {
		bad := strings.Replace(raw, c[0], c[1], 1)
		if bad == raw {
			t.Fatalf("case %d: the artefact has no %q: %s", i, c[0], raw)
		}
		if _, err := Parse([]byte(bad)); err == nil {
			t.Errorf("case %d: %q was accepted", i, c[1])
		}
	}
	if _, err := Parse(make([]byte, MaxArtefact+1)); err == nil || !strings.Contains(err.Error(), fmt.Sprint(MaxArtefact)) {
		t.Errorf("an oversized artefact gives %v", err)
	}
}

func TestCheckLinks(t *testing.T) {
	a, err := meadow()
	if err != nil {
		t.Fatal(err)
	}
	if errs := CheckLinks(map[string]*Map{"meadow": a}); len(errs) != 1 || !strings.Contains(errs[0].Error(), `zone "dungeon"`) {
		t.Errorf("a missing zone gives %v", errs)
	}
	b, err := Blank("dungeon", "Dungeon", 3, 3)
	if err != nil {
		t.Fatal(err)
	}
	if errs := CheckLinks(map[string]*Map{"meadow": a, "dungeon": b}); len(errs) != 1 || !strings.Contains(errs[0].Error(), `point "gate"`) {
		t.Errorf("a missing point gives %v", errs)
	}
	b.Spawns[0].Name = "gate"
	if errs := CheckLinks(map[string]*Map{"meadow": a, "dungeon": b}); len(errs) != 0 {
		t.Errorf("good links give %v", errs)
	}
	// A portal leads to a zone, whatever the map is called on which that is played.
	if errs := CheckLinks(map[string]*Map{"meadow": a, "deep": b}); len(errs) != 1 || !strings.Contains(errs[0].Error(), `zone "dungeon"`) {
		t.Errorf("a map of the right name under a zone of another gives %v", errs)
	}
	if errs := CheckLinks(map[string]*Map{"meadow": a, "mirror": a, "dungeon": b}); len(errs) != 0 {
		t.Errorf("two zones on one map give %v", errs)
	}
}

func TestBlank(t *testing.T) {
	m, err := Blank("arena", "Arena", 7, 5)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Parse(m.Artefact()); err != nil {
		t.Fatal(err)
	}
	if m.Solid(0, 0) || m.Solid(6, 4) || !m.Solid(7, 0) || !m.Solid(0, -1) {
		t.Error("a blank map is open inside and solid outside")
	}
	if _, err := Blank("arena", "Arena", 0, 5); err == nil {
		t.Error("an empty map was accepted")
	}
}

func FuzzParse(f *testing.F) {
	m, err := meadow()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(m.Artefact())
	f.Add([]byte(`{"format":1,"width":1024,"height":1024}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		if err != nil {
			return
		}
		for y := int32(-1); y <= m.Height; y += max(1, m.Height/3) {
			for x := int32(-1); x <= m.Width; x += max(1, m.Width/3) {
				m.Solid(x, y)
				m.PortalAt(x<<8, y<<8)
			}
		}
		if _, ok := m.Spawn(StartSpawn); !ok {
			t.Fatal("a map without a start was accepted")
		}
	})
}
