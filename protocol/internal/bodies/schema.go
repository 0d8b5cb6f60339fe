// Package bodies is the schema of moving rigid bodies at 30 ticks a second, for the tests and benchmarks of the best tier.
package bodies

//go:generate go run github.com/realmwire/realmwire/protocol/gen/realmwire-gen -ts ../../../web/test/gen/bodies.ts -ts-sdk ../../src/sdk

// Pose is a rigid box of edge 0.8 m. Its place is in 1/100 m over ±327.68 m; gravity is 9.81 m/s². The parts of its
// rotation are in steps of 0.001. Its half is a little less than the truth: measured best.
//
//realmwire:component position
type Pose struct {
	Largest uint8  `rw:"max=3 predict=rotation"` // the part of its quaternion that is left out
	A       uint16 `rw:"max=1414 predict=rotation"`
	B       uint16 `rw:"max=1414 predict=rotation"`
	C       uint16 `rw:"max=1414 predict=rotation"`
	X       int32  `rw:"min=-32768 max=32767 predict=motion fall=-1.09 half=25"`
	Y       int32  `rw:"min=-32768 max=32767 predict=motion fall=-1.09 half=25"`
	Z       int32  `rw:"min=-32768 max=32767 predict=motion fall=-1.09 half=25"`
}

// Charge is a second component with hints.
//
//realmwire:component
type Charge struct {
	Level  uint8 `rw:"max=100 lapse=20"`
	Firing bool  `rw:"lapse=5"`
}

// Tag has no hints.
//
//realmwire:component
type Tag struct {
	Name string `rw:"max=12"`
	Team uint8
}

// Place is flat.
//
//realmwire:component position
type Place struct {
	X int32 `rw:"min=-100000 max=100000 predict=motion half=30"`
	Y int32 `rw:"min=-100000 max=100000 predict=motion half=30"`
}

// Ammo is nobody else's business.
//
//realmwire:component
type Ammo struct {
	Left uint16
}

// Spot moves without hints.
//
//realmwire:component position
type Spot struct {
	X, Y int16
}

// Body is all row.
//
//realmwire:entity id=1 best
type Body struct {
	Pose Pose
}

// Tank has rows of two components, others beside them, and something for its owner.
//
//realmwire:entity id=2 best
type Tank struct {
	Place  Place
	Tag    Tag
	Charge Charge
	Ammo   Ammo `rw:"owner"`
}

// Sign has no row.
//
//realmwire:entity id=3
type Sign struct {
	Spot Spot
	Tag  Tag
}

// Input is what a player wants.
//
//realmwire:input
type Input struct {
	Turn int8
}
