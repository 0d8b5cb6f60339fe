class_name TestErrorLog
extends Logger
## Collects what the engine complains about, so that a test in which a script error happened fails.

## Different errors that are kept.
const MOST: int = 20

var _lock: Mutex = Mutex.new()
var _errors: PackedStringArray


func _log_error(_function: String, file: String, line: int, code: String, rationale: String, _editor: bool, _type: int, _traces: Array[ScriptBacktrace]) -> void:
	if file.ends_with("wsl_peer.cpp") and (rationale.begins_with("Invalid status code. Got: '503'") or rationale == "Invalid response headers."):
		return # a gateway whose zone is away refuses a WebSocket, which the client takes as it should
	var text: String = "%s:%d: %s %s" % [file, line, code, rationale]
	_lock.lock()
	if _errors.size() < MOST and not _errors.has(text):
		_errors.append(text)
	_lock.unlock()


## What came since the last call.
func take() -> PackedStringArray:
	_lock.lock()
	var out: PackedStringArray = _errors
	_errors = PackedStringArray()
	_lock.unlock()
	return out
