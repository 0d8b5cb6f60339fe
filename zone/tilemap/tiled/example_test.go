package tiled_test

import (
	"fmt"
	"testing/fstest"

	"github.com/realmwire/realmwire/zone/tilemap/tiled"
)

// A game embeds its maps; what is wrong in one is said with file, layer, object, and what to do.
func ExampleLoad() {
	files := fstest.MapFS{
		"cave.tmx": {Data: []byte(`<map orientation="orthogonal" width="2" height="1" tilewidth="16" tileheight="16" infinite="0">
			<tileset firstgid="1" source="cave.tsx"/>
			<layer name="terrain" width="2" height="1"><data encoding="csv">1,1</data></layer>
			<layer name="barriers" width="2" height="1"><data encoding="csv">0,1</data></layer>
			<objectgroup name="spawns"><object id="7" name="start" x="20" y="8"><point/></object></objectgroup>
		</map>`)},
		"cave.tsx": {Data: []byte(`<tileset name="cave" tilewidth="16" tileheight="16" tilecount="4" columns="4"/>`)},
	}
	_, err := tiled.Load(files, "cave.tmx")
	fmt.Println(err)
	// Output:
	// load map:
	// cave.tmx: layer "spawns", object "start" (id 7): stands in the solid tile at column 1, row 0; move it
}
