class_name Memory
extends RefCounted
## What the game remembers on this device: who is signed in, never a password; and the character played last.

const _FILE: String = "user://demo.cfg"


## A remembered text; empty: none.
static func recall(key: String) -> String:
	var file: ConfigFile = ConfigFile.new()
	if file.load(_FILE) != OK:
		return ""
	return str(file.get_value("demo", key, ""))


## Remembers a text; an empty one is forgotten.
static func keep(key: String, value: String) -> void:
	var file: ConfigFile = ConfigFile.new()
	file.load(_FILE) # that there is none yet is no error
	if value != "":
		file.set_value("demo", key, value)
	elif file.has_section_key("demo", key):
		file.erase_section_key("demo", key)
	file.save(_FILE)


## The key under which a realm's token is kept: each realm knows only its own.
static func token_key() -> String:
	return "token_" + Realmwire.api.base.md5_text().left(12)


## The key under which the token of the last login with a password is kept, beyond a logout: it tells the realm that this device has signed
## in before.
static func earlier_key() -> String:
	return "earlier_" + Realmwire.api.base.md5_text().left(12)
