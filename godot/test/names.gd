extends SceneTree
## Compiles generated scripts: [code]-- FILE…[/code]. Godot writes what is wrong with one.


func _init() -> void:
	var failed: int = 0
	var paths: PackedStringArray = OS.get_cmdline_user_args()
	for path: String in paths:
		var script: GDScript = GDScript.new()
		script.source_code = FileAccess.get_file_as_string(path)
		if script.source_code.is_empty() or script.reload() != OK:
			print("FAILED ", path)
			failed += 1
			continue
		# What compiles may still be unable to be made.
		var schema: RealmwireSchema = script.call("schema")
		for kind: int in schema.kinds:
			(schema.kinds[kind] as GDScript).new()
		for id: int in schema.messages:
			(schema.messages[id] as GDScript).new()
	print("COMPILED %d, %d failed" % [paths.size() - failed, failed])
	quit(1 if failed > 0 else 0)
