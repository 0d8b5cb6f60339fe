class_name TestCase
extends RefCounted
## One file of tests: each method whose name begins with [code]test_[/code] is one. Fakes drive time by hand; nothing waits.

## What failed in the test that runs.
var failures: PackedStringArray
## Things that were compared.
var checks: int = 0


## Notes a failure unless [param ok].
func check(ok: bool, what: String) -> bool:
	checks += 1
	if not ok and failures.size() < 20:
		failures.append(what)
	return ok


## Notes a failure unless both are the same.
func same(got: Variant, want: Variant, what: String) -> bool:
	return check(got == want, "" if got == want else "%s: got %s, want %s" % [what, got, want])


## A file of the repository, by its path from the repository's root.
static func read_repo(path: String) -> String:
	var text: String = FileAccess.get_file_as_string(ProjectSettings.globalize_path("res://").path_join("..").path_join(path))
	if text.is_empty():
		push_error("cannot read %s beside the project: run the tests inside the repository" % path)
	return text


## A JSON file of the repository.
static func read_json(path: String) -> Variant:
	return JSON.parse_string(read_repo(path))
