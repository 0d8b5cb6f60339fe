extends Node
## The Realmwire SDK's one autoload: the realm's HTTP interface, and the session that plays.
##
## [codeblock]
## await Realmwire.api.guest()
## var session: RealmwireSession = Realmwire.play(MyGame.new(), character_id)
## session.entered.connect(_on_entered)
## [/codeblock]
## Project settings under [code]realmwire/network[/code] say which realm to play on; [code]-- --server=URL[/code] behind the
## game's own arguments overrides that.

const SETTING_URL: String = "realmwire/network/server_url"
const SETTING_TRANSPORT: String = "realmwire/network/transport"
const SETTING_VERIFY: String = "realmwire/network/verify_snapshots"
const DEFAULTS: Dictionary[String, Variant] = {
	SETTING_URL: "http://127.0.0.1:8080",
	SETTING_TRANSPORT: "auto",
	SETTING_VERIFY: true,
}

## A session began or ended; [member session] is the new one, or null.
signal session_changed
## Once a frame, and from time to time where there are none: everything was polled.
signal polled

## The realm's HTTP interface.
var api: RealmwireApi
## The session that plays, or null.
var session: RealmwireSession

var _maps: RealmwireMapCache
var _farewell: Array[RealmwireSession] = [] # that still tell their zones
var _page: RealmwirePage # of a web export


func _init() -> void:
	process_priority = -1000 # what came is there before anyone draws
	process_mode = Node.PROCESS_MODE_ALWAYS # a paused game must still answer the zone
	connect_to(server_url())


func _ready() -> void:
	if OS.has_feature("web"):
		_page = RealmwirePage.new()
		_page.hidden.connect(_let_go)
		_page.ticked.connect(_poll)
		_page.left.connect(stop)


## The realm's address: from the command line, else from the project's settings. In a web export that is relative to the page's own address, and where
## it was left as it is, it is the page's folder.
static func server_url() -> String:
	for arg: String in OS.get_cmdline_user_args():
		if arg.begins_with("--server="):
			return arg.trim_prefix("--server=")
	var url: String = str(setting(SETTING_URL))
	if OS.has_feature("web"):
		return RealmwirePage.folder() if url == DEFAULTS[SETTING_URL] else RealmwirePage.resolve(url)
	return url


## The transport to play over: from the command line ([code]-- --transport=websocket[/code]) or a web page's address
## ([code]?transport=websocket[/code]), else from the project's settings. A browser has no UDP: what asks for that there gets the best that there is.
static func transport() -> String:
	for arg: String in OS.get_cmdline_user_args():
		if arg.begins_with("--transport="):
			return arg.trim_prefix("--transport=")
	var choice: String = str(setting(SETTING_TRANSPORT))
	if not OS.has_feature("web"):
		return choice
	if RealmwireDialer.TITLES.has(RealmwirePage.asked("transport")):
		choice = RealmwirePage.asked("transport")
	return "auto" if choice == "kcp" else choice


## A project setting of the SDK.
static func setting(name: String) -> Variant:
	return ProjectSettings.get_setting(name, DEFAULTS[name])


## Talks to another realm from now on. Whoever was signed in is not any more.
func connect_to(url: String) -> void:
	stop()
	api = RealmwireApi.new(self, url)
	_maps = RealmwireMapCache.new(api)


## Begins to play a character with a game's rules. The session before, if any, is left.
func play(game: RealmwireGame, character: String) -> RealmwireSession:
	stop()
	session = RealmwireSession.new(api, _maps, polled, game, character)
	session.dialer.choice = transport()
	session.verify = bool(setting(SETTING_VERIFY))
	session_changed.emit()
	session.start()
	return session


## Leaves the zone.
func stop() -> void:
	if session == null:
		return
	session.leave()
	_farewell.append(session)
	session = null
	session_changed.emit()


func _process(_delta: float) -> void:
	_poll()


# Nobody holds anything down any more: who turns away from a game lets its character stand.
func _let_go() -> void:
	if session != null:
		session.let_go()
		session.poll()


func _poll() -> void:
	if session != null:
		session.poll()
	for i: int in range(_farewell.size() - 1, -1, -1):
		_farewell[i].poll()
		if _farewell[i].is_gone():
			_farewell.remove_at(i)
	polled.emit()


func _notification(what: int) -> void:
	match what:
		NOTIFICATION_WM_CLOSE_REQUEST, NOTIFICATION_PREDELETE:
			stop()
		NOTIFICATION_APPLICATION_PAUSED: # on a phone; no frames follow
			_let_go()
