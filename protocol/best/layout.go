package best

// Class says how a group of fields changes.
type Class uint8

// The classes of fields.
const (
	Plain    Class = iota // anything: the old value is the best guess
	Motion                // 2 or 3 integers, a place in space that moves with inertia
	Rotation              // 4 integers, a unit quaternion as its smallest three: index of the largest, then the others
)

// Limits of a layout.
const (
	MaxFields = 64
	MaxGroups = 16
)

// Field is one integer of an entity.
type Field struct {
	Min, Max int64
}

// Group is a run of fields that are predicted together, and the hints that its schema gives.
type Group struct {
	Class Class
	First int // index of its first field
	Count int

	// Fall is the acceleration along the last axis, in 1/256 units per tick², below zero downwards. Motion only.
	Fall int64
	// Drag is the share of its speed that a free body loses in a tick, in 1/65536. Motion only.
	Drag int64
	// Half is half the edge of the box that the group's body roughly fills, in units; 0: it has no shape that matters. Motion only.
	Half int64
	// Floor is where the ground is along the last axis. Motion only.
	Floor int64
	// Lapse is the number of ticks of rest after which the value usually falls back; 0: no such habit. Plain only.
	Lapse int
}

// Layout is what the codec knows of a component's fields. Groups cover the fields in order, without gaps.
type Layout struct {
	Fields []Field
	Groups []Group
}
