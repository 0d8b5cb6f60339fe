class_name RealmwireMover
extends RefCounted
## The built-in movement: a box that walks over a grid of solid tiles.
##
## It is zone/mover of the server, bit for bit, and held to its vectors: integers only, division truncates, shifts are
## arithmetic. What a speed leaves over per tick is derived from the tick's number and is no part of the state.

## Position units along the side of a tile.
const UNITS_PER_TILE: int = 1 << TILE_SHIFT
const TILE_SHIFT: int = 8
## Length of a full-speed input vector. A longer one moves nobody.
const MAX_INPUT: int = 127

## Which way a walker looks.
enum Facing { DOWN, LEFT, RIGHT, UP }

## Units per second at full input.
var speed: int = 0
## Ticks per second.
var tick_hz: int = 20
## Half the size of the box, in units.
var half_w: int = 1
var half_h: int = 1


func _init(units_per_second: int, ticks_per_second: int, half_width: int, half_height: int) -> void:
	speed = units_per_second
	tick_hz = ticks_per_second
	half_w = half_width
	half_h = half_height


## How far one axis moves in a tick when nothing is in the way; [param axis] is its part of the input.
func displacement(axis: int, tick: int) -> int:
	var d: int = MAX_INPUT * tick_hz
	var v: int = axis * speed
	var t: int = tick % d
	@warning_ignore("integer_division")
	return v * (t + 1) / d - v * t / d


## Moves a walker by one tick: [param from] is the centre of the box and, as z, the facing; so is what is returned.
## [param tick] is the tick that the input ([param x], [param y]) belongs to.
func step(grid: RealmwireGrid, from: Vector3i, x: int, y: int, tick: int) -> Vector3i:
	if x * x + y * y > MAX_INPUT * MAX_INPUT:
		return from
	var to: Vector3i = from
	to.z = _face(from.z, x, y)
	to.x += _sweep_x(grid, to, displacement(x, tick))
	to.y += _sweep_y(grid, to, displacement(y, tick))
	return to


# Turns towards the longer part of the input. On an exact diagonal it keeps a facing that fits one of the two parts, so that
# a walker does not flicker between two pictures; otherwise left or right win.
static func _face(now: int, x: int, y: int) -> int:
	if x == 0 and y == 0:
		return now
	var horizontal: int = Facing.LEFT if x < 0 else Facing.RIGHT
	var vertical: int = Facing.UP if y < 0 else Facing.DOWN
	if absi(x) > absi(y):
		return horizontal
	if absi(y) > absi(x) or now == vertical:
		return vertical
	return horizontal


# How much of dx is free. Only columns that the box newly enters are looked at, one after the other, so that no speed jumps
# over a wall and a box that starts inside one can walk out.
func _sweep_x(grid: RealmwireGrid, s: Vector3i, dx: int) -> int:
	var top: int = (s.y - half_h) >> TILE_SHIFT
	var bottom: int = (s.y + half_h - 1) >> TILE_SHIFT
	if dx > 0:
		var edge: int = s.x + half_w
		for tx: int in range(((edge - 1) >> TILE_SHIFT) + 1, ((edge + dx - 1) >> TILE_SHIFT) + 1):
			if _column_solid(grid, tx, top, bottom):
				return (tx << TILE_SHIFT) - edge
	elif dx < 0:
		var edge: int = s.x - half_w
		for tx: int in range((edge >> TILE_SHIFT) - 1, ((edge + dx) >> TILE_SHIFT) - 1, -1):
			if _column_solid(grid, tx, top, bottom):
				return ((tx + 1) << TILE_SHIFT) - edge
	return dx


func _sweep_y(grid: RealmwireGrid, s: Vector3i, dy: int) -> int:
	var left: int = (s.x - half_w) >> TILE_SHIFT
	var right: int = (s.x + half_w - 1) >> TILE_SHIFT
	if dy > 0:
		var edge: int = s.y + half_h
		for ty: int in range(((edge - 1) >> TILE_SHIFT) + 1, ((edge + dy - 1) >> TILE_SHIFT) + 1):
			if _row_solid(grid, ty, left, right):
				return (ty << TILE_SHIFT) - edge
	elif dy < 0:
		var edge: int = s.y - half_h
		for ty: int in range((edge >> TILE_SHIFT) - 1, ((edge + dy) >> TILE_SHIFT) - 1, -1):
			if _row_solid(grid, ty, left, right):
				return ((ty + 1) << TILE_SHIFT) - edge
	return dy


static func _column_solid(grid: RealmwireGrid, tx: int, top: int, bottom: int) -> bool:
	for ty: int in range(top, bottom + 1):
		if grid.solid(tx, ty):
			return true
	return false


static func _row_solid(grid: RealmwireGrid, ty: int, left: int, right: int) -> bool:
	for tx: int in range(left, right + 1):
		if grid.solid(tx, ty):
			return true
	return false
