class_name RealmwireOwnState
extends RefCounted
## Tells of which tick the own entity's newest state is the state.
##
## A snapshot without the own entity means that nothing of it changed; but only where no snapshot was lost since its last
## record, for that one may have held a change. The server sends a change twice, and then again until it is acknowledged.

const _MAX_RESEND: int = 42 # ticks: after so long the server has sent again whatever was lost

var _gap_tick: int = 0 # newest snapshot before which some are missing


## Takes in a snapshot: its tick, the ticks since the one before (0: none before), how many ticks apart snapshots are when
## none is lost, and the tick of the own entity's newest record. True: the record is the state of this tick.
func current(tick: int, gap: int, stride: int, record: int, ordered: bool) -> bool:
	if gap > stride:
		_gap_tick = tick
	if record == tick or ordered:
		return true
	return _gap_tick <= record or tick - _gap_tick > _MAX_RESEND
