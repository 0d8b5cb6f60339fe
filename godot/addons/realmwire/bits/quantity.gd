class_name RealmwireQuantity
extends RefCounted
## What becomes of floats, angles and rotations on the wire: integers, the same in every language. See docs/wire.md, "Steps",
## "Angles" and "Rotations".

# How many steps below the largest part another may be and still change places with it on the way through floats.
const _NEARLY_LARGEST: int = 4
# Where a packed rotation holds its parts: the index of the largest is in the two lowest bits.
const _PART_BITS: int = 16


## A number as a whole number of steps of [param num]/[param den], limited to [param lo] to [param hi]: the nearest, of two that
## are equally near the one above. NaN is [param lo].
static func steps(v: float, num: int, den: int, lo: int, hi: int) -> int:
	var x: float = v * den / num
	if not (x > lo):
		return lo
	return hi if x >= hi else floori(x + 0.5)


## The number that [param n] steps stand for.
static func from_steps(n: int, num: int, den: int) -> float:
	return float(n * num) / den


## Whether two vectors are the same number of steps along both axes.
static func same2(one: Vector2, other: Vector2, num: int, den: int, lo: int, hi: int) -> bool:
	return (
		steps(one.x, num, den, lo, hi) == steps(other.x, num, den, lo, hi)
		and steps(one.y, num, den, lo, hi) == steps(other.y, num, den, lo, hi)
	)


## Whether two vectors are the same number of steps along all three axes.
static func same3(one: Vector3, other: Vector3, num: int, den: int, lo: int, hi: int) -> bool:
	return (
		steps(one.x, num, den, lo, hi) == steps(other.x, num, den, lo, hi)
		and steps(one.y, num, den, lo, hi) == steps(other.y, num, den, lo, hi)
		and steps(one.z, num, den, lo, hi) == steps(other.z, num, den, lo, hi)
	)


## An angle in radians as a share of a full turn in 2^[param width], from 0 on.
static func turn(radians: float, width: int) -> int:
	var t: float = radians / TAU
	t -= floorf(t)
	if not (t >= 0.0 and t <= 1.0):
		return 0
	return floori(t * (1 << width) + 0.5) & ((1 << width) - 1)


## The angle in radians, from -π to below π, that [param n] of 2^[param width] stand for.
static func from_turn(n: int, width: int) -> float:
	return (n - (1 << width) if n >= 1 << (width - 1) else n) * TAU / (1 << width)


## A rotation in parts of [param width] bits, as one integer. Packing what [method unpack] gives comes to the same.
static func pack(q: Quaternion, width: int) -> int:
	var packed: int = _pack_once(q, width)
	for _round: int in 4:
		if packed >= 0: # sure
			return packed
		var again: int = _pack_once(unpack(~packed, width), width)
		if again == packed:
			break
		packed = again
	return packed if packed >= 0 else ~packed


# One round. Where another part is nearly as large as the largest, the result's bits are inverted, which makes it negative.
static func _pack_once(q: Quaternion, width: int) -> int:
	var half: int = (1 << (width - 1)) - 1
	var scale: float = half * sqrt(2.0)
	# As doubles: the quaternion's own arithmetic is of single precision.
	var c: PackedFloat64Array = [q.x, q.y, q.z, q.w]
	var length: float = sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2] + c[3] * c[3])
	if not (length > 0.0) or is_inf(length):
		return join(3, half, half, half)
	var n: PackedInt64Array = [0, 0, 0, 0]
	var largest: int = 0
	for i: int in 4:
		n[i] = floori(absf(c[i]) / length * scale + 0.5)
		if n[i] > n[largest]:
			largest = i
	var packed: int = largest
	var at: int = 2
	var sure: bool = true
	for i: int in 4:
		if i == largest:
			continue
		sure = sure and n[i] + _NEARLY_LARGEST < n[largest]
		var part: int = mini(n[i], half)
		packed |= (half - part if (c[i] < 0.0) != (c[largest] < 0.0) else half + part) << at
		at += _PART_BITS
	return packed if sure else ~packed


## The unit quaternion of a packed rotation, its largest part not below zero.
static func unpack(packed: int, width: int) -> Quaternion:
	var half: int = (1 << (width - 1)) - 1
	var scale: float = half * sqrt(2.0)
	var c: PackedFloat64Array = []
	var rest: float = 1.0
	for i: int in 3:
		var v: float = (part_of(packed, i) - half) / scale
		rest -= v * v
		c.append(v)
	c.insert(packed & 3, sqrt(maxf(rest, 0.0)))
	return Quaternion(c[0], c[1], c[2], c[3])


## Packs a rotation from its parts.
static func join(largest: int, a: int, b: int, c: int) -> int:
	return largest | a << 2 | b << (2 + _PART_BITS) | c << (2 + 2 * _PART_BITS)


## The [param i]th part of a packed rotation.
static func part_of(packed: int, i: int) -> int:
	return (packed >> (2 + i * _PART_BITS)) & ((1 << _PART_BITS) - 1)


## A rotation's smallest three as integers: which part is left out, and the others.
static func integers(q: Quaternion, width: int) -> PackedInt64Array:
	var packed: int = pack(q, width)
	return [packed & 3, part_of(packed, 0), part_of(packed, 1), part_of(packed, 2)]


## What [method integers] was given, as a client holds it.
static func of_integers(n: PackedInt64Array, width: int) -> Quaternion:
	return unpack(join(n[0], n[1], n[2], n[3]), width)
