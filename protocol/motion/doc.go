// Package motion holds the fast tier's codes for what moves: a place and a rotation, extrapolated from two versions that both
// ends have, and what is left coded with static prefix codes. Pure functions over integers; docs/wire.md#motion is normative.
//
// The codes (tables.go) were fitted offline by package motion/train. Which of them serves a value follows from what both ends
// know by then, so a body depends on its own entity alone and may be copied to every client that has the same versions.
package motion
