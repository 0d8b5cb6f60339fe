package rpg

//go:generate go run github.com/realmwire/realmwire/protocol/gen/realmwire-gen -ts ../../../web/src/game/gen/rpg.ts -ts-sdk ../../sdk -gd ../../../godot/demo/gen/rpg.gd

// Facing is the direction that somebody looks in; the numbers are those of the mover.
type Facing uint8

// The facings.
const (
	FacingDown Facing = iota
	FacingLeft
	FacingRight
	FacingUp
)

// Class is what a character is: for now, how it looks.
type Class uint8

// The classes, in the order of [Classes].
const (
	Knight Class = iota
	Rogue
	Wizard
)

// NPCKind is what an NPC is.
type NPCKind uint8

// The kinds of NPCs.
const (
	Slime NPCKind = iota
	Villager
	Elder
	Rat
)

// Body is where somebody stands: the centre of the box at its feet, in 1/256 tiles, y down.
//
//realmwire:component position
type Body struct {
	X      int32 `rw:"min=0 max=262143 predict=motion"` // a map is at most 1,024 tiles wide
	Y      int32 `rw:"min=0 max=262143 predict=motion"`
	Facing Facing
}

// Look is how a player appears; Skin, Hair and Shirt are choices.
//
//realmwire:component
type Look struct {
	Name  string `rw:"max=24"`
	Class Class
	Skin  uint8 `rw:"max=7"`
	Hair  uint8 `rw:"max=7"`
	Shirt uint8 `rw:"max=7"`
}

// Self is what only the player itself is told.
//
//realmwire:component
type Self struct {
	Held bool // the server holds the player still, as in a portal: predict no movement
}

// Player is a player's character.
//
//realmwire:entity id=1 best
type Player struct {
	Body Body
	Look Look
	Self Self `rw:"owner"`
}

// NPCLook is how an NPC appears.
//
//realmwire:component
type NPCLook struct {
	Kind NPCKind
	Name string `rw:"max=24"`
}

// NPC is somebody that the server plays.
//
//realmwire:entity id=2 best
type NPC struct {
	Body Body
	Look NPCLook
}

// Input is what a player wants in one tick: a direction (x²+y² ≤ 127²), and buttons.
//
//realmwire:input
type Input struct {
	MoveX   int8 `rw:"min=-127 max=127"`
	MoveY   int8 `rw:"min=-127 max=127"`
	Buttons uint8
}
