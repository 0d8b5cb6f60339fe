class_name RealmwireUdpTransport
extends RealmwireTransport
## Realmwire's own association over UDP: a sealed datagram lane beside KCP. For everything but browsers.

const TIMEOUT_US: int = 10_000_000
const _MAX_READS: int = 512 # datagrams a poll

var _host: String
var _port: int
var _peer: PacketPeerUDP
var _resolving: int = IP.RESOLVER_INVALID_ID
var _handshake: RealmwireHandshake
var _association: RealmwireAssociation
var _rebound_us: int = 0


## Begins to connect to [param address] (host:port) with a ticket and its secret.
func _init(address: String, ticket: PackedByteArray, secret: PackedByteArray, now_us: int) -> void:
	var colon: int = address.rfind(":")
	_host = address.left(colon).trim_prefix("[").trim_suffix("]")
	_port = address.substr(colon + 1).to_int()
	if _host == "localhost":
		_host = "127.0.0.1" # resolvers may say ::1 first, and servers listen there less often
	var why: String = RealmwireHandshake.refuse(ticket, secret)
	if colon < 1 or _port < 1 or _port > 65535:
		why = "\"%s\" is no address: host:port is expected." % address
	if not why.is_empty():
		_end.call_deferred(RealmwireWire.Close.TICKET_INVALID, why)
		return
	_handshake = RealmwireHandshake.new(ticket, secret, Crypto.new().generate_random_bytes(16), TIMEOUT_US, now_us)
	if _host.is_valid_ip_address():
		_bind()
	else:
		_resolving = IP.resolve_hostname_queue_item(_host)


func kind() -> String:
	return "kcp"


func rtt_ms() -> float:
	return 0.0 if _association == null else _association.acks.rtt_us / 1000.0


func loss() -> float:
	return 0.0 if _association == null else _association.acks.loss


func _bind() -> bool:
	if _peer != null:
		_peer.close()
	_peer = PacketPeerUDP.new()
	return _peer.connect_to_host(_host, _port) == OK


func poll(now_us: int) -> void:
	if state == State.CLOSED or _handshake == null:
		return
	if _resolving != IP.RESOLVER_INVALID_ID and not _resolved():
		return
	for i: int in _MAX_READS:
		if _peer.get_available_packet_count() == 0:
			break
		_take(now_us, _peer.get_packet())
	if _association == null:
		var ask: PackedByteArray = _handshake.emit(now_us)
		if not ask.is_empty():
			_write(ask)
		return
	_advance(now_us)


func _resolved() -> bool:
	match IP.get_resolve_item_status(_resolving):
		IP.RESOLVER_STATUS_WAITING:
			return false
		IP.RESOLVER_STATUS_DONE:
			_host = IP.get_resolve_item_address(_resolving)
	IP.erase_resolve_item(_resolving)
	_resolving = IP.RESOLVER_INVALID_ID
	if not _host.is_valid_ip_address() or not _bind():
		_end(RealmwireWire.Close.NETWORK, "The name %s cannot be resolved. Check your connection." % _host)
		return false
	return true


func _take(now_us: int, datagram: PackedByteArray) -> void:
	if _association != null:
		_association.receive(now_us, datagram)
		return
	_association = _handshake.receive(now_us, datagram)
	ticket_spent = _handshake.challenged
	if _association != null and not _association.end.ended and state == State.CONNECTING:
		_open()


func _advance(now_us: int) -> void:
	var a: RealmwireAssociation = _association
	# Handlers may send and close; what comes meanwhile is there at the next poll.
	var messages: Array[PackedByteArray] = a.messages
	var lanes: PackedInt32Array = a.lanes
	a.messages = []
	a.lanes = PackedInt32Array()
	for i: int in messages.size():
		if state != State.OPEN:
			break
		_receive(lanes[i] as RealmwireWire.Lane, messages[i])
	_rebind(now_us)
	flush(now_us)
	if a.end.ended and state != State.CLOSING:
		_end(a.end.code, a.end.text.get_string_from_utf8())
	if a.end.dead:
		state = State.CLOSED
		_peer.close()


func flush(now_us: int) -> void:
	if _association == null or _peer == null:
		return
	_association.advance(now_us)
	while true:
		var out: PackedByteArray = _association.emit(now_us)
		if out.is_empty():
			break
		_write(out)
	bytes_in = _association.bytes_in
	bytes_out = _association.bytes_out


func _write(datagram: PackedByteArray) -> void:
	_peer.put_packet(datagram) # one that cannot leave is a lost one; silence is what ends a session


# Opens a new socket when nothing was heard for long: the old one may be bound to a network that the machine has left. The
# server follows to the new address once that is proven.
func _rebind(now_us: int) -> void:
	@warning_ignore("integer_division")
	var quiet: int = TIMEOUT_US / 3
	if _association.end.ended or now_us - _association.heard_us < quiet or now_us - _rebound_us < quiet:
		return
	_rebound_us = now_us
	if _bind():
		_association.ping()


func send(lane: RealmwireWire.Lane, msg: PackedByteArray) -> bool:
	return state == State.OPEN and _association.send(lane, msg)


func close(code: int, text: String) -> void:
	if state == State.CLOSED or state == State.CLOSING:
		return
	if _association == null or _association.end.dead:
		state = State.CLOSED
		return
	state = State.CLOSING
	_association.close(Time.get_ticks_usec(), code, text)
