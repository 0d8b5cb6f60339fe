class_name RealmwireSealer
extends RefCounted
## Protects one direction of an association with cipher suite 2: AES-128-CTR, then HMAC-SHA256 cut to 10 bytes over header,
## counter and ciphertext. Godot has AES and HMAC natively but no AEAD. See docs/wire.md.

## The suite to ask tickets for.
const SUITE: int = 2
const TAG_SIZE: int = 10
## Key material of one direction: cipher key, MAC key, nonce mask.
const KEY_SIZE: int = _CIPHER_KEY + _MAC_KEY + _NONCE
const _CIPHER_KEY: int = 16
const _MAC_KEY: int = 32
const _NONCE: int = 12
const _BLOCK: int = 16
const _MAX_BLOCKS: int = 80 # of the largest datagram, rounded up

var _crypto: Crypto = Crypto.new()
var _aes: AESContext = AESContext.new()
var _mac_key: PackedByteArray
var _mask: int = 0 # of the nonce's first 8 bytes
var _blocks: PackedByteArray # cipher inputs: nonce, then the block's number, big-endian


func _init(key: PackedByteArray) -> void:
	_aes.start(AESContext.MODE_ECB_ENCRYPT, key.slice(0, _CIPHER_KEY))
	_mac_key = key.slice(_CIPHER_KEY, _CIPHER_KEY + _MAC_KEY)
	var mask: PackedByteArray = key.slice(_CIPHER_KEY + _MAC_KEY, KEY_SIZE)
	_mask = mask.decode_u64(0)
	_blocks.resize(_MAX_BLOCKS * _BLOCK)
	_blocks.fill(0)
	for i: int in _MAX_BLOCKS:
		_blocks.encode_u32(i * _BLOCK + 8, mask.decode_u32(8))
		_blocks[i * _BLOCK + 15] = i


## The datagram: the header, [param frames] encrypted, and the tag. A counter must serve only once.
func seal(header: PackedByteArray, frames: PackedByteArray, counter: int) -> PackedByteArray:
	var out: PackedByteArray = header + _crypt(frames, counter)
	out.append_array(_tag(header, out.slice(header.size()), counter))
	return out


## Sets [param frames] to what is in a datagram behind its header of [param header_size] bytes. False: it is not authentic.
func open(datagram: PackedByteArray, header_size: int, counter: int, frames: PackedByteArray) -> bool:
	var end: int = datagram.size() - TAG_SIZE
	if end < header_size:
		return false
	var body: PackedByteArray = datagram.slice(header_size, end)
	var tag: PackedByteArray = _tag(datagram.slice(0, header_size), body, counter)
	if not _crypto.constant_time_compare(tag, datagram.slice(end)):
		return false
	frames.clear()
	frames.append_array(_crypt(body, counter))
	return true


func _tag(header: PackedByteArray, body: PackedByteArray, counter: int) -> PackedByteArray:
	var full: PackedByteArray = PackedByteArray()
	full.resize(8)
	full.encode_u64(0, counter)
	return _crypto.hmac_digest(HashingContext.HASH_SHA256, _mac_key, header + full + body).slice(0, TAG_SIZE)


# Applies the key stream, eight bytes a step.
func _crypt(data: PackedByteArray, counter: int) -> PackedByteArray:
	var n: int = data.size()
	if n == 0:
		return data
	@warning_ignore("integer_division")
	var blocks: int = (n + _BLOCK - 1) / _BLOCK
	var nonce: int = _mask ^ counter
	for i: int in blocks:
		_blocks.encode_u64(i * _BLOCK, nonce)
	var stream: PackedByteArray = _aes.update(_blocks.slice(0, blocks * _BLOCK))
	var out: PackedByteArray = data.duplicate()
	out.resize(blocks * _BLOCK)
	for at: int in range(0, n, 8):
		out.encode_u64(at, out.decode_u64(at) ^ stream.decode_u64(at))
	out.resize(n)
	return out
