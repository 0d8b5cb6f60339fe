package main

// Place is where a dot is, in 1/256 tiles.
//
//realmwire:component position
type Place struct {
	X int32 `rw:"min=0 max=65535"`
	Y int32 `rw:"min=0 max=65535"`
}

// Tag is what a dot is called.
//
//realmwire:component
type Tag struct {
	Name string `rw:"max=24"`
}

// Dot is a player.
//
//realmwire:entity id=1
type Dot struct {
	Place Place
	Tag   Tag
}

// Input is which way a player pushes its dot.
//
//realmwire:input
type Input struct {
	Right, Down int8 `rw:"min=-1 max=1"`
}
