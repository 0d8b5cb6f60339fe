package tilemap_test

import (
	"fmt"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// A map made by a program: a server compiles it, a client reads the artefact and checks its hash.
func ExampleNew() {
	const width, height = 3, 2
	solid := make([]bool, width*height)
	solid[2] = true // column 2 of row 0
	made, err := tilemap.New(tilemap.Map{
		Name: "closet", Title: "The Closet", Width: width, Height: height,
		Layers: []tilemap.Layer{{Name: tilemap.LayerTerrain, Tiles: make([]uint16, width*height)}},
		Spawns: []tilemap.Spawn{{Name: tilemap.StartSpawn, X: mover.UnitsPerTile / 2, Y: mover.UnitsPerTile / 2}},
	}, solid)
	if err != nil {
		fmt.Println(err)
		return
	}
	read, err := tilemap.Parse(made.Artefact())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(read.Title, read.Hash() == made.Hash(), read.Solid(2, 0), read.Solid(0, 0))
	// Output: The Closet true true false
}
