class_name Lights
extends Node2D
## The pulse of portals and torches, motes that rise from portals, and the dark of places under a roof.

const DUSK: Color = Color("766c9e")
const MOTES: int = 9
const _TINTS: Array[Color] = [Color("7cecff"), Color("b07cff"), Color("f0fdff")]

## Moves with the player, where it is dark.
var lantern: PointLight2D

var _lamps: Array[Sprite2D] = []
var _shine: Array[PointLight2D] = []
var _motes: Array[Sprite2D] = []
var _roots: PackedVector2Array # of the motes
var _fires: int = 0
var _indoors: bool
var _fire: Texture2D = Art.shared().picture("glow-fire")
var _portal: Texture2D = Art.shared().picture("glow-portal")
var _additive: CanvasItemMaterial = CanvasItemMaterial.new()


func _init(dressed: Dresser) -> void:
	_additive.blend_mode = CanvasItemMaterial.BLEND_MODE_ADD
	_additive.light_mode = CanvasItemMaterial.LIGHT_MODE_UNSHADED
	_indoors = dressed.indoors
	_fires = dressed.fires.size()
	for at: Vector2 in dressed.fires:
		_lamp(at, _fire, 0.8)
	for at: Vector2 in dressed.portal_lights:
		_lamp(at, _portal, 1.0)
		for i: int in MOTES:
			_mote(at, i)
	if _indoors:
		var dark: CanvasModulate = CanvasModulate.new()
		dark.color = DUSK
		add_child(dark)
		lantern = _light(Vector2.ZERO, _fire, 2.6, 0.7)


func _lamp(at: Vector2, texture: Texture2D, size: float) -> void:
	var sprite: Sprite2D = Sprite2D.new()
	sprite.texture = texture
	sprite.material = _additive
	sprite.position = at
	sprite.scale = Vector2(size, size)
	add_child(sprite)
	_lamps.append(sprite)
	if _indoors:
		_shine.append(_light(at, texture, 2.4, 0.9))


func _light(at: Vector2, texture: Texture2D, size: float, energy: float) -> PointLight2D:
	var light: PointLight2D = PointLight2D.new()
	light.texture = texture
	light.texture_scale = size
	light.energy = energy
	light.position = at
	add_child(light)
	return light


func _mote(at: Vector2, i: int) -> void:
	var sprite: Sprite2D = Sprite2D.new()
	sprite.texture = Art.shared().sprite("mote" if i % 3 == 0 else "white")
	sprite.modulate = _TINTS[i % _TINTS.size()]
	sprite.material = _additive
	add_child(sprite)
	_motes.append(sprite)
	_roots.append(at)


func _process(_delta: float) -> void:
	var now: float = Time.get_ticks_msec()
	for i: int in _lamps.size():
		_lamps[i].modulate.a = _pulse(i, now) * (1.0 if _indoors else 0.5) * (1.0 if i < _fires else 1.4)
	for i: int in _shine.size():
		_shine[i].energy = 0.9 * _pulse(i, now)
	for i: int in _motes.size():
		_drift(i, now)


func _pulse(i: int, now: float) -> float:
	if i >= _fires:
		return 0.8 + 0.2 * sin(now / 420.0 + i)
	return 0.82 + 0.12 * sin(now / 90.0 + i * 2.1) * sin(now / 271.0 + i) + 0.06 * sin(now / 37.0)


# A mote rises, sways and goes out; where it starts depends on how often it has risen.
func _drift(i: int, now: float) -> void:
	var life: float = 1600.0 + Dresser.cell_hash(i, 0, 3) % 900
	var run: float = now + i * 517.0
	var t: float = fmod(run, life) / life
	var start: int = Dresser.cell_hash(i, int(run / life), 4) % 19 - 9
	_motes[i].position = _roots[i] + Vector2(start + sin(t * 5.0 + i) * 2.0, 5.0 - t * 22.0)
	_motes[i].modulate.a = sin(t * PI) * 0.9
