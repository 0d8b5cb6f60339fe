class_name Sparkline
extends Control
## The last values of a figure, as a line.

const _MOST: int = 60

var _values: PackedFloat32Array
var _color: Color


func _init(color: Color) -> void:
	_color = color
	custom_minimum_size = Vector2(110, 22)


## Adds a value.
func push(value: float) -> void:
	_values.append(value)
	if _values.size() > _MOST:
		_values.remove_at(0)
	queue_redraw()


func _draw() -> void:
	draw_rect(Rect2(Vector2.ZERO, size), Color("ffffff0d"))
	if _values.size() < 2:
		return
	var top: float = 1.0
	for v: float in _values:
		top = maxf(top, v)
	var points: PackedVector2Array = PackedVector2Array()
	for i: int in _values.size():
		var x: float = size.x * (i + _MOST - _values.size()) / (_MOST - 1.0)
		points.append(Vector2(x, size.y - 2.0 - (size.y - 4.0) * _values[i] / top))
	draw_polyline(points, _color, 1.5, true)
