class_name RealmwireInputPacket
extends RefCounted
## What a client sends once a tick: acknowledgements and the inputs of the last ticks. See docs/wire.md, "Inputs".

## First byte of an input packet.
const TYPE: int = 2
## Inputs in one packet, at most.
const MAX_INPUTS: int = 16
const _AHEAD_BITS: int = 7 # the usual distance from the acknowledged tick to that of the newest input
const _BEHIND_BITS: int = 12 # from what was shown to the newest input's tick, in parts of a tick
const _VIEW_UNIT: int = 32 # parts of a tick
const _MAX_TICK: int = (1 << 32) - 1

## Newest snapshot applied; 0: none.
var ack_tick: int = 0
## Bit [i]i[/i]: snapshot [member ack_tick] - 1 - [i]i[/i] was applied.
var ack_older: int = 0
## Milliseconds of the client's clock, wrapped at 65,536, which the next snapshot echoes.
var client_time: int = 0
## Tick that the first input is for; each following is for the tick before.
var newest: int = 0
## The tick that the player saw when giving the first input, with its fraction, in 1/32; 0: nothing was shown yet. Each following
## input was given a tick earlier, on a view of a tick earlier. What lies too far before [member newest], or after it, is limited.
var view: float = 0.0
## 1 to [constant MAX_INPUTS], the newest first.
var inputs: Array[RealmwireInput] = []


## The packet as bytes; [param w] is used for it.
func encode(w: RealmwireBitWriter) -> PackedByteArray:
	w.reset()
	w.uint(TYPE, 8)
	w.uint(ack_tick, 32)
	w.uint(ack_older, 32)
	w.uint(client_time, 16)
	var ahead: int = newest - ack_tick
	if w.changed(ahead >= 0 and ahead < 1 << _AHEAD_BITS):
		w.uint(ahead, _AHEAD_BITS)
	else:
		w.uint(newest, 32)
	if w.changed(view > 0.0):
		w.uint(clampi(roundi((newest - view) * _VIEW_UNIT), 0, (1 << _BEHIND_BITS) - 1), _BEHIND_BITS)
	var n: int = mini(inputs.size(), MAX_INPUTS)
	w.uint(n - 1, 4)
	inputs[0].write(w)
	for i: int in range(1, n):
		inputs[i].write_delta(w, inputs[i - 1])
	return w.bytes()


## Becomes what [param bytes] hold. False: they are malformed. Servers and tests need this.
func decode(bytes: PackedByteArray, schema: RealmwireSchema) -> bool:
	var r: RealmwireBitReader = RealmwireBitReader.new(bytes)
	if r.uint(8) != TYPE:
		return false
	ack_tick = r.uint(32)
	ack_older = r.uint(32)
	client_time = r.uint(16)
	newest = ack_tick + r.uint(_AHEAD_BITS) if r.flag() else r.uint(32)
	if newest > _MAX_TICK:
		return false
	view = 0.0
	if r.flag():
		view = newest - r.uint(_BEHIND_BITS) / float(_VIEW_UNIT)
		if view < 1.0:
			return false
	inputs = []
	var n: int = r.uint(4) + 1
	for i: int in n:
		var input: RealmwireInput = schema.new_input()
		if i == 0:
			input.read(r)
		else:
			input.read_delta(r, inputs[i - 1])
		inputs.append(input)
	return r.close() and newest >= n
