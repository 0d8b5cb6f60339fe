extends SceneTree
## Writes the names that Godot has taken, for the GDScript emitter (protocol/gen/gdscript_reserved.txt), from what
## [code]godot --headless --dump-extension-api[/code] wrote: [code]-- extension_api.json OUTPUT[/code].

const KEYWORDS: String = """
if elif else for while match when break continue pass return class class_name extends is in as self super signal func
static const enum var breakpoint preload await yield assert void not and or true false null PI TAU INF NAN namespace
trait range load len convert char ord type_exists print_stack print_debug get_stack inst_to_dict dict_to_inst
is_instance_of Color8 _init
"""
const WIDTH: int = 118


func _init() -> void:
	var args: PackedStringArray = OS.get_cmdline_user_args()
	var api: Dictionary = JSON.parse_string(FileAccess.get_file_as_string(args[0]))
	var names: Dictionary[String, bool] = {}
	for word: String in KEYWORDS.split(" ", false):
		for name: String in word.split("\n", false):
			names[name] = true
	for section: String in ["classes", "builtin_classes", "utility_functions", "singletons", "global_enums", "native_structures"]:
		for entry: Dictionary in api[section]:
			names[(entry["name"] as String).get_slice(".", 0)] = true
	# What every generated class inherits. The engine adds to what the file says of a class: [code]script[/code], for one.
	var object: RefCounted = RefCounted.new()
	for list: Array[Dictionary] in [object.get_method_list(), object.get_property_list(), object.get_signal_list()]:
		for m: Dictionary in list:
			if (m["name"] as String).is_valid_ascii_identifier():
				names[m["name"]] = true
	for entry: Dictionary in api["classes"]:
		if entry["name"] in ["Object", "RefCounted"]:
			for member: String in ["methods", "properties", "signals", "constants"]:
				for m: Dictionary in entry.get(member, []):
					names[m["name"]] = true
	_write(args[1], names.keys())
	quit()


func _write(path: String, names: Array[String]) -> void:
	names.sort()
	var file: FileAccess = FileAccess.open(path, FileAccess.WRITE)
	file.store_line("# Names that GDScript of Godot 4.6 has taken. Written by godot/test/reserved.gd.")
	var line: String = ""
	for name: String in names:
		if line.length() + 1 + name.length() > WIDTH:
			file.store_line(line)
			line = ""
		line += name if line.is_empty() else " " + name
	file.store_line(line)
