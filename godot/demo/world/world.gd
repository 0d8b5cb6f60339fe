class_name World
extends Node2D
## The picture of a zone: the dressed map, figures and trees in depth order, light, and a camera that follows the player.

## World pixels along the geometric mean of the screen's sides, about.
const VIEW: float = 330.0
## How fast the camera catches up, per second; a target farther than JUMP pixels is a teleport.
const CATCH_UP: float = 9.0
const JUMP: float = 160.0
## Room around the screen, in pixels, in which things are still shown: trees are tall.
const MARGIN: float = 48.0

## Name plates and bubbles go here, in screen coordinates, so that they stay sharp.
@export var labels: Control

## Device pixels per world pixel, whole.
var zoom: float = 3.0

var _map: RealmwireMap
var _ground: Ground
var _lights: Lights
var _shadows: Node2D
var _depth: Node2D
var _trees: Array[Sprite2D] = []
var _gates: Array[Sprite2D] = []
var _actors: Dictionary[int, Actor] = {}
var _focus: Vector2
var _placed: bool = false


## Replaces the map; figures of the old one go.
func set_map(map: RealmwireMap, units_per_pixel: float) -> void:
	if map == _map:
		_clear_actors()
		_placed = false
		return
	clear()
	_map = map
	var dressed: Dresser = Dresser.new(map, units_per_pixel)
	_ground = Ground.new(dressed)
	_shadows = Node2D.new()
	_depth = Node2D.new()
	_depth.y_sort_enabled = true
	_lights = Lights.new(dressed)
	for layer: Node2D in [_ground, _shadows, _depth, _ground.over, _lights]:
		add_child(layer)
	for i: int in dressed.trees.size():
		_plant(dressed.trees[i], dressed.tree_kinds[i])
	for at: Vector2 in dressed.gates:
		_raise(at)


## Shows nothing.
func clear() -> void:
	_clear_actors()
	for child: Node in get_children():
		child.queue_free()
	_trees.clear()
	_gates.clear()
	_map = null
	_ground = null
	_lights = null
	_placed = false


func _clear_actors() -> void:
	for actor: Actor in _actors.values():
		actor.leave()
	_actors.clear()


func _plant(at: Vector2, kind: String) -> void:
	var tree: Sprite2D = _stand(kind, at)
	_depth.add_child(tree)
	_trees.append(tree)
	var shadow: Sprite2D = Sprite2D.new()
	shadow.texture = Art.shared().sprite("tree-shadow")
	shadow.position = at - Vector2(0, 1)
	_shadows.add_child(shadow)


# One walks into a gate, not behind it: it stands at the back of its tile.
func _raise(at: Vector2) -> void:
	var gate: Sprite2D = _stand("gate-0", at - Vector2(0, Art.TILE))
	gate.offset.y += Art.TILE
	_depth.add_child(gate)
	_gates.append(gate)


static func _stand(kind: String, foot: Vector2) -> Sprite2D:
	var sprite: Sprite2D = Sprite2D.new()
	sprite.texture = Art.shared().sprite(kind)
	sprite.centered = false
	sprite.offset = Vector2(-sprite.texture.get_width() / 2.0, -sprite.texture.get_height())
	sprite.position = foot
	return sprite


## Shows figures around a point that the camera follows, both in world pixels.
func show_frame(drawn: Array[RealmwireDrawn], focus: Vector2, delta: float) -> void:
	if _map == null:
		return
	var view: Rect2 = _follow(focus, delta)
	_ground.cull(view)
	@warning_ignore("integer_division")
	var phase: int = Time.get_ticks_msec() / Ground.PHASE_MS % Ground.PHASES
	_ground.animate(phase)
	for gate: Sprite2D in _gates:
		gate.texture = Art.shared().sprite("gate-%d" % phase)
	if _lights.lantern != null:
		_lights.lantern.position = focus
	_show_trees(view, focus)
	_show_actors(drawn, view, delta)


func _follow(focus: Vector2, delta: float) -> Rect2:
	var factor: float = get_window().content_scale_factor
	var screen: Vector2 = get_viewport_rect().size
	var device: Vector2 = screen * factor
	zoom = maxf(1.0, roundf(maxf(sqrt(device.x * device.y) / VIEW, 2.0)))
	var weight: float = 1.0
	if _placed and _focus.distance_to(focus) <= JUMP:
		weight = 1.0 - exp(-CATCH_UP * delta)
	_focus = _focus.lerp(focus, weight)
	_placed = true
	var size: Vector2 = device / zoom
	var whole: Vector2 = Vector2(_map.width, _map.height) * Art.TILE
	var corner: Vector2 = _focus - size / 2.0
	for axis: int in 2:
		if size[axis] >= whole[axis]:
			corner[axis] = (whole[axis] - size[axis]) / 2.0
		else:
			corner[axis] = clampf(corner[axis], 0.0, whole[axis] - size[axis])
	corner = (corner * zoom).round() / zoom # whole device pixels
	scale = Vector2(zoom, zoom) / factor
	position = -corner * scale
	return Rect2(corner, size)


# Trees out of sight are not drawn; one that hides the player turns glassy.
func _show_trees(view: Rect2, focus: Vector2) -> void:
	var near: Rect2 = view.grow(MARGIN)
	for tree: Sprite2D in _trees:
		tree.visible = near.has_point(tree.position)
		if tree.visible:
			var at: Vector2 = tree.position
			var hides: bool = focus.y + 5.0 < at.y and focus.y > at.y - 34.0 and absf(focus.x - at.x) < 13.0
			tree.modulate.a = lerpf(tree.modulate.a, 0.5 if hides else 1.0, 0.2)


func _show_actors(drawn: Array[RealmwireDrawn], view: Rect2, delta: float) -> void:
	var gone: Dictionary[int, bool] = {}
	for id: int in _actors:
		gone[id] = true
	for d: RealmwireDrawn in drawn:
		gone.erase(d.id)
		var actor: Actor = _actors.get(d.id)
		if actor == null:
			actor = _enter(d)
		actor.update(Appearance.of(d), d.at, delta)
		_label(actor, view.grow(MARGIN).has_point(d.at))
	for id: int in gone:
		_actors[id].leave()
		_actors.erase(id)


func _enter(d: RealmwireDrawn) -> Actor:
	var actor: Actor = Actor.new(d.id, d.own)
	_actors[d.id] = actor
	_depth.add_child(actor)
	_shadows.add_child(actor.shadow)
	labels.add_child(actor.plate)
	labels.add_child(actor.bubble)
	return actor


func _label(actor: Actor, seen: bool) -> void:
	actor.plate.visible = seen and actor.plate.text != ""
	var head: Vector2 = position + (actor.position - Vector2(0, actor.headroom + Actor.FOOT)) * scale
	actor.plate.position = (head - Vector2(actor.plate.size.x / 2.0, actor.plate.size.y)).round()
	if actor.bubble.visible:
		var above: float = actor.plate.size.y if actor.plate.visible else 0.0
		actor.bubble.position = (head - Vector2(actor.bubble.size.x / 2.0, actor.bubble.size.y + above)).round()
		actor.bubble.modulate.a = actor.bubble.modulate.a if seen else 0.0


## Puts a chat bubble over a figure, if it is there.
func say(id: int, text: String) -> void:
	if _actors.has(id):
		_actors[id].say(text)
