class_name RealmwireDialer
extends RefCounted
## Opens transports: the best that a grant offers and this engine has, and the next where that does not get through. It remembers what
## did, so that portals and reconnects do not wait for what will fail.

## The transports that this client knows, by their names in a grant, and what people call them; it passes over all others. A new one is added
## here, and in what makes and tries them below.
const TITLES: Dictionary = {"kcp": "UDP", "webrtc": "WebRTC", "websocket": "WebSocket"}

const _FALLBACK_US: int = 1_800_000 # to open, where there is something to fall back to
const _TRIPS: int = 6 # … and so many round trips, of the length that signalling took: the handshakes within a connection take as many
const _PATIENT_US: int = 6_000_000 # where there is not
const _SLEPT_US: int = 500_000 # between two looks: what is beyond does not count
const _AVOID_US: int = 300_000_000 # how long what failed is not tried again where another did get through

## What it does now, for people.
signal told(text: String)

## "auto", "kcp", "webrtc" or "websocket".
var choice: String = "auto"
## Where UDP goes instead of the grant's address, as host:port; empty: there. For port forwarding, and for tests.
var udp_override: String = ""
## Why the last [method dial] failed.
var error: RealmwireReply
## The grant that the last [method dial] tried last, and whether that may have used its ticket up.
var grant: Dictionary = {}
var ticket_spent: bool = false
## The last [method dial] had to fall back to another than the best.
var fell_back: bool = false

var _api: RealmwireApi
var _beat: Signal
var _avoid_until_us: Dictionary = {} # by transport


func _init(api: RealmwireApi, beat: Signal) -> void:
	_api = api
	_beat = beat


## Connects to the zone of the grant [param with]; null: it failed, see [member error]. [param fresh] is a coroutine that asks for another grant
## (a [RealmwireReply]): tickets are single-use, and a try that failed may have used this one up. A coroutine.
func dial(with: Dictionary, fresh: Callable) -> RealmwireTransport:
	fell_back = false
	grant = with
	ticket_spent = false
	error = RealmwireReply.failed("unreachable", "The zone offers no transport that this client has.")
	var kinds: Array[String] = order(grant, choice, _tries)
	var failed: Array[String] = []
	for kind: String in kinds:
		if not failed.is_empty():
			told.emit("%s does not get through; falling back to %s …" % [TITLES[failed[-1]], TITLES[kind]])
			if ticket_spent:
				var again: RealmwireReply = await fresh.call()
				if not again.ok:
					error = again
					return null
				grant = again.data
		if endpoint(grant, kind).is_empty():
			continue # the fresh grant is for a process without it
		var t: RealmwireTransport = await _try(kind, _PATIENT_US if kind == kinds[-1] else _FALLBACK_US)
		if t.state == RealmwireTransport.State.OPEN:
			fell_back = not failed.is_empty()
			for worse: String in failed:
				_avoid_until_us[worse] = Time.get_ticks_usec() + _AVOID_US
			return t
		failed.append(kind)
	return null


## The transports to try, in the order of the grant [param from]: those that [param wanted] ("auto", or one of them) allows and this client knows.
## [param tries] tells of a transport whether "auto" may try it: 0 never, 1 only where nothing else is left, 2 yes.
static func order(from: Dictionary, wanted: String, tries: Callable) -> Array[String]:
	var good: Array[String] = []
	var poor: Array[String] = []
	for e: Dictionary in _endpoints(from):
		var kind: String = str(e.get("transport", ""))
		if not TITLES.has(kind) or good.has(kind) or poor.has(kind):
			continue
		if wanted != "auto":
			if kind == wanted:
				good.append(kind)
			continue
		match tries.call(kind):
			2:
				good.append(kind)
			1:
				poor.append(kind)
	return poor if good.is_empty() else good


## The first endpoint of a grant with a transport; empty: there is none.
static func endpoint(from: Dictionary, kind: String) -> Dictionary:
	for e: Dictionary in _endpoints(from):
		if str(e.get("transport", "")) == kind:
			return e
	return {}


static func _endpoints(from: Dictionary) -> Array[Dictionary]:
	var out: Array[Dictionary] = []
	var list: Variant = from.get("endpoints")
	if list is Array:
		for e: Variant in list as Array:
			if e is Dictionary:
				out.append(e as Dictionary)
	return out


func _tries(kind: String) -> int:
	var web: bool = OS.has_feature("web")
	if kind == "kcp" and web or kind == "webrtc" and not (web and RealmwireWebRtcTransport.available()):
		return 0 # browsers have no UDP; elsewhere WebRTC is no better than UDP, over which it goes
	return 1 if Time.get_ticks_usec() < int(str(_avoid_until_us.get(kind, 0))) else 2


func _try(kind: String, patience_us: int) -> RealmwireTransport:
	told.emit("Connecting over %s …" % TITLES[kind])
	var t: RealmwireTransport = _make(kind)
	var refused: RealmwireReply = RealmwireReply.failed("unreachable", "%s does not get through to the zone." % TITLES[kind])
	t.closed.connect(func(_code: int, text: String) -> void: refused.detail = text)
	var now_us: int = Time.get_ticks_usec()
	var spent_us: int = 0
	while t.state == RealmwireTransport.State.CONNECTING and spent_us < patience_us + _TRIPS * t.distance_us:
		t.poll(now_us)
		if t.state == RealmwireTransport.State.CONNECTING:
			await _beat
		spent_us += mini(Time.get_ticks_usec() - now_us, _SLEPT_US)
		now_us = Time.get_ticks_usec()
	ticket_spent = t.ticket_spent
	if t.state != RealmwireTransport.State.OPEN:
		t.close(RealmwireWire.Close.NORMAL, "")
		error = refused
	return t


func _make(kind: String) -> RealmwireTransport:
	var ticket: String = str(grant.get("ticket", ""))
	var raw: PackedByteArray = Marshalls.base64_to_raw(ticket)
	var at: Dictionary = endpoint(grant, kind)
	var url: String = str(at.get("url", ""))
	match kind:
		"webrtc":
			return RealmwireWebRtcTransport.new(_signal.bind(url, ticket))
		"websocket":
			return RealmwireWebSocketTransport.new(_api.url(url), raw)
	var secret: PackedByteArray = Marshalls.base64_to_raw(str(grant.get("secret", "")))
	var address: String = str(at.get("addr", "")) if udp_override.is_empty() else udp_override
	return RealmwireUdpTransport.new(address, raw, secret, Time.get_ticks_usec())


func _signal(offer: String, path: String, ticket: String) -> RealmwireReply:
	return await _api.request(HTTPClient.METHOD_POST, path, {"ticket": ticket, "sdp": offer})
