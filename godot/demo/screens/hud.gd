class_name Hud
extends Control
## What lies over the world while playing: the zone, the transport, chat, the network overlay, the touch joystick, and what to
## do when the connection is gone.

## The player wants to leave the zone.
signal left
## The player wants to come back after the end.
signal retried

var chat: ChatBox = ChatBox.new()
var stick: TouchStick = TouchStick.new()
var overlay: NetworkOverlay = NetworkOverlay.new()

var _zone: Label = UiLook.label("")
var _players: Label = UiLook.label("", &"Faint")
var _transport: Button
var _veil: ColorRect = ColorRect.new()
var _notice: Label = UiLook.paragraph("", &"", 360)
var _title: Label = UiLook.label("", &"Heading")
var _again: Button
var _back: Button


func _init() -> void:
	set_anchors_preset(PRESET_FULL_RECT)
	mouse_filter = MOUSE_FILTER_IGNORE
	add_child(stick)
	_transport = UiLook.button("—", func() -> void: overlay.visible = not overlay.visible, &"Quiet")
	_transport.tooltip_text = "Network (F3)"
	_transport.focus_mode = FOCUS_NONE
	var leave: Button = UiLook.button("Leave", func() -> void: left.emit(), &"Quiet")
	leave.focus_mode = FOCUS_NONE
	overlay.visible = false
	overlay.size_flags_horizontal = SIZE_SHRINK_END
	var buttons: HBoxContainer = UiLook.row([_transport, leave])
	buttons.size_flags_horizontal = SIZE_SHRINK_END
	_corner(UiLook.panel(UiLook.column([_zone, _players], 0), &"Chip"), PRESET_TOP_LEFT)
	_corner(UiLook.column([buttons, overlay], 8), PRESET_TOP_RIGHT)
	_corner(chat, PRESET_BOTTOM_LEFT)
	_build_veil()


func _corner(control: Control, preset: LayoutPreset) -> void:
	add_child(control)
	control.set_anchors_and_offsets_preset(preset, PRESET_MODE_MINSIZE, 14)
	control.grow_horizontal = GROW_DIRECTION_BEGIN if preset == PRESET_TOP_RIGHT else GROW_DIRECTION_END
	control.grow_vertical = GROW_DIRECTION_BEGIN if preset == PRESET_BOTTOM_LEFT else GROW_DIRECTION_END


func _build_veil() -> void:
	_veil.color = Color("120c1caa")
	_veil.set_anchors_preset(PRESET_FULL_RECT)
	_veil.visible = false
	_again = UiLook.button("Try again", func() -> void: retried.emit(), &"Gold")
	_back = UiLook.button("Leave", func() -> void: left.emit(), &"Quiet")
	var centre: CenterContainer = CenterContainer.new()
	centre.set_anchors_preset(PRESET_FULL_RECT)
	centre.add_child(UiLook.panel(UiLook.column([_title, _notice, UiLook.row([_again, _back], true)], 14)))
	_veil.add_child(centre)
	add_child(_veil)


## Shows where the player is.
func show_zone(zone: RealmwireZone) -> void:
	_zone.text = zone.title
	show_players(zone.players)


## Shows how many are here.
func show_players(players: int) -> void:
	_players.text = "%d here" % players


## Shows what the session does: nothing while it plays.
func show_state(state: RealmwireSession.State, text: String) -> void:
	_veil.visible = state != RealmwireSession.State.PLAYING and state != RealmwireSession.State.TRAVELLING
	_notice.text = text
	_again.visible = state == RealmwireSession.State.ENDED
	_back.text = "Characters" if state == RealmwireSession.State.ENDED else "Leave"
	match state:
		RealmwireSession.State.CONNECTING:
			_title.text = "Entering"
		RealmwireSession.State.RECONNECTING:
			_title.text = "Connection lost"
		RealmwireSession.State.ENDED:
			_title.text = "Disconnected"


func _process(_delta: float) -> void:
	if Realmwire.session != null:
		_transport.text = NetworkOverlay.transport_title(Realmwire.session.stats.transport)


func _unhandled_key_input(event: InputEvent) -> void:
	if event.is_action_pressed(&"toggle_network"):
		overlay.visible = not overlay.visible
	elif event.is_action_pressed(&"talk") and not _veil.visible:
		chat.line.grab_focus.call_deferred()
		chat.line.edit.call_deferred()
