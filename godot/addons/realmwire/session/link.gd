class_name RealmwireLink
extends RefCounted
## One client in one zone, from Join to the end: snapshots in, inputs out. A [RealmwireSession] makes one for each zone.

## The own entity is here: the zone can be shown.
signal arrived
## Somebody said something.
signal chat_heard(line: RealmwireChatLine)
## The number of players in the zone changed.
signal population_changed(players: int)
## A message of the game's came, its id first.
signal message_received(msg: PackedByteArray)
## The zone sends us to another one.
signal transfer_offered(grant: Dictionary)
## What to come back with after a drop; it takes the place of what came before.
signal tickets_offered(m: MessageSchema.Resume)
## The server's word moved the own entity, by so many position units.
signal corrected(units: float)
## Nothing follows. [param reason] is a [enum MessageSchema.Reason], or -1 where the zone said nothing; [param code] is the
## transport's.
signal ended(reason: int, code: int, text: String)

const _SILENCE_US: int = 4_000_000 # without a message the connection counts as lost
const _SLEPT_US: int = 1_500_000 # without a frame this game was asleep, and silence means nothing
const _FROZEN_US: int = 10_000_000 # without a poll a browser's page was frozen, and the engine may have dropped what came then
const _MAX_REFUSALS: int = 60 # snapshots refused in a row
const _FIRST_GAME_MESSAGE: int = 64

var zone: RealmwireZone = RealmwireZone.new()
var transport: RealmwireTransport
var replica: RealmwireReplica
## Null before the Welcome.
var clock: RealmwireTickClock
var prediction: RealmwirePrediction
var interpolation: RealmwireInterpolation
## The own entity has been seen.
var here: bool = false
## Another zone has the character: this one takes no more inputs.
var parting: bool = false
var over: bool = false

var _game: RealmwireGame
var _stats: RealmwireStats
var _own_state: RealmwireOwnState = RealmwireOwnState.new()
var _writer: RealmwireBitWriter = RealmwireBitWriter.new()
var _input: RealmwireInput
var _nothing: RealmwireInput # held
var _heard_us: int
var _pumped_us: int
var _newest_us: int = 0 # arrival of the newest snapshot
var _refusals: int = 0
var _counted_in: int = 0
var _counted_out: int = 0
var _own_drawn: RealmwireDrawn = RealmwireDrawn.new()


func _init(game: RealmwireGame, map: RealmwireMap, over_transport: RealmwireTransport, stats: RealmwireStats, now_us: int) -> void:
	_game = game
	_stats = stats
	_heard_us = now_us
	_pumped_us = now_us
	zone.map = map
	transport = over_transport
	replica = RealmwireReplica.new(game.schema())
	_nothing = game.quantise(Vector2.ZERO, 0)
	_input = _nothing
	transport.message_received.connect(_receive)
	transport.closed.connect(_closed)


## Asks to enter. [param verify] asks for a checksum at the end of each snapshot.
func join(verify: bool) -> void:
	var m: MessageSchema.Join = MessageSchema.Join.new()
	m.protocol = RealmwireApi.PROTOCOL
	m.schema = _game.schema().hash64
	m.map_hash = zone.map.hash_hex
	m.verify = verify
	m.client = _game.client
	send(m)


## Sends a message on the reliable lane. False: it did not go out.
func send(m: RealmwireMessage) -> bool:
	return not over and transport.send(RealmwireWire.Lane.RELIABLE, m.encode())


## Leaves. No signal follows; the transport wants some more polls.
func close(text: String) -> void:
	if not over:
		over = true
		transport.close(RealmwireWire.Close.NORMAL, text)


func _end(reason: int, code: int, text: String) -> void:
	if not over:
		over = true
		transport.close(code, "")
		ended.emit(reason, code, text)


func _closed(code: int, text: String) -> void:
	_end(-1, code, text)


func _receive(lane: RealmwireWire.Lane, msg: PackedByteArray) -> void:
	if over:
		return
	var now_us: int = Time.get_ticks_usec()
	_heard_us = now_us
	if lane == RealmwireWire.Lane.LATEST or msg[0] == RealmwireSnapshotHeader.TYPE:
		_take_snapshot(msg, now_us)
	elif msg[0] >= _FIRST_GAME_MESSAGE:
		message_received.emit(msg)
	else:
		_take_message(msg, now_us)


func _take_message(msg: PackedByteArray, now_us: int) -> void:
	match msg[0]:
		MessageSchema.Welcome.ID:
			var welcome: MessageSchema.Welcome = MessageSchema.Welcome.new()
			if welcome.decode(msg) and clock == null:
				_welcome(welcome, now_us)
		MessageSchema.Goodbye.ID:
			var bye: MessageSchema.Goodbye = MessageSchema.Goodbye.new()
			if bye.decode(msg):
				_end(bye.reason, RealmwireWire.Close.NORMAL, bye.text)
		MessageSchema.Transfer.ID:
			var transfer: MessageSchema.Transfer = MessageSchema.Transfer.new()
			if transfer.decode(msg):
				var grant: Variant = JSON.parse_string(transfer.grant)
				if grant is Dictionary:
					parting = true
					transfer_offered.emit(grant)
		MessageSchema.Resume.ID:
			var resume: MessageSchema.Resume = MessageSchema.Resume.new()
			if resume.decode(msg):
				tickets_offered.emit(resume)
		MessageSchema.Heard.ID:
			var heard: MessageSchema.Heard = MessageSchema.Heard.new()
			if heard.decode(msg):
				var line: RealmwireChatLine = RealmwireChatLine.new()
				line.system = heard.channel == MessageSchema.Channel.SYSTEM
				line.from = heard.from
				line.text = heard.text
				line.entity = heard.entity
				chat_heard.emit(line)
		MessageSchema.Population.ID:
			var population: MessageSchema.Population = MessageSchema.Population.new()
			if population.decode(msg):
				zone.players = population.players
				population_changed.emit(population.players)


func _welcome(w: MessageSchema.Welcome, now_us: int) -> void:
	zone.name = w.zone
	zone.title = w.title
	zone.players = w.players
	zone.capacity = w.capacity
	zone.tick_hz = w.tick_hz
	zone.entity = w.entity
	zone.ordered = w.ordered
	clock = RealmwireTickClock.new(w.tick_hz, w.tick, now_us, transport.rtt_ms() * 1000.0)
	prediction = RealmwirePrediction.new(_game, zone)
	interpolation = RealmwireInterpolation.new(w.tick_hz, _game)


func _take_snapshot(msg: PackedByteArray, now_us: int) -> void:
	if clock == null:
		return # datagrams may overtake the Welcome; what they say is said again until it is acknowledged
	var before: int = replica.tick
	var result: RealmwireReplica.Result = replica.apply(msg)
	if result == RealmwireReplica.Result.STALE:
		return
	if result == RealmwireReplica.Result.APPLIED:
		_keep_rate(replica.header)
	if result != RealmwireReplica.Result.MALFORMED:
		clock.heard(now_us, replica.header)
	_stats.checked += 1 if result == RealmwireReplica.Result.APPLIED and replica.header.verify else 0
	_stats.desyncs += 1 if result == RealmwireReplica.Result.CHECKSUM else 0
	if result != RealmwireReplica.Result.APPLIED:
		_refuse(result)
		return
	_stats.starved += 1 if replica.header.starved and here and clock.measured else 0
	_refusals = 0
	_newest_us = now_us
	var gap: int = 0 if before == 0 else replica.tick - before
	interpolation.push(replica, now_us)
	@warning_ignore("integer_division")
	_stats.add_snapshot(0 if zone.ordered or gap == 0 else gap / interpolation.stride - 1)
	if replica.own == null:
		return
	if _own_state.current(replica.tick, gap, interpolation.stride, replica.own.tick, zone.ordered):
		var moved: float = prediction.reconcile(replica.tick, replica.own.state, _phase(now_us))
		if moved > 0.0 and here:
			_stats.corrections += 1
			corrected.emit(moved)
	if not here:
		here = true
		arrived.emit()


# Notices that the zone's ticks come at another rate from a snapshot's on. The prediction reads it from the zone.
func _keep_rate(h: RealmwireSnapshotHeader) -> void:
	if h.tick_hz != 0 and h.tick_hz != zone.tick_hz:
		zone.tick_hz = h.tick_hz
		clock.set_rate(h.tick_hz, h.tick)
		interpolation.set_rate(h.tick_hz)


func _refuse(result: RealmwireReplica.Result) -> void:
	_refusals += 1
	if _refusals >= _MAX_REFUSALS:
		var why: String = (RealmwireReplica.Result.keys()[result] as String).to_lower()
		_end(-1, RealmwireWire.Close.PROTOCOL_ERROR, "The zone's messages could not be understood (%s)." % why)


# How far the tick in progress is: 0 at its beginning, 1 at its end.
func _phase(now_us: int) -> float:
	var tick: int = prediction.tick()
	return 0.0 if tick == 0 else clampf(clock.at(now_us) - tick, 0.0, 1.0)


## Sets what the player holds down. It counts from when inputs are known to come in time: before, the server would simulate
## ticks without it that were predicted with it.
func set_input(input: RealmwireInput) -> void:
	_input = input if clock != null and clock.measured else _nothing


## Reads what came, simulates the ticks that are due, sends inputs, notices silence. Call it once a frame.
func poll(now_us: int) -> void:
	transport.poll(now_us)
	if over:
		return
	if now_us - _pumped_us > _SLEPT_US:
		_heard_us = now_us
	if now_us - _pumped_us > _FROZEN_US and OS.has_feature("web"):
		_end(-1, RealmwireWire.Close.TIMEOUT, "The page was asleep.")
		return
	_pumped_us = now_us
	if now_us - _heard_us > _SILENCE_US:
		_end(-1, RealmwireWire.Close.TIMEOUT, RealmwireWire.explain(RealmwireWire.Close.TIMEOUT))
		return
	_count(now_us)
	if clock == null or parting:
		return
	var due: Vector2i = clock.step(now_us)
	if due.x > due.y:
		return
	for tick: int in range(due.x, due.y + 1):
		prediction.advance(tick, _input)
	_send_inputs(now_us)
	transport.flush(now_us)


func _send_inputs(now_us: int) -> void:
	var p: RealmwireInputPacket = RealmwireInputPacket.new()
	p.ack_tick = replica.tick
	p.ack_older = replica.older
	p.newest = prediction.tick()
	p.view = interpolation.shown()
	# What the server has simulated already needs no saying.
	p.inputs = prediction.inputs(clampi(p.newest - replica.tick, 1, RealmwireInputPacket.MAX_INPUTS))
	p.client_time = clock.stamp(now_us, p.newest)
	if transport.send(RealmwireWire.Lane.LATEST, p.encode(_writer)):
		_stats.packets += 1
	if _newest_us > 0:
		_stats.add_age((now_us - _newest_us + clock.rtt_us / 2) / 1000.0)


func _count(now_us: int) -> void:
	_stats.add_bytes(transport.bytes_in - _counted_in, transport.bytes_out - _counted_out)
	_counted_in = transport.bytes_in
	_counted_out = transport.bytes_out
	_stats.transport = transport.kind()
	_stats.slide(now_us)
	if clock != null:
		_stats.rtt_ms = clock.rtt_us / 1000.0
		_stats.jitter_ms = interpolation.jitter_us / 1000.0
		_stats.delay_ms = interpolation.delay_us() / 1000.0


## Everything to draw now, the own entity last; it is null in [method own_drawn] while nothing is known of it.
func draw(now_us: int) -> Array[RealmwireDrawn]:
	if clock == null:
		return []
	var mine: int = replica.own.id if replica.own != null else zone.entity
	var out: Array[RealmwireDrawn] = interpolation.draw(now_us, mine)
	if prediction.draw(_input, _phase(now_us), now_us):
		_own_drawn.id = mine
		_own_drawn.own = true
		_own_drawn.at = prediction.drawn_at / _game.units_per_pixel
		_own_drawn.state = prediction.drawn
		out.append(_own_drawn)
	return out
