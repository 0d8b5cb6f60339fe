class_name RealmwireAssociation
extends RefCounted
## The client's end of an association over UDP, without the socket and the clock.
##
## Datagrams go into [method receive] and come out of [method emit]. Whoever owns it calls these, [method send] and
## [method close], and [method advance] and then [method emit] often, a frame apart at most. All times are microseconds of a
## clock that never goes back. See docs/wire.md.

const _MAX_KEEP_ALIVE_US: int = 2_000_000

## What was received and not yet taken: [member lanes] says where, by the same index.
var messages: Array[PackedByteArray] = []
var lanes: PackedInt32Array
var end: RealmwireEnding = RealmwireEnding.new()
var acks: RealmwireAckState = RealmwireAckState.new()
var bytes_in: int = 0
var bytes_out: int = 0
var datagrams_in: int = 0
var datagrams_out: int = 0
## When something authentic came last.
var heard_us: int

var _id: int
var _out: RealmwireSealer
var _in: RealmwireSealer
var _timeout_us: int
var _keep_alive_us: int
var _counter: int = 0 # last sent
var _replay: RealmwireReplayWindow = RealmwireReplayWindow.new()
var _sent_us: int
var _ping: bool = false
var _path_answer: PackedByteArray
var _latest: PackedByteArray
var _reliable: RealmwireReliableLane
var _frames: PackedByteArray


func _init(id: int, outgoing: RealmwireSealer, incoming: RealmwireSealer, timeout_us: int, now_us: int) -> void:
	_id = id
	_out = outgoing
	_in = incoming
	_timeout_us = timeout_us
	@warning_ignore("integer_division")
	_keep_alive_us = mini(_MAX_KEEP_ALIVE_US, timeout_us / 5)
	_reliable = RealmwireReliableLane.new(id)
	heard_us = now_us
	_sent_us = now_us


## Opens a datagram; messages in it go to [member messages]. False: it is not authentic or was seen before.
func receive(now_us: int, datagram: PackedByteArray) -> bool:
	var size: int = datagram.size()
	if size <= RealmwireWire.SEALED_HEADER or size > RealmwireWire.MAX_DATAGRAM or end.dead:
		return false
	if datagram[0] != RealmwireWire.TYPE_SEALED or datagram.decode_u32(1) != _id:
		return false
	var low: int = datagram.decode_u16(5) | datagram[7] << 16
	var counter: int = RealmwireWire.expand_counter(_replay.highest, low)
	if not _replay.fresh(counter) or not _in.open(datagram, RealmwireWire.SEALED_HEADER, counter, _frames):
		return false
	if counter > _replay.highest:
		acks.largest_at_us = now_us
	_replay.mark(counter)
	heard_us = now_us
	datagrams_in += 1
	bytes_in += size
	if not _take_frames(now_us):
		close(now_us, RealmwireWire.Close.PROTOCOL_ERROR, "malformed frame")
	return true


func _take_frames(now_us: int) -> bool:
	var b: PackedByteArray = _frames
	var n: int = b.size()
	var at: int = 0
	while at < n:
		var type: int = b[at]
		at += 1
		match type:
			RealmwireWire.FRAME_PADDING:
				pass
			RealmwireWire.FRAME_PING:
				acks.owe(now_us, 0)
			RealmwireWire.FRAME_ACK:
				if n - at < RealmwireWire.ACK_FRAME - 1:
					return false
				acks.acked(now_us, _counter + 1, b.decode_u32(at), b.decode_u32(at + 4), b.decode_u16(at + 8))
				at += RealmwireWire.ACK_FRAME - 1
			RealmwireWire.FRAME_CLOSE:
				if n - at < 3 or b[at + 2] > RealmwireWire.MAX_CLOSE_TEXT or n - at < 3 + b[at + 2]:
					return false
				end.told(now_us, b.decode_u16(at), b.slice(at + 3, at + 3 + b[at + 2]))
				at += 3 + b[at + 2]
			RealmwireWire.FRAME_PATH_CHALLENGE, RealmwireWire.FRAME_PATH_RESPONSE:
				if n - at < RealmwireWire.PATH_TOKEN:
					return false
				if type == RealmwireWire.FRAME_PATH_CHALLENGE:
					_path_answer = b.slice(at, at + RealmwireWire.PATH_TOKEN)
				at += RealmwireWire.PATH_TOKEN
			RealmwireWire.FRAME_LATEST, RealmwireWire.FRAME_RELIABLE:
				if n - at < 2:
					return false
				var size: int = b.decode_u16(at)
				at += 2
				if size == 0 or size > RealmwireWire.MAX_LATEST or n - at < size:
					return false
				if not _take_data(now_us, type, b.slice(at, at + size)):
					return false
				at += size
			_:
				return false
	return true


func _take_data(now_us: int, type: int, data: PackedByteArray) -> bool:
	if type == RealmwireWire.FRAME_LATEST:
		acks.owe(now_us, RealmwireAckState.MAX_DELAY_US)
		if not end.ended:
			_deliver(RealmwireWire.Lane.LATEST, data)
		return true
	var whole: Array[PackedByteArray] = []
	@warning_ignore("integer_division")
	if not _reliable.input(data, now_us / 1000, whole):
		return false
	if not end.ended:
		for msg: PackedByteArray in whole:
			_deliver(RealmwireWire.Lane.RELIABLE, msg)
	return true


func _deliver(lane: RealmwireWire.Lane, msg: PackedByteArray) -> void:
	messages.append(msg)
	lanes.append(lane)


## Takes a message for a lane; it leaves with the next [method emit]. On the latest lane it replaces one that has not left.
## False: it is too large, too much waits already, or the end has come.
func send(lane: RealmwireWire.Lane, msg: PackedByteArray) -> bool:
	if end.ended or msg.is_empty():
		return false
	if lane == RealmwireWire.Lane.RELIABLE:
		return msg.size() <= RealmwireWire.MAX_RELIABLE and _reliable.send(msg)
	if msg.size() > RealmwireWire.MAX_LATEST:
		return false
	_latest = msg
	return true


## Ends it from this side; reliable messages already taken are given a short time to leave.
func close(now_us: int, code: int, text: String) -> void:
	if end.begin(now_us, code, RealmwireWire.clip(text)):
		_latest = PackedByteArray()


## Makes the next datagram ask for an answer at once: after a change of network.
func ping() -> void:
	_ping = true


## Reliable bytes queued or not acknowledged.
func backlog() -> int:
	return _reliable.backlog()


## Does what has fallen due: timeouts, keep-alives, the reliable lane.
func advance(now_us: int) -> void:
	if end.dead:
		return
	if now_us - heard_us >= _timeout_us:
		@warning_ignore("integer_division")
		end.vanish(RealmwireWire.Close.TIMEOUT, "nothing was heard for %d s" % (_timeout_us / 1_000_000))
		return
	if now_us - _sent_us >= _keep_alive_us:
		_ping = true
	if _reliable.busy():
		@warning_ignore("integer_division")
		_reliable.advance(now_us / 1000)
	end.advance(now_us, backlog() == 0)


## The next datagram that should leave; empty: none. Call it until then.
func emit(now_us: int) -> PackedByteArray:
	if end.dead or not _wants(now_us):
		return PackedByteArray()
	var frames: PackedByteArray = _fill(now_us)
	_counter += 1
	var header: PackedByteArray = PackedByteArray()
	header.resize(RealmwireWire.SEALED_HEADER)
	header[0] = RealmwireWire.TYPE_SEALED
	header.encode_u32(1, _id)
	header.encode_u16(5, _counter & 0xffff)
	header[7] = (_counter >> 16) & 0xff
	var out: PackedByteArray = _out.seal(header, frames, _counter)
	acks.sent(now_us, _counter)
	_sent_us = now_us
	datagrams_out += 1
	bytes_out += out.size()
	return out


func _wants(now_us: int) -> bool:
	return (
		_ping or end.tell_now or not _latest.is_empty() or not _path_answer.is_empty()
		or not _reliable.bunches.is_empty() or now_us >= acks.due_us
	)


# First the small frames, then the latest message, then as much of the reliable lane as fits.
func _fill(now_us: int) -> PackedByteArray:
	var b: PackedByteArray = PackedByteArray()
	if acks.due_us != RealmwireAckState.NEVER:
		b.resize(RealmwireWire.ACK_FRAME)
		b[0] = RealmwireWire.FRAME_ACK
		b.encode_u32(1, _replay.highest & 0xffffffff)
		b.encode_u32(5, _replay.mask)
		b.encode_u16(9, acks.delay(now_us))
		acks.due_us = RealmwireAckState.NEVER
	if end.tell_now:
		b.append_array(PackedByteArray([RealmwireWire.FRAME_CLOSE, end.code & 0xff, end.code >> 8, end.text.size()]))
		b.append_array(end.text)
		end.sent(now_us)
		return b
	if not _path_answer.is_empty():
		b.append(RealmwireWire.FRAME_PATH_RESPONSE)
		b.append_array(_path_answer)
		_path_answer = PackedByteArray()
	if _ping:
		b.append(RealmwireWire.FRAME_PING)
		_ping = false
	if not _latest.is_empty() and _room(b) >= _latest.size():
		_append_data(b, RealmwireWire.FRAME_LATEST, _latest)
		_latest = PackedByteArray()
	while not _reliable.bunches.is_empty() and _room(b) >= _reliable.bunches[0].size():
		_append_data(b, RealmwireWire.FRAME_RELIABLE, _reliable.bunches.pop_front())
	return b


# The largest payload of a data frame that still fits.
func _room(b: PackedByteArray) -> int:
	return (
		RealmwireWire.MAX_DATAGRAM - RealmwireWire.SEALED_HEADER - b.size() - RealmwireSealer.TAG_SIZE
		- RealmwireWire.DATA_FRAME
	)


func _append_data(b: PackedByteArray, type: int, payload: PackedByteArray) -> void:
	b.append_array(PackedByteArray([type, payload.size() & 0xff, payload.size() >> 8]))
	b.append_array(payload)
