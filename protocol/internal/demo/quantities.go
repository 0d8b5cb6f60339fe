package demo

import (
	"github.com/realmwire/realmwire/protocol/geom"
	"github.com/realmwire/realmwire/protocol/optional"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// Pose is where a craft is, and how it flies.
//
//realmwire:component position
type Pose struct {
	Position geom.Vec3 `rw:"min=-1000 max=1000 step=0.01 predict=motion fall=-0.05 half=1.5"`
	Facing   geom.Quat `rw:"bits=9 predict=rotation"`
	Thrust   float32   `rw:"min=-1 max=1 step=1/64 lapse=20"`
	Heading  float64   `rw:"angle bits=12"`
	Landed   bool
}

// Gauges are numbers of other kinds; some change seldom.
//
//realmwire:component
type Gauges struct {
	Fuel     float32   `rw:"min=0 max=100 step=0.1"`
	Depth    float64   `rw:"min=-11000 max=9000 step=0.001 small=6 medium=12"`
	Heat     float32   `rw:"min=10 max=20 step=2.5"` // its range has no zero
	Rudder   float32   `rw:"angle bits=6"`
	Drift    geom.Vec2 `rw:"min=-8 max=8 step=1/256"`
	Gimbal   geom.Quat `rw:"bits=5"`
	Serial   uint32    `rw:"rare"`
	Callsign string    `rw:"max=8 rare"`
	Odometer uint32    `rw:"monotonic"`
	Laps     uint8     `rw:"monotonic max=9"`
	Code     uint16    `rw:"owner"`
	Password string    `rw:"owner rare max=6"`
	Attempts uint8     `rw:"owner rare"`
}

// Slot is an element of a hold.
type Slot struct {
	Item  uint16
	Count uint8
	Label []byte `rw:"max=3"`
}

// Hold is values of many parts.
//
//realmwire:component
type Hold struct {
	Wheel   Steer
	Slots   []Slot        `rw:"max=6"`
	Seal    []byte        `rw:"max=12"`
	Marks   []float32     `rw:"len=4 min=0 max=1 step=1/100"`
	Names   []string      `rw:"len=3 max=5"`
	Crew    []snapshot.ID `rw:"max=4"`
	Engines [3]uint8      `rw:"max=100"`
	Lamps   [2]bool
	Doors   [2]Slot
	Route   []geom.Vec2 `rw:"len=3 min=-8 max=8 step=1/256"`
	Tow     snapshot.ID
	Target  optional.Of[geom.Vec3] `rw:"min=-1000 max=1000 step=0.5"`
	Spare   optional.Of[Slot]
	Queue   optional.Of[[]Stance] `rw:"max=3"`
	Pilot   optional.Of[snapshot.ID]
	Fixes   optional.Of[[2]geom.Quat] `rw:"bits=6"`
}

// Craft has a component of every kind.
//
//realmwire:entity id=3 priority=2.5 best
type Craft struct {
	Pose   Pose
	Gauges Gauges
	Hold   Hold
	Log    Purse `rw:"owner"`
}

// Telegram is a message with what an offer has not.
//
//realmwire:message id=65
type Telegram struct {
	Pose  Steer
	Hold  Hold
	Parts []Steer `rw:"max=2"`
}

// Steer is part of other structs.
type Steer struct {
	Aim    geom.Vec3 `rw:"min=-1 max=1 step=1/100"`
	Turn   geom.Quat `rw:"bits=8"`
	Yaw    float32   `rw:"angle bits=10"`
	Power  float32   `rw:"min=0 max=1 step=0.05"`
	Target optional.Of[snapshot.ID]
}
