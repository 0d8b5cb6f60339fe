class_name Question
extends ColorRect
## Asks for a text, over everything else.

## The player typed something that may be done.
signal answered(typed: String)

var _typed: LineEdit = UiLook.field("", 16)
var _do: Button
var _valid: Callable


## [param valid] says whether a text that was typed is an answer.
func _init(title: String, text: String, value: String, action: String, valid: Callable) -> void:
	_valid = valid
	color = Color("120c1caa")
	set_anchors_preset(PRESET_FULL_RECT)
	_typed.text = value
	_typed.text_changed.connect(func(_text: String) -> void: _check())
	_typed.text_submitted.connect(func(_text: String) -> void: _answer())
	_do = UiLook.button(action, _answer, &"Gold")
	var buttons: HBoxContainer = UiLook.row([_do, UiLook.button("Back", queue_free, &"Quiet")], true)
	var centre: CenterContainer = CenterContainer.new()
	centre.set_anchors_preset(PRESET_FULL_RECT)
	centre.add_child(UiLook.panel(UiLook.column([UiLook.label(title, &"Heading"), UiLook.paragraph(text, &"Faint", 340), _typed, buttons], 14)))
	add_child(centre)
	_check()


func _ready() -> void:
	_typed.grab_focus()


func _check() -> void:
	_do.disabled = not _valid.call(_typed.text.strip_edges())


func _answer() -> void:
	if not _do.disabled:
		answered.emit(_typed.text.strip_edges())
