extends Node
## Loads every script and scene of the project, with whatever warnings the project makes errors; ends the process with 1 where
## one does not load.


func _ready() -> void:
	var log_of_errors: TestErrorLog = TestErrorLog.new()
	OS.add_logger(log_of_errors)
	var loaded: int = 0
	for path: String in _files("res://"):
		if path.ends_with(".gd") or path.ends_with(".tscn"):
			loaded += 1
			var resource: Resource = load(path)
			if resource == null or (resource is GDScript and not (resource as GDScript).can_instantiate() and not _is_abstract(path)):
				print("does not load: ", path)
	var errors: PackedStringArray = log_of_errors.take()
	for line: String in errors:
		print(line)
	print("%d files, %d complaints" % [loaded, errors.size()])
	get_tree().quit(0 if errors.is_empty() and loaded > 50 else 1)


static func _is_abstract(path: String) -> bool:
	return FileAccess.get_file_as_string(path).begins_with("@abstract") or path.ends_with("plugin.gd")


func _files(folder: String) -> PackedStringArray:
	var out: PackedStringArray = PackedStringArray()
	for file: String in DirAccess.get_files_at(folder):
		out.append(folder.path_join(file))
	for below: String in DirAccess.get_directories_at(folder):
		if not below.begins_with("."):
			out.append_array(_files(folder.path_join(below)))
	return out
