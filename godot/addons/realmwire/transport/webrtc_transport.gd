class_name RealmwireWebRtcTransport
extends RealmwireTransport
## Both lanes over WebRTC data channels: for web exports, whose pages cannot send datagrams in any other way.
##
## One HTTP round trip carries the offer and the answer. The server is ICE-lite and learns our address from our own checks,
## so that there is nothing to gather and no STUN server to ask.

const _LATEST_BACKLOG: int = 2048 # bytes not yet sent, beyond which an input packet is not worth adding
## What a channel holds until it is polled. The engine drops what is beyond, from the reliable lane too.
const _INBOX: String = "network/limits/webrtc/max_channel_in_buffer_kb"
const _INBOX_KB: int = 1024

var _peer: WebRTCPeerConnection
var _reliable: WebRTCDataChannel
var _latest: WebRTCDataChannel
var _signal: Callable


## Whether this engine can do it: browsers can; elsewhere it takes the webrtc-native extension.
static func available() -> bool:
	return OS.has_feature("web") or ClassDB.class_exists("WebRTCLibPeerConnection")


## Begins to connect. [param signalling] is a coroutine that takes the offer's SDP and returns a [RealmwireReply] with the
## answer's.
func _init(signalling: Callable) -> void:
	_signal = signalling
	if int(str(ProjectSettings.get_setting(_INBOX, 0))) < _INBOX_KB:
		ProjectSettings.set_setting(_INBOX, _INBOX_KB)
	_peer = WebRTCPeerConnection.new()
	# In a browser it is ready when it is made, without servers; initializing it again would leave a connection that nobody closes.
	if not OS.has_feature("web") and _peer.initialize({"iceServers": []}) != OK:
		_end.call_deferred(RealmwireWire.Close.NETWORK, "This engine has no WebRTC.")
		return
	_reliable = _peer.create_data_channel("reliable", {"ordered": true})
	_latest = _peer.create_data_channel("latest", {"ordered": false, "maxRetransmits": 0})
	_peer.session_description_created.connect(_described)
	_peer.create_offer()


func kind() -> String:
	return "webrtc"


func _described(type: String, sdp: String) -> void:
	_peer.set_local_description(type, sdp)
	ticket_spent = true
	var asked_us: int = Time.get_ticks_usec()
	var reply: RealmwireReply = await _signal.call(sdp)
	distance_us = Time.get_ticks_usec() - asked_us
	if state != State.CONNECTING:
		return
	if not reply.ok:
		_end(RealmwireWire.Close.NETWORK, reply.detail)
	elif _peer.set_remote_description("answer", _nominate_at_once(reply.text("sdp"))) != OK:
		_end(RealmwireWire.Close.PROTOCOL_ERROR, "The answer to the WebRTC offer is malformed.")


# Browsers nominate a path to an ICE-lite server only on the check after one succeeded, and by then they have slowed their checks down: over a long way
# that costs a second. Towards a server that does not say "lite" they nominate with every check, which a lite one understands as well.
static func _nominate_at_once(sdp: String) -> String:
	return sdp.replace("a=ice-lite\r\n", "").replace("a=ice-lite\n", "")


func poll(_now_us: int) -> void:
	if state == State.CLOSED or _peer == null:
		return
	_peer.poll()
	match _peer.get_connection_state():
		WebRTCPeerConnection.STATE_FAILED, WebRTCPeerConnection.STATE_CLOSED:
			_end(RealmwireWire.Close.NETWORK, "")
			return
	if state == State.CONNECTING and _is_open(_reliable) and _is_open(_latest):
		_open()
	_read(RealmwireWire.Lane.RELIABLE, _reliable)
	_read(RealmwireWire.Lane.LATEST, _latest)
	if state == State.OPEN and not (_is_open(_reliable) and _is_open(_latest)):
		_end(RealmwireWire.Close.NETWORK, "")
	elif state == State.CLOSING and (not _is_open(_reliable) or _reliable.get_buffered_amount() == 0):
		_peer.close()
		state = State.CLOSED


static func _is_open(channel: WebRTCDataChannel) -> bool:
	return channel.get_ready_state() == WebRTCDataChannel.STATE_OPEN


func _read(lane: RealmwireWire.Lane, channel: WebRTCDataChannel) -> void:
	while _is_open(channel) and channel.get_available_packet_count() > 0 and state == State.OPEN:
		var msg: PackedByteArray = channel.get_packet()
		if channel.was_string_packet():
			_told(msg.get_string_from_utf8())
			return
		bytes_in += msg.size()
		_receive(lane, msg)


# The peer's last words: "close CODE TEXT".
func _told(words: String) -> void:
	if words.begins_with("close "):
		_end(words.get_slice(" ", 1).to_int(), " ".join(words.split(" ").slice(2)))


func send(lane: RealmwireWire.Lane, msg: PackedByteArray) -> bool:
	if state != State.OPEN or msg.is_empty():
		return false
	var reliable: bool = lane == RealmwireWire.Lane.RELIABLE
	var channel: WebRTCDataChannel = _reliable if reliable else _latest
	if msg.size() > (RealmwireWire.MAX_RELIABLE if reliable else RealmwireWire.MAX_LATEST):
		return false
	if channel.get_buffered_amount() > (RealmwireWire.MAX_BACKLOG if reliable else _LATEST_BACKLOG):
		return false
	channel.write_mode = WebRTCDataChannel.WRITE_MODE_BINARY
	if channel.put_packet(msg) != OK:
		return false
	bytes_out += msg.size()
	return true


func close(code: int, text: String) -> void:
	if state == State.CLOSED or state == State.CLOSING:
		return
	if state == State.OPEN:
		_reliable.write_mode = WebRTCDataChannel.WRITE_MODE_TEXT
		_reliable.put_packet(("close %d " % code).to_utf8_buffer() + RealmwireWire.clip(text))
		state = State.CLOSING
		return
	if _peer != null:
		_peer.close()
	state = State.CLOSED
