extends Node
## The demo: which screen shows, and the world behind all of them.

const _WIDEST: float = 580.0 # of the panels

@onready var _world: World = $World
@onready var _screens: CanvasLayer = $Screens

var _game: RpgGame = RpgGame.new()
var _screen: Control
var _hud: Hud
var _character: Dictionary = {}
var _vista: RealmwireMap


func _ready() -> void:
	($Labels/Root as Control).theme = UiLook.theme()
	($Labels/Root as Control).texture_filter = CanvasItem.TEXTURE_FILTER_LINEAR
	get_window().size_changed.connect(_resize)
	_resize()
	_vista = Vista.make()
	Realmwire.api.earlier = Memory.recall(Memory.earlier_key())
	var kept: String = Memory.recall(Memory.token_key())
	if kept != "":
		var r: RealmwireReply = await Realmwire.api.resume(kept)
		if r.ok:
			_roster()
			return
		if not r.temporary():
			Memory.keep(Memory.token_key(), "")
	_title()


# Text and buttons keep their size for the eye: small windows get smaller ones, dense screens larger ones.
func _resize() -> void:
	var size: Vector2 = Vector2(get_window().size)
	var wanted: float = minf(size.x / 1280.0, size.y / 760.0)
	if DisplayServer.is_touchscreen_available():
		wanted = maxf(wanted, minf(DisplayServer.screen_get_scale(), size.x / _WIDEST)) # a phone held upright
	get_window().content_scale_factor = clampf(snappedf(wanted, 0.25), 0.75, 4.0)


func _show(screen: Control) -> void:
	if _screen != null:
		_screen.queue_free()
	_screen = screen
	_hud = screen as Hud
	screen.theme = UiLook.theme()
	screen.texture_filter = CanvasItem.TEXTURE_FILTER_LINEAR # the world has hard pixels, text has not
	_screens.add_child(screen)
	screen.set_anchors_and_offsets_preset(Control.PRESET_FULL_RECT)
	if _hud == null:
		_world.set_map(_vista, Vista.UNITS)
		_world.modulate = Color(0.62, 0.58, 0.7)


func _title() -> void:
	var screen: TitleScreen = TitleScreen.new()
	screen.signed_in.connect(_roster)
	_show(screen)


func _roster() -> void:
	Realmwire.stop()
	var screen: RosterScreen = RosterScreen.new()
	screen.chosen.connect(_play)
	screen.creation_wanted.connect(_create)
	screen.signed_out.connect(_title)
	_show(screen)


func _create() -> void:
	var screen: CreatorScreen = CreatorScreen.new()
	screen.created.connect(_play)
	screen.cancelled.connect(_roster)
	_show(screen)


func _play(character: Dictionary) -> void:
	_character = character
	var hud: Hud = Hud.new()
	hud.left.connect(_roster)
	_show(hud)
	var session: RealmwireSession = Realmwire.play(_game, str(character.get("id")))
	hud.retried.connect(session.start)
	hud.chat.submitted.connect(func(text: String) -> void: session.say(text))
	hud.show_state(session.state, "")
	session.state_changed.connect(hud.show_state)
	session.entered.connect(_entered)
	session.population_changed.connect(hud.show_players)
	session.chat_heard.connect(_heard)


func _entered(zone: RealmwireZone) -> void:
	_world.set_map(zone.map, _game.units_per_pixel)
	_world.modulate = Color.WHITE
	_hud.show_zone(zone)
	_hud.chat.add("", "Welcome to %s." % zone.title)


func _heard(line: RealmwireChatLine) -> void:
	_hud.chat.add(line.from, line.text)
	if line.entity != 0:
		_world.say(line.entity, line.text)


func _process(delta: float) -> void:
	var session: RealmwireSession = Realmwire.session
	if _hud == null or session == null or session.zone == null:
		var now: float = Time.get_ticks_msec() / 1000.0
		_world.show_frame(Vista.crowd(now), Vector2(430.0 + 40.0 * sin(now / 17.0), 250.0 + 16.0 * cos(now / 13.0)), delta)
		return
	session.set_controls(_direction(), 0)
	var drawn: Array[RealmwireDrawn] = session.draw()
	var focus: Vector2 = drawn[-1].at if not drawn.is_empty() else Vector2.ZERO
	if not drawn.is_empty():
		_world.show_frame(drawn, focus, delta)


func _direction() -> Vector2:
	if _hud.chat.is_talking():
		return Vector2.ZERO
	if _hud.stick.direction != Vector2.ZERO:
		return _hud.stick.direction
	return Input.get_vector(&"move_left", &"move_right", &"move_up", &"move_down")
