class_name RealmwireKcp
extends RefCounted
## The KCP protocol, without a socket or a clock: segments with sequence numbers, acknowledged one by one, repeated when
## their time is over or when later ones were acknowledged.
##
## Little-endian, 24 bytes before each payload: conversation u32, command u8, fragment u8, window u16, time u32, number u32,
## first number not received u32, length u32. It runs as the server's does: no delay, no congestion window, fast resend
## after two later acknowledgements, no fragments. Times are milliseconds.

const HEADER: int = 24
const CMD_PUSH: int = 81
const CMD_ACK: int = 82
const CMD_ASK: int = 83 # how large is your window?
const CMD_TELL: int = 84
## Segments under way, each way.
const WINDOW: int = 128
## Largest payload that is taken from the peer.
const MAX_PAYLOAD: int = 1400
const _MAX_ACKS: int = 4 * WINDOW # that wait to be sent; the peer repeats what is not acknowledged
const _INTERVAL_MS: int = 10
const _MIN_RTO_MS: int = 30
const _MAX_RTO_MS: int = 60_000
const _FIRST_RTO_MS: int = 200
const _FAST_RESEND: int = 2
const _FIRST_PROBE_MS: int = 500
const _MAX_PROBE_MS: int = 120_000
const _MASK: int = 0xffffffff


## One segment that was sent and not acknowledged.
class Segment:
	extends RefCounted
	var number: int
	var payload: PackedByteArray
	var sent_ms: int = 0
	var resend_ms: int = 0
	var rto_ms: int = 0
	var times: int = 0
	var overtaken: int = 0


## Payloads received in order and not yet taken.
var received: Array[PackedByteArray] = []
## Segments sent more than once.
var repeated: int = 0

var _conversation: int
var _most: int # bytes of one bunch
var _queue: Array[PackedByteArray] = []
var _flight: Array[Segment] = [] # by rising numbers
var _next_number: int = 0
var _expected: int = 0 # first number not received
var _early: Dictionary[int, PackedByteArray] = {} # received ahead of their turn
var _acks: PackedInt64Array # number, time, number, time …
var _peer_window: int = WINDOW
var _srtt_ms: int = 0
var _rttvar_ms: int = 0
var _rto_ms: int = _FIRST_RTO_MS
var _ask: bool = false
var _tell: bool = false
var _probe_at_ms: int = 0
var _probe_wait_ms: int = 0


## [param most] is the largest bunch of segments that one datagram takes, in bytes.
func _init(conversation: int, most: int) -> void:
	_conversation = conversation
	_most = most


## Queues a payload, which must fit a bunch.
func send(payload: PackedByteArray) -> void:
	_queue.append(payload)


## Segments queued or not acknowledged.
func waiting() -> int:
	return _queue.size() + _flight.size()


## Whether [method flush] will have something to send sooner or later.
func busy() -> bool:
	return not _flight.is_empty() or not _queue.is_empty() or not _acks.is_empty() or _tell


## Takes a bunch of segments. False: it is malformed; then the peer broke the protocol.
func input(bunch: PackedByteArray, now_ms: int) -> bool:
	var at: int = 0
	var newest_acked: int = -1
	var newest_time: int = 0
	while at < bunch.size():
		if bunch.size() - at < HEADER or bunch.decode_u32(at) != _conversation or bunch[at + 5] != 0:
			return false
		var size: int = bunch.decode_u32(at + 20)
		if size > MAX_PAYLOAD or at + HEADER + size > bunch.size():
			return false
		var command: int = bunch[at + 4]
		if (command == CMD_PUSH) != (size > 0):
			return false
		var time: int = bunch.decode_u32(at + 8)
		var number: int = bunch.decode_u32(at + 12)
		_peer_window = bunch.decode_u16(at + 6)
		_acknowledged_below(bunch.decode_u32(at + 16))
		match command:
			CMD_PUSH:
				_take(number, time, bunch.slice(at + HEADER, at + HEADER + size))
			CMD_ACK:
				_acknowledged(number, time, now_ms)
				if newest_acked < 0 or _after(number, newest_acked):
					newest_acked = number
					newest_time = time
			CMD_ASK:
				_tell = true
			CMD_TELL:
				pass
			_:
				return false
		at += HEADER + size
	if newest_acked >= 0:
		_overtake(newest_acked, newest_time)
	return true


# Whether number a comes after b; numbers wrap.
static func _after(a: int, b: int) -> bool:
	var d: int = (a - b) & _MASK
	return d != 0 and d < 0x80000000


func _take(number: int, time: int, payload: PackedByteArray) -> void:
	var ahead: int = (number - _expected) & _MASK
	if ahead >= 0x80000000:
		_acknowledge(number, time) # it came before: our acknowledgement was lost
		return
	if ahead >= WINDOW:
		return
	_acknowledge(number, time)
	_early[number] = payload
	while _early.has(_expected):
		received.append(_early[_expected])
		_early.erase(_expected)
		_expected = (_expected + 1) & _MASK


func _acknowledge(number: int, time: int) -> void:
	if _acks.size() < 2 * _MAX_ACKS:
		_acks.append(number)
		_acks.append(time)


func _acknowledged_below(first: int) -> void:
	while not _flight.is_empty() and _after(first, _flight[0].number):
		_flight.pop_front()


func _acknowledged(number: int, time: int, now_ms: int) -> void:
	var rtt: int = (now_ms - time) & _MASK
	if rtt < _MAX_RTO_MS:
		_measure(rtt)
	for i: int in _flight.size():
		if _flight[i].number == number:
			_flight.remove_at(i)
			return


func _measure(rtt_ms: int) -> void:
	if _srtt_ms == 0:
		_srtt_ms = maxi(1, rtt_ms)
		_rttvar_ms = rtt_ms >> 1
	else:
		_rttvar_ms = (3 * _rttvar_ms + absi(rtt_ms - _srtt_ms)) >> 2
		_srtt_ms = maxi(1, (7 * _srtt_ms + rtt_ms) >> 3)
	_rto_ms = clampi(_srtt_ms + maxi(_INTERVAL_MS, 4 * _rttvar_ms), _MIN_RTO_MS, _MAX_RTO_MS)


# Counts the segments that a later one's acknowledgement has overtaken.
func _overtake(number: int, time: int) -> void:
	for s: Segment in _flight:
		if not _after(number, s.number):
			return
		if not _after(s.sent_ms & _MASK, time):
			s.overtaken += 1


## The bunches of segments that should leave now.
func flush(now_ms: int) -> Array[PackedByteArray]:
	var out: Array[PackedByteArray] = []
	var bunch: PackedByteArray = PackedByteArray()
	for i: int in range(0, _acks.size(), 2):
		bunch = _append(out, bunch, CMD_ACK, _acks[i + 1], _acks[i], PackedByteArray())
	_acks.clear()
	_probe(now_ms)
	if _ask:
		bunch = _append(out, bunch, CMD_ASK, now_ms, 0, PackedByteArray())
	if _tell:
		bunch = _append(out, bunch, CMD_TELL, now_ms, 0, PackedByteArray())
	_ask = false
	_tell = false
	_admit()
	for s: Segment in _flight:
		if _due(s, now_ms):
			bunch = _append(out, bunch, CMD_PUSH, now_ms, s.number, s.payload)
	if not bunch.is_empty():
		out.append(bunch)
	return out


func _append(
	out: Array[PackedByteArray], bunch: PackedByteArray, command: int, time: int, number: int, payload: PackedByteArray
) -> PackedByteArray:
	if bunch.size() + HEADER + payload.size() > _most and not bunch.is_empty():
		out.append(bunch)
		bunch = PackedByteArray()
	var at: int = bunch.size()
	bunch.resize(at + HEADER)
	bunch.encode_u32(at, _conversation)
	bunch[at + 4] = command
	bunch[at + 5] = 0
	bunch.encode_u16(at + 6, WINDOW)
	bunch.encode_u32(at + 8, time & _MASK)
	bunch.encode_u32(at + 12, number)
	bunch.encode_u32(at + 16, _expected)
	bunch.encode_u32(at + 20, payload.size())
	bunch.append_array(payload)
	return bunch


# Asks a peer whose window is closed, ever less often.
func _probe(now_ms: int) -> void:
	if _peer_window > 0:
		_probe_wait_ms = 0
	elif _probe_wait_ms == 0:
		_probe_wait_ms = _FIRST_PROBE_MS
		_probe_at_ms = now_ms + _probe_wait_ms
	elif now_ms >= _probe_at_ms:
		_probe_wait_ms = mini(_probe_wait_ms + (_probe_wait_ms >> 1), _MAX_PROBE_MS)
		_probe_at_ms = now_ms + _probe_wait_ms
		_ask = true


# Moves queued payloads into flight as far as the windows allow.
func _admit() -> void:
	var window: int = mini(WINDOW, _peer_window)
	while not _queue.is_empty():
		if not _flight.is_empty() and (_next_number - _flight[0].number) & _MASK >= window or window == 0:
			return
		var s: Segment = Segment.new()
		s.number = _next_number
		s.payload = _queue.pop_front()
		_flight.append(s)
		_next_number = (_next_number + 1) & _MASK


# Whether a segment should leave now; if so it counts as sent.
func _due(s: Segment, now_ms: int) -> bool:
	if s.times == 0:
		s.rto_ms = _rto_ms
	elif s.overtaken >= _FAST_RESEND:
		s.rto_ms = _rto_ms
	elif now_ms >= s.resend_ms:
		s.rto_ms = mini(s.rto_ms + (_rto_ms >> 1), _MAX_RTO_MS)
	else:
		return false
	if s.times > 0:
		repeated += 1
	s.times += 1
	s.overtaken = 0
	s.sent_ms = now_ms
	s.resend_ms = now_ms + s.rto_ms
	return true
