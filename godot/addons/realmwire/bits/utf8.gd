class_name RealmwireUtf8
extends RefCounted
## Tells whether bytes are UTF-8, without the errors that Godot prints where they are not.


## Whether all of [param bytes] is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
static func valid(bytes: PackedByteArray) -> bool:
	var i: int = 0
	var n: int = bytes.size()
	while i < n:
		var b: int = bytes[i]
		i += 1
		if b < 0x80:
			continue
		var more: int = 0
		var least: int = 0x80 # of the next byte
		var most: int = 0xbf
		if b >= 0xc2 and b <= 0xdf:
			more = 1
		elif b >= 0xe0 and b <= 0xef:
			more = 2
			if b == 0xe0:
				least = 0xa0
			elif b == 0xed:
				most = 0x9f
		elif b >= 0xf0 and b <= 0xf4:
			more = 3
			if b == 0xf0:
				least = 0x90
			elif b == 0xf4:
				most = 0x8f
		else:
			return false
		if i + more > n:
			return false
		if bytes[i] < least or bytes[i] > most:
			return false
		for k: int in range(1, more):
			if bytes[i + k] & 0xc0 != 0x80:
				return false
		i += more
	return true
