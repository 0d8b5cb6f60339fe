class_name TestValues
extends TestCase
## Holds generated classes to values and differences that Go wrote: see protocol/internal/values.


## Reads every case with the class of its name in [param schema], and compares what that writes with the bytes that were read.
func check_cases(schema: GDScript, cases: Array) -> void:
	var classes: Dictionary = schema.get_script_constant_map()
	for i: int in cases.size():
		var c: Dictionary = cases[i]
		var what: String = "case %d, %s%s" % [i, c["type"], " of the owner" if c["owner"] else ""]
		if not _check_case(classes[c["type"]] as GDScript, c, what):
			return
		if i % 10 == 0:
			_check_prefixes(classes[c["type"]] as GDScript, c, what)


func _check_case(script: GDScript, c: Dictionary, what: String) -> bool:
	var owner: bool = c["owner"]
	var value: RefCounted = _read(script, c["whole"], owner, what)
	var base: RefCounted = _read(script, c["base"], owner, what)
	var ok: bool = same(_written(value, owner), c["whole"], what + ", whole")
	if c.has("value"):
		alike(value, c["value"], what)
	if not (c["delta"] as String).is_empty():
		var w: RealmwireBitWriter = RealmwireBitWriter.new()
		if not _predicted(value):
			_call(value, "write_delta", [w, base, owner])
			ok = same(w.bytes().hex_encode(), c["delta"], what + ", difference") and ok
		var r: RealmwireBitReader = RealmwireBitReader.new((c["delta"] as String).hex_decode())
		var next: RefCounted = script.new()
		_call(next, "read_delta", [r, base, owner])
		ok = check(r.close(), what + ": its difference is refused") and ok
		ok = same(_written(next, owner), c["whole"], what + ", from its difference") and ok
		ok = same(_written(base, owner), c["base"], what + ": its base was changed") and ok
	return ok


# What is predicted only servers write.
func _predicted(value: RefCounted) -> bool:
	return value is RealmwireEntity and (value as RealmwireEntity).predicted() or not value.has_method("write_delta")


# Every truncated prefix must be refused.
func _check_prefixes(script: GDScript, c: Dictionary, what: String) -> void:
	var bytes: PackedByteArray = (c["whole"] as String).hex_decode()
	for n: int in bytes.size():
		var r: RealmwireBitReader = RealmwireBitReader.new(bytes.slice(0, n))
		_call(script.new() as RefCounted, "read", [r, c["owner"]])
		check(not r.close(), "%s: %d bytes were taken for all" % [what, n])


func _read(script: GDScript, hex: String, owner: bool, what: String) -> RefCounted:
	var r: RealmwireBitReader = RealmwireBitReader.new(hex.hex_decode())
	var value: RefCounted = script.new()
	_call(value, "read", [r, owner])
	check(r.close(), "%s: %s is refused" % [what, hex])
	return value


func _written(value: RefCounted, owner: bool) -> String:
	var w: RealmwireBitWriter = RealmwireBitWriter.new()
	_call(value, "write", [w, owner])
	return w.bytes().hex_encode()


# Some classes have no use for the last argument, and so no such parameter.
func _call(value: RefCounted, method: StringName, args: Array) -> void:
	value.callv(method, args.slice(0, value.get_method_argument_count(method)))


## Compares a value with Go's spelling of it. Vectors and rotations are of single precision in both.
func alike(got: Variant, want: Variant, what: String) -> void:
	if got is Object:
		_alike_object(got as Object, want as Dictionary, what)
	elif got is Vector2 or got is Vector3 or got is Quaternion:
		for axis: String in want:
			alike(got[axis], want[axis], what + "." + axis)
	elif got is Array:
		var list: Array = got
		if same(list.size(), (want as Array).size(), what):
			for i: int in list.size():
				alike(list[i], want[i], "%s[%d]" % [what, i])
	elif got is PackedByteArray:
		same((got as PackedByteArray).hex_encode(), want, what)
	elif got is float:
		same(PackedFloat32Array([got]), PackedFloat32Array([want]), what)
	elif got is int:
		same(got, int(want), what)
	else:
		same(got, want, what)


func _alike_object(got: Object, want: Dictionary, what: String) -> void:
	for key: String in want:
		var name: String = key.to_snake_case()
		if not name in got: # Godot has taken it
			name += "_"
		var has: Variant = got.get("has_" + name)
		if has is bool:
			same(has, want[key] != null, what + ".has_" + name)
		if want[key] != null:
			alike(got.get(name), want[key], what + "." + key)
