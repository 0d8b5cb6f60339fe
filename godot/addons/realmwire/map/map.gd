class_name RealmwireMap
extends RealmwireGrid
## The ground of a zone, as the server compiled it. Its identity is the SHA-256 of its JSON.

const FORMAT: int = 1
const _MAX_SIDE: int = 1024 # tiles

## SHA-256 in hex.
var hash_hex: String = ""
var title: String = ""
## In tiles.
var width: int = 0
var height: int = 0
## Drawn from first to last; "overhead" is above players. By name: 0 is empty, n is the n-th tile of the atlas.
var layers: Dictionary[String, PackedInt32Array] = {}
## Rectangles that lead to other zones: name, x, y, w, h (position units), to_zone, to_point.
var portals: Array[Dictionary] = []
## Named points on which characters appear: name, x, y (position units).
var spawns: Array[Dictionary] = []
## Whatever else its author said of it.
var props: Dictionary = {}

var _solid: PackedByteArray
var _areas: Array[Rect2i] = [] # of the portals


func solid(tx: int, ty: int) -> bool:
	if tx < 0 or ty < 0 or tx >= width or ty >= height:
		return true
	var bit: int = ty * width + tx
	return (_solid[bit >> 3] >> (bit & 7)) & 1 == 1


## The portal at a point in position units: its place in [member portals]; -1: there is none.
func portal_at(x: int, y: int) -> int:
	for i: int in _areas.size():
		if _areas[i].has_point(Vector2i(x, y)):
			return i
	return -1


## Reads an artefact. Empty: it is good; else what is wrong with it.
func parse(json: PackedByteArray, hash_wanted: String) -> String:
	var context: HashingContext = HashingContext.new()
	context.start(HashingContext.HASH_SHA256)
	context.update(json)
	hash_hex = context.finish().hex_encode()
	if hash_hex != hash_wanted:
		return "its content is another's (%s)" % hash_hex.left(8)
	var parsed: Variant = JSON.parse_string(json.get_string_from_utf8())
	if not parsed is Dictionary:
		return "it is no JSON object"
	var a: Dictionary = parsed
	if a.get("format") != FORMAT:
		return "its format is %s, this client reads %d" % [a.get("format"), FORMAT]
	title = str(a.get("title", ""))
	width = int(a.get("width", 0))
	height = int(a.get("height", 0))
	if width < 1 or width > _MAX_SIDE or height < 1 or height > _MAX_SIDE:
		return "its size is %d×%d tiles" % [width, height]
	_solid = Marshalls.base64_to_raw(str(a.get("solid", "")))
	if _solid.size() != (width * height + 7) >> 3:
		return "its solid tiles take %d bytes" % _solid.size()
	for l: Variant in _array(a, "layers"):
		if not l is Dictionary:
			return "a layer is malformed"
		var layer: Dictionary = l
		var tiles: PackedInt32Array = PackedInt32Array(_array(layer, "tiles"))
		if tiles.size() != width * height:
			return "its layer %s does not cover it" % layer.get("name")
		layers[str(layer.get("name"))] = tiles
	portals.assign(_array(a, "portals"))
	for p: Dictionary in portals:
		_areas.append(Rect2i(int(p.get("x", 0)), int(p.get("y", 0)), int(p.get("w", 0)), int(p.get("h", 0))))
	spawns.assign(_array(a, "spawns"))
	var more: Variant = a.get("props")
	props = more if more is Dictionary else {}
	return ""


static func _array(of: Dictionary, key: String) -> Array:
	var v: Variant = of.get(key)
	return v if v is Array else []
