extends SceneTree
## Runs the tests of this project: [code]godot --headless --path godot --script res://test/run.gd[/code], after one
## [code]godot --headless --path godot --import[/code]. A word behind [code]--[/code] runs only what has it in its name.

const FOLDER: String = "res://test/unit"


func _init() -> void:
	var log_of_errors: TestErrorLog = TestErrorLog.new()
	OS.add_logger(log_of_errors)
	var args: PackedStringArray = OS.get_cmdline_user_args()
	var wanted: String = "" if args.is_empty() else args[0]
	var failed: int = 0
	var ran: int = 0
	for file: String in DirAccess.get_files_at(FOLDER):
		if not file.ends_with("_test.gd"):
			continue
		var script: GDScript = load(FOLDER.path_join(file))
		if script == null or not script.can_instantiate():
			print("FAIL %s: %s" % [file, "\n  ".join(log_of_errors.take())])
			failed += 1
			continue
		for method: Dictionary in script.get_script_method_list():
			var name: String = method["name"]
			if not name.begins_with("test_") or not (wanted.is_empty() or (file + " " + name).contains(wanted)):
				continue
			ran += 1
			if not _one(script, file, name, log_of_errors):
				failed += 1
	print("%d tests, %d failed" % [ran, failed])
	quit(0 if failed == 0 and ran > 0 else 1)


func _one(script: GDScript, file: String, name: String, log_of_errors: TestErrorLog) -> bool:
	var test: TestCase = script.new()
	var began: int = Time.get_ticks_usec()
	test.call(name)
	var errors: PackedStringArray = test.failures
	errors.append_array(log_of_errors.take())
	if test.checks == 0:
		errors.append("nothing was checked")
	@warning_ignore("integer_division")
	var ms: int = (Time.get_ticks_usec() - began) / 1000
	print("%s %s %s (%d checks, %d ms)" % ["ok  " if errors.is_empty() else "FAIL", file, name, test.checks, ms])
	for line: String in errors:
		print("  ", line)
	return errors.is_empty()
