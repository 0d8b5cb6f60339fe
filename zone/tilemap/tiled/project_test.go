package tiled

import (
	"maps"
	"strings"
	"testing"
)

const wallProject = `{"propertyTypes": [
	{"id": 1, "name": "Wall", "type": "class", "useAs": ["tile"], "members": [{"name": "solid", "type": "bool", "value": true}]},
	{"id": 2, "name": "slime", "type": "class", "useAs": ["object"], "members": [
		{"name": "count", "type": "int", "value": 3}, {"name": "stats", "type": "class", "propertyType": "Stats", "value": {"hp": 9}},
		{"name": "mood", "type": "string", "propertyType": "Mood", "value": "calm"},
		{"name": "drops", "type": "list", "value": [{"type": "string", "value": "goo"}, {"type": "int", "value": 2}]}]},
	{"id": 3, "name": "Stats", "type": "class", "members": [{"name": "hp", "type": "int", "value": 5}, {"name": "speed", "type": "float", "value": 1.5}]},
	{"id": 4, "name": "Mood", "type": "enum", "storageType": "string", "values": ["calm", "wild"], "valuesAsFlags": false},
	{"id": 5, "name": "Land", "type": "class", "useAs": ["map"], "members": [{"name": "weather", "type": "string", "value": "rain"}]}
]}`

func TestClassesOfTheProject(t *testing.T) {
	tile6 := `<tile id="6"><properties><property name="solid" type="bool" value="true"/></properties></tile>`
	project := map[string]string{"maps/game.tiled-project": wallProject}
	t.Run("a wall by its class", func(t *testing.T) {
		for _, attr := range []string{"type", "class"} {
			r := Check(with(files(t, tile6, `<tile id="6" `+attr+`="Wall"/>`), project), "maps/meadow.tmx")
			if len(r.Findings) > 0 || !r.Map.Solid(1, 0) {
				t.Errorf("%s: the wall is not solid; findings:\n%s", attr, listed(r))
			}
		}
	})
	t.Run("its own property counts more", func(t *testing.T) {
		r := Check(with(files(t, tile6, `<tile id="6" type="Wall"><properties><property name="solid" type="bool" value="false"/></properties></tile>`), project), "maps/meadow.tmx")
		if len(r.Findings) > 0 || r.Map.Solid(1, 0) {
			t.Errorf("the tile is solid; findings:\n%s", listed(r))
		}
	})
	t.Run("another spelling of the class", func(t *testing.T) {
		r := Check(with(files(t, tile6, `<tile id="6" type="wall"/>`), project), "maps/meadow.tmx")
		expect(t, r, Error, "maps/atlas.tsx", "tile 6", `"wall"`, `"Wall"`)
	})
	t.Run("a wall that nothing makes solid", func(t *testing.T) {
		expect(t, Check(files(t, tile6, `<tile id="6" type="Walls"/>`), "maps/meadow.tmx"), Error, "maps/atlas.tsx", "tile 6", `"Walls"`, "game.tiled-project")
		expect(t, Check(files(t, tile6, `<tile id="6" type="StoneWall"/>`), "maps/meadow.tmx"), Warning, "maps/atlas.tsx", "tile 6", `"StoneWall"`, "solid")
		r := Check(files(t, tile6, `<tile id="6" type="Wall"><properties><property name="solid" type="bool" value="false"/></properties></tile>`), "maps/meadow.tmx")
		if len(r.Findings) > 0 || r.Map.Solid(1, 0) {
			t.Errorf("findings:\n%s", listed(r))
		}
	})
	t.Run("a class for something else", func(t *testing.T) {
		r := Check(with(files(t, tile6, `<tile id="6" type="slime"/>`), project), "maps/meadow.tmx")
		if len(r.Findings) > 0 || r.Map.Solid(1, 0) {
			t.Errorf("findings:\n%s", listed(r))
		}
	})
	t.Run("defaults of objects and maps", func(t *testing.T) {
		r := Check(with(files(t, `<property name="count" type="int" value="2"/>`, `<property name="mood" propertytype="Mood" value="wild"/>`, `<map version`, `<map class="Land" version`), project), "maps/meadow.tmx")
		if len(r.Findings) > 0 {
			t.Fatalf("findings:\n%s", listed(r))
		}
		want := map[string]string{"count": "3", "mood": "wild", "stats.hp": "9", "stats.speed": "1.5", "drops.0": "goo", "drops.1": "2"}
		if got := r.Map.Objects[0].Props; !maps.Equal(got, want) {
			t.Errorf("properties are %v, want %v", got, want)
		}
		if r.Map.Props["weather"] != "rain" {
			t.Errorf("the map's properties are %v", r.Map.Props)
		}
	})
	t.Run("classes in lists", func(t *testing.T) {
		r := Check(with(files(t, `<property name="count" type="int" value="2"/>`,
			`<property name="l" type="list"><item type="class" propertytype="Stats"><properties><property name="hp" type="int" value="1"/></properties></item></property>`), project), "maps/meadow.tmx")
		if p := r.Map.Objects[0].Props; len(r.Findings) > 0 || p["l.0.hp"] != "1" || p["l.0.speed"] != "1.5" {
			t.Errorf("properties are %v; findings:\n%s", p, listed(r))
		}
	})
	t.Run("members that the file sets", func(t *testing.T) {
		r := Check(with(files(t, `<property name="count" type="int" value="2"/>`,
			`<property name="stats" type="class" propertytype="Stats"><properties><property name="speed" type="float" value="7"/></properties></property>`), project), "maps/meadow.tmx")
		if p := r.Map.Objects[0].Props; p["stats.hp"] != "5" || p["stats.speed"] != "7" {
			t.Errorf("properties are %v", p)
		}
	})
	t.Run("another spelling of an object's class", func(t *testing.T) {
		r := Check(with(files(t, `type="slime"`, `type="Slime"`), project), "maps/meadow.tmx")
		expect(t, r, Warning, `object "Slime" (id 4)`, `"Slime"`, `"slime"`)
	})
	t.Run("no project", func(t *testing.T) {
		gone := map[string]string{"maps/game.tiled-project": ""}
		r := Check(with(files(t, tile6, `<tile id="6" type="Wall"/>`), gone), "maps/meadow.tmx")
		expect(t, r, Error, "maps/atlas.tsx", "tile 6", `"Wall"`, ".tiled-project", "solid")
		r = Check(with(files(t), gone), "maps/meadow.tmx")
		expect(t, r, Warning, `object "Slime" (id 4)`, `"slime"`, ".tiled-project")
		r = Check(with(files(t, `<property name="count" type="int" value="2"/>`, `<property name="s" type="class" propertytype="Stats"><properties><property name="hp" type="int" value="2"/></properties></property>`), gone), "maps/meadow.tmx")
		expect(t, r, Warning, `object "Slime" (id 4)`, `"s"`, `"Stats"`, ".tiled-project")
		if r.Map.Objects[0].Props["s.hp"] != "2" {
			t.Errorf("properties are %v", r.Map.Objects[0].Props)
		}
	})
	t.Run("a project above", func(t *testing.T) {
		r := Check(with(files(t, tile6, `<tile id="6" type="Wall"/>`), map[string]string{"maps/game.tiled-project": "", "game.tiled-project": "\ufeff" + wallProject}), "maps/meadow.tmx")
		if len(r.Findings) > 0 || !r.Map.Solid(1, 0) {
			t.Errorf("findings:\n%s", listed(r))
		}
	})
	for name, c := range map[string]struct {
		more  map[string]string
		words []string
	}{
		"two projects":       {map[string]string{"maps/other.tiled-project": emptyProject}, []string{"game.tiled-project", "other.tiled-project", "keep one"}},
		"no JSON":            {map[string]string{"maps/game.tiled-project": "<project/>"}, []string{"maps/game.tiled-project", "not a Tiled project"}},
		"cut":                {map[string]string{"maps/game.tiled-project": wallProject[:200]}, []string{"maps/game.tiled-project", "not a Tiled project"}},
		"classes elsewhere":  {map[string]string{"maps/game.tiled-project": `{"objectTypesFile": "types.xml"}`}, []string{"maps/game.tiled-project", "types.xml"}},
		"default of no bool": {map[string]string{"maps/game.tiled-project": strings.Replace(wallProject, `"value": 3`, `"value": {}`, 1)}, []string{"maps/game.tiled-project", `"slime.count"`}},
		"class in itself": {map[string]string{"maps/game.tiled-project": `{"propertyTypes": [{"name": "slime", "type": "class", "members": [` +
			strings.Repeat(`{"name": "a", "type": "class", "propertyType": "slime", "value": {}},`, 4) + `{"name": "b", "type": "class", "propertyType": "slime", "value": {}}]}]}`}, []string{"maps/game.tiled-project"}},
		"class of nowhere": {map[string]string{"maps/game.tiled-project": strings.ReplaceAll(wallProject, `"name": "Stats"`, `"name": "Other"`)}, []string{"maps/game.tiled-project", `"Stats"`}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, Check(with(files(t), c.more), "maps/meadow.tmx"), Error, c.words...)
		})
	}
}
