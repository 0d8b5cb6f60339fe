class_name RealmwireCrc32
extends RefCounted
## CRC-32 (IEEE), as in zip and Ethernet. Two bytes a step: a table of 65,536 entries, made once.

static var _table: PackedInt64Array


## The checksum of [param bytes].
static func of(bytes: PackedByteArray) -> int:
	if _table.is_empty():
		_make()
	var table: PackedInt64Array = _table
	var crc: int = 0xffffffff
	var n: int = bytes.size()
	var even: int = n & ~1
	for i: int in range(0, even, 2):
		crc = table[(crc ^ bytes.decode_u16(i)) & 0xffff] ^ (crc >> 16)
	if even < n:
		crc = _byte((crc ^ bytes[even]) & 0xff) ^ (crc >> 8)
	return crc ^ 0xffffffff


static func _make() -> void:
	var one: PackedInt64Array = PackedInt64Array()
	one.resize(256)
	for i: int in 256:
		one[i] = _byte(i)
	_table.resize(65536)
	for i: int in 65536:
		var crc: int = one[i & 0xff] ^ (i >> 8)
		_table[i] = one[crc & 0xff] ^ (crc >> 8)


static func _byte(crc: int) -> int:
	for bit: int in 8:
		crc = (crc >> 1) ^ (0xedb88320 if crc & 1 else 0)
	return crc
