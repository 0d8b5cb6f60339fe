extends TestCase
## transport/kcp/testdata is written by the Go code: handshake and sealing, made and opened here.


func test_handshake() -> void:
	for v: Dictionary in read_json("transport/kcp/testdata/handshake.json"):
		var suite: int = int(v["suite"])
		var secret: PackedByteArray = bytes(v, "secret")
		var key: PackedByteArray = RealmwireHandshake.proof_key(secret)
		same(key.hex_encode(), v["proof_key"], "proof key")
		var random: PackedByteArray = bytes(v, "client_random")
		same(RealmwireHandshake.request(random, bytes(v, "ticket")).hex_encode(), v["request"], "request of suite %d" % suite)
		var challenge: PackedByteArray = bytes(v, "challenge")
		check(RealmwireHandshake.proven(challenge, random, key), "challenge is refused")
		same(RealmwireHandshake.response(challenge, bytes(v, "ticket"), key).hex_encode(), v["response"], "response")
		for i: int in challenge.size():
			var bad: PackedByteArray = challenge.duplicate()
			bad[i] ^= 4
			check(not RealmwireHandshake.proven(bad, random, key), "a challenge with byte %d changed is taken" % i)
		check(not RealmwireHandshake.proven(challenge.slice(0, 40), random, key), "a short challenge is taken")


func test_sealing() -> void:
	var path: String = "transport/kcp/testdata/sealed.json"
	# A JSON number is a float here; a counter of 64 bits is not.
	var counters: PackedInt64Array
	for found: RegExMatch in RegEx.create_from_string("\"counter\": (\\d+)").search_all(read_repo(path)):
		counters.append(found.get_string(1).to_int())
	var list: Array = read_json(path)
	var seen: int = 0
	for i: int in list.size():
		var v: Dictionary = list[i]
		if int(v["suite"]) != RealmwireSealer.SUITE:
			continue
		seen += 1
		var name: String = v["name"]
		var keys: PackedByteArray = RealmwireHandshake.association_keys(bytes(v, "secret"), bytes(v, "salt"))
		var key: PackedByteArray = keys.slice(0, RealmwireSealer.KEY_SIZE) if v["to_server"] else keys.slice(RealmwireSealer.KEY_SIZE)
		var sealer: RealmwireSealer = RealmwireSealer.new(key)
		var datagram: PackedByteArray = bytes(v, "datagram")
		var header: PackedByteArray = datagram.slice(0, RealmwireWire.SEALED_HEADER)
		same(header.decode_u32(1), int(v["id"]), name)
		same(header.decode_u16(5) | header[7] << 16, counters[i] & 0xffffff, name)
		same(sealer.seal(header, bytes(v, "plaintext"), counters[i]).hex_encode(), v["datagram"], name)
		var frames: PackedByteArray = PackedByteArray()
		check(sealer.open(datagram, RealmwireWire.SEALED_HEADER, counters[i], frames), name + " does not open")
		same(frames.hex_encode(), v["plaintext"], name)
		check(not sealer.open(datagram, RealmwireWire.SEALED_HEADER, counters[i] + 1, frames), name + " opens with another counter")
		for at: int in range(0, datagram.size(), 7):
			var bad: PackedByteArray = datagram.duplicate()
			bad[at] ^= 1
			check(not sealer.open(bad, RealmwireWire.SEALED_HEADER, counters[i], frames), "%s opens with byte %d changed" % [name, at])
	check(seen >= 7, "vectors of our suite")


func test_expand_counter() -> void:
	for c: PackedInt64Array in [
		PackedInt64Array([0, 1, 1]), PackedInt64Array([0xffffff, 0, 0x1000000]), PackedInt64Array([0x1000000, 0xfffffe, 0xfffffe]),
		PackedInt64Array([0x5000010, 0x20, 0x5000020]), PackedInt64Array([0x5000010, 0xfffff0, 0x4fffff0]),
	]:
		same(RealmwireWire.expand_counter(c[0], c[1]), c[2], "after %x" % c[0])


func test_replay_window() -> void:
	var w: RealmwireReplayWindow = RealmwireReplayWindow.new()
	check(not w.fresh(0), "0 is no counter")
	for c: int in [1, 2, 4, 3, 70, 69, 1100]:
		check(w.fresh(c), "%d is fresh" % c)
		w.mark(c)
		check(not w.fresh(c), "%d twice" % c)
	check(not w.fresh(71) and not w.fresh(1100 - RealmwireReplayWindow.SPAN), "too old")
	check(w.fresh(1100 - RealmwireReplayWindow.SPAN + 1), "just new enough")
	w.mark(1098)
	w.mark(1102)
	same(w.mask, 0b1010, "1,098 and 1,100 before 1,102")


# Two cores over a link that loses, delays and reorders: every message arrives once and in order.
func test_kcp_on_a_bad_link() -> void:
	seed(7)
	var ends: Array[RealmwireReliableLane] = [RealmwireReliableLane.new(9), RealmwireReliableLane.new(9)]
	var wires: Array = [[], []]
	var sent: Array = [[], []]
	var got: Array = [[], []]
	for now: int in range(1_000_000, 1_040_000, 10):
		for i: int in 2:
			if now < 1_020_000 and randi() % 4 == 0:
				var msg: PackedByteArray = PackedByteArray()
				msg.resize(1 + randi() % (3000 if randi() % 20 == 0 else 60))
				msg.fill(sent[i].size() & 0xff)
				if ends[i].send(msg):
					sent[i].append(msg)
			ends[i].advance(now)
			for bunch: PackedByteArray in ends[i].bunches:
				check(bunch.size() <= RealmwireWire.MAX_LATEST, "a bunch fits a datagram")
				if randf() > 0.2:
					wires[1 - i].append([now + 20 + randi() % 60, bunch])
			ends[i].bunches.clear()
			var later: Array = []
			for item: Array in wires[i]:
				if item[0] > now:
					later.append(item)
					continue
				var whole: Array[PackedByteArray] = []
				check(ends[i].input(item[1], now, whole), "a good bunch is taken")
				got[i].append_array(whole)
			wires[i] = later
	for i: int in 2:
		check(sent[i].size() > 200, "enough was sent: %d" % sent[i].size())
		check(got[1 - i] == sent[i], "all messages came, in order: %d of %d" % [got[1 - i].size(), sent[i].size()])
		same(ends[i].backlog(), 0, "nothing is left")


func test_kcp_refuses_garbage() -> void:
	var good: RealmwireKcp = RealmwireKcp.new(5, RealmwireWire.MAX_LATEST)
	good.send("hello".to_utf8_buffer())
	var bunch: PackedByteArray = good.flush(1000)[0]
	for n: int in range(1, bunch.size()):
		check(not RealmwireKcp.new(5, RealmwireWire.MAX_LATEST).input(bunch.slice(0, n), 1000), "cut to %d bytes" % n)
	check(not RealmwireKcp.new(6, RealmwireWire.MAX_LATEST).input(bunch, 1000), "another conversation")
	for bad: Array in [[4, 80], [5, 1], [20, 4], [21, 1], [23, 0x80]]:
		var b: PackedByteArray = bunch.duplicate()
		b[bad[0]] = bad[1]
		check(not RealmwireKcp.new(5, RealmwireWire.MAX_LATEST).input(b, 1000), "byte %d is %d" % bad)


static func bytes(v: Dictionary, key: String) -> PackedByteArray:
	return (v[key] as String).hex_decode()
