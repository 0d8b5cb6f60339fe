extends TestCase
## zone/mover/testdata/vectors.json is written by the Go code.


class Rows:
	extends RealmwireGrid
	var rows: PackedStringArray

	func solid(tx: int, ty: int) -> bool:
		return ty < 0 or ty >= rows.size() or tx < 0 or tx >= rows[ty].length() or rows[ty][tx] == "#"


func test_vectors() -> void:
	var vectors: Dictionary = read_json("zone/mover/testdata/vectors.json")
	for c: Dictionary in vectors["cases"]:
		var grid: Rows = Rows.new()
		grid.rows = PackedStringArray(vectors["grids"][c["grid"]] as Array)
		var mover: RealmwireMover = RealmwireMover.new(int(c["speed"]), int(c["tick_hz"]), int(c["half_w"]), int(c["half_h"]))
		var at: Vector3i = Vector3i(int(c["start"][0]), int(c["start"][1]), int(c["start"][2]))
		var tick: int = int(c["tick"])
		for step: Array in c["steps"]:
			at = mover.step(grid, at, int(step[0]), int(step[1]), tick)
			if not same(at, Vector3i(int(step[2]), int(step[3]), int(step[4])), "%s, tick %d" % [c["name"], tick]):
				break
			tick = (tick + 1) & 0xffffffff
