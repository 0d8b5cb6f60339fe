class_name RealmwireDialer
extends RefCounted
## Opens transports: the best that this engine has, and WebSocket where that does not get through. It remembers what did, so
## that portals and reconnects do not wait for what will fail.

const _FALLBACK_US: int = 1_800_000 # for UDP or WebRTC to open, where there is something to fall back to
const _PATIENT_US: int = 6_000_000 # where there is not
const _AVOID_US: int = 300_000_000 # how long what failed is not tried again where WebSocket did get through

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
## The last [method dial] had to fall back to WebSocket.
var fell_back: bool = false

var _api: RealmwireApi
var _tree: SceneTree
var _avoid_until_us: int = 0


func _init(api: RealmwireApi, tree: SceneTree) -> void:
	_api = api
	_tree = tree


## Connects to the zone of the grant [param with]; null: it failed, see [member error]. [param fresh] is a coroutine that asks for another grant
## (a [RealmwireReply]): tickets are single-use, and a try that failed may have used this one up. A coroutine.
func dial(with: Dictionary, fresh: Callable) -> RealmwireTransport:
	fell_back = false
	grant = with
	var best: String = choice
	if choice == "auto":
		best = "webrtc" if OS.has_feature("web") else "kcp"
		if Time.get_ticks_usec() < _avoid_until_us or (best == "webrtc" and not RealmwireWebRtcTransport.available()):
			best = "websocket"
	var t: RealmwireTransport = await _try(best, _PATIENT_US if choice != "auto" or best == "websocket" else _FALLBACK_US)
	if t.state == RealmwireTransport.State.OPEN:
		return t
	if choice != "auto" or best == "websocket":
		return null
	told.emit("%s does not get through; falling back to WebSocket …" % _titles(best))
	if t.ticket_spent:
		var again: RealmwireReply = await fresh.call()
		if not again.ok:
			error = again
			return null
		grant = again.data
	t = await _try("websocket", _PATIENT_US)
	if t.state != RealmwireTransport.State.OPEN:
		return null
	fell_back = true
	_avoid_until_us = Time.get_ticks_usec() + _AVOID_US
	return t


static func _titles(kind: String) -> String:
	return {"kcp": "UDP", "webrtc": "WebRTC", "websocket": "WebSocket"}.get(kind, kind)


func _try(kind: String, patience_us: int) -> RealmwireTransport:
	told.emit("Connecting over %s …" % _titles(kind))
	var t: RealmwireTransport = _make(kind)
	var refused: RealmwireReply = RealmwireReply.failed("unreachable", "%s does not get through to the zone." % _titles(kind))
	t.closed.connect(func(_code: int, text: String) -> void: refused.detail = text)
	var until_us: int = Time.get_ticks_usec() + patience_us
	while t.state == RealmwireTransport.State.CONNECTING and Time.get_ticks_usec() < until_us:
		t.poll(Time.get_ticks_usec())
		if t.state == RealmwireTransport.State.CONNECTING:
			await _tree.process_frame
	ticket_spent = t.ticket_spent
	if t.state != RealmwireTransport.State.OPEN:
		t.close(RealmwireWire.Close.NORMAL, "")
		error = refused
	return t


func _make(kind: String) -> RealmwireTransport:
	var ticket: String = str(grant.get("ticket", ""))
	var raw: PackedByteArray = Marshalls.base64_to_raw(ticket)
	match kind:
		"webrtc":
			return RealmwireWebRtcTransport.new(_signal.bind(_path("webrtc", "url"), ticket))
		"websocket":
			return RealmwireWebSocketTransport.new(_api.url(_path("websocket", "url")), raw)
	var secret: PackedByteArray = Marshalls.base64_to_raw(str(grant.get("secret", "")))
	var address: String = _path("udp", "addr") if udp_override.is_empty() else udp_override
	return RealmwireUdpTransport.new(address, raw, secret, Time.get_ticks_usec())


func _path(section: String, key: String) -> String:
	var v: Variant = grant.get(section)
	return str((v as Dictionary).get(key, "")) if v is Dictionary else ""


func _signal(offer: String, path: String, ticket: String) -> RealmwireReply:
	return await _api.request(HTTPClient.METHOD_POST, path, {"ticket": ticket, "sdp": offer})
