extends TestCase
## Two ends of an association on a simulated network, driven by hand. What a server does beyond (moved addresses) is not in it.

const STEP_US: int = 4_000


class Pair:
	extends RefCounted
	var ends: Array[RealmwireAssociation] = []
	var sealers: Array[RealmwireSealer] = []
	var now_us: int = 5_000_000
	var wires: Array = [[], []]
	var loss: float = 0.0
	var delay_us: int = 20_000
	var cut: bool = false

	func _init() -> void:
		var zeros: PackedByteArray = PackedByteArray()
		zeros.resize(40)
		zeros.fill(0)
		var keys: PackedByteArray = RealmwireHandshake.association_keys(zeros.slice(0, 32), zeros)
		for i: int in 4: # each end has its own, for sending and for receiving
			var side: int = i % 2
			sealers.append(RealmwireSealer.new(keys.slice(side * RealmwireSealer.KEY_SIZE, (side + 1) * RealmwireSealer.KEY_SIZE)))
		ends.append(RealmwireAssociation.new(77, sealers[0], sealers[1], 10_000_000, now_us))
		ends.append(RealmwireAssociation.new(77, sealers[3], sealers[2], 10_000_000, now_us))

	func step() -> void:
		now_us += STEP_US
		for i: int in 2:
			var later: Array = []
			for item: Array in wires[i]:
				if item[0] <= now_us:
					ends[i].receive(now_us, item[1] as PackedByteArray)
				else:
					later.append(item)
			wires[i] = later
		for i: int in 2:
			ends[i].advance(now_us)
			while true:
				var out: PackedByteArray = ends[i].emit(now_us)
				if out.is_empty():
					break
				if not cut and randf() >= loss:
					wires[1 - i].append([now_us + delay_us + randi() % 8000, out])

	func run(seconds: float) -> void:
		for i: int in int(seconds * 1_000_000 / STEP_US):
			step()


func test_messages_and_close() -> void:
	seed(21)
	var p: Pair = Pair.new()
	p.loss = 0.15
	var sent: Array[PackedByteArray] = []
	for i: int in 300:
		var msg: PackedByteArray = ("message %d " % i).repeat(1 + i % 60).to_utf8_buffer()
		sent.append(msg)
		check(p.ends[0].send(RealmwireWire.Lane.RELIABLE, msg), "it is taken")
		p.ends[0].send(RealmwireWire.Lane.LATEST, PackedByteArray([i & 0xff]))
		p.step()
	p.run(10.0)
	var reliable: Array[PackedByteArray] = []
	var latest: int = 0
	for i: int in p.ends[1].messages.size():
		if p.ends[1].lanes[i] == RealmwireWire.Lane.RELIABLE:
			reliable.append(p.ends[1].messages[i])
		else:
			latest += 1
	check(reliable == sent, "%d of %d reliable messages in order" % [reliable.size(), sent.size()])
	check(latest > 200 and latest < 300, "%d of 300 latest messages" % latest)
	check(absf(p.ends[0].acks.loss - 0.15) < 0.15 and p.ends[0].acks.rtt_us > 40_000, "loss and round trip are measured")
	p.ends[0].close(p.now_us, RealmwireWire.Close.KICKED, "so long")
	p.run(2.0)
	same([p.ends[1].end.code, p.ends[1].end.text.get_string_from_utf8()], [RealmwireWire.Close.KICKED, "so long"], "what the peer was told")
	check(p.ends[0].end.dead and p.ends[1].end.dead, "both are done")


func test_silence_ends_it_and_keep_alive_prevents_that() -> void:
	seed(22)
	var p: Pair = Pair.new()
	p.run(30.0)
	check(not p.ends[0].end.ended and not p.ends[1].end.ended, "an idle association lives")
	check(p.ends[0].datagrams_out < 40, "on %d datagrams in 30 s" % p.ends[0].datagrams_out)
	p.cut = true
	p.run(10.5)
	same(p.ends[0].end.code, RealmwireWire.Close.TIMEOUT, "silence")


func test_limits() -> void:
	var p: Pair = Pair.new()
	var big: PackedByteArray = PackedByteArray()
	big.resize(RealmwireWire.MAX_RELIABLE + 1)
	check(not p.ends[0].send(RealmwireWire.Lane.RELIABLE, big), "a message over the limit")
	check(not p.ends[0].send(RealmwireWire.Lane.LATEST, big.slice(0, RealmwireWire.MAX_LATEST + 1)), "a latest message over the limit")
	check(not p.ends[0].send(RealmwireWire.Lane.LATEST, PackedByteArray()), "an empty message")
	var taken: int = 0
	while p.ends[0].send(RealmwireWire.Lane.RELIABLE, big.slice(0, 60_000)):
		taken += 1
	same(taken, 4, "messages until the queue is full")


# Authentic garbage: whatever is in the frames, the answer is a close, never a script error.
func test_garbage_frames() -> void:
	seed(23)
	var closed: int = 0
	for round_number: int in 300:
		var p: Pair = Pair.new()
		var frames: PackedByteArray = PackedByteArray()
		for i: int in randi() % 60:
			frames.append([0, 1, 2, 3, 4, 5, 0x10, 0x11, randi() % 256][randi() % 9] if randf() < 0.5 else randi() % 256)
		var header: PackedByteArray = PackedByteArray([RealmwireWire.TYPE_SEALED, 77, 0, 0, 0, 1, 0, 0])
		check(p.ends[0].receive(p.now_us, p.sealers[3].seal(header, frames, 1)), "it is authentic")
		p.ends[0].advance(p.now_us)
		p.ends[0].emit(p.now_us)
		closed += 1 if p.ends[0].end.ended else 0
	check(closed > 100, "%d of 300 were refused" % closed)
