class_name RealmwireReplica
extends RefCounted
## A client's copy of what it sees of a zone, kept by the zone's snapshots. See docs/wire.md, "Snapshots".

## What became of a snapshot. One that is refused changes nothing and is not acknowledged.
enum Result {
	APPLIED, ## It is the newest state now.
	STALE, ## It is not newer than the last: ignore it.
	MALFORMED,
	BASELINE, ## It refers to a baseline that is not here.
	CHECKSUM, ## It decodes to other entities than the server sent.
}

## Entities in one client's view, at most.
const MAX_IN_VIEW: int = 1024
const _KIND_BITS: int = 6
const _ID_GROUP: int = 8
const _AGE_BITS: int = 7
const _LAG_BITS: int = 3
const _COUNT_GROUP: int = 2
const _GAP_BITS: int = 4
const _MAX_GAP_SHIFT: int = 10


## One record of a snapshot, decoded but not yet applied.
class Change:
	extends RefCounted
	var slot: int
	var entity: RealmwireReplicated # null: it is gone
	var fresh: bool # the slot did not hold this entity before
	var state: RealmwireEntity
	var base: int # tick
	var own: bool


## Header of the last snapshot that [method apply] was given.
var header: RealmwireSnapshotHeader
## Entities that the last applied snapshot brought, and those that it took away.
var spawned: Array[RealmwireReplicated] = []
var despawned: Array[RealmwireReplicated] = []
## Those whose state the last applied snapshot brought, [member spawned] among them.
var updated: Array[RealmwireReplicated] = []
## The newest snapshot applied; 0: none yet.
var tick: int = 0
## Bit [i]i[/i] says that snapshot [member tick] - 1 - [i]i[/i] was applied.
var older: int = 0
## Snapshots whose checksum was compared.
var checked: int = 0
## Snapshots that differed, of these.
var desyncs: int = 0
## The client's own entity, or null.
var own: RealmwireReplicated

var _kinds: Dictionary[int, GDScript]
var _slots: Array[RealmwireReplicated] # null: empty
var _count: int = 0
var _pending: Array[Change] = []
var _held: Dictionary[int, PackedInt32Array] = {} # the slots of the records of snapshots that one to come may name, by tick
var _named: int = 0 # the snapshot that usual updates differ from; 0: none
var _lag: int = 0 # how long before it was the one that predictions look back to; 0: none
var _sum: RealmwireBitWriter = RealmwireBitWriter.new()
var _reader: RealmwireBitReader = RealmwireBitReader.new()


func _init(schema: RealmwireSchema) -> void:
	_kinds = schema.kinds


## The number of entities.
func size() -> int:
	return _count


## The entities, by rising slots.
func all() -> Array[RealmwireReplicated]:
	var out: Array[RealmwireReplicated] = []
	for e: RealmwireReplicated in _slots:
		if e != null:
			out.append(e)
	return out


## Decodes a snapshot and makes it the newest state.
func apply(msg: PackedByteArray) -> Result:
	var r: RealmwireBitReader = _reader
	r.reset(msg)
	header = RealmwireSnapshotHeader.new()
	header.read(r)
	if r.failed:
		return Result.MALFORMED
	if header.tick <= tick:
		return Result.STALE
	_pending.clear()
	var result: Result = _decode(r)
	if result != Result.APPLIED:
		return result
	if header.verify:
		var want: int = r.uint(32)
		if r.failed:
			return Result.MALFORMED
		checked += 1
		if _checksum() != want:
			desyncs += 1
			return Result.CHECKSUM
	if not r.close():
		return Result.MALFORMED
	_commit(header.tick)
	return Result.APPLIED


func _decode(r: RealmwireBitReader) -> Result:
	_named = 0
	_lag = 0
	var seen: Dictionary[int, bool] = {}
	if r.flag():
		var age: int = r.uint(_AGE_BITS)
		_lag = r.uint(_LAG_BITS)
		if r.failed or age == 0 or age >= RealmwireReplicated.MAX_AGE or age >= header.tick:
			return Result.MALFORMED
		_named = header.tick - age
		if not _held.has(_named):
			return Result.BASELINE
		for slot: int in _held[_named]:
			if r.flag():
				seen[slot] = true
				var result: Result = _keep(r, slot, true)
				if result != Result.APPLIED:
					return result
	return _decode_others(r, seen)


# The records of slots that the named snapshot did not lead to expect.
func _decode_others(r: RealmwireBitReader, seen: Dictionary[int, bool]) -> Result:
	var count: int = r.varuint(_COUNT_GROUP)
	var shift: int = 0 if count == 0 else r.uint(_GAP_BITS)
	if r.failed or count < 0 or count > MAX_IN_VIEW or shift > _MAX_GAP_SHIFT:
		return Result.MALFORMED
	var next: int = 0
	for _i: int in count:
		var slot: int = next + _gap(r, shift)
		if r.failed or slot >= MAX_IN_VIEW or seen.has(slot):
			return Result.MALFORMED
		next = slot + 1
		var result: Result = _keep(r, slot, false)
		if result != Result.APPLIED:
			return result
	return Result.MALFORMED if r.failed else Result.APPLIED


static func _gap(r: RealmwireBitReader, shift: int) -> int:
	var n: int = 0
	while r.flag():
		n += 1
		if n > _MAX_GAP_SHIFT + 1:
			r.fail()
			return 0
	var high: int = (1 << n | r.uint(n)) - 1
	return high << shift | r.uint(shift)


# Reads a record, or of an expected one the body, and keeps it if it was read well.
func _keep(r: RealmwireBitReader, slot: int, expected: bool) -> Result:
	var c: Change = Change.new()
	c.slot = slot
	var result: Result = _decode_usual(r, c) if expected else _decode_record(r, c)
	if result == Result.APPLIED and r.failed:
		result = Result.MALFORMED
	if result == Result.APPLIED:
		_pending.append(c)
	return result


func _decode_record(r: RealmwireBitReader, c: Change) -> Result:
	if r.flag():
		return Result.APPLIED if r.flag() else _decode_spawn(r, c)
	if _named != 0 and not r.flag():
		return _decode_usual(r, c)
	return _decode_aged(r, c)


func _decode_spawn(r: RealmwireBitReader, c: Change) -> Result:
	var id: int = r.varuint(_ID_GROUP)
	var kind: int = r.uint(_KIND_BITS)
	c.own = r.flag()
	if r.failed or id <= 0 or id > 0xffffffff or not _kinds.has(kind):
		return Result.MALFORMED
	c.entity = _slots[c.slot] if c.slot < _slots.size() else null
	if c.entity == null or c.entity.id != id or c.entity.kind != kind:
		c.entity = RealmwireReplicated.new()
		c.entity.id = id
		c.entity.kind = kind
		c.fresh = true
	c.state = _kinds[kind].new()
	c.state.read(r, c.own)
	return Result.APPLIED


func _decode_usual(r: RealmwireBitReader, c: Change) -> Result:
	var e: RealmwireReplicated = _slots[c.slot] if c.slot < _slots.size() else null
	var i: int = -1 if e == null else e.standing(_named)
	if i < 0:
		return Result.BASELINE
	_build(c, e, i)
	var before: int = e.exact(_named - _lag) if _lag > 0 and c.state.predicted() else -1
	if before >= 0:
		c.state.read_predicted(r, e.version_state(i), e.version_state(before), header.tick - _named, _lag, c.own)
	else:
		c.state.read_delta(r, e.version_state(i), c.own)
	return Result.APPLIED


func _decode_aged(r: RealmwireBitReader, c: Change) -> Result:
	var age: int = r.uint(_AGE_BITS)
	if age == 0 or (age >= header.tick and age != RealmwireReplicated.MAX_AGE):
		return Result.MALFORMED
	var e: RealmwireReplicated = _slots[c.slot] if c.slot < _slots.size() else null
	if e == null:
		return Result.BASELINE
	var base: int = header.tick - age
	var i: int = e.standing(base) if age == RealmwireReplicated.MAX_AGE else e.exact(base)
	if i < 0:
		return Result.BASELINE
	_build(c, e, i)
	c.state.read_delta(r, e.version_state(i), c.own)
	return Result.APPLIED


# Makes the state that a difference from a version is read into.
func _build(c: Change, e: RealmwireReplicated, version: int) -> void:
	c.entity = e
	c.own = e.own
	c.base = e.version_tick(version)
	c.state = _kinds[e.kind].new()


func _commit(now: int) -> void:
	spawned.clear()
	despawned.clear()
	updated.clear()
	var slots: PackedInt32Array = []
	for c: Change in _pending:
		slots.append(c.slot)
		if c.slot >= _slots.size():
			_slots.resize(c.slot + 1)
		var held: RealmwireReplicated = _slots[c.slot]
		if held != null and held != c.entity:
			_remove(held, c.slot)
		if c.entity == null:
			continue
		if c.fresh:
			_slots[c.slot] = c.entity
			_count += 1
			spawned.append(c.entity)
		c.entity.own = c.own
		if c.own:
			own = c.entity
		elif own == c.entity:
			own = null
		c.entity.push(now, c.state, c.base)
		updated.append(c.entity)
	_held[now] = slots
	for held_tick: int in _held.keys():
		if held_tick + RealmwireReplicated.MAX_AGE <= now:
			_held.erase(held_tick)
	_note(now)


func _remove(held: RealmwireReplicated, slot: int) -> void:
	despawned.append(held)
	_slots[slot] = null
	_count -= 1
	if held == own:
		own = null


func _note(now: int) -> void:
	var gap: int = now - tick
	if tick != 0 and gap <= 32:
		older = (older << gap | 1 << (gap - 1)) & 0xffffffff
	else:
		older = 0
	tick = now


# Covers every entity of the snapshot as the server wrote it: its id and its whole state.
func _checksum() -> int:
	_sum.reset()
	for c: Change in _pending:
		if c.entity != null:
			_sum.uint(c.entity.id, 32)
			c.state.write(_sum, c.own)
	return RealmwireCrc32.of(_sum.bytes())
