class_name RealmwireReplayWindow
extends RefCounted
## Remembers which of the last counters were received. It is told only of authentic datagrams, so that a forged counter moves
## nothing.

## How far behind the highest counter a datagram may be and still count as new.
const SPAN: int = (_WORDS - 1) * 64
const _WORDS: int = 16
const _MASK_BITS: int = 32

## Highest counter received; counters start at 1, so 0 means none.
var highest: int = 0
## Bit [i]i[/i]: counter [member highest] - 1 - [i]i[/i] was received.
var mask: int = 0

var _ring: PackedInt64Array


func _init() -> void:
	_ring.resize(_WORDS)
	_ring.fill(0)


## Whether [param counter] was not received and is not too old to tell.
func fresh(counter: int) -> bool:
	if counter <= 0 or counter + SPAN <= highest:
		return false
	return counter > highest or (_ring[(counter >> 6) % _WORDS] >> (counter & 63)) & 1 == 0


## Records [param counter], which is fresh.
func mark(counter: int) -> void:
	if counter > highest:
		var from: int = highest >> 6
		for i: int in mini((counter >> 6) - from, _WORDS):
			_ring[(from + 1 + i) % _WORDS] = 0
		var gap: int = counter - highest
		if highest == 0 or gap > _MASK_BITS:
			mask = 0
		else:
			mask = (mask << gap | 1 << (gap - 1)) & 0xffffffff
		highest = counter
	elif highest - counter <= _MASK_BITS:
		mask |= 1 << (highest - counter - 1)
	_ring[(counter >> 6) % _WORDS] |= 1 << (counter & 63)
