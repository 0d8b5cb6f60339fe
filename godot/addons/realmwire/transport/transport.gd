@abstract
class_name RealmwireTransport
extends RefCounted
## One connection to one zone. Its owner calls [method poll] once a frame until [member state] is CLOSED.

## It stands: messages may be sent.
signal opened
## A message came.
signal message_received(lane: RealmwireWire.Lane, msg: PackedByteArray)
## It ended, or could not be opened; emitted once, and never after [method close]. [param code] is a
## [enum RealmwireWire.Close], or one that this version does not know; [param text] is for people.
signal closed(code: int, text: String)

enum State { CONNECTING, OPEN, CLOSING, CLOSED }

var state: State = State.CONNECTING
## The ticket may have been used up: another attempt needs another one.
var ticket_spent: bool = false
## A round trip to the server that was seen on the way, in microseconds; 0: none.
var distance_us: int = 0
## What went over it, in bytes: UDP payloads where it sees them, else messages.
var bytes_in: int = 0
var bytes_out: int = 0


## "kcp", "webrtc" or "websocket".
@abstract func kind() -> String


## Reads what came, does what is due and writes what should leave.
@abstract func poll(now_us: int) -> void


## Takes a message. False: it did not go out. On the latest lane that is usual where older bytes have not left yet, since a
## stale message is worth nothing; the next one says it all again.
@abstract func send(lane: RealmwireWire.Lane, msg: PackedByteArray) -> bool


## Ends it; the peer is told where there is a way to, which takes a few more polls. No signal follows.
@abstract func close(code: int, text: String) -> void


## Writes what should leave now, rather than with the next [method poll].
func flush(_now_us: int) -> void:
	pass


## Smoothed round trip in milliseconds; 0: not measured.
func rtt_ms() -> float:
	return 0.0


## Share of our datagrams that are lost, 0 to 1; 0 where unknown.
func loss() -> float:
	return 0.0


# For those who extend this: the connection stands.
func _open() -> void:
	state = State.OPEN
	opened.emit()


# For those who extend this: a message came.
func _receive(lane: RealmwireWire.Lane, msg: PackedByteArray) -> void:
	message_received.emit(lane, msg)


# For those who extend this: the connection ended from the other side.
func _end(code: int, text: String) -> void:
	if state == State.CLOSED:
		return
	var telling: bool = state != State.CLOSING
	state = State.CLOSED
	if telling:
		closed.emit(code, text if not text.is_empty() else RealmwireWire.explain(code))
