extends SceneTree
## Holds generated classes to values that Go wrote: [code]--script res://test/random.gd -- SCRIPT CASES[/code]. Prints how many
## comparisons were made.


func _init() -> void:
	var log_of_errors: TestErrorLog = TestErrorLog.new()
	OS.add_logger(log_of_errors)
	var args: PackedStringArray = OS.get_cmdline_user_args()
	var schema: GDScript = load(args[0])
	var test: TestValues = TestValues.new()
	if schema != null and schema.can_instantiate():
		test.check_cases(schema, JSON.parse_string(FileAccess.get_file_as_string(args[1])) as Array)
	var failures: PackedStringArray = test.failures
	failures.append_array(log_of_errors.take())
	for line: String in failures:
		print(line)
	print("CHECKED %d, %d failed" % [test.checks, failures.size()])
	quit(0 if failures.is_empty() and test.checks > 0 else 1)
