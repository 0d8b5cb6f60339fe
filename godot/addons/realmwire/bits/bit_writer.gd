class_name RealmwireBitWriter
extends RefCounted
## Packs values into bytes. See docs/wire.md, "Bits".
##
## Values outside their range are limited to it and lists and texts cut to their maximum: what is written can be read.

const WORD_BITS: int = RealmwireBitReader.WORD_BITS
const _START: int = 256

var _buf: PackedByteArray # zero beyond _pos
var _pos: int = 0 # in bits
var _room: int = 0 # in bits, that may be written without growing


func _init() -> void:
	_buf.resize(_START)
	_buf.fill(0)
	_room = (_START - 16) * 8


## Begins anew.
func reset() -> void:
	_buf.fill(0)
	_pos = 0


## The number of bits written.
func length() -> int:
	return _pos


## The stream, padded to a whole byte with zeros.
func bytes() -> PackedByteArray:
	return _buf.slice(0, (_pos + 7) >> 3)


## Writes the lowest [param width] bits of [param v]; [param width] is 0 to 64.
func uint(v: int, width: int) -> void:
	if width > WORD_BITS:
		uint(v, 32)
		uint(v >> 32, width - 32)
		return
	var pos: int = _pos
	if pos >= _room:
		_grow()
	var at: int = pos >> 3
	_buf.encode_u64(at, _buf.decode_u64(at) | (v & ((1 << width) - 1)) << (pos & 7))
	_pos = pos + width


func _grow() -> void:
	var more: PackedByteArray = PackedByteArray()
	more.resize(_buf.size())
	more.fill(0)
	_buf.append_array(more)
	_room = (_buf.size() - 16) * 8


## Writes one bit.
func flag(v: bool) -> void:
	var pos: int = _pos
	if pos >= _room:
		_grow()
	if v:
		_buf[pos >> 3] |= 1 << (pos & 7)
	_pos = pos + 1


## Writes one bit and returns it: whether a difference follows.
func changed(v: bool) -> bool:
	flag(v)
	return v


## Writes an integer of [param lo] to [param hi] in [param width] bits.
func ranged(v: int, lo: int, hi: int, width: int) -> void:
	uint(clampi(v, lo, hi) - lo, width)


## Writes [param v] in groups of [param group] bits, the lowest first, each followed by a bit that says whether another
## follows. Negative numbers are not for this.
func varuint(v: int, group: int) -> void:
	while true:
		uint(v, group)
		v >>= group
		flag(v != 0)
		if v == 0:
			return


## Writes an integer as its difference from [param base] where that is small.
func ranged_delta(v: int, base: int, lo: int, hi: int, width: int, small: int, medium: int) -> void:
	var to: int = clampi(v, lo, hi)
	var d: int = to - clampi(base, lo, hi)
	if d == 0:
		flag(false)
	elif small == 0:
		uint(1, 1)
		uint(to - lo, width)
	elif _fits(d, small):
		uint(1, 2)
		uint(d, small)
	elif _fits(d, medium):
		uint(3, 3)
		uint(d, medium)
	else:
		uint(7, 3)
		uint(to - lo, width)


static func _fits(d: int, width: int) -> bool:
	var half: int = 1 << (width - 1)
	return d >= -half and d < half


## Writes how many elements follow and returns these: at most [param most].
func list(v: Array, most: int, width: int) -> Array:
	var out: Array = v if v.size() <= most else v.slice(0, most)
	uint(out.size(), width)
	return out


## Writes a text's bytes behind their count; what passes [param most] bytes is cut off, whole characters at a time.
func text(v: String, most: int, width: int) -> void:
	var raw: PackedByteArray = v.to_utf8_buffer()
	if raw.size() > most:
		var end: int = most
		while end > 0 and raw[end] & 0xc0 == 0x80:
			end -= 1
		raw.resize(end)
	octets(raw, most, width)


## Writes bytes behind their count; what passes [param most] is cut off.
func octets(v: PackedByteArray, most: int, width: int) -> void:
	var n: int = mini(v.size(), most)
	uint(n, width)
	for i: int in n:
		uint(v[i], 8)


## Writes the id of an entity.
func ref(id: int) -> void:
	varuint(id & 0xffffffff, 8)


## Writes an integer that only counts up as the steps from [param base] forward to it.
func counter_delta(v: int, base: int, lo: int, hi: int) -> void:
	var d: int = clampi(v, lo, hi) - clampi(base, lo, hi)
	flag(d != 0)
	if d < 0:
		d += hi - lo + 1
	if d != 0:
		varuint(d - 1, 4)


## Writes a number as a count of steps.
func fixed(v: float, num: int, den: int, lo: int, hi: int, width: int) -> void:
	uint(RealmwireQuantity.steps(v, num, den, lo, hi) - lo, width)


## Writes a number as a difference of steps from [param base].
func fixed_delta(v: float, base: float, num: int, den: int, lo: int, hi: int, width: int, small: int, medium: int) -> void:
	var from: int = RealmwireQuantity.steps(base, num, den, lo, hi)
	ranged_delta(RealmwireQuantity.steps(v, num, den, lo, hi), from, lo, hi, width, small, medium)


## Writes an angle in radians.
func turn(radians: float, width: int) -> void:
	uint(RealmwireQuantity.turn(radians, width), width)


## Writes an angle as its difference from [param base], the shorter way round.
func turn_delta(radians: float, base: float, width: int, small: int, medium: int) -> void:
	var v: int = RealmwireQuantity.turn(radians, width)
	var half: int = 1 << (width - 1)
	var d: int = posmod(v - RealmwireQuantity.turn(base, width) + half, 2 * half) - half
	if d == 0:
		flag(false)
	elif small == 0:
		uint(1, 1)
		uint(v, width)
	elif _fits(d, small):
		uint(1, 2)
		uint(d, small)
	elif _fits(d, medium):
		uint(3, 3)
		uint(d, medium)
	else:
		uint(7, 3)
		uint(v, width)


## Writes a rotation.
func quat(q: Quaternion, width: int) -> void:
	_packed(RealmwireQuantity.pack(q, width), width)


func _packed(packed: int, width: int) -> void:
	uint(packed, 2)
	for i: int in 3:
		uint(RealmwireQuantity.part_of(packed, i), width)


## Writes a rotation as the differences of its parts from those of [param base], where the same part is left out.
func quat_delta(q: Quaternion, base: Quaternion, width: int, small: int, medium: int) -> void:
	var to: int = RealmwireQuantity.pack(q, width)
	var from: int = RealmwireQuantity.pack(base, width)
	if not changed(to != from):
		return
	if changed(to & 3 != from & 3):
		_packed(to, width)
		return
	for i: int in 3:
		ranged_delta(RealmwireQuantity.part_of(to, i), RealmwireQuantity.part_of(from, i), 0, (1 << width) - 2, width, small, medium)
