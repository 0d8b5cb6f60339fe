class_name RealmwireEnding
extends RefCounted
## How an association ends: open, then lingering, then telling the peer, then dead. A peer that tells us is told once in
## return, so that it can stop.

const NEVER: int = RealmwireAckState.NEVER
## Accepted reliable messages are given so long to arrive before the peer is told of the end.
const LINGER_US: int = 500_000
## The end is told so often, at growing distances, since one datagram may be lost.
const REPEATS: int = 4
const EVERY_US: int = 40_000

## No message goes in or out any more; [member code] and [member text] say why.
var ended: bool = false
var code: int = 0
var text: PackedByteArray
## A close frame should leave.
var tell_now: bool = false
## Nothing is left to do.
var dead: bool = false

var _by_peer: bool = false
var _give_up_us: int = NEVER # end of lingering
var _tell_at_us: int = NEVER
var _told: int = 0


## Ends it from this side. False: it has already ended.
func begin(now_us: int, why: int, words: PackedByteArray) -> bool:
	if ended:
		return false
	ended = true
	code = why
	text = words
	_give_up_us = now_us + LINGER_US
	return true


## Ends it because the peer says so.
func told(now_us: int, why: int, words: PackedByteArray) -> void:
	if _by_peer:
		return
	if ended:
		dead = true # both ended it: the peer knows
		return
	ended = true
	_by_peer = true
	code = why
	text = words
	_tell_at_us = now_us


## Ends it without a word to the peer.
func vanish(why: int, words: String) -> void:
	if not ended:
		ended = true
		code = why
		text = words.to_utf8_buffer()
	dead = true


## Moves on. [param drained] says that nothing reliable is under way.
func advance(now_us: int, drained: bool) -> void:
	if not ended or dead:
		return
	if _give_up_us != NEVER:
		if not drained and now_us < _give_up_us:
			return
		_give_up_us = NEVER
		_tell_at_us = now_us
	if now_us >= _tell_at_us:
		tell_now = true


## Notes that a close frame left.
func sent(now_us: int) -> void:
	tell_now = false
	_told += 1
	if _by_peer or _told == REPEATS:
		_tell_at_us = NEVER
		dead = true
		return
	_tell_at_us = now_us + _told * EVERY_US
