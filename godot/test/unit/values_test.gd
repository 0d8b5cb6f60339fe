extends TestValues
## protocol/internal/demo/testdata/values.json is written by the Go code: values of every type that a schema has.

var golden: Dictionary = read_json("protocol/internal/demo/testdata/values.json")


func test_every_type() -> void:
	same(DemoSchema.HASH_HEX, golden["schema"], "hash")
	check_cases(DemoSchema, golden["cases"] as Array)
	check(checks > 1000, "there are many values")


func test_place_in_steps() -> void:
	for c: Dictionary in golden["cases"]:
		if c["type"] != "Craft":
			continue
		var craft: DemoSchema.Craft = DemoSchema.Craft.new()
		craft.read(RealmwireBitReader.new((c["whole"] as String).hex_decode()), c["owner"] as bool)
		var at: Vector3 = craft.pose.position * 100
		same(craft.position(), Vector2i(roundi(at.x), roundi(at.z)), "place")


func test_floats_that_are_no_steps() -> void:
	var cases: Array = [
		[0.0, 0], [-0.0, 0], [0.0049, 0], [0.0051, 1], [0.125, 13], [-0.125, -12], [3.1, 300], [-1e300, -300],
		[INF, 300], [-INF, -300], [NAN, -300],
	]
	for c: Array in cases:
		same(RealmwireQuantity.steps(c[0] as float, 1, 100, -300, 300), c[1], str(c[0]))
	for v: float in [INF, -INF, NAN, -1e-20, -0.0]:
		same(RealmwireQuantity.turn(v, 8), 0, str(v))
	same(RealmwireQuantity.turn(-PI / 2, 8), 192, "a quarter back")


func test_rotations_that_are_none() -> void:
	var identity: int = RealmwireQuantity.join(3, 255, 255, 255)
	for q: Quaternion in [Quaternion(0, 0, 0, 0), Quaternion(NAN, 0, 0, 1), Quaternion(INF, 0, 0, 0)]:
		same(RealmwireQuantity.pack(q, 9), identity, str(q))


func test_values_that_no_writer_writes() -> void:
	var w: RealmwireBitWriter = RealmwireBitWriter.new()
	w.varuint(1 << 32, 8)
	var r: RealmwireBitReader = RealmwireBitReader.new(w.bytes())
	r.ref()
	check(r.failed, "an id of 33 bits")
	w.reset()
	w.flag(true)
	w.varuint(9, 4)
	r.reset(w.bytes())
	r.counter_delta(3, 0, 9)
	check(r.failed, "a step of the whole range")
	r.reset(PackedByteArray([255, 255]))
	r.quat(3)
	check(r.failed, "a part of a rotation above its range")
	r.reset(PackedByteArray([255]))
	r.fixed(1, 1, 0, 5, 3)
	check(r.failed, "a step above the range")
