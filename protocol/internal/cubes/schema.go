// Package cubes is the schema of the "networked physics data compression challenge": 901 cubes that a player pushes about.
// It is a game's schema like any other, and the benchmarks' yardstick.
package cubes

//go:generate go run github.com/realmwire/realmwire/protocol/gen/realmwire-gen

// Cube is a rigid body. Its place is in 1/512 m, its edge 0.4 m; gravity is 20 m/s², at 60 ticks a second.
//
//realmwire:component position
type Cube struct {
	Largest     uint8  `rw:"max=3 predict=rotation"` // the part of its quaternion that is left out
	A           uint16 `rw:"max=511 predict=rotation"`
	B           uint16 `rw:"max=511 predict=rotation"`
	C           uint16 `rw:"max=511 predict=rotation"`
	X           int32  `rw:"predict=motion fall=-2.844 drag=0.01 half=102"`
	Y           int32  `rw:"predict=motion fall=-2.844 drag=0.01 half=102"`
	Z           int32  `rw:"predict=motion fall=-2.844 drag=0.01 half=102"`
	Interacting bool   `rw:"lapse=100"` // the player moved it of late
}

// Body is a cube that a zone replicates.
//
//realmwire:entity id=1 best
type Body struct {
	Cube Cube
}
