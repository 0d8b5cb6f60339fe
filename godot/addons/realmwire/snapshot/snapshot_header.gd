class_name RealmwireSnapshotHeader
extends RefCounted
## What opens a snapshot. Its second half steers the client's clock. See docs/wire.md, "Snapshots".

## First byte of a snapshot.
const TYPE: int = 1
const _MIN_LEAD: int = -2048
const _MAX_LEAD: int = 2047
const _LEAD_BITS: int = 12
const _MAX_TICK_HZ: int = 128
const _TICK_HZ_BITS: int = 7

## The tick whose state follows.
var tick: int = 0
## A checksum over the snapshot's entities ends it.
var verify: bool = false
## Whether an input packet came since the last snapshot.
var has_echo: bool = false
## The client time of that packet, in milliseconds that wrap at 65,536.
var echo: int = 0
## Milliseconds that it waited at the server.
var hold_ms: int = 0
## How long before its tick that packet's newest input came, in 1/16 ticks; negative: too late.
var lead: int = 0
## This tick was simulated without an input of the client's.
var starved: bool = false
## How many ticks a second come after this one; 0: as many as were said last.
var tick_hz: int = 0


## Becomes what [method write] wrote; [param r] fails where that is no snapshot.
func read(r: RealmwireBitReader) -> void:
	if r.uint(8) != TYPE:
		r.fail()
	tick = r.uint(32)
	verify = r.flag()
	has_echo = r.flag()
	if has_echo:
		echo = r.uint(16)
		hold_ms = r.uint(8)
		lead = r.ranged(_MIN_LEAD, _MAX_LEAD, _LEAD_BITS)
	starved = r.flag()
	tick_hz = r.ranged(1, _MAX_TICK_HZ, _TICK_HZ_BITS) if r.flag() else 0


## Appends it.
func write(w: RealmwireBitWriter) -> void:
	w.uint(TYPE, 8)
	w.uint(tick, 32)
	w.flag(verify)
	if w.changed(has_echo):
		w.uint(echo, 16)
		w.uint(hold_ms, 8)
		w.ranged(lead, _MIN_LEAD, _MAX_LEAD, _LEAD_BITS)
	w.flag(starved)
	if w.changed(tick_hz != 0):
		w.ranged(tick_hz, 1, _MAX_TICK_HZ, _TICK_HZ_BITS)
