class_name RealmwireFetch
extends RefCounted
## One HTTP request of a web export, by the browser's own [code]fetch[/code]. The engine's [HTTPRequest] takes a frame for each of its steps there, none
## where the page is hidden, and unpacks once more what the browser has unpacked.

## What [signal HTTPRequest.request_completed] tells: result, status, headers, body.
signal _answered(answer: Array)

var _kept: Array[JavaScriptObject] = [] # callbacks, which live only as long as somebody holds them
var _status: int = 0
var _headers: PackedStringArray


## Makes the request and returns what [signal HTTPRequest.request_completed] would tell. A coroutine.
func send(method: String, url: String, headers: PackedStringArray, body: String, timeout_s: float) -> Array:
	var options: JavaScriptObject = JavaScriptBridge.create_object("Object")
	var sent: JavaScriptObject = JavaScriptBridge.create_object("Headers")
	for line: String in headers:
		sent.append(line.get_slice(":", 0), line.substr(line.find(":") + 1).strip_edges())
	options.set("headers", sent)
	options.set("method", method)
	options.set("credentials", "omit")
	options.set("signal", JavaScriptBridge.get_interface("AbortSignal").timeout(timeout_s * 1000.0))
	if not body.is_empty():
		options.set("body", body)
	JavaScriptBridge.get_interface("window").fetch(url, options).then(_callback(_begun), _callback(_failed))
	return await _answered


func _callback(then: Callable) -> JavaScriptObject:
	_kept.append(JavaScriptBridge.create_callback(then))
	return _kept[-1]


func _begun(args: Array) -> void:
	var response: JavaScriptObject = args[0]
	_status = int(str(response.status))
	# call, because an Object of the engine has a method of that name itself.
	var retry: Variant = (response.headers as JavaScriptObject).call("get", "retry-after")
	if retry != null:
		_headers.append("retry-after: " + str(retry))
	response.arrayBuffer().then(_callback(_ended), _callback(_failed))


func _ended(args: Array) -> void:
	_answered.emit([HTTPRequest.RESULT_SUCCESS, _status, _headers, JavaScriptBridge.js_buffer_to_packed_byte_array(args[0])])


func _failed(_args: Array) -> void:
	_answered.emit([HTTPRequest.RESULT_CANT_CONNECT, 0, PackedStringArray(), PackedByteArray()])
