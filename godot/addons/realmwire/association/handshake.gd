class_name RealmwireHandshake
extends RefCounted
## A client's handshake over UDP, without the socket: datagrams go into [method receive] and come out of [method emit].
##
## A padded request carries the ticket; the server answers with a challenge that it does not remember; the response repeats
## everything. The first sealed datagram that opens ends it. All times are microseconds of a clock that never goes back.

const FIRST_RETRY_US: int = 100_000
const MAX_RETRY_US: int = 1_000_000
## How often a response is sent before a new challenge is asked for: the address may have changed.
const RESPONSES_PER_CHALLENGE: int = 6

## The zone answered: it is there, whatever becomes of the handshake.
var challenged: bool = false

var _ticket: PackedByteArray
var _secret: PackedByteArray
var _random: PackedByteArray
var _proof_key: PackedByteArray
var _out: PackedByteArray
var _send_at_us: int = 0
var _retry_us: int = FIRST_RETRY_US
var _responses: int = 0
var _to_server: RealmwireSealer # null before the first challenge
var _to_client: RealmwireSealer
var _timeout_us: int


## Begins with a ticket and the secret that came with it. [param random] is 16 random bytes.
func _init(ticket: PackedByteArray, secret: PackedByteArray, random: PackedByteArray, timeout_us: int, now_us: int) -> void:
	_ticket = ticket
	_secret = secret
	_random = random
	_timeout_us = timeout_us
	_proof_key = proof_key(secret)
	_ask(now_us)


## Why the ticket or the secret cannot be used; empty: they can.
static func refuse(ticket: PackedByteArray, secret: PackedByteArray) -> String:
	if ticket.size() != RealmwireWire.TICKET_SIZE or ticket[0] != RealmwireWire.VERSION:
		return "The ticket is of another version: update the game."
	if ticket[1] != RealmwireSealer.SUITE:
		return "The ticket is for cipher suite %d, not %d: ask for suite %d." % [ticket[1], RealmwireSealer.SUITE, RealmwireSealer.SUITE]
	if secret.size() != RealmwireWire.SECRET_SIZE:
		return "The ticket's secret has %d bytes, not %d." % [secret.size(), RealmwireWire.SECRET_SIZE]
	return ""


## The key with which challenge and response are proven.
static func proof_key(secret: PackedByteArray) -> PackedByteArray:
	return RealmwireHkdf.derive(secret, PackedByteArray(), "realmwire 1 handshake".to_ascii_buffer(), 32)


## Both directions' keys from the secret and what both sides contributed (client random, stamp, cookie): the client's
## first, [constant RealmwireSealer.KEY_SIZE] bytes each.
static func association_keys(secret: PackedByteArray, salt: PackedByteArray) -> PackedByteArray:
	var info: PackedByteArray = "realmwire 1 association".to_ascii_buffer()
	info.append(RealmwireSealer.SUITE)
	return RealmwireHkdf.derive(secret, salt, info, 2 * RealmwireSealer.KEY_SIZE)


## The first datagram. Its padding makes it at least as large as any answer.
static func request(random: PackedByteArray, ticket: PackedByteArray) -> PackedByteArray:
	var out: PackedByteArray = _header(RealmwireWire.TYPE_REQUEST, random) + ticket
	var padding: PackedByteArray = PackedByteArray()
	padding.resize(RealmwireWire.MAX_DATAGRAM - out.size())
	padding.fill(0)
	return out + padding


## The answer to a challenge: it repeats all that the server chose not to remember.
static func response(challenge: PackedByteArray, ticket: PackedByteArray, key: PackedByteArray) -> PackedByteArray:
	var random: PackedByteArray = challenge.slice(RealmwireWire.OFFSET_RANDOM, RealmwireWire.OFFSET_STAMP)
	var out: PackedByteArray = _header(RealmwireWire.TYPE_RESPONSE, random)
	out.append_array(challenge.slice(RealmwireWire.OFFSET_STAMP, RealmwireWire.OFFSET_AFTER_COOKIE))
	out.append_array(ticket)
	out.append_array(_proof(out, key))
	return out


## Whether a datagram is a challenge that answers [param random], made by somebody who has the secret.
static func proven(challenge: PackedByteArray, random: PackedByteArray, key: PackedByteArray) -> bool:
	if challenge.size() != RealmwireWire.CHALLENGE_SIZE or challenge[0] != RealmwireWire.TYPE_CHALLENGE:
		return false
	if challenge[1] != RealmwireWire.VERSION or challenge.decode_u16(2) != 0:
		return false
	if challenge.slice(RealmwireWire.OFFSET_RANDOM, RealmwireWire.OFFSET_STAMP) != random:
		return false
	var proof: PackedByteArray = challenge.slice(RealmwireWire.OFFSET_AFTER_COOKIE)
	return Crypto.new().constant_time_compare(_proof(challenge.slice(0, RealmwireWire.OFFSET_AFTER_COOKIE), key), proof)


static func _header(type: int, random: PackedByteArray) -> PackedByteArray:
	return PackedByteArray([type, RealmwireWire.VERSION, 0, 0]) + random


static func _proof(bytes: PackedByteArray, key: PackedByteArray) -> PackedByteArray:
	return Crypto.new().hmac_digest(HashingContext.HASH_SHA256, key, bytes).slice(0, RealmwireWire.PROOF_SIZE)


func _ask(now_us: int) -> void:
	_out = request(_random, _ticket)
	_send_at_us = now_us
	_retry_us = FIRST_RETRY_US
	_responses = 0


## Takes a datagram. Once the server has greeted us it returns the association, else null.
func receive(now_us: int, datagram: PackedByteArray) -> RealmwireAssociation:
	if proven(datagram, _random, _proof_key):
		_answer(now_us, datagram)
		return null
	if _to_server == null or datagram.size() <= RealmwireWire.SEALED_HEADER or datagram[0] != RealmwireWire.TYPE_SEALED:
		return null
	var a: RealmwireAssociation = RealmwireAssociation.new(datagram.decode_u32(1), _to_server, _to_client, _timeout_us, now_us)
	return a if a.receive(now_us, datagram) else null


# Answers a challenge. A repeated one changes nothing.
func _answer(now_us: int, challenge: PackedByteArray) -> void:
	if _to_server != null and _responses > 0:
		return
	challenged = true
	var salt: PackedByteArray = challenge.slice(RealmwireWire.OFFSET_RANDOM, RealmwireWire.OFFSET_AFTER_COOKIE)
	var keys: PackedByteArray = association_keys(_secret, salt)
	_to_server = RealmwireSealer.new(keys.slice(0, RealmwireSealer.KEY_SIZE))
	_to_client = RealmwireSealer.new(keys.slice(RealmwireSealer.KEY_SIZE))
	_out = response(challenge, _ticket, _proof_key)
	_send_at_us = now_us
	_retry_us = FIRST_RETRY_US


## The datagram that should leave now, or an empty one.
func emit(now_us: int) -> PackedByteArray:
	if now_us < _send_at_us:
		return PackedByteArray()
	if _out[0] == RealmwireWire.TYPE_RESPONSE:
		_responses += 1
		if _responses > RESPONSES_PER_CHALLENGE:
			_ask(now_us)
	_send_at_us = now_us + _retry_us
	_retry_us = mini(2 * _retry_us, MAX_RETRY_US)
	return _out
