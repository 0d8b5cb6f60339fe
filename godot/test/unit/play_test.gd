extends TestCase
## Clock, prediction and interpolation on a simulated server and network: time is driven by hand, an hour takes moments.

const HZ: int = 20
const PERIOD_US: int = 50_000
const FRAME_US: int = 16_667


class Field:
	extends RealmwireMap

	func solid(tx: int, ty: int) -> bool:
		return tx < 0 or ty < 0 or tx > 200 or ty > 200 or (tx % 9 == 0 and ty % 7 == 0)


## A zone with one player, and a network in between.
class Sim:
	extends RefCounted
	var game: RpgGame = RpgGame.new()
	var zone: RealmwireZone = RealmwireZone.new() # as the client knows it
	var truth: RealmwireZone = RealmwireZone.new()
	var zone_hz: int = HZ
	var clock: RealmwireTickClock
	var prediction: RealmwirePrediction
	var up_us: int = 40_000
	var down_us: int = 40_000
	var jitter_us: int = 0
	var offset_us: int = 7_000_000 # of the server's clock
	var period_us: int = PERIOD_US
	var since: int = 0 # a tick, and its time on the server's clock: ticks have that length from there on
	var since_us: int = 0
	var now_us: int = 1_000_000
	var server_tick: int = 0
	var player: RpgSchema.Player = RpgSchema.Player.new()
	var inputs: Dictionary[int, RealmwireInput] = {}
	var uplink: Array = [] # [arrival, client time, newest tick, inputs]
	var downlink: Array = [] # [arrival, header, player]
	var echo: Array = []
	var late: int = 0
	var starved: int = 0
	var acked: int = 0
	var direction: Vector2

	func _init() -> void:
		zone.map = Field.new()
		zone.tick_hz = HZ
		truth.map = zone.map
		player.body = RpgSchema.Body.new()
		player.body.x = 25_000
		player.body.y = 25_000
		player.look = RpgSchema.Look.new()
		player.self_ = RpgSchema.Self.new()
		server_tick = _server_tick()
		prediction = RealmwirePrediction.new(game, zone)
		clock = RealmwireTickClock.new(HZ, server_tick - 1, now_us, 0.0)

	func _server_tick() -> int:
		@warning_ignore("integer_division")
		return since + (now_us + offset_us - since_us) / period_us

	func _due(tick: int) -> int:
		return since_us + (tick - since) * period_us

	## Changes the length of a tick, from the next one on.
	func set_rate(hz: int) -> void:
		since_us = _due(server_tick)
		since = server_tick
		zone_hz = hz
		@warning_ignore("integer_division")
		period_us = 1_000_000 / hz

	func _delay(base_us: int) -> int:
		return now_us + base_us + (randi() % jitter_us if jitter_us > 0 else 0)

	## One frame of the client; the server's ticks fall in between.
	func frame() -> void:
		for step: int in 16:
			@warning_ignore("integer_division")
			now_us += FRAME_US / 16
			_serve()
		_receive()
		var due: Vector2i = clock.step(now_us)
		if due.x > due.y:
			return
		var input: RealmwireInput = game.quantise(direction if clock.measured else Vector2.ZERO, 0)
		for tick: int in range(due.x, due.y + 1):
			prediction.advance(tick, input)
		var newest: int = prediction.tick()
		uplink.append([_delay(up_us), clock.stamp(now_us, newest), newest, prediction.inputs(clampi(newest - acked, 1, 16))])

	func _serve() -> void:
		for packet: Array in uplink.filter(func(p: Array) -> bool: return p[0] <= now_us):
			uplink.erase(packet)
			var list: Array[RealmwireInput] = packet[3]
			for i: int in list.size():
				inputs.get_or_add(packet[2] - i, list[i])
			@warning_ignore("integer_division")
			var lead: int = (_due(packet[2] as int) - (now_us + offset_us)) * 16 / period_us
			if packet[2] < server_tick:
				late += 1
			echo = [packet[1], clampi(lead, -2048, 2047), now_us]
		while server_tick < _server_tick():
			_step()

	func _step() -> void:
		var h: RealmwireSnapshotHeader = RealmwireSnapshotHeader.new()
		h.tick = server_tick
		h.tick_hz = zone_hz
		h.starved = not inputs.has(server_tick)
		if inputs.has(server_tick):
			truth.tick_hz = zone_hz
			player = game.predict(player, inputs[server_tick], server_tick, truth)
		elif clock.measured:
			starved += 1
		if not echo.is_empty():
			h.has_echo = true
			h.echo = echo[0]
			@warning_ignore("integer_division")
			h.hold_ms = mini(255, (now_us - (echo[2] as int)) / 1000)
			h.lead = echo[1]
			echo = []
		downlink.append([_delay(down_us), h, player])
		server_tick += 1

	func _receive() -> void:
		for s: Array in downlink.filter(func(p: Array) -> bool: return p[0] <= now_us):
			downlink.erase(s)
			var h: RealmwireSnapshotHeader = s[1]
			if h.tick <= acked:
				continue
			acked = h.tick
			if h.tick_hz != zone.tick_hz:
				zone.tick_hz = h.tick_hz
				clock.set_rate(h.tick_hz, h.tick)
			clock.heard(now_us, h)
			prediction.reconcile(h.tick, s[2] as RealmwireEntity, 0.0)


func _play(sim: Sim, seconds: float) -> void:
	for i: int in int(seconds * 1_000_000 / FRAME_US):
		if i % 37 == 0:
			sim.direction = Vector2.from_angle(randf() * TAU) * (1.0 if randf() < 0.8 else 0.0)
		sim.frame()


func test_nothing_is_corrected_on_a_steady_network() -> void:
	for delay_ms: int in [0, 5, 40, 150]:
		seed(3)
		var sim: Sim = Sim.new()
		sim.up_us = delay_ms * 1000
		sim.down_us = delay_ms * 1500
		_play(sim, 2.0) # inputs from before the first measurement may be late; they ask for nothing
		sim.starved = 0
		_play(sim, 60.0)
		same(sim.prediction.corrections, 0, "corrections at %d ms" % delay_ms)
		same(sim.starved, 0, "starved at %d ms" % delay_ms)
		check(absf(sim.clock.rtt_us / 1000.0 - delay_ms * 2.5) < 30.0, "round trip of %.0f ms at %d ms" % [sim.clock.rtt_us / 1000.0, delay_ms])
		check(sim.player.body.x != 25_000 or sim.player.body.y != 25_000, "it walked")


func test_jitter_is_given_room() -> void:
	seed(4)
	var sim: Sim = Sim.new()
	sim.jitter_us = 60_000
	_play(sim, 20.0) # until the margin has grown
	var before: int = sim.starved
	_play(sim, 60.0)
	check(sim.starved - before < 40, "%d of 1,200 ticks without input" % (sim.starved - before))


# A sleeping laptop, a server restored from a pause: the schedule is set anew, and play goes on.
func test_clock_follows_a_jump() -> void:
	seed(5)
	var sim: Sim = Sim.new()
	_play(sim, 10.0)
	sim.offset_us += 3_000_000
	_play(sim, 5.0)
	var corrections: int = sim.prediction.corrections
	var starved: int = sim.starved
	_play(sim, 20.0)
	same(sim.starved - starved, 0, "starved after the jump")
	same(sim.prediction.corrections, corrections, "corrections after the jump")


# A zone whose ticks come at another rate is followed: inputs come in time, and the prediction is right again.
func test_another_tick_rate_is_followed() -> void:
	for hz: int in [10, 50]:
		seed(9)
		var sim: Sim = Sim.new()
		_play(sim, 10.0)
		sim.set_rate(hz)
		_play(sim, 4.0)
		var corrections: int = sim.prediction.corrections
		var starved: int = sim.starved
		var tick: int = sim.server_tick
		_play(sim, 20.0)
		check(absi(sim.server_tick - tick - 20 * hz) < hz, "%d ticks in 20 s at %d Hz" % [sim.server_tick - tick, hz])
		same(sim.starved - starved, 0, "starved at %d Hz" % hz)
		same(sim.prediction.corrections - corrections, 0, "corrections at %d Hz" % hz)
		check(sim.clock.at(sim.now_us) - sim.server_tick < 0.16 * hz + 3.0, "%.1f ticks ahead at %d Hz" % [sim.clock.at(sim.now_us) - sim.server_tick, hz])


func test_a_correction_is_replayed() -> void:
	seed(6)
	var sim: Sim = Sim.new()
	_play(sim, 5.0)
	var pushed: RpgSchema.Player = RpgSchema.Player.new()
	pushed.look = sim.player.look
	pushed.self_ = sim.player.self_
	pushed.body = RpgSchema.Body.new()
	pushed.body.x = sim.player.body.x + 700
	pushed.body.y = sim.player.body.y
	sim.player = pushed
	_play(sim, 2.0)
	same(sim.prediction.corrections, 1, "one push, one correction")
	sim.direction = Vector2.ZERO
	for i: int in 120:
		sim.frame()
	check(sim.prediction.draw(sim.game.quantise(Vector2.ZERO, 0), 0.0, sim.now_us), "it is drawn")
	check(sim.prediction.drawn_at.distance_to(Vector2(sim.player.position())) < 1.0, "it is drawn where the server has it")


func test_own_state() -> void:
	var own: RealmwireOwnState = RealmwireOwnState.new()
	check(own.current(10, 1, 1, 10, false), "its own record")
	check(own.current(11, 1, 1, 10, false), "nothing changed, nothing lost")
	check(not own.current(14, 3, 1, 10, false), "what was lost may have changed it")
	check(not own.current(15, 1, 1, 10, false), "still unknown")
	check(own.current(16, 1, 1, 16, false), "told again")
	check(own.current(17, 1, 1, 16, false), "known again")
	check(own.current(30, 5, 1, 20, true), "an ordered lane loses nothing")


# What is drawn of others moves evenly, whatever the arrival times, and stops where it stopped.
func test_interpolation_is_smooth() -> void:
	seed(8)
	var game: RpgGame = RpgGame.new()
	var smooth: RealmwireInterpolation = RealmwireInterpolation.new(HZ, game)
	var replica: RealmwireReplica = RealmwireReplica.new(RpgSchema.schema())
	var other: RealmwireReplicated = RealmwireReplicated.new()
	other.id = 9
	other.kind = RpgSchema.Player.KIND
	same(smooth.shown(), 0.0, "nothing is on the screen yet")
	var last: float = -1.0
	var steps: PackedFloat64Array
	var arrivals: PackedInt64Array
	for tick: int in 400:
		arrivals.append((tick + 100) * PERIOD_US + randi() % 30_000)
	var next: int = 0
	for now_us: int in range(arrivals[0], arrivals[300], FRAME_US):
		while arrivals[next] <= now_us:
			var p: RpgSchema.Player = RpgSchema.Player.new()
			p.body = RpgSchema.Body.new()
			p.body.x = 10_000 + 64 * next
			other.push(next + 100, p, 0)
			replica.tick = next + 100
			replica.updated = [other]
			smooth.push(replica, now_us)
			next += 1
		var drawn: Array[RealmwireDrawn] = smooth.draw(now_us, 0)
		# What an input says that its player saw: the place of the other at that time, to the part of a pixel that a wrong guess leaves.
		if drawn.size() == 1 and now_us > arrivals[60]:
			var there: float = (10_000 + 64 * (smooth.shown() - 100.0)) / game.units_per_pixel
			check(absf(there - drawn[0].at.x) < 0.5, "drawn at %.2f, and was at %.2f at %.2f" % [drawn[0].at.x, there, smooth.shown()])
			if last >= 0.0:
				steps.append(drawn[0].at.x - last)
			last = drawn[0].at.x
	smooth.draw(arrivals[300] + 10_000_000, 0)
	same(smooth.shown(), next + 99 + 1.5, "a movement is carried on only so far")
	var even: float = 64.0 / 16.0 * FRAME_US / PERIOD_US # pixels a frame
	check(steps.size() > 500, "it was drawn")
	for step: float in steps:
		check(step > even * 0.75 and step < even * 1.3, "a step of %.2f px, %.2f would be even" % [step, even])
	check(smooth.delay_us() > PERIOD_US and smooth.delay_us() < 4 * PERIOD_US, "delay of %.0f ms" % (smooth.delay_us() / 1000.0))
