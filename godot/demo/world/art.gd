class_name Art
extends RefCounted
## The demo's pictures, drawn by web/art of the repository: an atlas of tiles and things, a sheet of figures in layers, and
## art.json, which says where everything is.

## Side of a tile in pixels.
const TILE: int = 16

static var _one: Art

var atlas: Texture2D = preload("res://demo/art/atlas.png")
var logo: Texture2D = preload("res://demo/art/logo.png")
var figures: Image
## Layout of the sheet of figures, and the colour ramps of a look.
var sheet: Dictionary
## Numbers of the named tiles, counted from 1 as in maps.
var tiles: Dictionary[String, int] = {}

var _columns: int
var _sprites: Dictionary
var _cut: Dictionary[String, AtlasTexture] = {}


## The pictures; everyone gets the same object.
static func shared() -> Art:
	if _one == null:
		_one = Art.new()
	return _one


func _init() -> void:
	var manifest: Dictionary = (preload("res://demo/art/art.json") as JSON).data
	_columns = int(manifest["columns"])
	_sprites = manifest["sprites"]
	sheet = manifest["figures"]
	for name: String in manifest["tiles"]:
		tiles[name] = int(manifest["tiles"][name])
	figures = (preload("res://demo/art/characters.png") as Texture2D).get_image()
	if figures.is_compressed():
		figures.decompress()
	figures.convert(Image.FORMAT_RGBA8)


## Where a tile is on the atlas.
func tile_rect(tile: int) -> Rect2:
	@warning_ignore("integer_division")
	return Rect2((tile - 1) % _columns * TILE, (tile - 1) / _columns * TILE, TILE, TILE)


## A thing larger than a tile, by name.
func sprite(name: String) -> AtlasTexture:
	if not _cut.has(name):
		var r: Dictionary = _sprites[name]
		var texture: AtlasTexture = AtlasTexture.new()
		texture.atlas = atlas
		texture.region = Rect2(r["x"] as float, r["y"] as float, r["w"] as float, r["h"] as float)
		texture.filter_clip = true
		_cut[name] = texture
	return _cut[name]


## A thing as a texture of its own, for those that take no part of an atlas.
func picture(name: String) -> ImageTexture:
	var r: Dictionary = _sprites[name]
	var image: Image = atlas.get_image()
	if image.is_compressed():
		image.decompress()
	return ImageTexture.create_from_image(image.get_region(Rect2i(int(r["x"]), int(r["y"]), int(r["w"]), int(r["h"]))))
