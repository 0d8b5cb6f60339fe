package dots

//go:generate go run github.com/realmwire/realmwire/protocol/gen/realmwire-gen

// Place is where something is, in 1/256 tiles: at most 64 tiles from the corner.
//
//realmwire:component position
type Place struct {
	X int32 `rw:"min=0 max=16383"`
	Y int32 `rw:"min=0 max=16383"`
}

// Tag is what one sees of a player besides.
//
//realmwire:component
type Tag struct {
	Name   string `rw:"max=24 rare"`
	Colour uint8  `rw:"max=7 rare"`
	Score  uint32 `rw:"monotonic"`
}

// Dot is a player.
//
//realmwire:entity id=1
type Dot struct {
	Place Place
	Tag   Tag
}

// Pellet is eaten by who touches it.
//
//realmwire:entity id=2
type Pellet struct {
	Place Place
}

// Input is which way a player pushes its dot.
//
//realmwire:input
type Input struct {
	Right, Down int8 `rw:"min=-1 max=1"`
}
