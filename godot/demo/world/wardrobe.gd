class_name Wardrobe
extends RefCounted
## Composes figures from the layers of the sheet, in the colours of a look, and keeps them: a look is composed once however many
## wear it.

## Looks come from other players: at most so many are kept.
const MAX_STRIPS: int = 256
const FRAME: Vector2i = Vector2i(24, 32)
## Distance from the top of a frame to the ground that the figure stands on.
const FEET_Y: int = 30
const STEPS: int = 3
const CELLS: int = 4 * STEPS
const _WIDTH: int = FRAME.x * CELLS

static var _strips: Dictionary[String, Texture2D] = {}


## Twelve frames side by side: facings down, left, right, up, with three steps each, of which the first stands.
static func player(class_id: int, skin: int, hair: int, shirt: int) -> Texture2D:
	var key: String = "%d/%d/%d/%d" % [class_id, skin, hair, shirt]
	if not _strips.has(key):
		_keep(key, _compose(class_id, skin, hair, shirt))
	return _strips[key]


## The same for a creature, by its name on the sheet.
static func creature(name: String) -> Texture2D:
	if not _strips.has(name):
		var strip: PackedInt32Array = _empty()
		_lay(int(Art.shared().sheet["npc_rows"][name]), strip)
		_keep(name, strip)
	return _strips[name]


## The colours that a choice of skin, hair or shirt has, dark to light.
static func ramp(part: String, choice: int) -> Array[Color]:
	var out: Array[Color] = []
	for hex: String in (Art.shared().sheet[part] as Array)[choice]:
		out.append(Color(hex))
	return out


static func _keep(key: String, strip: PackedInt32Array) -> void:
	if _strips.size() >= MAX_STRIPS:
		_strips.erase(_strips.keys()[0])
	var image: Image = Image.create_from_data(_WIDTH, FRAME.y, false, Image.FORMAT_RGBA8, strip.to_byte_array())
	_strips[key] = ImageTexture.create_from_image(image)


static func _empty() -> PackedInt32Array:
	var strip: PackedInt32Array = PackedInt32Array()
	strip.resize(_WIDTH * FRAME.y)
	strip.fill(0)
	return strip


static func _compose(class_id: int, skin: int, hair: int, shirt: int) -> PackedInt32Array:
	var sheet: Dictionary = Art.shared().sheet
	var strip: PackedInt32Array = _empty()
	var kind: int = clampi(class_id, 0, (sheet["classes"] as Array).size() - 1)
	_lay(int(sheet["base_row"]) + kind, strip)
	_lay(int(sheet["hair_row"]) + kind * int(sheet["hair_cuts"]) + (hair >> 1), strip)
	_lay(int(sheet["gear_row"]) + kind, strip)
	var swap: Dictionary[int, int] = {}
	_exchange("skin", skin, swap)
	_exchange("hair", hair, swap)
	_exchange("shirt", shirt, swap)
	for i: int in strip.size():
		if swap.has(strip[i]):
			strip[i] = swap[strip[i]]
	return _outline(strip, _packed(sheet["ink"] as String))


static func _lay(row: int, strip: PackedInt32Array) -> void:
	var rows: Image = Art.shared().figures.get_region(Rect2i(0, row * FRAME.y, _WIDTH, FRAME.y))
	var pixels: PackedInt32Array = rows.get_data().to_int32_array()
	for i: int in strip.size():
		if pixels[i] & 0xff000000:
			strip[i] = pixels[i]


static func _exchange(part: String, choice: int, swap: Dictionary[int, int]) -> void:
	var ramps: Array = Art.shared().sheet[part]
	var to: Array = ramps[clampi(choice, 0, ramps.size() - 1)]
	for i: int in (ramps[0] as Array).size():
		swap[_packed(ramps[0][i] as String)] = _packed(to[i] as String)


# A colour as an image's data has it: RGBA in memory, so that a little-endian word reads ABGR, with a sign.
static func _packed(hex: String) -> int:
	var v: int = Color(hex).to_abgr32()
	return v - (1 << 32) if v >= 1 << 31 else v


static func _outline(strip: PackedInt32Array, ink: int) -> PackedInt32Array:
	var out: PackedInt32Array = strip.duplicate()
	for y: int in FRAME.y:
		for x: int in _WIDTH:
			var i: int = y * _WIDTH + x
			if strip[i] != 0:
				continue
			var column: int = x % FRAME.x
			if (
				(column > 0 and strip[i - 1] != 0) or (column < FRAME.x - 1 and strip[i + 1] != 0)
				or (y > 0 and strip[i - _WIDTH] != 0) or (y < FRAME.y - 1 and strip[i + _WIDTH] != 0)
			):
				out[i] = ink
	return out
