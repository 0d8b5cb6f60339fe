package tiled

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// FuzzCheck reads any bytes as the files of a map: it never panics, and a map comes out exactly where no error was found.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(good), []byte(tsx), []byte(wallProject), []byte(`<template><object type="slime" width="1" height="1"/></template>`))
	f.Add([]byte(good[:500]), []byte(`<tileset tilewidth="16" tileheight="16" tilecount="3"><tile id="0" type="Wall"/></tileset>`), []byte("{}"), []byte("{"))
	f.Add([]byte(`<map orientation="orthogonal" width="1" height="1" tilewidth="16" tileheight="16"><tileset source="atlas.tsx"/>`+
		`<group offsetx="1"><layer name="terrain"><data encoding="csv">1</data></layer></group><layer name="barriers"><data encoding="csv">0</data></layer>`+
		`<objectgroup name="spawns"><object name="start" template="a.tx" x="8" y="8"/></objectgroup></map>`), []byte(tsx), []byte(emptyProject), []byte(`<template><object/></template>`))
	f.Fuzz(func(t *testing.T, tmx, set, project, template []byte) {
		sound(t, Check(fstest.MapFS{
			"meadow.tmx": {Data: tmx}, "atlas.tsx": {Data: set}, "game.tiled-project": {Data: project}, "a.tx": {Data: template},
		}, "meadow.tmx"))
	})
}

// sound checks what is true of every report.
func sound(t *testing.T, r *Report) {
	t.Helper()
	if (r.Map == nil) != (r.Err() != nil) {
		t.Fatalf("a map %v beside the errors\n%v", r.Map, r.Err())
	}
	if r.Map == nil {
		return
	}
	if int(r.Map.Width*r.Map.Height) != len(r.Map.Layers[0].Tiles) || len(r.Map.Hash()) != 64 {
		t.Fatalf("the map is %+v", r.Map.Map)
	}
	for _, o := range r.Map.Objects {
		if o.X < 0 || o.Y < 0 || o.W < 0 || o.H < 0 || o.X+o.W > r.Map.Width<<8 || o.Y+o.H > r.Map.Height<<8 {
			t.Fatalf("an object lies outside of the map: %+v", o)
		}
	}
}

// Each attribute of each file in turn says something that it should not, is missing, or is cut off: no panic, no map without a word where the
// value was needed, nothing outside of the map.
func TestEveryAttributeGoneWrong(t *testing.T) {
	bad := []string{"", "NaN", "1e999", "-1", "0", "true", "99999999999999999999", "4294967295", "../x", "&#0;", strings.Repeat("9", 400)}
	sources := map[string]string{
		"meadow.tmx": strings.Replace(good, `name="npcs">`, `name="npcs" visible="1" opacity="1" offsetx="1"><object id="9" template="a.tx" x="1" y="1" rotation="0"/>`, 1),
		"atlas.tsx":  strings.Replace(tsx, "<image", `<tileoffset x="0" y="0"/><image`, 1), "a.tx": `<template><object type="slime" name="a" width="1" height="1"/></template>`,
		"game.tiled-project": wallProject,
	}
	load := func(name, text string) {
		f := fstest.MapFS{}
		for n, s := range sources {
			f[n] = &fstest.MapFile{Data: []byte(s)}
		}
		f[name] = &fstest.MapFile{Data: []byte(text)}
		sound(t, Check(f, "meadow.tmx"))
	}
	load("meadow.tmx", sources["meadow.tmx"])
	attribute := regexp.MustCompile(`("[^"]*"|: [0-9]+)`)
	for name, text := range sources {
		for _, at := range attribute.FindAllStringIndex(text, -1) {
			for _, value := range bad {
				load(name, text[:at[0]]+`"`+value+`"`+text[at[1]:])
			}
		}
		for cut := 0; cut < len(text); cut += 7 {
			load(name, text[:cut])
		}
	}
}
