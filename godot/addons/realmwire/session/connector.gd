class_name RealmwireConnector
extends RefCounted
## Gets a [RealmwireSession] into zones: asks the realm for a grant, or takes what the zone gave to come back with, opens a transport
## and joins. Every coroutine is told how to find out that nobody waits for it any more: [code]alive[/code], a [Callable] that returns a bool.

## A transport is closed, and wants to be polled until it has told its peer.
signal let_go(transport: RealmwireTransport)

## Titles of what a link's end means: the zone has decided, or the connection was cut off, and the zone keeps the character for a while.
const ENDED: String = "ended"
const CUT_OFF: String = "cut-off"

const _JOIN_TIMEOUT_US: int = 15_000_000
## For which a player's wish to play counts while the realm has not granted it; beyond, the machine may have slept.
const _DECISION_S: float = 60.0

var verify: bool = true
var dialer: RealmwireDialer
var tickets: RealmwireResumeTickets = RealmwireResumeTickets.new()
## Why the last coroutine returned null.
var error: RealmwireReply

var _api: RealmwireApi
var _maps: RealmwireMapCache
var _beat: Signal
var _game: RealmwireGame
var _character: String
var _stats: RealmwireStats
var _client: String
var _granted: bool
var _decided_s: float # by the clock on the wall, which goes on while a machine sleeps


func _init(api: RealmwireApi, maps: RealmwireMapCache, beat: Signal, game: RealmwireGame, character: String, stats: RealmwireStats) -> void:
	_api = api
	_maps = maps
	_beat = beat
	_game = game
	_character = character
	_stats = stats
	dialer = RealmwireDialer.new(api, beat)
	decide()


## The player has decided to play.
func decide() -> void:
	_client = RealmwireApi.new_client()
	_granted = false
	_decided_s = Time.get_unix_time_from_system()


## Whether nobody has decided what is asked now. Only the player takes a character from another client: whoever plays when this session comes back
## by itself was told to since.
func returning() -> bool:
	return _granted or Time.get_unix_time_from_system() - _decided_s > _DECISION_S


## Asks for a grant and connects with it.
func enter(alive: Callable) -> RealmwireLink:
	var r: RealmwireReply = await _ask()
	if not alive.call():
		return null
	if not r.ok:
		error = r
		return null
	return await connect_with(r.data, alive)


## Comes back straight to the zone; null: it could not, or there is nothing to come back with, and then [member error] is null.
func resume(alive: Callable) -> RealmwireLink:
	error = null
	var grant: Dictionary = tickets.take(Time.get_ticks_usec())
	if grant.is_empty():
		return null
	var link: RealmwireLink = await connect_with(grant, alive)
	if link != null or not alive.call():
		return link
	if error.title == ENDED:
		tickets.clear()
	elif not dialer.ticket_spent:
		tickets.give_back()
	return null


## Joins the zone of a grant; returns when the own entity is in view. The map comes while the transport opens.
func connect_with(grant: Dictionary, alive: Callable) -> RealmwireLink:
	var loading: Loading = Loading.new(_maps, grant)
	if loading.failed():
		error = loading.why()
		return null
	var transport: RealmwireTransport = await dialer.dial(grant, _fresh)
	if transport == null:
		error = dialer.error
		return null
	if not loading.is_of(dialer.grant):
		loading = Loading.new(_maps, dialer.grant) # the fresh grant is for another zone
	while not loading.done:
		transport.poll(Time.get_ticks_usec()) # nothing comes before Join, but it must not fall silent
		await _beat
	if loading.failed():
		error = loading.why()
		transport.close(RealmwireWire.Close.NORMAL, "no map")
		let_go.emit(transport)
		return null
	var map: RealmwireMap = loading.map
	var link: RealmwireLink = RealmwireLink.new(_game, map, transport, _stats, Time.get_ticks_usec())
	if alive.call():
		await _await_arrival(link, alive)
	if alive.call() and link.here and not link.over:
		return link
	if not link.over:
		error = RealmwireReply.failed("silent", "The zone did not let us in in time.")
		link.close("gave up")
	let_go.emit(transport)
	return null


func _ask() -> RealmwireReply:
	var r: RealmwireReply = await _api.play(_character, _game.schema().hash_hex, RealmwireSealer.SUITE, _client, returning())
	if r.ok:
		_granted = true
		tickets.clear() # the character is no session's but the new one's
	return r


# Another grant for the same zone, when a try may have used one up.
func _fresh() -> RealmwireReply:
	var grant: Dictionary = tickets.take(Time.get_ticks_usec())
	return await _ask() if grant.is_empty() else RealmwireReply.given(grant)


func _await_arrival(link: RealmwireLink, alive: Callable) -> void:
	link.ended.connect(_ended.bind(link.zone))
	link.tickets_offered.connect(_keep.bind(dialer.grant))
	link.join(verify)
	var until_us: int = Time.get_ticks_usec() + _JOIN_TIMEOUT_US
	while alive.call() and not link.here and not link.over and Time.get_ticks_usec() < until_us:
		link.poll(Time.get_ticks_usec())
		if not link.here:
			await _beat


func _ended(reason: int, code: int, text: String, zone: RealmwireZone) -> void:
	error = judge(reason, code, text, zone)


func _keep(m: MessageSchema.Resume, grant: Dictionary) -> void:
	tickets.keep(grant, m, Time.get_ticks_usec())


## What a link's end means, as a reply: those that are not temporary end the session.
func judge(reason: int, code: int, text: String, zone: RealmwireZone) -> RealmwireReply:
	var title: String = CUT_OFF if RealmwireResumeTickets.resumable(reason, code) else ENDED
	var r: RealmwireReply = RealmwireReply.failed(title, text if not text.is_empty() else RealmwireWire.explain(code))
	match reason:
		MessageSchema.Reason.TAKEN_OVER, MessageSchema.Reason.KICKED, MessageSchema.Reason.PROTOCOL_ERROR:
			r.status = 403
		MessageSchema.Reason.SCHEMA_MISMATCH:
			r.status = 409
		MessageSchema.Reason.MAP_MISMATCH:
			_maps.forget(zone.map.hash_hex)
	if reason < 0 and (code == RealmwireWire.Close.TAKEN_OVER or code == RealmwireWire.Close.KICKED):
		r.status = 403
	return r


## A map on its way.
class Loading:
	extends RefCounted

	var map: RealmwireMap
	var done: bool = false

	var _entry: Dictionary
	var _why: String

	func _init(maps: RealmwireMapCache, grant: Dictionary) -> void:
		_entry = _map_of(grant)
		_load(maps)

	func _load(maps: RealmwireMapCache) -> void:
		map = await maps.fetch(_entry)
		_why = maps.error
		done = true

	static func _map_of(grant: Dictionary) -> Dictionary:
		var entry: Variant = grant.get("map")
		return entry if entry is Dictionary else {}

	## Whether it is the map of another grant too.
	func is_of(grant: Dictionary) -> bool:
		return _map_of(grant).get("hash") == _entry.get("hash")

	func failed() -> bool:
		return done and map == null

	func why() -> RealmwireReply:
		return RealmwireReply.failed("map", _why)
