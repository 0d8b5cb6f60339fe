extends Node
## Plays by itself against a real server and prints what it saw as one JSON line, then ends the process with 0, or with 1 where
## it could not do all that it was told.
##
## [code]godot --headless --path godot res://test/bot.tscn -- --server=http://127.0.0.1:8080 --seconds=10 --portal[/code];
## [code]--transport=websocket[/code] and [code]--udp=HOST:PORT[/code] (a proxy in between) besides. In a web export all of it is said by the page's
## address: [code]?seconds=10&portal=1[/code].
##
## With [code]--stay[/code] it goes round in circles until it is stopped, and says as JSON lines who it is (ID), what becomes of its session (STATE) and where
## it is (AT); with [code]--token=[/code] and [code]--character=[/code] it plays as who another one is.

const TIMEOUT_S: float = 150.0

var session: RealmwireSession
var seconds: float = 10.0
var portal: bool = false
var stay: bool = false
var token: String = ""
var character: String = ""
var corrections: int = 0
var moved_most: float = 0.0
var heard: int = 0
var others: int = 0
var zones: PackedStringArray
var entities: PackedInt64Array # as whom it entered
var walked: float = 0.0
var error: String = ""

var _direction: Vector2
var _turn_at_ms: int = 0
var _polls: int = 0
var _say_at_ms: int = 0
var _path: PackedVector2Array
var _last_at: Vector2
var _rng: RandomNumberGenerator = RandomNumberGenerator.new()
var _log: TestErrorLog = TestErrorLog.new()
var _began_ms: int = Time.get_ticks_msec()


func _ready() -> void:
	OS.add_logger(_log)
	_rng.seed = 1
	seconds = _arg("seconds", str(seconds)).to_float()
	portal = not _arg("portal").is_empty()
	stay = not _arg("stay").is_empty()
	token = _arg("token")
	character = _arg("character")
	if not stay:
		get_tree().create_timer(TIMEOUT_S).timeout.connect(_fail.bind("timed out"))
	_play(_arg("transport", "auto" if OS.has_feature("web") else "kcp"), _arg("udp"))


# What the command line or the page's address says under a name.
func _arg(key: String, otherwise: String = "") -> String:
	for arg: String in OS.get_cmdline_user_args():
		if arg.get_slice("=", 0) == "--" + key:
			return arg.get_slice("=", 1) if arg.contains("=") else "1"
	var asked: String = RealmwirePage.asked(key) if OS.has_feature("web") else ""
	return otherwise if asked.is_empty() else asked


func _play(transport: String, udp: String) -> void:
	if token.is_empty():
		if not await _sign_in():
			return
	else:
		Realmwire.api.token = token
	ProjectSettings.set_setting(Realmwire.SETTING_TRANSPORT, transport)
	session = Realmwire.play(RpgGame.new(), character)
	session.dialer.udp_override = udp
	session.entered.connect(_entered)
	session.chat_heard.connect(func(_line: RealmwireChatLine) -> void: heard += 1)
	session.corrected.connect(_corrected)
	if stay:
		_stay()
		return
	session.ended.connect(_fail)
	if not await _wander(seconds, 1):
		return
	if portal:
		if not await _take_portal() or not await _wander(maxf(2.0, seconds / 2), 2):
			return
	_report(error)


func _sign_in() -> bool:
	var r: RealmwireReply = await Realmwire.api.guest()
	if r.ok:
		r = await Realmwire.api.create_character("Bot %d" % (randi() % 1_000_000), "rogue", {"skin": 1, "hair": 2, "shirt": 3})
	if not r.ok:
		_fail(r.detail)
	character = r.text("id")
	return r.ok


func _stay() -> void:
	_say("ID", {"token": Realmwire.api.token, "character": character})
	session.state_changed.connect(_became)
	Realmwire.polled.connect(_polled)


func _became(state: RealmwireSession.State, text: String) -> void:
	_say("STATE", {"state": (RealmwireSession.State.keys()[state] as String).to_lower(), "text": text})


func _polled() -> void:
	_polls += 1
	if session == null or session.replica() == null or session.replica().own == null or Time.get_ticks_msec() < _say_at_ms:
		return
	_say_at_ms = Time.get_ticks_msec() + 100
	var at: Vector2i = session.replica().own.state.position()
	var s: RealmwireStats = session.stats
	_say("AT", {
		"x": at.x, "y": at.y, "frames": Engine.get_process_frames(), "polls": _polls, "transport": s.transport, "snapshots": s.snapshots,
		"checked": s.checked, "desyncs": s.desyncs, "drops": s.drops, "errors": _log.take(),
	})


func _say(what: String, v: Dictionary) -> void:
	print(what, " ", JSON.stringify(v))


func _entered(zone: RealmwireZone) -> void:
	zones.append(zone.name)
	entities.append(zone.entity)
	_path = PackedVector2Array()


func _corrected(units: float) -> void:
	corrections += 1
	moved_most = maxf(moved_most, units)


# Walks about for a while in the n-th zone, says something and waits to hear it.
func _wander(for_s: float, n: int) -> bool:
	if not await _until(func() -> bool: return zones.size() >= n, "to enter zone %d" % n):
		return false
	var until_ms: int = Time.get_ticks_msec() + int(for_s * 1000)
	var before: int = heard
	if not await _until(func() -> bool: return session.say("hello from Godot"), "to say something"):
		return false
	while Time.get_ticks_msec() < until_ms:
		if Time.get_ticks_msec() >= _turn_at_ms:
			_turn_at_ms = Time.get_ticks_msec() + _rng.randi_range(200, 1500)
			_direction = Vector2.from_angle(_rng.randf() * TAU) * (1.0 if _rng.randf() < 0.7 else _rng.randf())
			if _rng.randf() < 0.15:
				_direction = Vector2.ZERO
		session.set_controls(_direction, 0)
		await get_tree().process_frame
	session.set_controls(Vector2.ZERO, 0)
	return await _until(func() -> bool: return heard > before, "to hear myself")


# Walks to the nearest portal, along a path of free tiles.
func _take_portal() -> bool:
	var n: int = zones.size()
	while zones.size() == n:
		if _path.is_empty() and not _find_path():
			_fail("no way to a portal")
			return false
		var at: Vector2 = _last_at
		while not _path.is_empty() and at.distance_to(_path[0]) < 3.0:
			_path.remove_at(0)
		session.set_controls(Vector2.ZERO if _path.is_empty() else (_path[0] - at) / 6.0, 0)
		await get_tree().process_frame
		if error != "":
			return false
	session.set_controls(Vector2.ZERO, 0)
	return true


func _find_path() -> bool:
	var map: RealmwireMap = session.zone.map
	var grid: AStarGrid2D = AStarGrid2D.new()
	grid.region = Rect2i(0, 0, map.width, map.height)
	grid.diagonal_mode = AStarGrid2D.DIAGONAL_MODE_NEVER
	grid.update()
	for y: int in map.height:
		for x: int in map.width:
			grid.set_point_solid(Vector2i(x, y), map.solid(x, y))
	var from: Vector2i = Vector2i((_last_at / 16.0).floor())
	for p: Dictionary in map.portals:
		var centre: Vector2i = Vector2i((int(p["x"]) + (int(p["w"]) >> 1)) >> 8, (int(p["y"]) + (int(p["h"]) >> 1)) >> 8)
		for tile: Vector2i in grid.get_id_path(from, centre):
			_path.append(Vector2(tile) * 16.0 + Vector2(8, 8))
		if not _path.is_empty():
			return true
	return false


func _until(done: Callable, what: String) -> bool:
	var until_ms: int = Time.get_ticks_msec() + 20_000
	while not done.call():
		if error != "" or Time.get_ticks_msec() > until_ms:
			_fail("waited in vain " + what)
			return false
		await get_tree().process_frame
	return true


func _process(_delta: float) -> void:
	if session == null:
		return
	if stay:
		session.set_controls(Vector2.from_angle(Time.get_ticks_msec() / 700.0), 0)
	var drawn: Array[RealmwireDrawn] = session.draw()
	others = maxi(others, drawn.size() - 1)
	if not drawn.is_empty() and drawn[-1].own:
		var step: float = drawn[-1].at.distance_to(_last_at)
		if step < 64.0:
			walked += step
		_last_at = drawn[-1].at


func _fail(why: String) -> void:
	if error == "":
		error = why
		_report(why)


func _report(why: String) -> void:
	var out: Dictionary = {"ok": why == "", "error": why, "zones": zones, "seconds": (Time.get_ticks_msec() - _began_ms) / 1000.0}
	if session != null:
		var s: RealmwireStats = session.stats
		out.merge({
			"transport": s.transport, "snapshots": s.snapshots, "packets": s.packets, "checked": s.checked, "desyncs": s.desyncs,
			"corrections": corrections, "starved": s.starved, "moved_most": moved_most, "transfers": s.transfers, "drops": s.drops, "resumed": s.resumed, "entities": entities, "heard": heard,
			"others": others, "walked_px": roundi(walked), "rtt_ms": s.rtt_ms, "loss_pct": s.loss_pct, "jitter_ms": s.jitter_ms,
			"age_ms": s.snapshot_age_ms, "delay_ms": s.delay_ms, "down": roundi(s.down_bytes_per_s), "up": roundi(s.up_bytes_per_s),
		})
	var errors: PackedStringArray = _log.take()
	out["script_errors"] = errors
	print("BOT ", JSON.stringify(out))
	var failed: bool = why != "" or not errors.is_empty()
	session = null
	Realmwire.stop()
	await get_tree().create_timer(0.2).timeout
	get_tree().quit(1 if failed else 0)
