extends TestCase
## protocol/snapshot/testdata/golden.json is written by the Go code; here it is decoded and encoded again.

var golden: Dictionary = read_json("protocol/snapshot/testdata/golden.json")
var classes: Dictionary[String, GDScript] = {
	"Join": MessageSchema.Join, "Welcome": MessageSchema.Welcome, "Goodbye": MessageSchema.Goodbye,
	"Transfer": MessageSchema.Transfer, "Say": MessageSchema.Say, "Heard": MessageSchema.Heard,
	"Population": MessageSchema.Population, "Resume": MessageSchema.Resume, "Offer": DemoSchema.Offer,
}


func test_schema_hash() -> void:
	same(DemoSchema.HASH_HEX, golden["schema"], "hash")


func test_messages() -> void:
	for c: Dictionary in golden["messages"]:
		var bytes: PackedByteArray = (c["bytes"] as String).hex_decode()
		var m: RealmwireMessage = classes[c["name"]].new()
		if check(m.decode(bytes), "%s is refused" % c["name"]):
			alike(m, c["value"], c["name"])
			same(m.encode().hex_encode(), c["bytes"], c["name"])


func test_refusals() -> void:
	for c: Dictionary in golden["refused"]:
		var m: RealmwireMessage = classes[c["name"]].new()
		check(not m.decode((c["bytes"] as String).hex_decode()), "%s accepted: %s (%s)" % [c["name"], c["why"], c["bytes"]])


func test_inputs() -> void:
	for c: Dictionary in golden["inputs"]:
		var p: RealmwireInputPacket = RealmwireInputPacket.new()
		if not check(p.decode((c["bytes"] as String).hex_decode(), DemoSchema.schema()), "inputs refused"):
			continue
		var header: Dictionary = (c["header"] as Dictionary).duplicate()
		header["view"] = float(header["view"]["tick"]) + float(header["view"]["fraction"]) / 32.0
		alike(p, header, "header")
		same(p.inputs.size(), (c["inputs"] as Array).size(), "inputs")
		for i: int in p.inputs.size():
			alike(p.inputs[i], c["inputs"][i], "input %d" % i)
		same(p.encode(RealmwireBitWriter.new()).hex_encode(), c["bytes"], "inputs again")


# What a packet cannot say of a view is said as the nearest that it can.
func test_views() -> void:
	var last: float = (1 << 32) - 1
	for c: Array in [
		[1000, 0.0, 0.0], [1000, 990.25, 990.25], [1000, 990.01, 990.0], [1000, 1000.0, 1000.0], [1000, 1003.5, 1000.0],
		[1000, 872.0 + 1.0 / 32.0, 872.0 + 1.0 / 32.0], [1000, 872.0, 872.0 + 1.0 / 32.0], [1000, 1.0, 872.0 + 1.0 / 32.0],
		[int(last), last - 1.0 / 32.0, last - 1.0 / 32.0],
	]:
		var p: RealmwireInputPacket = RealmwireInputPacket.new()
		p.ack_tick = 1
		p.newest = c[0]
		p.view = c[1]
		p.inputs = [DemoSchema.schema().new_input()]
		var back: RealmwireInputPacket = RealmwireInputPacket.new()
		check(back.decode(p.encode(RealmwireBitWriter.new()), DemoSchema.schema()), "view %s is refused" % c[1])
		same(back.view, c[2], "a view of %s for tick %d" % [c[1], c[0]])


func test_snapshots() -> void:
	var replica: RealmwireReplica = RealmwireReplica.new(DemoSchema.schema())
	var seen: PackedInt64Array
	for c: Dictionary in golden["snapshots"]:
		var bytes: PackedByteArray = (c["bytes"] as String).hex_decode()
		var what: String = "snapshot %d" % c["header"]["tick"]
		if not same(replica.apply(bytes), RealmwireReplica.Result.APPLIED, what):
			return
		alike(replica.header, c["header"], what)
		_header_again(bytes, what)
		same(replica.tick, int(c["ackTick"]), what)
		# The file leaves out some snapshots at rest that its writer applied; only those in it are acknowledged here.
		var listed: int = 0
		for t: int in seen:
			if replica.tick - t <= 32:
				listed |= 1 << (replica.tick - 1 - t)
		seen.append(replica.tick)
		same(replica.older, int(c["ackOlder"]) & listed, what)
		same(replica.apply(bytes), RealmwireReplica.Result.STALE, what)
		_compare(replica, c["entities"] as Array, what)
	same(replica.desyncs, 0, "desyncs")
	check(replica.checked > 50, "checksums were compared")


# What no encoder writes of itself, and what is refused: each for its reason, and after it nothing has changed.
func test_cases() -> void:
	var results: Dictionary[String, RealmwireReplica.Result] = {
		"": RealmwireReplica.Result.APPLIED, "stale": RealmwireReplica.Result.STALE, "malformed": RealmwireReplica.Result.MALFORMED,
		"baseline": RealmwireReplica.Result.BASELINE, "checksum": RealmwireReplica.Result.CHECKSUM,
	}
	for c: Dictionary in golden["cases"]:
		var replica: RealmwireReplica = RealmwireReplica.new(DemoSchema.schema())
		for step: Dictionary in c["steps"]:
			var what: String = "%s: %s" % [c["name"], step["what"]]
			same(replica.apply((step["bytes"] as String).hex_decode()), results[step["refused"]], what)
			same([replica.tick, replica.older], [int(step["ackTick"]), int(step["ackOlder"])], what)
			_compare(replica, step["entities"] as Array, what)


func test_refused_inputs() -> void:
	for c: Dictionary in golden["refusedInputs"]:
		var p: RealmwireInputPacket = RealmwireInputPacket.new()
		check(not p.decode((c["bytes"] as String).hex_decode(), DemoSchema.schema()), "inputs accepted: %s (%s)" % [c["why"], c["bytes"]])


func _compare(replica: RealmwireReplica, wanted: Array, what: String) -> void:
	var entities: Array[RealmwireReplicated] = replica.all()
	same(entities.size(), wanted.size(), what + ": entities")
	same(replica.size(), entities.size(), what + ": size")
	for i: int in mini(entities.size(), wanted.size()):
		var want: Dictionary = wanted[i]
		var e: RealmwireReplicated = entities[i]
		same([e.id, e.own, e.tick, e.state.kind_name()], [int(want["id"]), want["own"], int(want["tick"]), want["kind"]], what)
		alike(e.state, want["state"], "%s entity %d" % [what, e.id])
		_state_again(e, what)


# Refused snapshots must change nothing: after each valid one, all its truncations and some flipped bits.
func test_damaged_snapshots() -> void:
	var replica: RealmwireReplica = RealmwireReplica.new(DemoSchema.schema())
	for c: Dictionary in (golden["snapshots"] as Array).slice(0, 20):
		var bytes: PackedByteArray = (c["bytes"] as String).hex_decode()
		for n: int in bytes.size():
			check(replica.apply(bytes.slice(0, n)) != RealmwireReplica.Result.APPLIED, "a truncated snapshot was applied")
		for bit: int in range(40, bytes.size() * 8, 13):
			var bad: PackedByteArray = bytes.duplicate()
			bad[bit >> 3] ^= 1 << (bit & 7)
			var other: RealmwireReplica = RealmwireReplica.new(DemoSchema.schema())
			other.apply(bad) # must not crash; the checksum decides
		same(replica.apply(bytes), RealmwireReplica.Result.APPLIED, "after damaged ones")


func _header_again(bytes: PackedByteArray, what: String) -> void:
	var r: RealmwireBitReader = RealmwireBitReader.new(bytes)
	var h: RealmwireSnapshotHeader = RealmwireSnapshotHeader.new()
	h.read(r)
	var w: RealmwireBitWriter = RealmwireBitWriter.new()
	h.write(w)
	var whole: int = w.length() >> 3
	same(w.bytes().slice(0, whole), bytes.slice(0, whole), what + ": header again")


# Whole and as a difference from nothing: both must give the same state again.
func _state_again(e: RealmwireReplicated, what: String) -> void:
	var w: RealmwireBitWriter = RealmwireBitWriter.new()
	e.state.write(w, e.own)
	var script: GDScript = e.state.get_script()
	var whole: RealmwireEntity = script.new()
	var r: RealmwireBitReader = RealmwireBitReader.new(w.bytes())
	whole.read(r, e.own)
	check(r.close(), what + ": whole again")
	same(plain(whole), plain(e.state), what + ": whole again")
	if e.state.predicted():
		return # only servers write its differences
	var zero: RealmwireEntity = script.new()
	var zeros: PackedByteArray = PackedByteArray()
	zeros.resize(512)
	zero.read(RealmwireBitReader.new(zeros), true)
	w.reset()
	e.state.write_delta(w, zero, e.own)
	r.reset(w.bytes())
	var back: RealmwireEntity = script.new()
	back.read_delta(r, zero, e.own)
	check(r.close(), what + ": difference")
	w.reset()
	back.write(w, e.own)
	var again: PackedByteArray = w.bytes()
	w.reset()
	e.state.write(w, e.own)
	same(again, w.bytes(), what + ": difference")


## Compares an object's fields with the golden file's spelling of them.
func alike(got: Variant, want: Variant, what: String) -> void:
	if got is Object:
		var object: Object = got
		for key: String in want:
			alike(object.get(snake(key)), want[key], what + "." + key)
	elif got is Array:
		var list: Array = got
		same(list.size(), (want as Array).size(), what)
		for i: int in mini(list.size(), (want as Array).size()):
			alike(list[i], want[i], "%s[%d]" % [what, i])
	elif got is PackedByteArray:
		same((got as PackedByteArray).hex_encode(), want, what)
	elif got is int and want is String:
		same(got, unsigned(want), what)
	elif got is int:
		same(got, int(want), what)
	else:
		same(got, want, what)


## A 64-bit number from text; those above 2^63 come out negative, as everywhere here.
static func unsigned(text: String) -> int:
	if text.length() < 19 or text.begins_with("-"):
		return text.to_int()
	var v: int = 0
	for digit: String in text:
		v = v * 10 + digit.to_int()
	return v


static func plain(v: Variant) -> Variant:
	if v is Object:
		var out: Dictionary = {}
		var object: Object = v
		for p: Dictionary in object.get_property_list():
			if p["usage"] & PROPERTY_USAGE_SCRIPT_VARIABLE:
				out[p["name"]] = plain(object.get(p["name"]))
		return out
	return v


static func snake(camel: String) -> String:
	var out: String = ""
	for c: String in camel:
		out += "_" + c.to_lower() if c != c.to_lower() else c
	return out
