class_name RealmwireWebSocketTransport
extends RealmwireTransport
## The fallback that passes wherever web pages do: both lanes over one WebSocket, relayed by the gateway.
##
## The first frame is the ticket, every later one a lane byte and a message.

const _CLOSE_BASE: int = 4000 # a close carries this + our code
const _LATEST_BACKLOG: int = 2048 # bytes not yet sent, beyond which an input packet is not worth adding

var _peer: WebSocketPeer = WebSocketPeer.new()
var _ticket: PackedByteArray


## Begins to connect.
func _init(url: String, ticket: PackedByteArray) -> void:
	_ticket = ticket
	_peer.inbound_buffer_size = 1 << 20 # a hidden page is polled less often
	_peer.outbound_buffer_size = RealmwireWire.MAX_BACKLOG + RealmwireWire.MAX_RELIABLE
	_peer.max_queued_packets = 4096
	var address: String = url
	if address.begins_with("http"):
		address = "ws" + address.trim_prefix("http")
	if _peer.connect_to_url(address) != OK:
		_end.call_deferred(RealmwireWire.Close.NETWORK, "The WebSocket %s cannot be opened." % address)


func kind() -> String:
	return "websocket"


func poll(_now_us: int) -> void:
	if state == State.CLOSED:
		return
	_peer.poll()
	match _peer.get_ready_state():
		WebSocketPeer.STATE_OPEN:
			if state == State.CONNECTING:
				ticket_spent = true
				if not OS.has_feature("web"): # browsers do it themselves
					_peer.set_no_delay(true)
				_peer.send(_ticket)
				_open()
			_read()
		WebSocketPeer.STATE_CLOSED:
			_read()
			_ended()


func _read() -> void:
	while _peer.get_available_packet_count() > 0 and state == State.OPEN:
		var frame: PackedByteArray = _peer.get_packet()
		bytes_in += frame.size()
		if frame.size() < 2 or frame[0] > RealmwireWire.Lane.LATEST:
			close(RealmwireWire.Close.PROTOCOL_ERROR, "malformed frame")
			closed.emit(RealmwireWire.Close.PROTOCOL_ERROR, RealmwireWire.explain(RealmwireWire.Close.PROTOCOL_ERROR))
			return
		_receive(frame[0] as RealmwireWire.Lane, frame.slice(1))


func _ended() -> void:
	var code: int = _peer.get_close_code()
	if code >= _CLOSE_BASE and code < _CLOSE_BASE + 1000:
		_end(code - _CLOSE_BASE, _peer.get_close_reason())
	elif state == State.CONNECTING:
		_end(RealmwireWire.Close.NETWORK, "The WebSocket could not be opened.")
	else:
		_end(RealmwireWire.Close.NETWORK, _peer.get_close_reason())


func send(lane: RealmwireWire.Lane, msg: PackedByteArray) -> bool:
	if state != State.OPEN or msg.is_empty():
		return false
	var reliable: bool = lane == RealmwireWire.Lane.RELIABLE
	if msg.size() > (RealmwireWire.MAX_RELIABLE if reliable else RealmwireWire.MAX_LATEST):
		return false
	if _peer.get_current_outbound_buffered_amount() > (RealmwireWire.MAX_BACKLOG if reliable else _LATEST_BACKLOG):
		return false
	var frame: PackedByteArray = PackedByteArray([lane])
	frame.append_array(msg)
	if _peer.send(frame) != OK:
		return false
	bytes_out += frame.size()
	return true


func close(code: int, text: String) -> void:
	if state == State.CLOSED or state == State.CLOSING:
		return
	state = State.CLOSING
	_peer.close(_CLOSE_BASE + code, RealmwireWire.clip(text).get_string_from_utf8())
