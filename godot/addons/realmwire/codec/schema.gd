class_name RealmwireSchema
extends RefCounted
## What a game says on the wire; [code]realmwire gen -gd[/code] writes a script whose [code]schema()[/code] gives it.

## Both ends must have the same. Unsigned: the sign is its highest bit.
var hash64: int = 0
## [member hash64] as 16 hex digits.
var hash_hex: String = ""
## Classes of entities ([RealmwireEntity]) by their number on the wire.
var kinds: Dictionary[int, GDScript] = {}
## Classes of messages ([RealmwireMessage]) by their first byte.
var messages: Dictionary[int, GDScript] = {}
## The class of the input ([RealmwireInput]), or null.
var input: GDScript


## Makes the input that stands for nothing held.
func new_input() -> RealmwireInput:
	return input.new() as RealmwireInput
