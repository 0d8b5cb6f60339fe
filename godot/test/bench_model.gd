extends SceneTree
## Measures the innermost part of the best tier's codec (protocol/best), so as to tell what all of it would cost GDScript:
## the experts' opinions of each value, the search by them, and the arithmetic decoder. What the models see is recorded by
## model_bench_test.go from real runs; the features themselves are not computed here. Not part of the addon.

const PATH: String = "res://test/model_bench.json"
const EXPERTS: int = 6
const OUTPUTS: int = 12
const ONE: int = 65536

var exp_table: PackedInt64Array
var sigma_table: PackedInt64Array
var models: Dictionary[String, Model] = {}
var switches: Dictionary[String, PackedInt64Array] = {}

# The experts' opinions of one value.
var _mean: PackedInt64Array
var _scale: PackedInt64Array
var _shift: PackedInt64Array
var _say: PackedInt64Array
var _shared: PackedInt64Array
var _acc: PackedInt64Array
var _total: int
var _center: int
var _step: int

# The decoder.
var _buf: PackedByteArray
var _pos: int
var _code: int
var _width: int


class Model:
	var mean: PackedInt64Array
	var size: PackedInt64Array


class Decision:
	var weights: PackedInt64Array
	var f: PackedInt64Array


class Value:
	var model: Model
	var x: int
	var first: bool # its shared sizes are new
	var means: PackedInt64Array
	var shared: PackedInt64Array
	var own: PackedInt64Array


func _init() -> void:
	var all: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(PATH))
	_unpack(Marshalls.base64_to_raw(all["weights"]))
	_mean.resize(EXPERTS)
	_scale.resize(EXPERTS)
	_shift.resize(EXPERTS)
	_say.resize(EXPERTS)
	_buf.resize(4096)
	for i: int in _buf.size():
		_buf[i] = (i * 2654435761) >> 13 & 255
	for c: Dictionary in all["crowds"]:
		_crowd(c)
	quit()


func _crowd(c: Dictionary) -> void:
	var values: Array[Value] = []
	for v: Dictionary in c["values"]:
		var value: Value = Value.new()
		value.model = models[v["model"]]
		value.x = int(v["x"])
		value.first = v["first"]
		value.means = PackedInt64Array(v["means"] as Array)
		value.shared = PackedInt64Array(v["shared"] as Array)
		value.own = PackedInt64Array(v["own"] as Array)
		values.append(value)
	var decisions: Array[Decision] = []
	for d: Dictionary in c["decisions"]:
		var decision: Decision = Decision.new()
		decision.weights = switches[d["model"]]
		decision.f = PackedInt64Array(d["f"] as Array)
		decisions.append(decision)
	var contexts: int = int(c["contexts"])
	var best: float = INF
	for round_number: int in 5:
		var began: int = Time.get_ticks_usec()
		_reset()
		for d: Decision in decisions:
			_bit(_switch_odds(d.weights, d.f))
		for i: int in contexts:
			_bit(60000)
		for v: Value in values:
			if v.first:
				_share(v.model, v.shared)
			_form(v.model, v.means, v.shared.size(), v.own)
			_value(v.x, -(1 << 17), 1 << 17)
		best = minf(best, float(Time.get_ticks_usec() - began) / int(c["snapshots"]))
	var n: float = float(c["snapshots"])
	print("BENCH model, %s: %.0f µs a snapshot, features not counted (%.1f values, %.1f other decisions)" % [
		c["name"], best, values.size() / n, (decisions.size() + contexts) / n])


func _share(m: Model, f: PackedInt64Array) -> void:
	_shared = PackedInt64Array()
	_shared.resize(OUTPUTS)
	_weigh(_shared, m.size, 0, f)
	_shared = _acc


func _weigh(acc: PackedInt64Array, size: PackedInt64Array, from: int, f: PackedInt64Array) -> void:
	var a0: int = acc[0]
	var a1: int = acc[1]
	var a2: int = acc[2]
	var a3: int = acc[3]
	var a4: int = acc[4]
	var a5: int = acc[5]
	var a6: int = acc[6]
	var a7: int = acc[7]
	var a8: int = acc[8]
	var a9: int = acc[9]
	var a10: int = acc[10]
	var a11: int = acc[11]
	var w: int = from * OUTPUTS
	for x: int in f:
		if x != 0:
			a0 += size[w] * x
			a1 += size[w + 1] * x
			a2 += size[w + 2] * x
			a3 += size[w + 3] * x
			a4 += size[w + 4] * x
			a5 += size[w + 5] * x
			a6 += size[w + 6] * x
			a7 += size[w + 7] * x
			a8 += size[w + 8] * x
			a9 += size[w + 9] * x
			a10 += size[w + 10] * x
			a11 += size[w + 11] * x
		w += OUTPUTS
	_acc = PackedInt64Array([a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11])


func _form(m: Model, means: PackedInt64Array, common: int, own: PackedInt64Array) -> void:
	_weigh(_shared, m.size, common, own)
	var m0: int = 0
	var m1: int = 0
	var m2: int = 0
	var m3: int = 0
	var m4: int = 0
	var m5: int = 0
	var w: int = 0
	var by: PackedInt64Array = m.mean
	for x: int in means:
		if x != 0:
			m0 += by[w] * x
			m1 += by[w + 1] * x
			m2 += by[w + 2] * x
			m3 += by[w + 3] * x
			m4 += by[w + 4] * x
			m5 += by[w + 5] * x
		w += EXPERTS
	_mean[0] = m0 >> 12
	_mean[1] = m1 >> 12
	_mean[2] = m2 >> 12
	_mean[3] = m3 >> 12
	_mean[4] = m4 >> 12
	_mean[5] = m5 >> 12
	var best: int = 0
	for k: int in range(1, EXPERTS):
		if _acc[EXPERTS + k] > _acc[EXPERTS + best]:
			best = k
	var top: int = _acc[EXPERTS + best]
	_total = 0
	for k: int in EXPERTS:
		var spread: int = clampi(_acc[k] >> 12, -768, 5120)
		_scale[k] = exp_table[spread & 255]
		_shift[k] = (spread >> 8) + 17
		var less: int = mini(3584, (top - _acc[EXPERTS + k]) >> 12)
		var say: int = exp_table[less & 255] >> (less >> 8) >> 3
		_say[k] = say
		_total += say
	_center = _mean[best]
	_step = clampi(_acc[best] >> 12, 0, 5120) >> 8


func _below(t: int) -> int:
	var at: int = t * 256 - 128
	var sum: int = 0
	for k: int in EXPERTS:
		var u: int = clampi(at - _mean[k], -1073741824, 1073741824) * _scale[k] >> _shift[k]
		if u >= 0:
			sum += _say[k] * sigma_table[mini(u, 1023)]
		else:
			sum += _say[k] * (ONE - sigma_table[mini(-u, 1023)])
	return sum


func _odds(part: int, whole: int) -> int:
	@warning_ignore("integer_division")
	return clampi(((part + 64) << 16) / (whole + 128), 16, ONE - 16)


## Goes the way to x; what the decoder reads is of no account here.
func _value(x: int, lo: int, hi: int) -> int:
	var under: int = 0
	var over: int = _total << 16
	var t: int = clampi((_center + 128) >> 8, lo, hi - 1)
	var step: int = 1 << _step
	var at: int = _below(t)
	_bit(_odds(over - at, over))
	var up: bool = x >= t
	if up:
		lo = t
		under = at
	else:
		hi = t
		over = at
	while true:
		t = lo + step if up else hi - step
		if t <= lo or t >= hi:
			break
		at = _below(t)
		_bit(_odds(over - at, over - under))
		var above: bool = x >= t
		if above:
			lo = t
			under = at
		else:
			hi = t
			over = at
		if above != up:
			break
		step *= 2
	while hi - lo > 1:
		t = (lo + hi) >> 1
		at = _below(t)
		_bit(_odds(over - at, over - under))
		if x >= t:
			lo = t
			under = at
		else:
			hi = t
			over = at
	return lo


func _switch_odds(weights: PackedInt64Array, f: PackedInt64Array) -> int:
	var sum: int = 0
	for i: int in f.size():
		sum += weights[i] * f[i]
	for i: int in 4: # buckets, as most have
		sum += weights[mini(f.size() + i, weights.size() - 1)] << 8
	var u: int = sum >> 14
	if u >= 0:
		return mini(ONE - 16, sigma_table[mini(u, 1023)])
	return maxi(16, ONE - sigma_table[mini(-u, 1023)])


func _reset() -> void:
	_pos = 0
	_code = 0x12345678
	_width = 0xffffffff


func _bit(p: int) -> int:
	var limit: int = (_width >> 16) * p
	var bit: int = 0
	if _code < limit:
		_width = limit
		bit = 1
	else:
		_code -= limit
		_width -= limit
	while _width < 0x1000000:
		_width <<= 8
		_code = (_code << 8 | _buf[_pos & 4095]) & 0xffffffff
		_pos += 1
	if _code >= _width: # these are not an encoder's bytes
		_code = _width - 1
	return bit


func _unpack(bytes: PackedByteArray) -> void:
	var all: PackedInt64Array = PackedInt64Array()
	var v: int = 0
	var shift: int = 0
	for b: int in bytes:
		v |= (b & 127) << shift
		shift += 7
		if b < 128:
			all.append(-((v + 1) >> 1) if v & 1 else v >> 1)
			v = 0
			shift = 0
	var at: int = 256 # logTable is before them, which only features need
	exp_table = _sums(all.slice(at, at + 256))
	sigma_table = _sums(all.slice(at + 256, at + 1280))
	at += 1280
	for name: String in ["Motion", "MotionAlone", "Start", "StartAlone", "StartTurn", "Turn"]:
		var m: Model = Model.new()
		m.mean = all.slice(at + 1, at + 1 + all[at])
		at += 1 + all[at]
		m.size = all.slice(at + 1, at + 1 + all[at])
		at += 1 + all[at]
		models[name] = m
	for name: String in ["Goes", "Largest", "Turns", "Wakes"]:
		switches[name] = all.slice(at + 1, at + 1 + all[at])
		at += 1 + all[at]


static func _sums(differences: PackedInt64Array) -> PackedInt64Array:
	var out: PackedInt64Array = PackedInt64Array()
	var last: int = 0
	for d: int in differences:
		last += d
		out.append(last)
	return out
