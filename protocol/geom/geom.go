// Package geom has the vectors and rotations that a schema may use: what they become in other languages, and what they cost
// on the wire, is in docs/schema.md.
package geom

// Vec2 is a vector of the plane.
type Vec2 struct{ X, Y float32 }

// Vec3 is a vector of space. Where its axes have names, Y is up, as in Godot.
type Vec3 struct{ X, Y, Z float32 }

// Quat is a rotation as a unit quaternion. One of another length is sent as the unit quaternion of its direction; the zero
// value is sent as [Identity].
type Quat struct{ X, Y, Z, W float32 }

// Identity is the rotation that turns nothing.
var Identity = Quat{W: 1}
