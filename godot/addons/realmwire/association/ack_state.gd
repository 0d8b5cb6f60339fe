class_name RealmwireAckState
extends RefCounted
## What an association knows of the datagrams that it sent, and what it owes its peer about those received.

## An acknowledgement waits so long for a datagram to ride on.
const MAX_DELAY_US: int = 100_000
## Never.
const NEVER: int = 1 << 62
const _DELAY_UNIT_US: int = 100
const _SENT_SPAN: int = 128 # sent datagrams that are remembered to time their acknowledgements
const _MASK_BITS: int = 32
const _SETTLED_AFTER: int = 8 # how far behind the largest a datagram counts as lost: later than reordering usually comes

## When an acknowledgement must leave at last.
var due_us: int = NEVER
## When the highest counter came.
var largest_at_us: int = 0
## Smoothed round trip; 0 until measured.
var rtt_us: int = 0
## Moving share of datagrams lost.
var loss: float = 0.0

var _sent_at: PackedInt64Array
var _largest: int = 0 # highest counter acknowledged
var _settled: int = 0 # counters up to here are counted as arrived or lost


func _init() -> void:
	_sent_at.resize(_SENT_SPAN)


## Notes that the peer wants an acknowledgement within [param delay_us].
func owe(now_us: int, delay_us: int) -> void:
	due_us = mini(due_us, now_us + delay_us)


## How long ago the highest counter came, as an acknowledgement says it.
func delay(now_us: int) -> int:
	@warning_ignore("integer_division")
	return clampi((now_us - largest_at_us) / _DELAY_UNIT_US, 0, 0xffff)


## Notes a datagram that leaves.
func sent(now_us: int, counter: int) -> void:
	_sent_at[counter % _SENT_SPAN] = now_us


## Takes an acknowledgement: [param low] is the low half of a counter below [param next], the next that we send.
func acked(now_us: int, next: int, low: int, mask: int, delayed: int) -> void:
	var back: int = (next - low) & 0xffffffff
	if back == 0 or back > _SENT_SPAN or back >= next:
		return # never sent, or too long ago to matter
	var largest: int = next - back
	if largest <= _largest:
		return
	_largest = largest
	var sample: int = now_us - _sent_at[largest % _SENT_SPAN] - delayed * _DELAY_UNIT_US
	if sample >= 0:
		@warning_ignore("integer_division")
		rtt_us = maxi(sample, 1) if rtt_us == 0 else rtt_us + (sample - rtt_us) / 8
	_settle(largest, mask)


func _settle(largest: int, mask: int) -> void:
	var from: int = maxi(_settled + 1, largest - _MASK_BITS) # beyond is a gap that no acknowledgement spoke of
	for c: int in range(from, largest - _SETTLED_AFTER + 1):
		var lost: float = 1.0 - ((mask >> (largest - 1 - c)) & 1)
		loss += (lost - loss) / 64
		_settled = c
