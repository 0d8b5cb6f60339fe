class_name Screen
extends Control
## A screen with a panel in the middle that scrolls where the window is small, a line for complaints, and one thing at a time.

var complaint: Label = UiLook.paragraph("", &"Complaint", 200)

var _busy: bool = false


func _init() -> void:
	set_anchors_preset(PRESET_FULL_RECT)
	mouse_filter = MOUSE_FILTER_IGNORE


## Puts a control into the middle, with [param above] over its panel.
func fill(inside: Control, above: Control = null) -> void:
	var scroll: ScrollContainer = ScrollContainer.new()
	scroll.set_anchors_preset(PRESET_FULL_RECT)
	scroll.horizontal_scroll_mode = ScrollContainer.SCROLL_MODE_DISABLED
	scroll.follow_focus = true
	var centre: CenterContainer = CenterContainer.new()
	centre.size_flags_horizontal = SIZE_EXPAND_FILL
	centre.size_flags_vertical = SIZE_EXPAND_FILL
	var column: VBoxContainer = UiLook.column([], 22)
	if above != null:
		above.size_flags_horizontal = SIZE_SHRINK_CENTER
		column.add_child(above)
	var panel: PanelContainer = UiLook.panel(inside)
	panel.size_flags_horizontal = SIZE_SHRINK_CENTER
	column.add_child(panel)
	centre.add_child(column)
	scroll.add_child(centre)
	add_child(scroll)
	complain("")


## Says what went wrong; an empty text takes it back.
func complain(text: String) -> void:
	complaint.text = text
	complaint.visible = text != ""


## Runs a coroutine that returns a [RealmwireReply], unless one runs; complains where it failed. It returns whether it was ok.
func attempt(work: Callable) -> bool:
	if _busy:
		return false
	_busy = true
	complain("")
	_set_disabled(self, true)
	var reply: RealmwireReply = await work.call()
	_busy = false
	if is_inside_tree():
		_set_disabled(self, false)
		complain("" if reply.ok else reply.detail)
	return reply.ok


static func _set_disabled(node: Node, on: bool) -> void:
	for child: Node in node.get_children():
		if child is BaseButton:
			(child as BaseButton).disabled = on
		_set_disabled(child, on)
