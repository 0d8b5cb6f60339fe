class_name RealmwirePage
extends RefCounted
## The page around a web export. A browser draws no frames while it is hidden; then the clock of a worker, which it does not hold back, keeps a session
## going: else what comes piles up in the engine until that drops it, the zone's last words among it.

## The page was hidden: nobody holds anything down.
signal hidden
## The page is hidden, and it is time to poll.
signal ticked
## The page goes away.
signal left

const _EVERY_MS: int = 50

var _kept: Array[JavaScriptObject] = [] # callbacks, which live only as long as somebody holds them
var _document: JavaScriptObject = JavaScriptBridge.get_interface("document")
var _worker: JavaScriptObject
var _on_tick: JavaScriptObject = JavaScriptBridge.create_callback(_tick)
var _clock: String # the URL of the worker's script


func _init() -> void:
	var code: JavaScriptObject = JavaScriptBridge.create_object("Array", "setInterval(() => postMessage(0), %d)" % _EVERY_MS)
	_clock = JavaScriptBridge.get_interface("URL").createObjectURL(JavaScriptBridge.create_object("Blob", code))
	var window: JavaScriptObject = JavaScriptBridge.get_interface("window")
	_on(_document, "visibilitychange", _turned)
	_on(window, "pagehide", func(_args: Array) -> void: left.emit())
	_on(window, "pageshow", _shown)


## The address of the page's folder, without a slash at its end.
static func folder() -> String:
	return resolve(".").trim_suffix("/")


## An address, relative to the page's.
static func resolve(address: String) -> String:
	return str(JavaScriptBridge.create_object("URL", address, JavaScriptBridge.get_interface("location").href).href)


## What the page's own address says behind a question mark under a name; empty: nothing.
static func asked(name: String) -> String:
	var query: JavaScriptObject = JavaScriptBridge.create_object("URLSearchParams", JavaScriptBridge.get_interface("location").search)
	var value: Variant = query.call("get", name) # an Object of the engine has a method of that name itself
	return "" if value == null else str(value)


func _on(target: JavaScriptObject, event: String, then: Callable) -> void:
	var callback: JavaScriptObject = JavaScriptBridge.create_callback(then)
	_kept.append(callback)
	target.addEventListener(event, callback)


func _turned(_args: Array) -> void:
	if _worker != null:
		_worker.terminate()
		_worker = null
	if not _document.hidden:
		return
	hidden.emit()
	_worker = JavaScriptBridge.create_object("Worker", _clock)
	if _worker != null: # a page of somebody else's may allow none
		_worker.addEventListener("message", _on_tick)


func _tick(_args: Array) -> void:
	if _worker != null: # what a worker that has ended had sent already
		ticked.emit()


# A browser may show again a page that it kept as it was when it went away: its session has ended meanwhile.
func _shown(args: Array) -> void:
	if (args[0] as JavaScriptObject).persisted:
		JavaScriptBridge.get_interface("location").reload()
