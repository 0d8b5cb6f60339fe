package tiled

import (
	"fmt"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"
)

func TestPicturesOfAnotherSize(t *testing.T) {
	picture := func(w, h int) map[string]string {
		var b strings.Builder
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"maps/atlas.png": b.String()}
	}
	if r := Check(with(files(t), picture(256, 32)), "maps/meadow.tmx"); len(r.Findings) > 0 {
		t.Errorf("findings:\n%s", listed(r))
	}
	if r := Check(with(files(t, ` tilecount="32" columns="16"`, "", ` width="256" height="32"`, ""), picture(256, 32)), "maps/meadow.tmx"); len(r.Findings) > 0 || !slices.Contains(r.Files, "maps/atlas.png") {
		t.Errorf("files are %v, findings:\n%s", r.Files, listed(r))
	}
	expect(t, Check(with(files(t), picture(128, 64)), "maps/meadow.tmx"), Error, "maps/atlas.tsx", "256 px wide", "atlas.png is 128")
	expect(t, Check(with(files(t), picture(256, 64)), "maps/meadow.tmx"), Warning, "maps/atlas.tsx", "32 px high", "atlas.png is 64")
	expect(t, Check(with(files(t, "1,7,1", "1,32,1"), picture(256, 16)), "maps/meadow.tmx"), Error, "maps/atlas.tsx", "32 tiles", "room for 16")
	// The count is the smaller one: a zone that has no picture at hand must not refuse what a check with the picture passed.
	expect(t, Check(with(files(t, "1,7,1", "1,33,1"), picture(256, 64)), "maps/meadow.tmx"), Error, `layer "terrain"`, "not in the tileset, which has 32")
	if r := Check(with(files(t), map[string]string{"maps/atlas.png": "no picture"}), "maps/meadow.tmx"); len(r.Findings) > 0 {
		t.Errorf("findings:\n%s", listed(r))
	}
}

func TestCollectionsOfImages(t *testing.T) {
	for _, last := range []string{"2", "8"} {
		set := `<tileset name="things" tilewidth="64" tileheight="80" tilecount="2" columns="0"><grid orientation="orthogonal" width="1" height="1"/>
			<tile id="0"><image width="16" height="16" source="grass.png"/></tile><tile id="` + last + `"><image width="64" height="80" source="tree.png"/></tile></tileset>`
		r := Check(with(files(t), map[string]string{"maps/atlas.tsx": set}), "maps/meadow.tmx")
		expect(t, r, Error, "maps/atlas.tsx", "collection of images", "Based on Tileset Image")
		if strings.Contains(listed(r), "not in the tileset") {
			t.Errorf("tiles are missed that are there:\n%s", listed(r))
		}
	}
}

func TestFindingsOfTilesAreGathered(t *testing.T) {
	var tiles strings.Builder
	var row []string
	for id := range 12 {
		fmt.Fprintf(&tiles, `<tile id="%d" type="wall"><properties><property name="noise" value="x"/></properties></tile>`, id)
		row = append(row, fmt.Sprint(id+1))
	}
	set := tsx[:strings.Index(tsx, `<tile id="6"`)] + tiles.String() + "</tileset>"
	f := with(files(t, "\n1,7,1,1,\n1,9,1,1,\n1,1,1,1\n", strings.Join(row, ",")), map[string]string{"maps/atlas.tsx": set, "maps/game.tiled-project": ""})
	r := Check(f, "maps/meadow.tmx")
	expect(t, r, Error, "tile 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11:", `"wall"`)
	expect(t, r, Warning, "tile 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,", `"noise"`)
	if n := len(r.Findings); n != 3 { // and that of the objects' class
		t.Errorf("%d findings:\n%s", n, listed(r))
	}
}

// A tileset that lies in the map's own file is told from the map by its name.
func TestEmbeddedTilesets(t *testing.T) {
	set := strings.Replace(tsx[strings.Index(tsx, "<tileset"):], "<tileset", `<tileset firstgid="1" spacing="2"`, 1)
	r := Check(files(t, `<tileset firstgid="1" source="atlas.tsx"/>`, set), "maps/meadow.tmx")
	expect(t, r, Error, `maps/meadow.tmx: tileset "atlas": has 2 px between its tiles`)
	set = strings.Replace(strings.Replace(set, ` spacing="2"`, "", 1), `name="solid"`, `name="Solid"`, 1)
	r = Check(files(t, `<tileset firstgid="1" source="atlas.tsx"/>`, set), "maps/meadow.tmx")
	expect(t, r, Error, `maps/meadow.tmx: tileset "atlas", tile 6, property "Solid": `)
}
