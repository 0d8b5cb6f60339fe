class_name CreatorScreen
extends Screen
## A new character: name, class and look.

## It was made.
signal created(character: Dictionary)
## It is not wanted after all.
signal cancelled

const _SAYINGS: Array[String] = ["Heavy steel, steady heart.", "Quick feet, quiet blade.", "A very tall hat. Also magic."]

var _class: int = 0
var _look: Dictionary[String, int] = {"skin": 0, "hair": 0, "shirt": 0}
var _name: LineEdit = UiLook.field("2–16 letters, digits, spaces, ' or -", 16)
var _portrait: Portrait = Portrait.new(6, true)
var _saying: Label = UiLook.label("", &"Faint")
var _classes: Array[Button] = []
var _swatches: Dictionary[String, Array] = {}


func _init() -> void:
	super()
	var class_row: HBoxContainer = UiLook.row([])
	for i: int in RosterScreen.CLASSES.size():
		var b: Button = UiLook.button(RosterScreen.CLASSES[i].capitalize(), _choose_class.bind(i), &"Quiet")
		_classes.append(b)
		class_row.add_child(b)
	var form: VBoxContainer = UiLook.column([UiLook.label("Name", &"Faint"), _name, UiLook.label("Class", &"Faint"), class_row, _saying], 8)
	for part: Array in [["skin", "Skin"], ["hair", "Hair"], ["shirt", "Colours"]]:
		form.add_child(UiLook.label(part[1] as String, &"Faint"))
		form.add_child(_swatch_row(part[0] as String))
	form.add_child(complaint)
	form.add_child(UiLook.row([UiLook.button("Create", _create, &"Gold"), UiLook.button("Back", func() -> void: cancelled.emit(), &"Quiet")], true))
	var left: VBoxContainer = UiLook.column([_portrait, UiLook.button("Surprise me", _surprise, &"Quiet")])
	_name.text_submitted.connect(func(_text: String) -> void: _create())
	fill(UiLook.column([UiLook.label("New character", &"Heading"), UiLook.row([left, form], false, 24)], 14))
	_surprise()


func _swatch_row(part: String) -> HBoxContainer:
	var row: HBoxContainer = UiLook.row([], false, 6)
	_swatches[part] = []
	for i: int in 8:
		var b: Button = Button.new()
		b.custom_minimum_size = Vector2(36, 36)
		b.tooltip_text = "%s %d" % [part.capitalize(), i + 1]
		b.pressed.connect(_choose.bind(part, i))
		_swatches[part].append(b)
		row.add_child(b)
	return row


func _choose_class(i: int) -> void:
	_class = i
	_show()


func _choose(part: String, i: int) -> void:
	_look[part] = i
	_show()


func _surprise() -> void:
	_class = randi() % RosterScreen.CLASSES.size()
	for part: String in _look:
		_look[part] = randi() % 8
	_show()


func _show() -> void:
	_portrait.wear(_class, _look)
	_saying.text = _SAYINGS[_class]
	for i: int in _classes.size():
		_classes[i].theme_type_variation = &"Gold" if i == _class else &"Quiet"
	for part: String in _swatches:
		for i: int in 8:
			var b: Button = _swatches[part][i]
			var color: Color = Wardrobe.ramp(part, i)[2]
			var edge: Color = UiLook.TEXT if i == _look[part] else UiLook.INK
			for state: String in ["normal", "hover", "pressed"]:
				b.add_theme_stylebox_override(state, UiLook.box(color if state == "normal" else color.lightened(0.15), edge, 7, 2))


func _create() -> void:
	var reply: Array[RealmwireReply] = []
	var make: Callable = func() -> RealmwireReply:
		reply.append(await Realmwire.api.create_character(_name.text.strip_edges(), RosterScreen.CLASSES[_class], _look))
		return reply[0]
	if await attempt(make):
		created.emit(reply[0].data)
