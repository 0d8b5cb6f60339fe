package tiled

import (
	"bytes"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/realmwire/realmwire/zone/tilemap"
)

const tsx = `<?xml version="1.0" encoding="UTF-8"?>
<tileset version="1.10" name="atlas" tilewidth="16" tileheight="16" tilecount="32" columns="16">
 <image source="atlas.png" width="256" height="32"/>
 <tile id="6"><properties><property name="solid" type="bool" value="true"/></properties></tile>
 <tile id="8"><properties><property name="solid" type="bool" value="false"/></properties></tile>
</tileset>`

// good is a 4×3 map: water (solid) at column 1 of row 0, a barrier at column 3 of row 2, overhead water that is not solid.
const good = `<?xml version="1.0" encoding="UTF-8"?>
<map version="1.10" orientation="orthogonal" renderorder="right-down" width="4" height="3" tilewidth="16" tileheight="16" infinite="0">
 <properties><property name="title" value="The Meadow"/><property name="music" value="calm"/></properties>
 <tileset firstgid="1" source="atlas.tsx"/>
 <layer id="1" name="terrain" width="4" height="3"><data encoding="csv">
1,7,1,1,
1,9,1,1,
1,1,1,1
</data></layer>
 <layer id="2" name="overhead" width="4" height="3"><data encoding="csv">7,0,0,0,0,0,0,0,0,0,0,0</data></layer>
 <layer id="3" name="barriers" width="4" height="3"><data encoding="csv">0,0,0,0,0,0,0,0,0,0,0,5</data></layer>
 <objectgroup id="4" name="spawns"><object id="1" name="start" x="24" y="24"><point/></object><object id="2" name="east" x="40.5" y="8"><point/></object></objectgroup>
 <objectgroup id="5" name="portals"><object id="3" name="cave" x="32" y="16" width="16" height="16"><properties>
  <property name="to_zone" value="dungeon"/><property name="to_point" value="gate"/></properties></object></objectgroup>
 <objectgroup id="6" name="npcs"><object id="4" name="Slime" type="slime" x="0" y="0" width="32" height="16"><properties><property name="count" type="int" value="2"/></properties></object></objectgroup>
</map>`

func load(tmx string) (*tilemap.Loaded, error) {
	return Load(fstest.MapFS{"maps/meadow.tmx": {Data: []byte(tmx)}, "maps/atlas.tsx": {Data: []byte(tsx)}}, "maps/meadow.tmx")
}

func TestLoad(t *testing.T) {
	m, err := load(good)
	if err != nil {
		t.Fatal(err)
	}
	if m.Name != "meadow" || m.Title != "The Meadow" || m.Width != 4 || m.Height != 3 || m.Props["music"] != "calm" {
		t.Errorf("head is %+v", m.Map)
	}
	var solid []string
	for y := int32(-1); y <= 3; y++ {
		row := ""
		for x := int32(-1); x <= 4; x++ {
			if m.Solid(x, y) {
				row += "#"
			} else {
				row += "."
			}
		}
		solid = append(solid, row)
	}
	if got, want := strings.Join(solid, "\n"), "######\n#.#..#\n#....#\n#...##\n######"; got != want {
		t.Errorf("solid tiles:\n%s\nwant:\n%s", got, want)
	}
	if len(m.Layers) != 2 || m.Layers[0].Name != "terrain" || m.Layers[0].Tiles[1] != 7 || m.Layers[1].Name != "overhead" {
		t.Errorf("layers are %+v", m.Layers)
	}
	if want := (tilemap.Portal{Name: "cave", X: 512, Y: 256, W: 256, H: 256, ToZone: "dungeon", ToPoint: "gate"}); len(m.Portals) != 1 || m.Portals[0] != want {
		t.Errorf("portals are %+v, want %+v", m.Portals, want)
	}
	if s, ok := m.Spawn("east"); !ok || s.X != 648 || s.Y != 128 {
		t.Errorf("spawn east is %+v", s)
	}
	if len(m.Objects) != 1 || m.Objects[0].Kind != "slime" || m.Objects[0].W != 512 || m.Objects[0].Props["count"] != "2" {
		t.Errorf("objects are %+v", m.Objects)
	}
	if bytes.Contains(m.Artefact(), []byte("slime")) {
		t.Error("the artefact tells clients where NPCs are")
	}
	if m.PortalAt(600, 300) != 0 || m.PortalAt(600, 200) != -1 || m.PortalAt(768, 300) != -1 {
		t.Error("PortalAt is wrong about its edges")
	}
}

// One file is one artefact, and one hash; another tile is another.
func TestTheArtefactIsTheMaps(t *testing.T) {
	m, err := load(good)
	if err != nil {
		t.Fatal(err)
	}
	again, err := load(good)
	if err != nil || again.Hash() != m.Hash() {
		t.Fatalf("the same file gives two hashes (%v)", err)
	}
	back, err := tilemap.Parse(m.Artefact())
	if err != nil || back.Hash() != m.Hash() || back.Portals[0] != m.Portals[0] {
		t.Fatalf("the artefact reads back as %+v (%v)", back, err)
	}
	other, err := load(strings.Replace(good, "1,1,1,1\n", "1,1,1,7\n", 1))
	if err != nil || other.Hash() == m.Hash() {
		t.Fatalf("another map has the same hash (%v)", err)
	}
}

// Every refusal names the file, the layer and the object, and says what to do.
func TestLoadRefuses(t *testing.T) {
	swap := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the good map has no %q", old)
		}
		return strings.Replace(good, old, with, 1)
	}
	object := func(layer, text string) string {
		return swap(`name="`+layer+`">`, `name="`+layer+`">`+text)
	}
	for _, c := range []struct {
		name, tmx string
		want      []string
	}{
		{"not xml", "PNG", []string{"not a Tiled map"}},
		{"tileset instead of map", tsx, []string{"not a Tiled map but a <tileset>"}},
		{"isometric", swap("orthogonal", "isometric"), []string{"is isometric", "orthogonal"}},
		{"tile size", swap(`tilewidth="16"`, `tilewidth="32"`), []string{"32×16", "16×16"}},
		{"infinite", swap(`infinite="0"`, `infinite="1"`), []string{"infinite"}},
		{"huge", swap(`width="4"`, `width="1000000"`), []string{"1000000×3", "resize"}},
		{"no terrain", swap(`name="terrain"`, `name="decor"`), []string{`layer "terrain" is missing`, "add a tile layer"}},
		{"no barriers", swap(`name="barriers"`, `name="decor"`), []string{`layer "barriers" is missing`}},
		{"unknown layer", swap(`name="overhead"`, `name="overheat"`), []string{`layer "overheat"`, "rename"}},
		{"twice", swap(`name="overhead"`, `name="terrain"`), []string{`layer "terrain"`, "two"}},
		{"short layer", swap("1,7,1,1,\n", ""), []string{`layer "terrain"`, "has 8 tiles", "need 12"}},
		{"not a number", swap("1,7,1", "1,seven,1"), []string{`layer "terrain"`, "seven", "column 1, row 0"}},
		{"base64", swap(`encoding="csv"`, `encoding="base64"`), []string{`layer "terrain"`, "CSV"}},
		{"unknown tile", swap("1,7,1", "1,77,1"), []string{`layer "terrain"`, "tile 76", "column 1, row 0"}},
		{"tile below the tileset", swap(`firstgid="1"`, `firstgid="3"`), []string{`layer "terrain"`, "tile 1 ", "in no tileset"}},
		{"flipped", swap("1,7,1", "1,2147483655,1"), []string{`layer "terrain"`, "flipped"}},
		{"shifted layer", swap(`name="terrain"`, `name="terrain" offsetx="3"`), []string{`layer "terrain"`, "shifted"}},
		{"no tileset file", swap("atlas.tsx", "other.tsx"), []string{"other.tsx"}},
		{"image layer", swap(`<objectgroup id="4"`, `<imagelayer name="sky"/><objectgroup id="4"`), []string{`layer "sky"`, "image layers"}},
		{"no start", swap(`name="start"`, `name="begin"`), []string{`layer "spawns"`, `"start"`, "add"}},
		{"no spawns", swap(`name="spawns"`, `name="spawn"`), []string{`layer "spawns"`, `"start"`}},
		{"two spawns", object("spawns", `<object id="9" name="east" x="1" y="1"/>`), []string{`layer "spawns"`, `object "east" (id 2)`, "rename"}},
		{"spawn without name", object("spawns", `<object id="9" x="1" y="1"/>`), []string{`object "" (id 9)`, "no name"}},
		{"spawn in water", object("spawns", `<object id="9" name="wet" x="20" y="1"/>`), []string{`object "wet" (id 9)`, "column 1, row 0"}},
		{"spawn outside", object("spawns", `<object id="9" name="out" x="64" y="1"/>`), []string{`object "out" (id 9)`, "outside the map"}},
		{"spawn on the edge", object("spawns", `<object id="9" name="edge" x="63.99" y="1"/>`), []string{`object "edge" (id 9)`, "column 4, row 0"}},
		{"negative", object("npcs", `<object id="9" name="out" x="-1" y="1"/>`), []string{`layer "npcs", object "out" (id 9)`, "outside the map"}},
		{"rotated", object("npcs", `<object id="9" name="bent" x="1" y="1" rotation="30"/>`), []string{`object "bent" (id 9)`, "rotated"}},
		{"ellipse", object("portals", `<object id="9" name="round" x="1" y="1" width="9" height="9"><ellipse/></object>`), []string{`object "round" (id 9)`, "rectangle"}},
		{"portal leads nowhere", swap(`name="to_zone"`, `name="two_zone"`), []string{`layer "portals", object "cave" (id 3)`, "leads nowhere", "to_zone"}},
		{"portal target", swap(`value="dungeon"`, `value="The Dungeon"`), []string{`object "cave" (id 3)`, `"The Dungeon"`, "to_zone"}},
		{"portal point", object("portals", `<object id="9" name="dot" x="1" y="1"/>`), []string{`object "dot" (id 9)`, "rectangle"}},
		{"portal twice", object("portals", `<object id="9" name="cave" x="1" y="1" width="1" height="1"><properties><property name="to_zone" value="a"/></properties></object>`), []string{`object "cave" (id 3)`, "two portals"}},
		{"long title", swap("The Meadow", strings.Repeat("m", 65)), []string{"title"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := load(c.tmx)
			if err == nil {
				t.Fatal("was accepted")
			}
			for _, want := range append(c.want, "meadow") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error does not say %q:\n%v", want, err)
				}
			}
		})
	}
	if _, err := Load(fstest.MapFS{}, "maps/gone.tmx"); err == nil || !strings.Contains(err.Error(), "maps/gone.tmx") {
		t.Errorf("a missing file gives %v", err)
	}
	if _, err := Load(fstest.MapFS{"My Map.tmx": {Data: []byte(good)}, "atlas.tsx": {Data: []byte(tsx)}}, "My Map.tmx"); err == nil || !strings.Contains(err.Error(), "rename it") {
		t.Errorf("a bad file name gives %v", err)
	}
}

func TestEverythingWrongIsListedAtOnce(t *testing.T) {
	tmx := strings.Replace(good, `name="to_zone"`, `name="x"`, 1)
	tmx = strings.Replace(tmx, `name="barriers"`, `name="walls"`, 1)
	_, err := load(tmx)
	if err == nil || !strings.Contains(err.Error(), "leads nowhere") || !strings.Contains(err.Error(), `"walls"`) || !strings.Contains(err.Error(), `"barriers" is missing`) {
		t.Fatalf("not everything is listed:\n%v", err)
	}
}
