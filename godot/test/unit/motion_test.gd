extends TestCase
## What Go wrote of things that move, in protocol/motion/testdata, is read alike.


func test_vectors() -> void:
	var vectors: Array = read_json("protocol/motion/testdata/vectors.json")
	check(vectors.size() >= 700, "there are vectors")
	for i: int in vectors.size():
		var v: Dictionary = vectors[i]
		var m: RealmwireMotion = RealmwireMotion.new(ints(v["mins"]), ints(v["maxs"]), int(v["top"]))
		var bytes: String = v["bytes"]
		var r: RealmwireBitReader = RealmwireBitReader.new(bytes.hex_decode())
		var base: Dictionary = v["base"]
		var prior: Dictionary = v["prior"]
		var now: Dictionary = v["now"]
		m.read(r, ints(base["place"]), ints(base["turn"]), ints(prior["place"]), ints(prior["turn"]), int(v["ahead"]), int(v["lag"]))
		check(r.close(), "vector %d ends" % i)
		same(m.place, ints(now["place"]), "place of vector %d" % i)
		same(m.turn, ints(now["turn"]), "rotation of vector %d" % i)
		same(m.altered, v["altered"], "plain fields of vector %d" % i)


static func ints(list: Variant) -> PackedInt64Array:
	var out: PackedInt64Array = []
	if list != null:
		for x: float in list:
			out.append(int(x))
	return out
