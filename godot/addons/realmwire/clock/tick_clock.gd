class_name RealmwireTickClock
extends RefCounted
## Decides when the client steps which tick, so that each input reaches the server just before the server simulates its tick.
##
## Each input packet carries the client's time; the next snapshot echoes it and says how long before its tick the packet's
## newest input came (the lead). For a packet sent at [i]s[/i] with tick [i]T[/i], the server's tick time at arrival was
## [i]T·P - lead[/i], and [i]uplink = T·P - lead - s[/i] is the distance between the two clocks plus the way up, whatever the
## schedule was: steering by it is no feedback loop and cannot oscillate. Its mean and mean deviation are kept as TCP keeps
## its round trip. All times are microseconds of a clock that never goes back.

const _MARGIN_TICKS: float = 1.0
const _LEAD_UNIT: float = 16.0 # parts of a tick in which a lead is reported
const _GAIN: float = 1.0 / 16.0
const _MAX_SLEW: float = 1.0 / 32.0 # nobody sees a speed 3 % off
const _OUTLIER_TICKS: float = 4.0 # a sample this far off is not averaged in …
const _OUTLIERS: int = 8 # … unless so many come in a row: then the server's schedule has moved
const _STARVED_STEP: float = 0.25 # ticks more margin for each tick that had no input
const _MAX_EXTRA: float = 2.0 # ticks
const _EXTRA_DECAY: float = 1.0 / 512.0
const _LATE_DECAY: float = 0.995
const _MEMORY: int = 64 # packets that wait for their echo
const _MAX_CATCH_UP: int = 8 # ticks made up for when a frame came late; further ones are passed over

## Length of a tick.
var period_us: float
## Smoothed round trip; 0: not measured yet.
var rtt_us: float = 0.0
## Whether the schedule follows a measurement. Until then inputs may come too late, and should ask for nothing.
var measured: bool = false
## Ticks passed over, because a frame came late or the schedule jumped.
var skipped: int = 0
## Times that the schedule was set rather than steered, the first measurement included.
var jumps: int = 0

var _origin_us: float # when tick 0 would be stepped: what is steered
var _since: int = 0 # the tick from which on ticks are that long: 0, until the zone changes its rate
var _since_us: float = 0.0 # its time
var _steered_us: float
var _next: int # tick to step next
var _first: int
var _uplink_us: float
var _deviation_us: float = 0.0
var _extra_us: float = 0.0
var _late_us: float = 0.0 # how late frames make us step
var _odd: int = 0
var _sent_time: PackedInt64Array
var _sent_tick: PackedInt64Array
var _sent_at: PackedFloat64Array
var _sends: int = 0


## Begins where the server was in [param tick] as it sent what came now. [param rtt_guess_us] is a guess; zero will do.
func _init(tick_hz: int, tick: int, now_us: int, rtt_guess_us: float) -> void:
	period_us = 1_000_000.0 / tick_hz
	# Sent now, a packet arrives a round trip after that was written; half a tick had passed then, on average.
	_uplink_us = tick * period_us + period_us / 2 + rtt_guess_us - now_us
	_origin_us = _want()
	_steered_us = now_us
	_next = _due(now_us) + 1
	_first = _next
	_sent_time.resize(_MEMORY)
	_sent_time.fill(-1)
	_sent_tick.resize(_MEMORY)
	_sent_at.resize(_MEMORY)


## Where the client is, in ticks and fractions; a whole number is the beginning of that tick.
func at(now_us: int) -> float:
	return _since + (now_us - _origin_us - _since_us) / period_us


## After [param tick] so many ticks come a second. What was measured of the way to the server holds on.
func set_rate(tick_hz: int, tick: int) -> void:
	_since_us = _time(tick)
	_since = tick
	var before_us: float = period_us
	period_us = 1_000_000.0 / tick_hz
	_extra_us *= period_us / before_us


# When the server simulates a tick, on the server's clock, whose zero is that of tick 0.
func _time(tick: int) -> float:
	return _since_us + (tick - _since) * period_us


## The ticks to step now, from the first to the last; empty (x > y): none is due.
func step(now_us: int) -> Vector2i:
	var due: int = _due(now_us)
	if due < _next:
		return Vector2i(1, 0)
	if due - _next >= _MAX_CATCH_UP:
		skipped += due - _next
		_next = due
	else:
		_late_us = maxf(now_us - _origin_us - _time(due), _late_us * _LATE_DECAY)
	var from: int = _next
	_next = due + 1
	return Vector2i(from, due)


## Notes a packet that is sent now, and returns the client time that it carries.
func stamp(now_us: int, tick: int) -> int:
	@warning_ignore("integer_division")
	var ms: int = (now_us / 1000) & 0xffff
	var i: int = _sends % _MEMORY
	_sent_time[i] = ms
	_sent_tick[i] = tick
	_sent_at[i] = now_us
	_sends += 1
	return ms


## Takes what a snapshot that came now says of our inputs, and steers.
func heard(now_us: int, h: RealmwireSnapshotHeader) -> void:
	if h.starved and measured and h.tick > _first:
		_extra_us = minf(_extra_us + period_us * _STARVED_STEP, _MAX_EXTRA * period_us)
	var i: int = _echoed(h.echo) if h.has_echo else -1
	if i >= 0:
		var rtt: float = maxf(1.0, now_us - _sent_at[i] - h.hold_ms * 1000.0)
		rtt_us = rtt if rtt_us == 0.0 else rtt_us + (rtt - rtt_us) / 8.0
		_sample(_time(_sent_tick[i]) - h.lead * period_us / _LEAD_UNIT - _sent_at[i])
	_steer(now_us)


func _due(now_us: int) -> int:
	return maxi(0, floori(at(now_us)))


func _want() -> float:
	return -(_uplink_us + 2 * _deviation_us + _MARGIN_TICKS * period_us + _extra_us + _late_us)


func _echoed(client_time: int) -> int:
	for back: int in mini(_sends, _MEMORY):
		var i: int = (_sends - 1 - back) % _MEMORY
		if _sent_time[i] == client_time:
			return i
	return -1


func _sample(uplink: float) -> void:
	var off: float = uplink - _uplink_us
	if not measured:
		_measure(uplink)
	elif absf(off) > _OUTLIER_TICKS * period_us:
		_odd += 1
		if _odd >= _OUTLIERS:
			_measure(uplink)
	else:
		_odd = 0
		_uplink_us += off * _GAIN
		_deviation_us += (absf(off) - _deviation_us) * _GAIN


# Takes one sample for the truth, and jumps there.
func _measure(uplink: float) -> void:
	measured = true
	_odd = 0
	_uplink_us = uplink
	_deviation_us = period_us / _LEAD_UNIT
	_origin_us = _want()
	jumps += 1


func _steer(now_us: int) -> void:
	var passed: float = maxf(0.0, now_us - _steered_us)
	_steered_us = now_us
	_extra_us = maxf(0.0, _extra_us - passed * _EXTRA_DECAY)
	var most: float = passed * _MAX_SLEW
	_origin_us += clampf(_want() - _origin_us, -most, most)
