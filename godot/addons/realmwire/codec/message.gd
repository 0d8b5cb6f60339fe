@abstract
class_name RealmwireMessage
extends RefCounted
## A message of the reliable lane; generated classes extend this. Ids 1 to 63 are the system's, 64 to 255 a game's.


## The message's first byte.
@abstract func id() -> int


## Appends its fields.
@abstract func write(w: RealmwireBitWriter) -> void


## Becomes what [method write] wrote.
@abstract func read(r: RealmwireBitReader) -> void


## The whole message, its id first.
func encode() -> PackedByteArray:
	var w: RealmwireBitWriter = RealmwireBitWriter.new()
	w.uint(id(), 8)
	write(w)
	return w.bytes()


## Becomes what [param bytes] hold, whose first byte must be the id. False: they are malformed.
func decode(bytes: PackedByteArray) -> bool:
	if bytes.is_empty() or bytes[0] != id():
		return false
	var r: RealmwireBitReader = RealmwireBitReader.new(bytes, 1)
	read(r)
	return r.close()
