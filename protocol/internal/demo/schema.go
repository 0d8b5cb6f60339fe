// Package demo is a schema that uses every type, for the tests of the codec in every language.
package demo

//go:generate go run github.com/realmwire/realmwire/protocol/gen/realmwire-gen -ts ../../../web/test/gen/demo.ts -ts-sdk ../../src/sdk -gd ../../../godot/test/gen/demo.gd

// Stance is an enum.
type Stance uint8

// The stances.
const (
	Idle Stance = iota
	Walking
	Running
	Swimming
	Sleeping
)

// Body moves.
//
//realmwire:component position
type Body struct {
	X      int32  `rw:"min=-100000 max=100000"`
	Y      int32  `rw:"min=-100000 max=100000 small=6 medium=11"`
	Angle  uint8  // 256 to a turn
	Stance Stance // how it goes
	Ghost  bool
}

// Point is part of other structs.
type Point struct {
	X, Y int16
}

// Look changes rarely.
//
//realmwire:component
type Look struct {
	Name   string `rw:"max=24"`
	Target Point
	Badge  uint64
	Debt   int64
	Wide   int64  `rw:"min=-2000000000000000000 max=2000000000000000000"`
	Big    uint64 `rw:"max=9007199254740991"`
	Word   uint32
	Word33 int64 `rw:"min=-4294967296 max=4294967295"`
}

// Purse is nobody else's business.
//
//realmwire:component
type Purse struct {
	Gold uint32 `rw:"max=1000000"`
}

// Spin is a rotation and nothing else.
//
//realmwire:component
type Spin struct {
	Largest uint8 `rw:"max=3 predict=rotation"`
	A       uint8 `rw:"predict=rotation"`
	B       uint8 `rw:"predict=rotation"`
	C       uint8 `rw:"predict=rotation"`
}

// Rigid is thrown about.
//
//realmwire:component position
type Rigid struct {
	X       int32  `rw:"min=-100000 max=100000 predict=motion fall=-0.5 half=40"`
	Y       int32  `rw:"min=-100000 max=100000 predict=motion fall=-0.5 half=40"`
	Z       int32  `rw:"min=-100000 max=100000 predict=motion fall=-0.5 half=40"`
	Largest uint8  `rw:"max=3 predict=rotation"`
	A       uint16 `rw:"max=1023 predict=rotation"`
	B       uint16 `rw:"max=1023 predict=rotation"`
	C       uint16 `rw:"max=1023 predict=rotation"`
	Hot     bool   `rw:"lapse=20"`
}

// Glide moves in a wide plane.
//
//realmwire:component
type Glide struct {
	X      int64 `rw:"min=-1099511627776 max=1099511627776 predict=motion"`
	Y      int64 `rw:"min=-1099511627776 max=1099511627776 predict=motion"`
	Stance Stance
	Height uint16
}

// Hero is played.
//
//realmwire:entity id=1
type Hero struct {
	Body  Body
	Look  Look
	Purse Purse `rw:"owner"`
	Aim   Spin  `rw:"owner"`
}

// Crate is a rigid body.
//
//realmwire:entity id=10 best
type Crate struct {
	Rigid Rigid
	Purse Purse
}

// Kite glides.
//
//realmwire:entity id=11 best
type Kite struct {
	Body  Body
	Glide Glide
}

// Rock lies there.
//
//realmwire:entity id=2
type Rock struct {
	Body Body
}

// Input is what a player wants.
//
//realmwire:input
type Input struct {
	MoveX, MoveY int8
	Jump         bool
	Aim          uint16
}

// Offer is a message with everything in it.
//
//realmwire:message id=64
type Offer struct {
	From   string  `rw:"max=16"`
	Seal   []byte  `rw:"max=32"`
	Points []Point `rw:"max=8"`
	Notes  []Note  `rw:"max=4"`
	Stance Stance
}

// Note is an element of a list.
type Note struct {
	Text  string `rw:"max=20"`
	Count int8   `rw:"min=-3 max=3"`
}
