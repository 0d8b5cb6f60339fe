class_name RealmwireMapCache
extends RefCounted
## Fetches maps, and keeps them: what a hash names never changes.

const _FOLDER: String = "user://realmwire/maps"
const _MOST: int = 8 # maps kept in memory

## Why the last [method fetch] gave nothing.
var error: String = ""

var _api: RealmwireApi
var _held: Dictionary[String, RealmwireMap] = {}


func _init(api: RealmwireApi) -> void:
	_api = api


## The map of a grant's "map" object, or null; then [member error] says why. A coroutine.
func fetch(entry: Dictionary) -> RealmwireMap:
	var hash_hex: String = str(entry.get("hash", ""))
	if not hash_hex.is_valid_hex_number() or hash_hex.length() != 64:
		error = "The realm named a map without a hash."
		return null
	if _held.has(hash_hex):
		return _held[hash_hex]
	var file: String = _FOLDER.path_join(hash_hex + ".json")
	if FileAccess.file_exists(file):
		var kept: RealmwireMap = _parse(FileAccess.get_file_as_bytes(file), hash_hex)
		if kept != null:
			return kept
	var r: RealmwireReply = await _api.request(HTTPClient.METHOD_GET, str(entry.get("url", "")))
	if not r.ok:
		error = "The map cannot be fetched: " + r.detail
		return null
	var map: RealmwireMap = _parse(r.body, hash_hex)
	if map != null:
		_keep(file, r.body)
	return map


## Forgets a map that a zone did not recognise.
func forget(hash_hex: String) -> void:
	_held.erase(hash_hex)
	DirAccess.remove_absolute(_FOLDER.path_join(hash_hex + ".json"))


func _parse(json: PackedByteArray, hash_hex: String) -> RealmwireMap:
	var map: RealmwireMap = RealmwireMap.new()
	var why: String = map.parse(json, hash_hex)
	if not why.is_empty():
		error = "Map %s is refused: %s." % [hash_hex.left(8), why]
		return null
	if _held.size() >= _MOST:
		_held.erase(_held.keys()[0])
	_held[hash_hex] = map
	return map


func _keep(file: String, json: PackedByteArray) -> void:
	DirAccess.make_dir_recursive_absolute(_FOLDER)
	var out: FileAccess = FileAccess.open(file, FileAccess.WRITE)
	if out != null: # a full disk only costs another fetch
		out.store_buffer(json)
