class_name RealmwireReliableLane
extends RefCounted
## Messages over KCP: each behind its length in three bytes, all one stream, which is cut into segments, so that small
## messages share a segment and none needs KCP's own fragments.

const _LENGTH: int = 3
const _SEGMENT: int = RealmwireWire.MAX_LATEST - RealmwireKcp.HEADER

## Bunches of segments that wait to be sealed.
var bunches: Array[PackedByteArray] = []

var _kcp: RealmwireKcp
var _pending: PackedByteArray # the stream that is not yet in segments
var _stream: PackedByteArray # as it came, not yet a whole message


func _init(id: int) -> void:
	_kcp = RealmwireKcp.new(id, RealmwireWire.MAX_LATEST)


## Bytes queued or not acknowledged.
func backlog() -> int:
	return _pending.size() + _kcp.waiting() * _SEGMENT


## Queues a message. False: too much waits already.
func send(msg: PackedByteArray) -> bool:
	if backlog() + _LENGTH + msg.size() > RealmwireWire.MAX_BACKLOG:
		return false
	var n: int = msg.size()
	_pending.append_array(PackedByteArray([n & 0xff, (n >> 8) & 0xff, n >> 16]))
	_pending.append_array(msg)
	return true


## Whether something is under way or owed.
func busy() -> bool:
	return not _pending.is_empty() or _kcp.busy()


## Moves the stream into segments and collects the bunches that are due.
func advance(now_ms: int) -> void:
	var at: int = 0
	while at < _pending.size() and _kcp.waiting() < RealmwireKcp.WINDOW:
		_kcp.send(_pending.slice(at, at + _SEGMENT))
		at = mini(at + _SEGMENT, _pending.size())
	if at > 0:
		_pending = _pending.slice(at)
	bunches.append_array(_kcp.flush(now_ms))


## Takes a bunch of segments and appends the messages that it completes to [param messages]. False: the peer broke the
## protocol.
func input(bunch: PackedByteArray, now_ms: int, messages: Array[PackedByteArray]) -> bool:
	if not _kcp.input(bunch, now_ms):
		return false
	if _kcp.received.is_empty():
		return true
	for payload: PackedByteArray in _kcp.received:
		_stream.append_array(payload)
	_kcp.received.clear()
	var at: int = 0
	while _stream.size() - at >= _LENGTH:
		var n: int = _stream[at] | _stream[at + 1] << 8 | _stream[at + 2] << 16
		if n == 0 or n > RealmwireWire.MAX_RELIABLE:
			return false
		if _stream.size() - at < _LENGTH + n:
			break
		messages.append(_stream.slice(at + _LENGTH, at + _LENGTH + n))
		at += _LENGTH + n
	if at > 0:
		_stream = _stream.slice(at)
	return true
