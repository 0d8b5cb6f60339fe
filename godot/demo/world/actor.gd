class_name Actor
extends Sprite2D
## One figure in the world: how it walks, its name plate and what it says.

## Distance in pixels that one foot covers.
const STRIDE: float = 7.0
## A figure slower than this, in pixels per second, stands.
const STANDING: float = 6.0
## Distance from the centre of a body to the ground under its feet, in pixels.
const FOOT: float = 5.0
const BUBBLE_S: float = 5.5
const FADE_S: float = 0.25
const _WALK: Array[int] = [1, 0, 2, 0]
const _HOP: Array[int] = [2, 1, 1, 0]

var shadow: Sprite2D = Sprite2D.new()
var plate: Label = Label.new()
var bubble: PanelContainer = PanelContainer.new()
## Height of the head over the centre of the body, in pixels.
var headroom: float = 0.0

var _words: Label = Label.new()
var _bubble_left_s: float = 0.0
var _placed: bool = false
var _speed: float = 0.0
var _walked: float = 0.0
var _age_s: float


func _init(id: int, own: bool) -> void:
	hframes = Wardrobe.CELLS
	centered = false
	offset = Vector2(-Wardrobe.FRAME.x / 2.0, -Wardrobe.FEET_Y)
	shadow.texture = Art.shared().sprite("shadow")
	plate.theme_type_variation = &"OwnPlate" if own else &"Plate"
	bubble.theme_type_variation = &"Bubble"
	bubble.visible = false
	_words.theme_type_variation = &"BubbleText"
	_words.horizontal_alignment = HORIZONTAL_ALIGNMENT_CENTER
	bubble.add_child(_words)
	_age_s = id * 397 % 1000 / 1000.0 # figures breathe out of step with each other


## Moves the figure and picks the frame that fits the movement.
func update(look: Appearance, at: Vector2, delta: float) -> void:
	var feet: Vector2 = at + Vector2(0, FOOT)
	var moved: float = position.distance_to(feet) if _placed else 0.0
	if moved >= 64.0:
		moved = 0.0
	_placed = true
	_speed += ((moved / delta if delta > 0.0 else 0.0) - _speed) * minf(1.0, delta / 0.06)
	_walked += moved
	_age_s += delta
	position = feet
	shadow.position = feet
	texture = look.strip
	frame = look.facing * Wardrobe.STEPS + _step(look)
	headroom = Wardrobe.FEET_Y - FOOT - look.crown
	if plate.text != look.name:
		plate.text = look.name
		plate.reset_size()
	if not look.is_player and plate.theme_type_variation != &"NpcPlate":
		plate.theme_type_variation = &"NpcPlate"
	_fade(delta)


func _step(look: Appearance) -> int:
	var moving: bool = _speed > STANDING
	if look.hops:
		if moving:
			return _HOP[int(_age_s / 0.11) % _HOP.size()]
		return 2 if int(_age_s / 0.6) % 4 == 0 else 0
	return _WALK[int(_walked / STRIDE) % _WALK.size()] if moving else 0


func _fade(delta: float) -> void:
	if _bubble_left_s <= 0.0:
		return
	_bubble_left_s -= delta
	bubble.visible = _bubble_left_s > 0.0
	bubble.modulate.a = clampf(_bubble_left_s / FADE_S, 0.0, 1.0)


## Puts what it says over its head for a while.
func say(text: String) -> void:
	_words.text = text
	_words.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART if text.length() > 34 else TextServer.AUTOWRAP_OFF
	_words.custom_minimum_size.x = 240.0 if text.length() > 34 else 0.0
	bubble.reset_size()
	bubble.visible = true
	_bubble_left_s = BUBBLE_S


## Removes it with everything that belongs to it.
func leave() -> void:
	shadow.queue_free()
	plate.queue_free()
	bubble.queue_free()
	queue_free()
