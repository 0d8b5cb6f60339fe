class_name UiLook
extends RefCounted
## The demo's theme, and small makers of what its screens are built of.

const INK: Color = Color("1a1423")
const PANEL: Color = Color("2c2340f2")
const EDGE: Color = Color("5b4685")
const TEXT: Color = Color("f3ecff")
const FAINT: Color = Color("b7a9d1")
const GOLD: Color = Color("f7c95c")
const RED: Color = Color("ff8f7a")

static var _theme: Theme


## The theme; everyone gets the same object.
static func theme() -> Theme:
	if _theme == null:
		_theme = _make()
	return _theme


static func _make() -> Theme:
	var t: Theme = Theme.new()
	t.default_font_size = 17
	t.set_color("font_color", "Label", TEXT)
	_variation(t, "Small", "Button", {"font_color": FAINT, "font_hover_color": TEXT, "font_pressed_color": GOLD}, {"font_size": 14})
	_variation(t, "Faint", "Label", {"font_color": FAINT}, {"font_size": 15})
	_variation(t, "Heading", "Label", {"font_color": TEXT}, {"font_size": 24})
	_variation(t, "Complaint", "Label", {"font_color": RED}, {"font_size": 16})
	for plate: Array in [["Plate", TEXT], ["OwnPlate", GOLD], ["NpcPlate", Color("dff0c8")]]:
		var colors: Dictionary[String, Color] = {"font_color": plate[1], "font_outline_color": INK}
		_variation(t, plate[0] as String, "Label", colors, {"font_size": 14, "outline_size": 5})
	_variation(t, "BubbleText", "Label", {"font_color": INK}, {"font_size": 15})
	t.set_stylebox("panel", "PanelContainer", box(PANEL, EDGE, 10, 22))
	_panel(t, "Bubble", box(Color("fffaf0"), INK, 7, 8))
	_panel(t, "Chip", box(Color("1a1423d9"), INK, 8, 10))
	_panel(t, "Portrait", box(Color("4f8f4a"), EDGE, 8, 4))
	t.set_stylebox("normal", "LineEdit", box(Color("171020"), EDGE, 7, 11))
	t.set_stylebox("focus", "LineEdit", box(Color.TRANSPARENT, GOLD, 7, 11))
	t.set_color("font_color", "LineEdit", TEXT)
	t.set_color("font_placeholder_color", "LineEdit", FAINT)
	t.set_color("caret_color", "LineEdit", GOLD)
	_buttons(t)
	for state: String in ["normal", "hover", "pressed", "hover_pressed", "disabled"]:
		t.set_stylebox(state, "CheckBox", StyleBoxEmpty.new())
		t.set_stylebox(state, "Small", StyleBoxEmpty.new())
	return t


static func _variation(t: Theme, name: String, base: String, colors: Dictionary, numbers: Dictionary) -> void:
	t.set_type_variation(name, base)
	for key: String in colors:
		t.set_color(key, name, colors[key] as Color)
	for key: String in numbers:
		if key == "font_size":
			t.set_font_size(key, name, numbers[key] as int)
		else:
			t.set_constant(key, name, numbers[key] as int)


static func _panel(t: Theme, name: String, style: StyleBox) -> void:
	t.set_type_variation(name, "PanelContainer")
	t.set_stylebox("panel", name, style)


static func _buttons(t: Theme) -> void:
	for kind: Array in [["Button", Color("513d78"), TEXT], ["Gold", GOLD, INK], ["Quiet", Color("3a2d55"), TEXT]]:
		var name: String = kind[0]
		var color: Color = kind[1]
		if name != "Button":
			t.set_type_variation(name, "Button")
		for state: Array in [["normal", color], ["hover", color.lightened(0.12)], ["pressed", color.darkened(0.15)], ["disabled", color.darkened(0.4)]]:
			var style: StyleBoxFlat = box(state[1] as Color, INK, 7, 9)
			style.content_margin_left = 18
			style.content_margin_right = 18
			style.shadow_size = 0
			t.set_stylebox(state[0] as String, name, style)
		t.set_stylebox("focus", name, box(Color.TRANSPARENT, GOLD if name != "Gold" else TEXT, 7, 9))
		for state: String in ["font_color", "font_hover_color", "font_pressed_color", "font_focus_color"]:
			t.set_color(state, name, kind[2] as Color)
		t.set_color("font_disabled_color", name, FAINT)


## A rounded box with a border.
static func box(fill: Color, border: Color, radius: int, margin: int) -> StyleBoxFlat:
	var s: StyleBoxFlat = StyleBoxFlat.new()
	s.bg_color = fill
	s.border_color = border
	s.set_border_width_all(2)
	s.set_corner_radius_all(radius)
	s.set_content_margin_all(margin)
	s.draw_center = fill.a > 0.0
	return s


## A text.
static func label(text: String, variation: StringName = &"") -> Label:
	var l: Label = Label.new()
	l.text = text
	l.theme_type_variation = variation
	return l


## A text that wraps.
static func paragraph(text: String, variation: StringName, wide: float) -> Label:
	var l: Label = label(text, variation)
	l.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
	l.custom_minimum_size.x = wide
	return l


## A button that calls something.
static func button(text: String, pressed: Callable, variation: StringName = &"") -> Button:
	var b: Button = Button.new()
	b.text = text
	b.theme_type_variation = variation
	b.pressed.connect(pressed)
	return b


## A field for a line of text, at most [param most] characters long.
static func field(placeholder: String, most: int, secret: bool = false) -> LineEdit:
	var f: LineEdit = LineEdit.new()
	f.placeholder_text = placeholder
	f.max_length = most
	f.secret = secret
	return f


## Children in a column.
static func column(children: Array[Control], gap: int = 10) -> VBoxContainer:
	var c: VBoxContainer = VBoxContainer.new()
	c.add_theme_constant_override("separation", gap)
	for child: Control in children:
		c.add_child(child)
	return c


## Children in a row; all grow alike where [param fill].
static func row(children: Array[Control], fill: bool = false, gap: int = 10) -> HBoxContainer:
	var r: HBoxContainer = HBoxContainer.new()
	r.add_theme_constant_override("separation", gap)
	for child: Control in children:
		if fill:
			child.size_flags_horizontal = Control.SIZE_EXPAND_FILL
		r.add_child(child)
	return r


## A panel around something.
static func panel(inside: Control, variation: StringName = &"") -> PanelContainer:
	var p: PanelContainer = PanelContainer.new()
	p.theme_type_variation = variation
	p.add_child(inside)
	return p
