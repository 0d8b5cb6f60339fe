class_name RealmwireBitReader
extends RefCounted
## Takes values from a packed stream. See docs/wire.md, "Bits".
##
## It never reads past the end: the first read that would, or the first value that its type forbids, sets [member failed];
## from then on every read gives zero. Look at [method close] once, at the end.

## Room behind the stream, so that whole words can be read at its end.
const PADDING: int = 16
## Bits that one word read gives whatever the position within its first byte.
const WORD_BITS: int = 56

## Whether a read went wrong.
var failed: bool = false

var _buf: PackedByteArray
var _pos: int = 0 # in bits
var _end: int = 0 # in bits


## Reads [param bytes] from [param from] (in bytes) on.
func _init(bytes: PackedByteArray = PackedByteArray(), from: int = 0) -> void:
	reset(bytes, from)


## Begins anew with other bytes.
func reset(bytes: PackedByteArray, from: int = 0) -> void:
	_end = bytes.size() * 8
	_pos = from * 8
	failed = _pos > _end
	_buf = bytes.duplicate() # arrays are passed by reference
	_buf.resize(bytes.size() + PADDING)


## Marks the stream as malformed.
func fail() -> void:
	failed = true
	_pos = _end


## The number of bits not yet read.
func remaining() -> int:
	return _end - _pos


## Whether the whole stream was read well: no failure, less than a byte left, and that zero.
func close() -> bool:
	var left: int = _end - _pos
	return not failed and left < 8 and uint(left) == 0


## Reads [param width] bits, 0 to 64. Of 64, the sign is the highest bit.
func uint(width: int) -> int:
	if width > WORD_BITS:
		var low: int = uint(32)
		return low | uint(width - 32) << 32
	var pos: int = _pos
	if pos + width > _end:
		fail()
		return 0
	_pos = pos + width
	return (_buf.decode_u64(pos >> 3) >> (pos & 7)) & ((1 << width) - 1)


## The next 8 bits, which stay unread; beyond the end they are zero.
func peek() -> int:
	return (_buf.decode_u64(_pos >> 3) >> (_pos & 7)) & 0xff


## Passes over bits.
func skip(bits: int) -> void:
	_pos += bits
	if _pos > _end:
		fail()


## Reads one bit.
func flag() -> bool:
	var pos: int = _pos
	if pos >= _end:
		fail()
		return false
	_pos = pos + 1
	return (_buf[pos >> 3] >> (pos & 7)) & 1 == 1


## Reads an integer of [param lo] to [param hi] that takes [param width] bits. A value above [param hi] fails.
func ranged(lo: int, hi: int, width: int) -> int:
	var v: int = uint(width) + lo
	if v > hi:
		fail()
		return lo
	return v


## Reads what [method RealmwireBitWriter.varuint] wrote. Each value has one form; others fail.
func varuint(group: int) -> int:
	var v: int = 0
	var shift: int = 0
	while shift < 64:
		var g: int = uint(group)
		v |= g << shift
		if not flag():
			if g == 0 and shift > 0 or (shift + group > 64 and g >= 1 << (64 - shift)):
				fail()
				return 0
			return v
		shift += group
	fail()
	return 0


## Reads what [method RealmwireBitWriter.ranged_delta] wrote against the same [param base].
##
## Nearly all of a snapshot goes through here: where the whole form surely lies within the stream it is taken from one word.
func ranged_delta(base: int, lo: int, hi: int, width: int, small: int, medium: int) -> int:
	var pos: int = _pos
	if width > WORD_BITS - 3 or pos + 3 + width > _end:
		return _ranged_delta_at_end(base, lo, hi, width, small, medium)
	var word: int = _buf.decode_u64(pos >> 3) >> (pos & 7)
	if word & 1 == 0:
		_pos = pos + 1
		return clampi(base, lo, hi)
	var v: int = 0
	if small == 0:
		_pos = pos + 1 + width
		v = lo + ((word >> 1) & ((1 << width) - 1))
	elif word & 6 == 6:
		_pos = pos + 3 + width
		v = lo + ((word >> 3) & ((1 << width) - 1))
	else:
		var size: int = small
		var from: int = 2
		if word & 2:
			size = medium
			from = 3
		_pos = pos + from + size
		v = (word >> from) & ((1 << size) - 1)
		if v >= 1 << (size - 1):
			v -= 1 << size
		v += clampi(base, lo, hi)
	if v < lo or v > hi:
		fail()
		return lo
	return v


func _ranged_delta_at_end(base: int, lo: int, hi: int, width: int, small: int, medium: int) -> int:
	var from: int = clampi(base, lo, hi)
	if not flag():
		return from
	if small == 0:
		return ranged(lo, hi, width)
	var size: int = 0
	if not flag():
		size = small
	elif not flag():
		size = medium
	else:
		return ranged(lo, hi, width)
	var d: int = uint(size)
	if d >= 1 << (size - 1):
		d -= 1 << size
	var v: int = from + d
	if v < lo or v > hi:
		fail()
		return lo
	return v


## Reads a count of at most [param most], which takes [param width] bits.
func count(most: int, width: int) -> int:
	var n: int = uint(width)
	if n > most:
		fail()
		return 0
	return n


## Reads a text of at most [param most] bytes. Bytes that are not UTF-8 fail.
func text(most: int, width: int) -> String:
	var bytes: PackedByteArray = octets(most, width)
	if not RealmwireUtf8.valid(bytes):
		fail()
		return ""
	# The engine drops a byte order mark at the start, which is text like any other here: so it may not stand there.
	if bytes.size() >= 3 and bytes[0] == 0xef and bytes[1] == 0xbb and bytes[2] == 0xbf:
		return ("-".to_utf8_buffer() + bytes).get_string_from_utf8().substr(1)
	return bytes.get_string_from_utf8()


## Reads at most [param most] bytes behind their count, which takes [param width] bits.
func octets(most: int, width: int) -> PackedByteArray:
	var out: PackedByteArray = PackedByteArray()
	var n: int = uint(width)
	# Checked against what is left before anything is made for it.
	if n > most or n * 8 > _end - _pos:
		fail()
		return out
	if _pos & 7 == 0:
		out = _buf.slice(_pos >> 3, (_pos >> 3) + n)
		_pos += n * 8
		return out
	out.resize(n + 8)
	var at: int = 0
	while at < n:
		var take: int = mini(7, n - at)
		out.encode_u64(at, uint(take * 8))
		at += take
	out.resize(n)
	return out


## Reads the id of an entity.
func ref() -> int:
	var id: int = varuint(8)
	if id >> 32 != 0:
		fail()
		return 0
	return id


## Reads what [method RealmwireBitWriter.counter_delta] wrote against the same [param base].
func counter_delta(base: int, lo: int, hi: int) -> int:
	var from: int = clampi(base, lo, hi)
	if not flag():
		return from
	var d: int = varuint(4)
	if d < 0 or d >= hi - lo:
		fail()
		return lo
	var room: int = hi - from
	return lo + d - room if d >= room else from + d + 1


## Reads a number that is a count of steps.
func fixed(num: int, den: int, lo: int, hi: int, width: int) -> float:
	return RealmwireQuantity.from_steps(ranged(lo, hi, width), num, den)


## Reads what [method RealmwireBitWriter.fixed_delta] wrote against the same [param base].
func fixed_delta(base: float, num: int, den: int, lo: int, hi: int, width: int, small: int, medium: int) -> float:
	var from: int = RealmwireQuantity.steps(base, num, den, lo, hi)
	return RealmwireQuantity.from_steps(ranged_delta(from, lo, hi, width, small, medium), num, den)


## Reads an angle in radians, from -π to below π.
func turn(width: int) -> float:
	return RealmwireQuantity.from_turn(uint(width), width)


## Reads what [method RealmwireBitWriter.turn_delta] wrote against the same [param base].
func turn_delta(base: float, width: int, small: int, medium: int) -> float:
	var v: int = RealmwireQuantity.turn(base, width)
	if not flag():
		return RealmwireQuantity.from_turn(v, width)
	if small == 0:
		v = uint(width)
	elif not flag():
		v += _signed(small)
	elif not flag():
		v += _signed(medium)
	else:
		v = uint(width)
	return RealmwireQuantity.from_turn(v & ((1 << width) - 1), width)


func _signed(width: int) -> int:
	var v: int = uint(width)
	return v - (1 << width) if v >= 1 << (width - 1) else v


## Reads a rotation.
func quat(width: int) -> Quaternion:
	var largest: int = uint(2)
	var top: int = (1 << width) - 2
	var a: int = ranged(0, top, width)
	var b: int = ranged(0, top, width)
	return RealmwireQuantity.unpack(RealmwireQuantity.join(largest, a, b, ranged(0, top, width)), width)


## Reads what [method RealmwireBitWriter.quat_delta] wrote against the same [param base].
func quat_delta(base: Quaternion, width: int, small: int, medium: int) -> Quaternion:
	var from: int = RealmwireQuantity.pack(base, width)
	if not flag():
		return RealmwireQuantity.unpack(from, width)
	if flag():
		return quat(width)
	var parts: PackedInt64Array = []
	for i: int in 3:
		parts.append(ranged_delta(RealmwireQuantity.part_of(from, i), 0, (1 << width) - 2, width, small, medium))
	return RealmwireQuantity.unpack(RealmwireQuantity.join(from & 3, parts[0], parts[1], parts[2]), width)
