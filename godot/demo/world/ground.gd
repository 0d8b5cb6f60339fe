class_name Ground
extends Node2D
## Draws a dressed map in chunks: each is drawn once into a few canvas items, and only those on the screen are shown.

## Tiles along the side of a chunk.
const CHUNK: int = 16
## Animated tiles run through so many pictures; sets with fewer go back and forth.
const PHASES: int = 4
const PHASE_MS: int = 260


## Part of a chunk: tiles that are drawn together.
class Patch:
	extends Node2D
	var places: PackedVector2Array
	var tiles: PackedInt32Array

	func _draw() -> void:
		var art: Art = Art.shared()
		for i: int in tiles.size():
			draw_texture_rect_region(art.atlas, Rect2(places[i], Vector2(Art.TILE, Art.TILE)), art.tile_rect(tiles[i]))


## What is above the figures; put it into the tree behind them.
var over: Node2D = Node2D.new()

var _phases: Array[Array] = [] # of CanvasItems
var _chunks: Array[Rect2] = []
var _under_items: Array[Node2D] = []
var _over_items: Array[Node2D] = []
var _phase: int = -1


func _init(dressed: Dresser) -> void:
	for phase: int in PHASES:
		_phases.append([])
	for y: int in range(0, dressed.height, CHUNK):
		for x: int in range(0, dressed.width, CHUNK):
			_build(dressed, x, y)
	animate(0)


func _build(dressed: Dresser, x0: int, y0: int) -> void:
	var under: Node2D = Node2D.new()
	var flat: Patch = Patch.new()
	var top: Patch = Patch.new()
	var low: Array[Patch] = []
	var high: Array[Patch] = []
	for phase: int in PHASES:
		low.append(Patch.new())
		high.append(Patch.new())
	for y: int in range(y0, mini(y0 + CHUNK, dressed.height)):
		for x: int in range(x0, mini(x0 + CHUNK, dressed.width)):
			var cell: Dresser.Cell = dressed.cells[y * dressed.width + x]
			var at: Vector2 = Vector2(x, y) * Art.TILE
			_animated(low, cell.low, at)
			_animated(high, cell.high, at)
			for tile: int in cell.ground:
				_put(flat, tile, at)
			for tile: int in cell.overhead:
				_put(top, tile, at)
	for patches: Array[Patch] in [low, [flat] as Array[Patch], high]:
		for i: int in patches.size():
			if patches[i].tiles.is_empty():
				patches[i].free()
				continue
			under.add_child(patches[i])
			if patches.size() > 1:
				_phases[i].append(patches[i])
	add_child(under)
	over.add_child(top)
	_under_items.append(under)
	_over_items.append(top)
	_chunks.append(Rect2(Vector2(x0, y0) * Art.TILE, Vector2(CHUNK, CHUNK) * Art.TILE))


static func _animated(patches: Array[Patch], paints: PackedInt32Array, at: Vector2) -> void:
	for i: int in range(0, paints.size(), 2):
		var frames: int = paints[i + 1]
		for phase: int in PHASES:
			_put(patches[phase], paints[i] + (1 if frames == 3 and phase == 3 else phase % frames), at)


static func _put(patch: Patch, tile: int, at: Vector2) -> void:
	patch.places.append(at)
	patch.tiles.append(tile)


## Shows the phase of all animated tiles.
func animate(phase: int) -> void:
	if phase == _phase:
		return
	_phase = phase
	for i: int in PHASES:
		for item: CanvasItem in _phases[i]:
			item.visible = i == phase


## Shows only the chunks that [param view] (pixels) touches.
func cull(view: Rect2) -> void:
	for i: int in _chunks.size():
		var seen: bool = _chunks[i].intersects(view)
		_under_items[i].visible = seen
		_over_items[i].visible = seen
