class_name RealmwireInterpolation
extends RefCounted
## All entities but the own one, smoothly: drawn a little in the past, between two states that are here already. How far in
## the past follows the jitter of the snapshots.

const _MIN_DELAY: float = 1.5 # in snapshots
const _MAX_DELAY: float = 4.0
const _WINDOW: int = 64 # arrivals by which lateness is judged
const _LATE_QUANTILE: float = 0.95
const _MARGIN: float = 0.25 # snapshots
const _LOSS_MARGIN: float = 0.75 # where packets get lost, so that one lost is bridged
const _MAX_SLEW: float = 0.08 # the drawn time runs faster or slower by at most this share
const _JUMP: float = 8.0 # snapshots off, beyond which it is set
const _EXTRAPOLATE: float = 1.5 # snapshots that a movement is carried on without news
const _STALE: int = 4 # snapshots: a longer silence of an entity means that it stood still
const _MAX_SAMPLES: int = 48 # of one entity
const _BLEND_US: float = 100_000.0 # a wrong guess is blended out with this time constant


class Sample:
	extends RefCounted
	var tick: int
	var at: Vector2
	var state: RealmwireEntity
	var cut: bool # it was not there the snapshot before, or far away: nothing glides to it


class Track:
	extends RefCounted
	var samples: Array[Sample] = [] # by rising ticks
	var gone_at: int = GONE_NEVER # tick
	var drawn_at: Vector2 # position units
	var guessed: bool = false # … beyond its newest sample
	var offset: Vector2 # what is left of a wrong guess
	var shown: RealmwireDrawn = RealmwireDrawn.new()


const GONE_NEVER: int = 1 << 62

## How late snapshots are against the earliest ones: the lateness that few exceed.
var jitter_us: float = 0.0
## Ticks from one snapshot to the next where none is lost.
var stride: int = 1
## The tick that is drawn, with its fraction.
var tick: float = -1.0

var _period_us: float
var _teleport: float
var _pixel: float # position units
var _tracks: Dictionary[int, Track] = {}
var _arrivals: PackedFloat64Array # arrival minus the tick's time
var _earliest: float = 0.0
var _gaps: PackedInt32Array # ticks between snapshots
var _delay: float = 2.0 # ticks
var _first: int = 0
var _newest: int = 0
var _before: int = 0 # the snapshot before the newest
var _drawn_us: int = 0


func _init(tick_hz: int, game: RealmwireGame) -> void:
	_period_us = 1_000_000.0 / tick_hz
	_teleport = game.teleport_units
	_pixel = game.units_per_pixel


## How far in the past others are drawn.
func delay_us() -> float:
	return _delay * _period_us


## The tick that is on the screen, with its fraction; 0: nothing is yet. It may differ from [member tick]: before the first snapshot
## there is nothing to be drawn, and while none comes a movement is carried on only so far.
func shown() -> float:
	if _drawn_us == 0 or _newest == 0:
		return 0.0
	return clampf(tick, _first, _newest + _EXTRAPOLATE * stride)


## From the snapshot on that is pushed next so many ticks come a second.
func set_rate(tick_hz: int) -> void:
	_period_us = 1_000_000.0 / tick_hz
	_arrivals.clear()


## Takes in a snapshot that was just applied.
func push(replica: RealmwireReplica, now_us: int) -> void:
	var now: int = replica.tick
	if _newest == 0:
		_first = now
	else:
		_gaps.append(now - _newest)
		if _gaps.size() > _WINDOW:
			_gaps.remove_at(0)
	_arrivals.append(now_us - now * _period_us)
	if _arrivals.size() > _WINDOW:
		_arrivals.remove_at(0)
	_before = _newest
	_newest = now
	for e: RealmwireReplicated in replica.despawned:
		if _tracks.has(e.id):
			_tracks[e.id].gone_at = now
	for e: RealmwireReplicated in replica.updated:
		_take(e, now)
	_adapt()


func _take(e: RealmwireReplicated, now: int) -> void:
	var track: Track = _tracks.get(e.id)
	if track == null:
		track = Track.new()
		track.shown.id = e.id
		_tracks[e.id] = track
	var cut: bool = track.gone_at != GONE_NEVER or track.samples.is_empty()
	track.gone_at = GONE_NEVER
	var s: Sample = Sample.new()
	s.tick = now
	s.at = Vector2(e.state.position())
	s.state = e.state
	if not cut:
		var last: Sample = track.samples[-1]
		# The budget leaves an entity out for a few snapshots at most; a longer silence meant that nothing changed.
		if now - last.tick > _STALE * stride and _before > last.tick:
			var rest: Sample = Sample.new()
			rest.tick = _before
			rest.at = last.at
			rest.state = last.state
			track.samples.append(rest)
		cut = s.at.distance_to(last.at) >= _teleport
	s.cut = cut
	track.samples.append(s)
	if track.samples.size() > _MAX_SAMPLES:
		track.samples.pop_front()


# Sets the delay by how late snapshots come and whether some do not come at all.
func _adapt() -> void:
	var sorted: PackedFloat64Array = _arrivals.duplicate()
	sorted.sort()
	_earliest = sorted[0]
	jitter_us = sorted[floori((sorted.size() - 1) * _LATE_QUANTILE)] - _earliest
	var missing: int = 0
	if not _gaps.is_empty():
		stride = _gaps[0]
		for gap: int in _gaps:
			stride = mini(stride, gap)
		for gap: int in _gaps:
			missing += 1 if gap > stride else 0
	var lossy: bool = missing > _gaps.size() * 0.02
	var wanted: float = stride * (1.0 + _MARGIN + (_LOSS_MARGIN if lossy else 0.0)) + jitter_us / _period_us
	var limited: float = clampf(wanted, _MIN_DELAY * stride, _MAX_DELAY * stride)
	# Up at once, since what is drawn stutters until then; down slowly, since nobody is in a hurry.
	_delay = limited if limited > _delay else _delay + (limited - _delay) * 0.02


## Everything as it is to be drawn now; [param without] is the id of an entity to leave out.
func draw(now_us: int, without: int) -> Array[RealmwireDrawn]:
	var out: Array[RealmwireDrawn] = []
	if _newest == 0:
		return out
	var fade: float = exp(-maxf(0.0, now_us - _drawn_us) / _BLEND_US)
	_run(now_us)
	for id: int in _tracks.keys():
		var track: Track = _tracks[id]
		if track.gone_at <= tick:
			_tracks.erase(id)
		elif id != without and _place(track):
			_blend(track, fade)
			track.shown.at = track.drawn_at / _pixel
			out.append(track.shown)
	return out


# Moves the drawn time on, gently towards where it ought to be.
func _run(now_us: int) -> void:
	var passed: float = maxf(0.0, now_us - _drawn_us) / _period_us
	_drawn_us = now_us
	var wanted: float = (now_us - _earliest) / _period_us - _delay
	var off: float = wanted - (tick + passed)
	if tick < 0.0 or absf(off) > _JUMP * stride:
		tick = maxf(0.0, wanted)
	else:
		tick += passed * (1.0 + clampf(off * 0.1, -_MAX_SLEW, _MAX_SLEW))


# Sets drawn_at and what is shown to what is known for the drawn time. False: it is not there yet.
func _place(track: Track) -> bool:
	var samples: Array[Sample] = track.samples
	while samples.size() > 2 and samples[1].tick <= tick:
		samples.pop_front()
	var a: Sample = samples[0]
	track.shown.state = a.state
	track.drawn_at = track.drawn_at if track.guessed else a.at
	var at: Vector2 = a.at
	if tick < a.tick:
		if a.tick > _first: # only those were before us that came with the first snapshot
			return false
	elif samples.size() > 1:
		var b: Sample = samples[1]
		if tick >= b.tick:
			track.shown.state = b.state
			at = _beyond(a, b)
		elif not b.cut:
			track.shown.state = b.state
			at = a.at.lerp(b.at, (tick - a.tick) / (b.tick - a.tick))
	_guess(track, at)
	return true


# Notes what is left of a guess once it is known better.
func _guess(track: Track, at: Vector2) -> void:
	var guess: bool = tick > track.samples[-1].tick
	if track.guessed and not guess:
		var off: Vector2 = track.drawn_at - at
		track.offset = off if off.length() < _teleport else Vector2.ZERO
	track.guessed = guess
	track.drawn_at = at


func _blend(track: Track, fade: float) -> void:
	track.offset *= fade
	track.drawn_at += track.offset


# Carries a movement on for a moment while no snapshot comes. One that came without the entity says: it stopped.
func _beyond(a: Sample, b: Sample) -> Vector2:
	var span: int = b.tick - a.tick
	if b.cut or b.tick < _newest or span > _STALE * stride:
		return b.at
	return b.at + (b.at - a.at) * (minf(tick - b.tick, _EXTRAPOLATE * stride) / span)
