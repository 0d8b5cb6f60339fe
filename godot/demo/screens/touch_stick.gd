class_name TouchStick
extends Control
## A joystick under the thumb: it stands where a finger comes down on the left half of the screen.

const RADIUS: float = 62.0

## 0 to 1 long.
var direction: Vector2

var _finger: int = -1
var _centre: Vector2


func _init() -> void:
	set_anchors_preset(PRESET_FULL_RECT)
	mouse_filter = MOUSE_FILTER_IGNORE
	visible = DisplayServer.is_touchscreen_available()


func _unhandled_input(event: InputEvent) -> void:
	if event is InputEventScreenTouch:
		_touched(event as InputEventScreenTouch)
	elif event is InputEventScreenDrag and (event as InputEventScreenDrag).index == _finger:
		direction = (((event as InputEventScreenDrag).position - _centre) / RADIUS).limit_length()
		queue_redraw()


func _touched(touch: InputEventScreenTouch) -> void:
	visible = true # a screen that did not say that it can be touched
	if touch.pressed and _finger < 0 and touch.position.x < size.x / 2.0:
		_finger = touch.index
		_centre = touch.position
	elif not touch.pressed and touch.index == _finger:
		_finger = -1
	direction = Vector2.ZERO
	queue_redraw()


func _draw() -> void:
	var at: Vector2 = _centre if _finger >= 0 else Vector2(RADIUS + 40.0, size.y - RADIUS - 130.0)
	draw_circle(at, RADIUS, Color(1, 1, 1, 0.10))
	draw_arc(at, RADIUS, 0.0, TAU, 48, Color(1, 1, 1, 0.35), 2.0, true)
	draw_circle(at + direction * RADIUS, 26.0, Color(1, 1, 1, 0.35))
