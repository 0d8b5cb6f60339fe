class_name RealmwireQuat
extends RefCounted
## Rotations in integers, in 1/262144, x y z w. See docs/wire.md, "Predicted difference".

@warning_ignore_start("integer_division") # they are meant to truncate

const SHIFT: int = 18
const ONE: int = 1 << SHIFT
const _INV_ROOT2: int = 185364
const _MAX_SHARE: int = 32 << 12


## The quaternion of a rotation's fields: the index of the part left out, then the other three, 0 to [param top].
static func smallest(fields: PackedInt64Array, top: int) -> PackedInt64Array:
	var q: PackedInt64Array = [0, 0, 0, 0]
	var sum: int = 0
	var j: int = 1
	var step: int = (_INV_ROOT2 << 14) / top
	for i: int in 4:
		if i == fields[0]:
			continue
		var v: int = ((2 * fields[j] - top) * step) >> 14
		q[i] = v
		sum += v * v
		j += 1
	q[fields[0]] = _root(ONE * ONE - sum)
	return q


static func _root(x: int) -> int:
	x = maxi(x, 1 << 32)
	var r: int = (x >> SHIFT) * 5 / 8 + ONE * 3 / 8
	r = (r + x / r) >> 1
	return (r + x / r) >> 1


## The rotation that takes [param b] to [param a].
static func since(a: PackedInt64Array, b: PackedInt64Array) -> PackedInt64Array:
	return mul(a, [-b[0], -b[1], -b[2], b[3]])


## One rotation after the other.
static func mul(a: PackedInt64Array, b: PackedInt64Array) -> PackedInt64Array:
	var ax: int = a[0]
	var ay: int = a[1]
	var az: int = a[2]
	var aw: int = a[3]
	var bx: int = b[0]
	var by: int = b[1]
	var bz: int = b[2]
	var bw: int = b[3]
	const HALF: int = 1 << (SHIFT - 1)
	return [
		(aw * bx + ax * bw + ay * bz - az * by + HALF) >> SHIFT,
		(aw * by - ax * bz + ay * bw + az * bx + HALF) >> SHIFT,
		(aw * bz + ax * by - ay * bx + az * bw + HALF) >> SHIFT,
		(aw * bw - ax * bx - ay * by - az * bz + HALF) >> SHIFT,
	]


## [param num]/4096 times the angle of [param a], the short way round, about its axis.
static func share(a: PackedInt64Array, num: int) -> PackedInt64Array:
	var sign_: int = -1 if a[3] < 0 else 1
	var x: int = a[0] * sign_
	var y: int = a[1] * sign_
	var z: int = a[2] * sign_
	var s2: int = (x * x + y * y + z * z) >> SHIFT
	var s4: int = (s2 * s2) >> SHIFT
	var k: int = (mini(num, _MAX_SHARE) * (ONE + s2 / 6 + s4 * 3 / 40)) >> 12
	var j: int = k >> 3
	var t2: int = mini((((s2 * j) >> SHIFT) * j) >> 12, 2 * ONE)
	var t4: int = (t2 * t2) >> SHIFT
	k = (k * (ONE - t2 / 6 + t4 / 120)) >> SHIFT
	return [(x * k) >> SHIFT, (y * k) >> SHIFT, (z * k) >> SHIFT, ONE - t2 / 2 + t4 / 24 - ((t4 * t2) >> SHIFT) / 720]


## The part with the greatest magnitude, the first of equals.
static func largest(a: PackedInt64Array) -> int:
	var at: int = 0
	for i: int in [1, 2, 3]:
		if absi(a[i]) > absi(a[at]):
			at = i
	return at


## By how much part [param at], the largest, leads the next.
static func lead(a: PackedInt64Array, at: int) -> int:
	var next: int = 0
	for i: int in 4:
		if i != at:
			next = maxi(next, absi(a[i]))
	return absi(a[at]) - next


## The three parts beside one left out, 0 to [param top].
static func chart(a: PackedInt64Array, left: int, top: int) -> PackedInt64Array:
	var scale: int = -top if a[left] < 0 else top
	var v: PackedInt64Array = [0, 0, 0]
	var j: int = 0
	for i: int in 4:
		if i != left:
			v[j] = clampi((scale * a[i] / _INV_ROOT2 + top + 1) >> 1, 0, top)
			j += 1
	return v
