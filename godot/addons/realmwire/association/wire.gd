class_name RealmwireWire
extends RefCounted
## Numbers of the association over UDP and of every transport. See docs/wire.md.

## Lanes: ordered and never lost, or a datagram of which only the newest matters.
enum Lane { RELIABLE, LATEST }

## Why a transport ended; the numbers are those of the wire.
enum Close {
	NORMAL = 0,
	KICKED = 1,
	TAKEN_OVER = 2,
	TIMEOUT = 3,
	PROTOCOL_ERROR = 4,
	SERVER_SHUTDOWN = 5,
	REFUSED = 6,
	TICKET_INVALID = 7,
	NETWORK = 8,
	BACKPRESSURE = 9,
}

## Largest messages of the lanes, in bytes.
const MAX_RELIABLE: int = 65_530
const MAX_LATEST: int = 1150
## Reliable bytes that may wait or be unacknowledged.
const MAX_BACKLOG: int = 256 << 10
## Largest UDP payload.
const MAX_DATAGRAM: int = 1200
## Longest text of a close, in bytes.
const MAX_CLOSE_TEXT: int = 120

const VERSION: int = 1
const TYPE_REQUEST: int = 0x80
const TYPE_CHALLENGE: int = 0x81
const TYPE_RESPONSE: int = 0x82
const TYPE_SEALED: int = 0x90

const TICKET_SIZE: int = 160
const SECRET_SIZE: int = 32
const RANDOM_SIZE: int = 16
const COOKIE_SIZE: int = 16
const PROOF_SIZE: int = 16
const OFFSET_RANDOM: int = 4
const OFFSET_STAMP: int = OFFSET_RANDOM + RANDOM_SIZE
const OFFSET_COOKIE: int = OFFSET_STAMP + 8
const OFFSET_AFTER_COOKIE: int = OFFSET_COOKIE + COOKIE_SIZE
const CHALLENGE_SIZE: int = OFFSET_AFTER_COOKIE + PROOF_SIZE

## Type, connection id, low bytes of the counter.
const SEALED_HEADER: int = 8
const COUNTER_BITS: int = 24

const FRAME_PADDING: int = 0x00
const FRAME_PING: int = 0x01
const FRAME_ACK: int = 0x02
const FRAME_CLOSE: int = 0x03
const FRAME_PATH_CHALLENGE: int = 0x04
const FRAME_PATH_RESPONSE: int = 0x05
const FRAME_LATEST: int = 0x10
const FRAME_RELIABLE: int = 0x11
const ACK_FRAME: int = 11
const PATH_TOKEN: int = 8
const DATA_FRAME: int = 3 # before the payload


## The counter nearest to the highest one seen whose low bits are [param low].
static func expand_counter(highest: int, low: int) -> int:
	const WINDOW: int = 1 << COUNTER_BITS
	const HALF: int = WINDOW >> 1
	var expected: int = highest + 1
	var candidate: int = (expected & ~(WINDOW - 1)) | low
	if candidate + HALF <= expected and candidate < 1 << 62:
		return candidate + WINDOW
	if candidate > expected + HALF and candidate >= WINDOW:
		return candidate - WINDOW
	return candidate


## Makes text fit a close: at most [constant MAX_CLOSE_TEXT] bytes, cut between characters.
static func clip(text: String) -> PackedByteArray:
	var raw: PackedByteArray = text.to_utf8_buffer()
	var end: int = mini(raw.size(), MAX_CLOSE_TEXT)
	while end < raw.size() and end > 0 and raw[end] & 0xc0 == 0x80:
		end -= 1
	raw.resize(end)
	return raw


## What to tell a player of a close.
static func explain(code: int) -> String:
	match code:
		Close.NORMAL:
			return "The session has ended."
		Close.KICKED:
			return "You were put out of the game."
		Close.TAKEN_OVER:
			return "This character was entered from elsewhere."
		Close.TIMEOUT:
			return "The zone fell silent."
		Close.PROTOCOL_ERROR:
			return "Client and server do not understand each other."
		Close.SERVER_SHUTDOWN:
			return "The server is restarting."
		Close.REFUSED:
			return "The zone refused the session."
		Close.TICKET_INVALID:
			return "The ticket is no longer valid."
		Close.NETWORK:
			return "The connection was lost."
		Close.BACKPRESSURE:
			return "The connection was too slow."
	return "The connection ended (code %d)." % code
