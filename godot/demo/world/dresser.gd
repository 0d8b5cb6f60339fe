class_name Dresser
extends RefCounted
## Dresses a map: from bare tile numbers to what is painted, with variants, soft borders, animation and trees. As the browser
## client's web/src/game/dress.ts does.

const _SIDES: Array[Vector3i] = [Vector3i(0, -1, 1), Vector3i(1, 0, 2), Vector3i(0, 1, 4), Vector3i(-1, 0, 8)]
const _CORNERS: Array[Vector3i] = [Vector3i(1, -1, 3), Vector3i(1, 1, 6), Vector3i(-1, 1, 12), Vector3i(-1, -1, 9)]


## What is painted on one cell, each list in painting order.
class Cell:
	extends RefCounted
	var low: PackedInt32Array # animated, below everything: first tile, frames, first tile, frames …
	var ground: PackedInt32Array
	var high: PackedInt32Array # animated, above the ground
	var overhead: PackedInt32Array


## Trees: foot of the trunk in pixels; names of their pictures by the same index.
var trees: PackedVector2Array
var tree_kinds: PackedStringArray
## Archways over portals: middle of the foot, in pixels.
var gates: PackedVector2Array
## Centres of lights, in pixels.
var fires: PackedVector2Array
var portal_lights: PackedVector2Array
## Walls and floors only: drawn dark, with lights.
var indoors: bool = false
var cells: Array[Cell] = []
var width: int
var height: int

var _t: Dictionary[String, int] = Art.shared().tiles
var _terrain: PackedInt32Array
var _decor: PackedInt32Array
var _overhead: PackedInt32Array
var _portals: Array[Rect2] = [] # pixels
var _floors: int = 0
var _grassy: Dictionary[int, bool] = _all(["grass", "grass-flowers", "grass-tall"])
var _bare: Dictionary[int, bool] = _all(["dirt", "path", "sand"])
var _wet: Dictionary[int, bool] = _all(["water", "deep-water", "bridge"])
var _walls: Dictionary[int, bool] = _all(["stone-wall", "stone-wall-top", "dungeon-wall", "house-wall", "door"])
var _rock: Dictionary[int, bool] = _all(["stone-wall", "stone-wall-top", "dungeon-wall"])
var _paved: Dictionary[int, bool] = _all(["stone-floor", "stone-floor-cracked", "dungeon-floor"])


## Dresses [param map]; its layers are terrain, decor and overhead.
func _init(map: RealmwireMap, units_per_pixel: float) -> void:
	width = map.width
	height = map.height
	_terrain = _layer(map, "terrain")
	_decor = _layer(map, "decor")
	_overhead = _layer(map, "overhead")
	for p: Dictionary in map.portals:
		var at: Vector2 = Vector2(p["x"] as float, p["y"] as float)
		_portals.append(Rect2(at / units_per_pixel, Vector2(p["w"] as float, p["h"] as float) / units_per_pixel))
	for y: int in height:
		for x: int in width:
			cells.append(_cell(x, y))
	for p: Rect2 in _portals:
		gates.append(Vector2(p.get_center().x, p.end.y))
		portal_lights.append(gates[-1] - Vector2(0, 18))
	@warning_ignore("integer_division")
	indoors = _floors > cells.size() / 2


## A small hash of a cell: variety that is the same for everybody.
static func cell_hash(x: int, y: int, salt: int) -> int:
	var h: int = (x * 0x9e3779b1 ^ y * 0x85ebca77 ^ salt * 0xc2b2ae3d) & 0xffffffff
	h = ((h ^ (h >> 15)) * 0x2c1b3c6d) & 0xffffffff
	h = ((h ^ (h >> 12)) * 0x297a2d39) & 0xffffffff
	return h ^ (h >> 15)


func _all(names: Array[String]) -> Dictionary[int, bool]:
	var out: Dictionary[int, bool] = {}
	for name: String in names:
		out[Art.shared().tiles[name]] = true
	return out


func _layer(map: RealmwireMap, name: String) -> PackedInt32Array:
	if map.layers.has(name):
		return map.layers[name]
	var none: PackedInt32Array = PackedInt32Array()
	none.resize(width * height)
	none.fill(0)
	return none


# Outside the map the nearest cell counts, so that no border is drawn along the map's edge.
func _at(layer: PackedInt32Array, x: int, y: int) -> int:
	return layer[clampi(y, 0, height - 1) * width + clampi(x, 0, width - 1)]


func _sides(x: int, y: int, differs: Callable) -> int:
	var mask: int = 0
	for s: Vector3i in _SIDES:
		if differs.call(x + s.x, y + s.y):
			mask |= s.z
	return mask


# The overlay tiles of an edge set at a cell: one for the sides, one for each corner that differs alone.
func _edges(first: int, x: int, y: int, differs: Callable, out: PackedInt32Array) -> void:
	var mask: int = _sides(x, y, differs)
	if mask != 0:
		out.append(first + mask)
	for i: int in _CORNERS.size():
		var c: Vector3i = _CORNERS[i]
		if mask & c.z == 0 and differs.call(x + c.x, y + c.y):
			out.append(first + 16 + i)


func _cell(x: int, y: int) -> Cell:
	var cell: Cell = Cell.new()
	_paint_terrain(x, y, cell)
	_paint_decor(x, y, cell)
	_paint_shade(x, y, cell)
	var over: int = _at(_overhead, x, y)
	if over != 0 and over != _t["tree-top"]:
		cell.overhead.append(_roofed(_overhead, x, y, over))
	return cell


func _paint_terrain(x: int, y: int, cell: Cell) -> void:
	var tile: int = _at(_terrain, x, y)
	var h: int = cell_hash(x, y, 1)
	if _paved.has(tile) or _walls.has(tile):
		_floors += 1
	if tile == 0:
		return
	if tile == _t["grass"]:
		cell.ground.append(_t["grass-variants"] + (0 if h % 5 < 2 else h % 6))
	elif tile == _t["grass-tall"]:
		cell.low.append_array([_t["grass-tall-frames"], 3])
	elif tile == _t["grass-flowers"]:
		cell.ground.append(_t["grass-flowers-variants"] + h % 4)
	elif tile == _t["water"]:
		cell.low.append_array([_t["water-frames"], 4])
		_shore(x, y, cell)
	elif tile == _t["deep-water"]:
		cell.low.append_array([_t["deep-water-frames"], 4])
		_edges(_t["shallow-edges"], x, y, _is_shallow, cell.ground)
		_shore(x, y, cell)
	elif tile == _t["dungeon-floor"]:
		cell.ground.append(_t["dungeon-floor-variants"] + (1 if h % 9 == 0 else 2 if h % 7 == 0 else 0))
	elif tile == _t["stone-floor"]:
		cell.ground.append(_t["stone-floor-variants"] + h % 2)
		_edges(_t["grass-edges"], x, y, _is_grassy, cell.ground)
	elif tile == _t["stone-wall-top"] or tile == _t["dungeon-wall"]:
		cell.ground.append(_t["dungeon-cap-masks"] + _sides(x, y, _is_no_cap) if _is_cap(x, y) else tile)
	else:
		cell.ground.append(_t["path-variants"] + h % 3 if tile == _t["path"] else tile)
		if tile == _t["dirt"] or tile == _t["sand"]:
			_edges(_t["path-edges"], x, y, _is_path, cell.ground)
		if _bare.has(tile) or _paved.has(tile):
			_edges(_t["grass-edges"], x, y, _is_grassy, cell.ground)


func _is_grassy(x: int, y: int) -> bool:
	return _grassy.has(_at(_terrain, x, y))


func _is_path(x: int, y: int) -> bool:
	return _at(_terrain, x, y) == _t["path"]


func _is_shallow(x: int, y: int) -> bool:
	var tile: int = _at(_terrain, x, y)
	return tile != _t["deep-water"] and _wet.has(tile)


func _is_dry(x: int, y: int) -> bool:
	return not _wet.has(_at(_terrain, x, y))


# Rock is seen from above, except where it looks south over open ground and shows its face.
func _is_cap(x: int, y: int) -> bool:
	var tile: int = _at(_terrain, x, y)
	return tile == _t["stone-wall-top"] or (tile == _t["dungeon-wall"] and _rock.has(_at(_terrain, x, y + 1)))


func _is_no_cap(x: int, y: int) -> bool:
	return not _is_cap(x, y)


func _is_wall(x: int, y: int) -> bool:
	return _walls.has(_at(_terrain, x, y)) or _walls.has(_at(_decor, x, y))


func _shore(x: int, y: int, cell: Cell) -> void:
	var sandy: int = 0
	for j: int in range(y - 1, y + 2):
		for i: int in range(x - 1, x + 2):
			if _is_dry(i, j):
				sandy += 1 if _bare.has(_at(_terrain, i, j)) else -1
	_edges(_t["sand-shore-edges"] if sandy > 0 else _t["shore-edges"], x, y, _is_dry, cell.ground)


func _paint_decor(x: int, y: int, cell: Cell) -> void:
	var tile: int = _at(_decor, x, y)
	if tile == 0 or tile == _t["tree-top"]:
		return
	if tile == _t["tree-bottom"]:
		_plant(x, y)
	elif tile == _t["portal"]:
		if not _in_portal(x, y): # there a gate stands
			cell.high.append_array([_t["portal-frames"], 4])
	elif tile == _t["torch"]:
		cell.high.append_array([_t["torch-frames"], 4])
		fires.append(Vector2(x * Art.TILE + 8, y * Art.TILE + 5))
	else:
		cell.ground.append(_roofed(_decor, x, y, tile))


# House parts join their neighbours: roofs get ridges and eaves, walls corner posts and, now and then, a window.
func _roofed(layer: PackedInt32Array, x: int, y: int, tile: int) -> int:
	if tile == _t["house-roof"]:
		return _t["house-roof-masks"] + _sides(x, y, func(i: int, j: int) -> bool: return _at(layer, i, j) != tile)
	if tile != _t["house-wall"]:
		return tile
	var door: int = _t["door"]
	var ends: Callable = func(i: int, j: int) -> bool: return _at(layer, i, j) != tile and _at(layer, i, j) != door
	var mask: int = _sides(x, y, ends)
	var beside: bool = _at(layer, x - 1, y) == door or _at(layer, x + 1, y) == door
	var window: bool = mask & 4 != 0 and mask & 10 == 0 and (beside or x % 2 == 0)
	return (_t["house-window-masks"] if window else _t["house-wall-masks"]) + mask


func _paint_shade(x: int, y: int, cell: Cell) -> void:
	if _is_wall(x, y) or _at(_decor, x, y) == _t["house-roof"]:
		return
	var mask: int = _sides(x, y, _is_wall) & (11 if _paved.has(_at(_terrain, x, y)) else 1)
	if mask != 0:
		cell.ground.append(_t["dusk-edges"] + mask)


# Groves: coarse cells choose the mix, so that pines stand together.
func _plant(x: int, y: int) -> void:
	var grove: int = cell_hash(x >> 3, y >> 3, 7) % 100
	var h: int = cell_hash(x, y, 8) % 100
	var kind: String = "oak"
	if h < (70 if grove < 40 else 12):
		kind = "pine"
	elif h > 93:
		kind = "apple-tree"
	trees.append(Vector2(x * Art.TILE + 8 + cell_hash(x, y, 9) % 5 - 2, y * Art.TILE + Art.TILE - 1))
	tree_kinds.append(kind)


func _in_portal(x: int, y: int) -> bool:
	for p: Rect2 in _portals:
		if p.has_point(Vector2(x + 0.5, y + 0.5) * Art.TILE):
			return true
	return false
