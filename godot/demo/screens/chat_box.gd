class_name ChatBox
extends VBoxContainer
## What was said, which fades, and a line to talk. Enter begins and sends, Escape gives up.

## A line should be said.
signal submitted(text: String)

const MAX_LINES: int = 7
const _BRIGHT_MS: int = 12_000
const _WIDE: float = 380.0
const _SHORT: int = 36 # characters that surely fit a line

var line: LineEdit = UiLook.field("Press Enter to talk", 200)

var _log: VBoxContainer = UiLook.column([], 4)


func _init() -> void:
	add_theme_constant_override("separation", 8)
	add_child(_log)
	line.custom_minimum_size.x = _WIDE
	line.text_submitted.connect(_submit)
	line.gui_input.connect(_escape)
	line.keep_editing_on_text_submit = false
	add_child(line)


## Adds a line; an empty [param from] is the system's.
func add(from: String, text: String) -> void:
	var words: RichTextLabel = RichTextLabel.new()
	words.fit_content = true
	var wraps: bool = from.length() + text.length() > _SHORT
	words.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART if wraps else TextServer.AUTOWRAP_OFF
	words.custom_minimum_size.x = _WIDE - 24.0 if wraps else 0.0
	words.mouse_filter = MOUSE_FILTER_IGNORE
	if from != "":
		words.push_color(UiLook.GOLD)
		words.add_text(from + "  ") # never parsed as BBCode: it comes from other players
		words.pop()
	else:
		words.push_color(UiLook.FAINT)
	words.add_text(text)
	var chip: PanelContainer = UiLook.panel(words, &"Chip")
	chip.mouse_filter = MOUSE_FILTER_IGNORE
	chip.size_flags_horizontal = SIZE_SHRINK_BEGIN
	chip.set_meta(&"until_ms", Time.get_ticks_msec() + _BRIGHT_MS)
	_log.add_child(chip)
	if _log.get_child_count() > MAX_LINES:
		_log.get_child(0).queue_free()


## Whether the keyboard is for talking now.
func is_talking() -> bool:
	return line.has_focus()


func _submit(text: String) -> void:
	if text.strip_edges() != "":
		submitted.emit(text.strip_edges())
	line.clear()
	line.release_focus()


func _escape(event: InputEvent) -> void:
	if event.is_action_pressed(&"ui_cancel"):
		line.clear()
		line.release_focus()
		accept_event()


func _process(delta: float) -> void:
	for chip: Control in _log.get_children():
		var old: bool = Time.get_ticks_msec() > (chip.get_meta(&"until_ms") as int) and not line.has_focus()
		chip.modulate.a = move_toward(chip.modulate.a, 0.0 if old else 1.0, delta * 2.0)
