extends Node
## Plays the demo through its own screens as a player would, and takes a picture of each: [code]xvfb-run godot
## --rendering-driver opengl3 --path godot res://test/screens.tscn -- --server=URL --out=FOLDER[/code]. It prints
## [code]SHOT name[/code] for each; with [code]--outage[/code] it then waits to lose the connection and to get it back.

const TIMEOUT_S: float = 90.0

var _out: String = "user://"
var _outage: bool = false
var _main: Node
var _log: TestErrorLog = TestErrorLog.new()


func _ready() -> void:
	OS.add_logger(_log)
	for arg: String in OS.get_cmdline_user_args():
		if arg.begins_with("--out="):
			_out = arg.trim_prefix("--out=")
		elif arg == "--outage":
			_outage = true
	get_tree().create_timer(TIMEOUT_S).timeout.connect(_end.bind("timed out"))
	Memory.keep(Memory.token_key(), "")
	_main = (load("res://demo/main.tscn") as PackedScene).instantiate()
	add_child(_main)
	_run()


func _run() -> void:
	await _pause(1.5)
	await _shot("title")
	await _press("Log in")
	await _pause(1.0)
	await _shot("refused")
	await _press("Play as guest")
	if not await _see("Create"):
		return
	await _shot("creator")
	_field("2–16").text = "Ada %d" % (randi() % 10000)
	await _press("Create")
	if not await _until(func() -> bool: return Realmwire.session != null and Realmwire.session.is_playing(), "to play"):
		return
	await _pause(1.5)
	Realmwire.session.say("hello from Godot")
	await _walk(&"move_right", 0.8)
	await _shot("world")
	await _key(&"toggle_network")
	await _walk(&"move_down", 1.2)
	await _shot("network")
	await _key(&"toggle_network")
	if _outage:
		if not await _state(RealmwireSession.State.RECONNECTING):
			return
		await _pause(0.3)
		await _shot("lost")
		if not await _state(RealmwireSession.State.PLAYING):
			return
		await _pause(1.0)
		await _shot("back")
	await _press("Leave")
	if not await _see("New character"):
		return
	await _pause(0.5)
	await _shot("roster")
	await _press("Rename")
	_field("").text = "Grace %d" % (randi() % 10000)
	_field("").text_changed.emit("")
	await _shot("question")
	await _press("Rename")
	await _pause(0.7)
	if not await _see("Delete"):
		return
	await _press("Delete")
	_field("").text = _title_of("Continue as ")
	_field("").text_changed.emit("")
	await _press("Delete for good")
	if not await _see("Create"): # nobody is left
		return
	_end("")


func _shot(title: String) -> void:
	await RenderingServer.frame_post_draw
	get_viewport().get_texture().get_image().save_png(_out.path_join(title + ".png"))
	print("SHOT ", title)


func _pause(seconds: float) -> void:
	await get_tree().create_timer(seconds).timeout


func _walk(action: StringName, seconds: float) -> void:
	Input.action_press(action)
	await _pause(seconds)
	Input.action_release(action)


# As the keyboard would: through the input map.
func _key(action: StringName) -> void:
	var event: InputEventKey = InputMap.action_get_events(action)[0].duplicate()
	event.pressed = true
	Input.parse_input_event(event)
	await _pause(0.1)
	event.pressed = false
	Input.parse_input_event(event)


func _state(wanted: RealmwireSession.State) -> bool:
	return await _until(func() -> bool: return Realmwire.session.state == wanted, "for state %d" % wanted)


func _see(text: String) -> bool:
	return await _until(func() -> bool: return _find(_main, text) != null, "for a button " + text)


func _press(text: String) -> void:
	var button: Button = _find(_main, text)
	if button != null:
		button.pressed.emit()
	await _pause(0.2)


func _find(node: Node, text: String) -> Button:
	if node is Button and (node as Button).text == text and (node as Button).is_visible_in_tree() and not node.is_queued_for_deletion():
		return node
	for i: int in range(node.get_child_count() - 1, -1, -1): # what is on top comes first
		var found: Button = _find(node.get_child(i), text)
		if found != null:
			return found
	return null


# The text of a button behind how it begins.
func _title_of(begin: String) -> String:
	for node: Node in _main.find_children("*", "Button", true, false):
		if (node as Button).text.begins_with(begin) and not node.is_queued_for_deletion():
			return (node as Button).text.trim_prefix(begin)
	return ""


# The field with a placeholder; with an empty one, that of a question.
func _field(placeholder: String) -> LineEdit:
	for node: Node in _main.find_children("*", "LineEdit", true, false):
		var field: LineEdit = node
		if field.placeholder_text.begins_with(placeholder) and (placeholder != "" or field.placeholder_text == ""):
			return field
	return null


func _until(done: Callable, what: String) -> bool:
	var until_ms: int = Time.get_ticks_msec() + 30_000
	while not done.call():
		if Time.get_ticks_msec() > until_ms:
			_end("waited in vain " + what)
			return false
		await get_tree().process_frame
	return true


func _end(why: String) -> void:
	var errors: PackedStringArray = _log.take()
	for line: String in errors:
		print(line)
	print("SCREENS ", "ok" if why == "" and errors.is_empty() else "failed: " + why)
	Realmwire.stop()
	await _pause(0.2)
	get_tree().quit(0 if why == "" and errors.is_empty() else 1)
