// Package mover is the built-in movement of Realmwire: a box that walks over a grid of solid tiles.
//
// It is integer arithmetic from end to end, because the owner of an entity predicts it in another language. Every port
// (TypeScript, GDScript) is held, bit for bit, to testdata/vectors.json. The rules that make that possible:
//
//   - positions are int32, [UnitsPerTile] units to a tile, y down, and name the centre of the box;
//   - division truncates towards zero, `>> 8` is an arithmetic shift (rounds towards minus infinity);
//   - every intermediate stays below 2^53 for parameters that [Params.Validate] accepts, so a double holds it exactly.
//
// A speed is rarely a whole number of units per tick. The remainder is not carried in the state: it would have to be
// replicated, and would change every tick. It is derived from the tick number instead (see [Params.Displacement]), so
// that a held input covers exactly speed × time at every tick rate and the state stays two coordinates and a facing.
package mover

import "fmt"

// UnitsPerTile is the number of position units along the side of a tile; TileShift is its logarithm.
const (
	UnitsPerTile = 1 << TileShift
	TileShift    = 8
)

// MaxInput is the length of a full-speed input vector. A vector longer than that moves nobody.
const MaxInput = 127

// The limits of Params, and of positions. They keep every intermediate below 2^53 and every loop short.
const (
	MaxSpeed    = 1 << 16 // units per second
	MinTickHz   = 10
	MaxTickHz   = 128
	MaxHalf     = 4 * UnitsPerTile
	MaxPosition = 1 << 24 // a coordinate lies in [0, MaxPosition)
)

// Facing is the direction a walker looks in, for whoever draws it.
type Facing uint8

// The four facings. Their numbers are on the wire.
const (
	FacingDown Facing = iota
	FacingLeft
	FacingRight
	FacingUp
)

// Grid tells which tiles are solid. Everything outside the map must be solid.
type Grid interface {
	// Solid reports whether the tile in column tx and row ty stops a walker. Both may lie outside the map.
	Solid(tx, ty int32) bool
}

// Input is what a player asks for in one tick: a direction, as a vector of length 0 to [MaxInput].
type Input struct {
	X, Y int8
}

// Valid reports whether the vector is one that an honest client can send: x²+y² ≤ 127².
func (in Input) Valid() bool {
	x, y := int32(in.X), int32(in.Y)
	return x*x+y*y <= MaxInput*MaxInput
}

// State is all that is predicted: the centre of the box in units, and where the walker looks.
type State struct {
	X, Y   int32
	Facing Facing
}

// Params describe one kind of walker in one zone.
type Params struct {
	Speed        int32 // units per second at full input, 0 to MaxSpeed
	TickHz       int32 // ticks per second, MinTickHz to MaxTickHz
	HalfW, HalfH int32 // half the size of the box in units, 1 to MaxHalf
}

// Validate returns an error that names the field out of range, or nil.
func (p Params) Validate() error {
	check := func(name string, v, low, high int32) error {
		if v < low || v > high {
			return fmt.Errorf("mover: %s is %d, it must be %d to %d", name, v, low, high)
		}
		return nil
	}
	for _, f := range []struct {
		name         string
		v, low, high int32
	}{
		{"Speed", p.Speed, 0, MaxSpeed},
		{"TickHz", p.TickHz, MinTickHz, MaxTickHz},
		{"HalfW", p.HalfW, 1, MaxHalf},
		{"HalfH", p.HalfH, 1, MaxHalf},
	} {
		if err := check(f.name, f.v, f.low, f.high); err != nil {
			return err
		}
	}
	return nil
}

// Displacement is how far one axis moves in the given tick, in units, when nothing is in the way; axis is that axis's
// part of the input vector.
//
// With v = axis·Speed and d = MaxInput·TickHz, n ticks should move v·n/d units. Tick t takes the share
// trunc(v·(t+1)/d) − trunc(v·t/d), so the shares of consecutive ticks add up with no remainder lost. The sequence
// repeats every d ticks, which is why t can be reduced modulo d: |v·(t+1)| then stays below 2^37.
func (p Params) Displacement(axis int8, tick uint32) int32 {
	d := int64(MaxInput) * int64(p.TickHz)
	v := int64(axis) * int64(p.Speed)
	t := int64(tick) % d
	return int32(v*(t+1)/d - v*t/d)
}

// Step moves a walker by one tick and returns where it is then. tick is the number of the tick that the input belongs
// to; server and predictor must pass the same one. The box slides along what it hits, x before y, and never enters a
// solid tile that it did not already overlap. An invalid input counts as no input.
func Step(g Grid, s State, in Input, p Params, tick uint32) State {
	if !in.Valid() {
		return s
	}
	s.Facing = face(s.Facing, in)
	s.X += sweepX(g, s, p, p.Displacement(in.X, tick))
	s.Y += sweepY(g, s, p, p.Displacement(in.Y, tick))
	return s
}

// face turns towards the longer part of the input. On an exact diagonal it keeps a facing that fits one of the two
// parts, so that a walker does not flicker between two pictures; otherwise left or right win.
func face(now Facing, in Input) Facing {
	if in.X == 0 && in.Y == 0 {
		return now
	}
	horizontal, vertical := FacingRight, FacingDown
	if in.X < 0 {
		horizontal = FacingLeft
	}
	if in.Y < 0 {
		vertical = FacingUp
	}
	ax, ay := abs(in.X), abs(in.Y)
	switch {
	case ax > ay:
		return horizontal
	case ay > ax:
		return vertical
	case now == vertical:
		return vertical
	default:
		return horizontal
	}
}

func abs(v int8) int32 {
	if v < 0 {
		return -int32(v)
	}
	return int32(v)
}

// sweepX returns how much of dx is free. The box covers [x−HalfW, x+HalfW) × [y−HalfH, y+HalfH). Only columns that the
// box newly enters are looked at, one after the other, so that no speed jumps over a wall and a box that starts inside
// one can walk out.
func sweepX(g Grid, s State, p Params, dx int32) int32 {
	top, bottom := (s.Y-p.HalfH)>>TileShift, (s.Y+p.HalfH-1)>>TileShift
	switch {
	case dx > 0:
		edge := s.X + p.HalfW
		last := (edge + dx - 1) >> TileShift
		for tx := (edge-1)>>TileShift + 1; tx <= last; tx++ {
			if columnSolid(g, tx, top, bottom) {
				return tx<<TileShift - edge
			}
		}
	case dx < 0:
		edge := s.X - p.HalfW
		last := (edge + dx) >> TileShift
		for tx := edge>>TileShift - 1; tx >= last; tx-- {
			if columnSolid(g, tx, top, bottom) {
				return (tx+1)<<TileShift - edge
			}
		}
	}
	return dx
}

// sweepY is sweepX for the other axis.
func sweepY(g Grid, s State, p Params, dy int32) int32 {
	left, right := (s.X-p.HalfW)>>TileShift, (s.X+p.HalfW-1)>>TileShift
	switch {
	case dy > 0:
		edge := s.Y + p.HalfH
		last := (edge + dy - 1) >> TileShift
		for ty := (edge-1)>>TileShift + 1; ty <= last; ty++ {
			if rowSolid(g, ty, left, right) {
				return ty<<TileShift - edge
			}
		}
	case dy < 0:
		edge := s.Y - p.HalfH
		last := (edge + dy) >> TileShift
		for ty := edge>>TileShift - 1; ty >= last; ty-- {
			if rowSolid(g, ty, left, right) {
				return (ty+1)<<TileShift - edge
			}
		}
	}
	return dy
}

func columnSolid(g Grid, tx, top, bottom int32) bool {
	for ty := top; ty <= bottom; ty++ {
		if g.Solid(tx, ty) {
			return true
		}
	}
	return false
}

func rowSolid(g Grid, ty, left, right int32) bool {
	for tx := left; tx <= right; tx++ {
		if g.Solid(tx, ty) {
			return true
		}
	}
	return false
}

// Blocked reports whether a box centred on x, y overlaps a solid tile: for placing, and for tests.
func Blocked(g Grid, x, y int32, p Params) bool {
	left, right := (x-p.HalfW)>>TileShift, (x+p.HalfW-1)>>TileShift
	for ty := (y - p.HalfH) >> TileShift; ty <= (y+p.HalfH-1)>>TileShift; ty++ {
		if rowSolid(g, ty, left, right) {
			return true
		}
	}
	return false
}
