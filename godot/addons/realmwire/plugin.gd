@tool
extends EditorPlugin
## Registers the SDK: its autoload and its project settings.

const AUTOLOAD: String = "Realmwire"
const SCRIPT_PATH: String = "res://addons/realmwire/realmwire.gd"
const SETTINGS: Array[Dictionary] = [
	{
		"name": "realmwire/network/server_url", "default": "http://127.0.0.1:8080", "type": TYPE_STRING,
		"hint": PROPERTY_HINT_PLACEHOLDER_TEXT, "hint_string": "https://play.example.org",
	},
	{
		"name": "realmwire/network/transport", "default": "auto", "type": TYPE_STRING,
		"hint": PROPERTY_HINT_ENUM, "hint_string": "auto,kcp,webrtc,websocket",
	},
	{"name": "realmwire/network/verify_snapshots", "default": true, "type": TYPE_BOOL, "hint": PROPERTY_HINT_NONE, "hint_string": ""},
]


func _enable_plugin() -> void:
	add_autoload_singleton(AUTOLOAD, SCRIPT_PATH)


func _disable_plugin() -> void:
	remove_autoload_singleton(AUTOLOAD)


func _enter_tree() -> void:
	for s: Dictionary in SETTINGS:
		var key: String = s["name"]
		if not ProjectSettings.has_setting(key):
			ProjectSettings.set_setting(key, s["default"])
		ProjectSettings.set_initial_value(key, s["default"])
		ProjectSettings.set_as_basic(key, true)
		ProjectSettings.add_property_info({"name": key, "type": s["type"], "hint": s["hint"], "hint_string": s["hint_string"]})
