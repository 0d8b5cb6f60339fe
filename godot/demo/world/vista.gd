class_name Vista
extends RefCounted
## The landscape behind the title: a small map of our own making, in which a few creatures stroll.

const SIZE: Vector2i = Vector2i(56, 36)
const UNITS: float = 16.0


## The ground.
static func make() -> RealmwireMap:
	var t: Dictionary[String, int] = Art.shared().tiles
	var map: RealmwireMap = RealmwireMap.new()
	map.width = SIZE.x
	map.height = SIZE.y
	for layer: String in ["terrain", "decor", "overhead"]:
		var tiles: PackedInt32Array = PackedInt32Array()
		tiles.resize(SIZE.x * SIZE.y)
		tiles.fill(t["grass"] if layer == "terrain" else 0)
		map.layers[layer] = tiles
	for y: int in SIZE.y:
		for x: int in SIZE.x:
			_wild(map, x, y, t)
	_house(map, 8, 5, t)
	_house(map, 36, 4, t)
	for x: int in range(12, 41):
		var y: int = 13 + roundi(sin(x / 5.0))
		for dy: int in 2:
			_paint(map, "terrain", x, y + dy, t["path"])
			_paint(map, "decor", x, y + dy, 0)
	for y: int in range(10, 14):
		for x: int in [12, 40]:
			_paint(map, "terrain", x, y, t["path"])
			_paint(map, "decor", x, y, 0)
	_paint(map, "decor", 15, 10, t["torch"])
	_paint(map, "decor", 38, 10, t["torch"])
	return map


static func _paint(map: RealmwireMap, layer: String, x: int, y: int, tile: int) -> void:
	map.layers[layer][y * SIZE.x + x] = tile


static func _wild(map: RealmwireMap, x: int, y: int, t: Dictionary[String, int]) -> void:
	var h: int = Dresser.cell_hash(x, y, 21) % 100
	var patch: int = Dresser.cell_hash(x >> 2, y >> 2, 22) % 100
	var pond: float = Vector2(x - 44, (y - 25) * 1.3).length() + Dresser.cell_hash(x >> 1, y >> 1, 5) % 2
	if pond < 7.0:
		_paint(map, "terrain", x, y, t["deep-water"] if pond < 4.5 else t["water"])
	elif pond < 8.6:
		_paint(map, "terrain", x, y, t["sand"])
	elif patch < 12:
		_paint(map, "terrain", x, y, t["grass-tall"])
	elif patch < 24:
		_paint(map, "terrain", x, y, t["grass-flowers"])
	var edge: int = mini(mini(x, SIZE.x - 1 - x), mini(y, SIZE.y - 1 - y))
	if pond > 9.5 and h < (34 if edge < 4 else 6):
		_paint(map, "decor", x, y, t["tree-bottom"])
	elif pond > 9.0 and h > 97:
		_paint(map, "decor", x, y, t["bush"] if h == 98 else t["rock"])


static func _house(map: RealmwireMap, left: int, top: int, t: Dictionary[String, int]) -> void:
	for y: int in range(top - 1, top + 7):
		for x: int in range(left - 1, left + 9):
			_paint(map, "decor", x, y, 0)
	for x: int in range(left, left + 8):
		for y: int in 3:
			_paint(map, "decor", x, top + y, t["house-roof"])
		_paint(map, "decor", x, top + 3, t["house-wall"])
	_paint(map, "decor", left + 4, top + 3, t["door"])
	_paint(map, "decor", left + 8, top + 3, t["barrel"])


## Who strolls there, at a time in seconds.
static func crowd(now: float) -> Array[RealmwireDrawn]:
	var out: Array[RealmwireDrawn] = []
	for i: int in 6:
		var npc: RpgSchema.NPC = RpgSchema.NPC.new()
		npc.look = RpgSchema.NPCLook.new()
		npc.look.kind = RpgSchema.NPCKind.SLIME if i % 3 == 0 else RpgSchema.NPCKind.VILLAGER
		npc.body = RpgSchema.Body.new()
		var leg: float = fmod(now * (0.05 + 0.01 * i) + i * 0.37, 2.0)
		npc.body.facing = RpgSchema.Facing.RIGHT if leg < 1.0 else RpgSchema.Facing.LEFT
		var d: RealmwireDrawn = RealmwireDrawn.new()
		d.id = i * 3 + 1
		d.state = npc
		d.at = Vector2(180.0 + 70.0 * i + 90.0 * (leg if leg < 1.0 else 2.0 - leg), [320, 208, 226, 330, 216, 226][i] as float)
		out.append(d)
	return out
