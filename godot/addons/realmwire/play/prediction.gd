class_name RealmwirePrediction
extends RefCounted
## The own entity, predicted: each client tick at once, with the server's code. Each of the server's states is compared with
## what was predicted for its tick, and where they differ, the inputs since then are played again on top of it. What is drawn
## glides to where it ought to be.

const _HISTORY: int = 256 # ticks remembered; a round trip must fit
const _SMOOTH_US: float = 80_000.0 # a correction is blended out with this time constant

## Times that the server's word moved the own entity.
var corrections: int = 0
## What [method draw] found: the state, and where, in position units.
var drawn: RealmwireEntity
var drawn_at: Vector2

var _game: RealmwireGame
var _zone: RealmwireZone
# Consecutive ticks from _first on: the input, and the state after it; null: not known, since that before was not.
var _first: int = 0
var _inputs: Array[RealmwireInput] = []
var _states: Array[RealmwireEntity] = []
var _server: RealmwireEntity # newest
var _ahead_input: RealmwireInput # the tick after the newest, with the input of now; null: not computed
var _ahead: RealmwireEntity
var _offset: Vector2 # of what is drawn
var _drawn_us: int = 0


func _init(game: RealmwireGame, zone: RealmwireZone) -> void:
	_game = game
	_zone = zone


## The newest tick predicted; 0: none.
func tick() -> int:
	return 0 if _inputs.is_empty() else _first + _inputs.size() - 1


## The inputs of the newest ticks, the newest first.
func inputs(most: int) -> Array[RealmwireInput]:
	var out: Array[RealmwireInput] = _inputs.slice(maxi(0, _inputs.size() - most))
	out.reverse()
	return out


## Goes on by one tick. Where the clock jumped ahead, the ticks between are taken as standing still.
func advance(now_tick: int, input: RealmwireInput) -> void:
	var newest: int = tick()
	if newest != 0 and now_tick <= newest:
		return
	var last: RealmwireEntity = null if _states.is_empty() else _states[-1]
	var state: RealmwireEntity = null if last == null else _game.predict(last, input, now_tick, _zone)
	# Packets carry consecutive ticks, so that nothing from before a jump may stay.
	if _inputs.is_empty() or now_tick != newest + 1:
		_inputs.clear()
		_states.clear()
		_first = now_tick
	_inputs.append(input)
	_states.append(state)
	if _inputs.size() > _HISTORY:
		_drop(1)
	if _ahead != null and state != null:
		_offset += Vector2(_ahead.position() - state.position()) # the input changed since the last frame
	_ahead = null
	_ahead_input = null


## Takes the server's state after a tick; [param phase] is how far the tick in progress is. Returns how far the own entity was
## moved by it, in position units.
func reconcile(server_tick: int, server: RealmwireEntity, phase: float) -> float:
	_server = server
	if _inputs.is_empty():
		return 0.0
	var known: bool = _states[-1] != null
	var before: Vector2 = _model(phase)
	var at: int = server_tick - _first
	if at >= 0 and at < _states.size() and _states[at] != null and _game.agrees(_states[at], server):
		_drop(at) # what is older is settled
		return 0.0
	_replay(maxi(0, at + 1), server)
	if at > 0:
		_drop(mini(at, _states.size() - 1))
	if _ahead != null:
		_ahead = _game.predict(_states[-1], _ahead_input, tick() + 1, _zone)
	return _moved(before, _model(phase)) if known else 0.0


func _drop(n: int) -> void:
	if n > 0:
		_inputs = _inputs.slice(n)
		_states = _states.slice(n)
		_first += n


func _replay(from: int, state: RealmwireEntity) -> void:
	if from >= _states.size():
		_states[-1] = state # the clock runs behind the server: its state is the newest there is
		return
	if from > 0:
		_states[from - 1] = state
	for i: int in range(from, _states.size()):
		state = _game.predict(state, _inputs[i], _first + i, _zone)
		_states[i] = state


func _moved(before: Vector2, after: Vector2) -> float:
	var off: Vector2 = before - after
	var distance: float = off.length()
	if distance == 0.0:
		return 0.0
	corrections += 1
	_offset = Vector2.ZERO if distance >= _game.teleport_units else _offset + off
	return distance


# Where the own entity is between two ticks; phase 0 is the newest tick, 1 the one after it.
func _model(phase: float) -> Vector2:
	if _states.is_empty() or _states[-1] == null:
		return Vector2.ZERO
	var a: Vector2 = Vector2(_states[-1].position())
	if _ahead == null:
		return a
	var b: Vector2 = Vector2(_ahead.position())
	return a if a.distance_to(b) >= _game.teleport_units else a.lerp(b, phase)


## Sets [member drawn] and [member drawn_at]; false: nothing is known yet. The tick in progress is drawn as it will be with
## the input of now, so that the figure answers at the next frame and not at the next tick.
func draw(input: RealmwireInput, phase: float, now_us: int) -> bool:
	if _states.is_empty() or _states[-1] == null or _server == null:
		return false
	_look_ahead(input, phase)
	_offset *= exp(-maxf(0.0, now_us - _drawn_us) / _SMOOTH_US)
	_drawn_us = now_us
	drawn_at = _model(phase) + _offset
	drawn = _game.adopt(_ahead, _server)
	return true


func _look_ahead(input: RealmwireInput, phase: float) -> void:
	if _ahead_input != null and _ahead_input.equals(input):
		return
	var changed: bool = _ahead_input != null
	var before: Vector2 = _model(phase)
	_ahead_input = input
	_ahead = _game.predict(_states[-1], input, tick() + 1, _zone)
	if changed:
		_offset += before - _model(phase)
