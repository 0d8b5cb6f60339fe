class_name RealmwireHkdf
extends RefCounted
## HKDF with SHA-256 (RFC 5869), which Godot does not have.

const _BLOCK: int = 32


## Derives [param size] bytes, at most 8,160. An empty [param salt] means one of zeros.
static func derive(secret: PackedByteArray, salt: PackedByteArray, info: PackedByteArray, size: int) -> PackedByteArray:
	var crypto: Crypto = Crypto.new()
	var key: PackedByteArray = salt
	if key.is_empty():
		key = PackedByteArray()
		key.resize(_BLOCK)
		key.fill(0)
	var prk: PackedByteArray = crypto.hmac_digest(HashingContext.HASH_SHA256, key, secret)
	var out: PackedByteArray = PackedByteArray()
	var block: PackedByteArray = PackedByteArray()
	var i: int = 1
	while out.size() < size:
		block = crypto.hmac_digest(HashingContext.HASH_SHA256, prk, block + info + PackedByteArray([i]))
		out.append_array(block)
		i += 1
	out.resize(size)
	return out
