class_name RealmwireReplicated
extends RefCounted
## One entity as the client has it: its newest state and the versions that later differences may be against.

## An age is 7 bits; this one means "older, and unambiguous".
const MAX_AGE: int = 127
## How long before its baseline a prediction may look back to.
const MAX_LAG: int = 7

## Names the entity within its zone.
var id: int = 0
## The kind's number on the wire.
var kind: int = 0
## Whether it is the client's own.
var own: bool = false
## The newest state. It is never changed, only replaced.
var state: RealmwireEntity
## The snapshot that brought it.
var tick: int = 0

# By rising ticks; the last are tick and state.
var _ticks: PackedInt64Array
var _states: Array[RealmwireEntity]


## The place, in the versions, of the newest that a snapshot at or before [param at] brought; -1: there is none. See
## docs/wire.md, "Baselines".
func standing(at: int) -> int:
	var i: int = _ticks.size() - 1
	while i >= 0 and _ticks[i] > at:
		i -= 1
	return i


## The place of the version that the snapshot of [param at] brought; -1: it is not here.
func exact(at: int) -> int:
	var i: int = standing(at)
	return i if i >= 0 and _ticks[i] == at else -1


## The tick of a version.
func version_tick(i: int) -> int:
	return _ticks[i]


## The state of a version.
func version_state(i: int) -> RealmwireEntity:
	return _states[i]


## Makes a state the newest version, and drops those that nothing can mean any more: the server's baselines only move forward
## ([param base] is the tick of the one that this was built on), predictions look back [constant MAX_LAG] ticks from there at
## most, and beyond [constant MAX_AGE] only the newest of the old ones counts.
func push(now: int, fresh: RealmwireEntity, base: int) -> void:
	var drop: int = 0
	var n: int = _ticks.size()
	while drop < n and _ticks[drop] + MAX_LAG < base:
		drop += 1
	while drop + 1 < n and _ticks[drop + 1] + MAX_AGE <= now:
		drop += 1
	if drop > 0:
		_ticks = _ticks.slice(drop)
		_states = _states.slice(drop)
	_ticks.append(now)
	_states.append(fresh)
	tick = now
	state = fresh
