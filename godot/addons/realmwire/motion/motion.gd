class_name RealmwireMotion
extends RefCounted
## Which of a component's fields are predicted, and how they are read. See docs/wire.md, "Predicted difference".

const _SYMBOLS: int = 32
const _WIDE: int = 30 # the magnitude has 16 bits or more: its width follows
const _OTHER: int = 31 # another part than foreseen is left out
const _LONGEST: int = 14
const _TURNED: int = 1
const _MOVED: int = 2
const _ALTERED: int = 4
const _SPEEDS: int = 26
const _PACES: int = 13
const _MISSES: int = 14
const _PLACE_FIRST: int = 4
const _PLACE_NEXT: int = _PLACE_FIRST + _SPEEDS
const _TURN_FIRST: int = _PLACE_NEXT + _SPEEDS * _MISSES
const _TURN_NEXT: int = _TURN_FIRST + 3 * _MISSES
const _ALONE_FIRST: int = _TURN_NEXT + 2 * _MISSES * _MISSES
const _ALONE_NEXT: int = _ALONE_FIRST + 3 * _MISSES
const _PLANE_FIRST: int = _ALONE_NEXT + 2 * _MISSES * _MISSES
const _PLANE_NEXT: int = _PLANE_FIRST + _SPEEDS
const _WHICH_PLANE: int = _PLANE_NEXT + _PACES * _MISSES

# By code: by the length of a word, the symbols that have such words, by rising words.
static var _codes: Array[Array] = []
# By code: by the next 8 bits, the symbol and, above 5 bits, its word's length; 0: the word is longer.
static var _short: Array[PackedInt32Array] = []
static var _code_of: PackedByteArray

## What [method read] read.
var place: PackedInt64Array
var turn: PackedInt64Array
## Whether plain fields follow.
var altered: bool

var _mins: PackedInt64Array
var _maxs: PackedInt64Array
var _top: int
var _miss: int = 0


## The least and greatest values of a place's parts, and the greatest of a rotation's three; none, and 0, where there is none.
func _init(mins: PackedInt64Array, maxs: PackedInt64Array, top: int) -> void:
	_mins = mins
	_maxs = maxs
	_top = top
	if _codes.is_empty():
		_make_codes()


static func _make_codes() -> void:
	_code_of = RealmwireMotionCodes.CODE_OF.to_ascii_buffer()
	for spelled: String in RealmwireMotionCodes.SPELLINGS:
		var code: Array[PackedByteArray] = []
		code.resize(_LONGEST + 1)
		for symbol: int in _SYMBOLS:
			code[spelled.unicode_at(symbol) - 96].append(symbol)
		_codes.append(code)
		_short.append(_shortcuts(code))


static func _shortcuts(code: Array[PackedByteArray]) -> PackedInt32Array:
	var out: PackedInt32Array = []
	out.resize(256)
	for bits: int in 256:
		var word: int = 0
		for n: int in range(1, 9):
			word = word << 1 | (bits >> (n - 1) & 1)
			if word < code[n].size():
				out[bits] = code[n][word] | n << 5
				break
			word -= code[n].size()
	return out


## Reads the predicted fields, foreseen [param ahead] ticks on from a baseline by a version [param lag] ticks before it. With a
## [param lag] of 0 there is none. The baseline's arrays become the result's.
func read(
	r: RealmwireBitReader, base_place: PackedInt64Array, base_turn: PackedInt64Array,
	prior_place: PackedInt64Array, prior_turn: PackedInt64Array, ahead: int, lag: int
) -> void:
	place = base_place
	turn = base_turn
	var moving: bool = lag > 0 and (base_place != prior_place or base_turn != prior_turn)
	var context: int = 2
	if _top > 0 and not _mins.is_empty():
		context = 0
	elif _mins.size() == 2:
		context = _WHICH_PLANE
	var which: int = _symbol(r, context + int(moving))
	altered = which & _ALTERED != 0
	if which > 7 or (which & _TURNED != 0 and _top == 0) or (which & _MOVED != 0 and _mins.is_empty()):
		r.fail()
		return
	_miss = 0
	if not _mins.is_empty() and which & (_MOVED | _TURNED) != 0:
		_read_place(r, base_place, prior_place, ahead, lag, moving, which & _MOVED != 0)
	if which & _TURNED != 0:
		_read_turn(r, base_turn, prior_turn, ahead, lag, moving)


static func _symbol(r: RealmwireBitReader, context: int) -> int:
	var number: int = _code_of[context] - 48
	var shortcut: int = _short[number][r.peek()]
	if shortcut != 0:
		r.skip(shortcut >> 5)
		return 0 if r.failed else shortcut & 31
	var code: Array[PackedByteArray] = _codes[number]
	var word: int = 0
	for n: int in range(1, _LONGEST + 1):
		word = word << 1 | int(r.flag())
		var those: PackedByteArray = code[n]
		if word < those.size():
			return those[word]
		word -= those.size()
	r.fail()
	return 0


# Reads what follows a residual's symbol.
static func _residual(r: RealmwireBitReader, symbol: int) -> int:
	if symbol == 0:
		return 0
	if symbol == _OTHER:
		r.fail()
		return 0
	var m: int = symbol
	if symbol == _WIDE:
		var n: int = r.uint(6)
		if n < 16 or n > 43:
			r.fail()
			return 0
		m = r.uint(n - 1) | 1 << (n - 1)
		return -m if r.flag() else m
	var negative: bool = r.flag()
	if symbol > 3:
		var rest: int = (symbol >> 1) - 1
		m = (2 + (symbol & 1)) << rest | r.uint(rest)
	return -m if negative else m


# The bits of a magnitude, 13 at most.
static func _octave(x: int) -> int:
	var n: int = 0
	while x > 0 and n < _MISSES - 1:
		x >>= 1
		n += 1
	return n


# Tells speeds apart by half octaves, 24 at most.
static func _speed(x: int) -> int:
	if x < 4:
		return x
	var n: int = 2
	while x >= 4 and n < 14:
		x >>= 1
		n += 1
	return mini(2 * n - 2 + (x & 1), _SPEEDS - 2)


func _read_place(
	r: RealmwireBitReader, base: PackedInt64Array, prior: PackedInt64Array, ahead: int, lag: int, moving: bool, moved: bool
) -> void:
	var parts: int = _mins.size()
	var v: PackedInt64Array = [0, 0, 0]
	var most: int = 0
	if moving:
		for a: int in parts:
			var x: int = base[a] - prior[a]
			@warning_ignore("integer_division")
			var there: int = (absi(x) * ahead + (lag >> 1)) / lag
			v[a] = -there if x < 0 else there
			most = maxi(most, there)
	var speed: int = _speed(most) if moving else _SPEEDS - 1
	var first: int = _PLANE_FIRST if parts == 2 else _PLACE_FIRST
	var next: int = _PLANE_NEXT if parts == 2 else _PLACE_NEXT
	most = 0
	for a: int in parts:
		var guess: int = clampi(base[a] + v[a], _mins[a], _maxs[a])
		var x: int = base[a] - guess
		if moved:
			var context: int = first + speed
			if a > 0:
				context = next + ((a - 1) * _PACES + (speed >> 1)) * _MISSES + _miss
			x = _residual(r, _symbol(r, context))
			place[a] = _within(r, guess + x, _mins[a], _maxs[a])
		most = maxi(most, absi(x))
		_miss = _octave(most)


static func _within(r: RealmwireBitReader, x: int, lo: int, hi: int) -> int:
	if x < lo or x > hi:
		r.fail()
		return lo
	return x


func _read_turn(r: RealmwireBitReader, base: PackedInt64Array, prior: PackedInt64Array, ahead: int, lag: int, moving: bool) -> void:
	var was: PackedInt64Array = RealmwireQuat.smallest(base, _top)
	var q: PackedInt64Array = was
	if moving and base != prior:
		var spin: PackedInt64Array = RealmwireQuat.since(was, RealmwireQuat.smallest(prior, _top))
		@warning_ignore("integer_division")
		q = RealmwireQuat.mul(RealmwireQuat.share(spin, ahead * 4096 / lag), was)
	var left: int = RealmwireQuat.largest(q)
	var lead: int = RealmwireQuat.lead(q, left)
	var margin: int = 0 if lead < 1 << 13 else 1 if lead < 1 << 15 else 2
	var first: int = _TURN_FIRST + margin * _MISSES + _miss
	var next: int = _TURN_NEXT + _miss * _MISSES
	if _mins.is_empty():
		var speed: int = _alone(was, q, left) if moving else 0
		first = _ALONE_FIRST + margin * _MISSES + speed
		next = _ALONE_NEXT + speed * _MISSES
	var symbol: int = _symbol(r, first)
	if symbol == _OTHER:
		left = r.uint(2)
		symbol = _symbol(r, first)
	turn[0] = left
	var guess: PackedInt64Array = RealmwireQuat.chart(q, left, _top)
	var most: int = 0
	for a: int in 3:
		if a > 0:
			symbol = _symbol(r, next + (a - 1) * _MISSES * _MISSES + _octave(most))
		var x: int = _residual(r, symbol)
		turn[1 + a] = _within(r, guess[a] + x, 0, _top)
		most = maxi(most, absi(x))


# How fast a rotation without a place goes.
func _alone(was: PackedInt64Array, q: PackedInt64Array, left: int) -> int:
	var here: PackedInt64Array = RealmwireQuat.chart(was, left, _top)
	var there: PackedInt64Array = RealmwireQuat.chart(q, left, _top)
	var most: int = 0
	for i: int in 3:
		most = maxi(most, absi(there[i] - here[i]))
	return mini(_octave(most) + 1, _MISSES - 1)
