class_name RealmwireResumeTickets
extends RefCounted
## What the zone gave its client to come back with after a drop, without asking the realm: the grant of the connection, with other
## tickets. Each is good once.

const _NOTHING: Dictionary = {}

var _grants: Array[Dictionary] = []
var _taken: Dictionary = _NOTHING
var _until_us: int = 0


## Takes the place of what was there; [param grant] is that of the connection over which [param m] came.
func keep(grant: Dictionary, m: MessageSchema.Resume, now_us: int) -> void:
	clear()
	_until_us = now_us + m.life_ms * 1000
	for ticket: MessageSchema.ResumeTicket in m.tickets:
		var g: Dictionary = grant.duplicate()
		g["ticket"] = Marshalls.raw_to_base64(ticket.ticket)
		g["secret"] = Marshalls.raw_to_base64(ticket.secret)
		_grants.append(g)


## The grant to try next; empty: there is none.
func take(now_us: int) -> Dictionary:
	_taken = _NOTHING
	if now_us < _until_us and not _grants.is_empty():
		_taken = _grants.pop_front()
	return _taken


## Whether there is something to try.
func ready(now_us: int) -> bool:
	return now_us < _until_us and not _grants.is_empty()


## A try has not used what [method take] gave last.
func give_back() -> void:
	if not _taken.is_empty():
		_grants.push_front(_taken)
	_taken = _NOTHING


## The character has left the zone, or belongs to another session.
func clear() -> void:
	_grants.clear()
	_taken = _NOTHING


## Whether a link that ended like this was cut off, and nobody decided that it end: the zone keeps the character for a while.
static func resumable(reason: int, code: int) -> bool:
	return reason < 0 and code in [RealmwireWire.Close.TIMEOUT, RealmwireWire.Close.NETWORK, RealmwireWire.Close.BACKPRESSURE]
