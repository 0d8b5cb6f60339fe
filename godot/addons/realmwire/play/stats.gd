class_name RealmwireStats
extends RefCounted
## How a session does. Rates are over the last seconds; counters are over the whole session.

const _WINDOW_US: int = 3_000_000
const _MARK_US: int = 100_000

## "kcp", "webrtc" or "websocket"; empty: none.
var transport: String = ""
## Round trip as inputs and snapshots measure it.
var rtt_ms: float = 0.0
## Snapshots that did not come, in percent.
var loss_pct: float = 0.0
## How late snapshots come against the earliest ones.
var jitter_ms: float = 0.0
var down_bytes_per_s: float = 0.0
var up_bytes_per_s: float = 0.0
## How old the newest state is: since the server sent it, averaged over time.
var snapshot_age_ms: float = 0.0
var snapshots_per_s: float = 0.0
## How far in the past others are drawn.
var delay_ms: float = 0.0
## Times that the server's word moved the own entity from where it was predicted.
var corrections: int = 0
## Snapshots whose checksum was compared, and those that differed.
var checked: int = 0
var desyncs: int = 0
## Ticks that the server simulated without our input although the clock was set.
var starved: int = 0
## Snapshots applied, and input packets sent.
var snapshots: int = 0
var packets: int = 0
## Zones entered from another zone, and connections lost.
var transfers: int = 0
var drops: int = 0
## Of the lost connections, those made good without asking the realm.
var resumed: int = 0

# Totals: bytes in, bytes out, snapshots, snapshots lost, age (ms) summed, samples of it.
var _totals: PackedFloat64Array = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
var _marks: Array[PackedFloat64Array] = []
var _mark_us: PackedInt64Array


## Counts bytes that went over the wire.
func add_bytes(incoming: int, outgoing: int) -> void:
	_totals[0] += incoming
	_totals[1] += outgoing


## Counts an applied snapshot, and those that are missing before it.
func add_snapshot(missing: int) -> void:
	snapshots += 1
	_totals[2] += 1
	_totals[3] += missing


## Counts how old the newest state is now.
func add_age(ms: float) -> void:
	_totals[4] += ms
	_totals[5] += 1


## Moves the window on; call it once a frame.
func slide(now_us: int) -> void:
	if not _mark_us.is_empty() and now_us - _mark_us[-1] < _MARK_US:
		return
	_marks.append(_totals.duplicate())
	_mark_us.append(now_us)
	while _marks.size() > 2 and now_us - _mark_us[1] >= _WINDOW_US:
		_marks.pop_front()
		_mark_us.remove_at(0)
	var from: PackedFloat64Array = _marks[0]
	var seconds: float = maxf(_MARK_US, now_us - _mark_us[0]) / 1_000_000.0
	down_bytes_per_s = (_totals[0] - from[0]) / seconds
	up_bytes_per_s = (_totals[1] - from[1]) / seconds
	snapshots_per_s = (_totals[2] - from[2]) / seconds
	var lost: float = _totals[3] - from[3]
	loss_pct = 100.0 * lost / maxf(1.0, lost + _totals[2] - from[2])
	snapshot_age_ms = (_totals[4] - from[4]) / maxf(1.0, _totals[5] - from[5])
