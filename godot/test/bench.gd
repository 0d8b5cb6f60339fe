extends SceneTree
## Measures what the SDK costs and prints a line for each figure. The crowds are written by bench_test.go.

const PATH: String = "res://test/crowds.json"


func _init() -> void:
	var crowds: Array = JSON.parse_string(FileAccess.get_file_as_string(PATH))
	RealmwireCrc32.of(PackedByteArray()) # makes its table
	for c: Dictionary in crowds:
		_snapshots(c)
	_datagrams(100)
	_datagrams(1150)
	_mover()
	quit()


func _snapshots(c: Dictionary) -> void:
	var messages: Array[PackedByteArray] = []
	var bytes: int = 0
	for hex: String in c["snapshots"]:
		messages.append(hex.hex_decode())
	var best: float = INF
	var records: int = 0
	for round_number: int in 5:
		var replica: RealmwireReplica = RealmwireReplica.new(RpgSchema.schema())
		var spent: int = 0
		records = 0
		bytes = 0
		for i: int in messages.size():
			var began: int = Time.get_ticks_usec()
			var result: RealmwireReplica.Result = replica.apply(messages[i])
			if i >= 100: # all have spawned
				spent += Time.get_ticks_usec() - began
				records += replica.updated.size()
				bytes += messages[i].size()
			if result != RealmwireReplica.Result.APPLIED:
				push_error("snapshot %d of %s: %d" % [i, c["name"], result])
				quit(1)
				return
		best = minf(best, float(spent) / (messages.size() - 100))
	var n: int = messages.size() - 100
	print("BENCH snapshot, %s: %.1f µs (%.1f updates, %.0f bytes)" % [c["name"], best, float(records) / n, float(bytes) / n])


func _datagrams(size: int) -> void:
	var keys: PackedByteArray = RealmwireHandshake.association_keys(_zeros(32), _zeros(40))
	var sealer: RealmwireSealer = RealmwireSealer.new(keys.slice(0, RealmwireSealer.KEY_SIZE))
	var header: PackedByteArray = _zeros(RealmwireWire.SEALED_HEADER)
	var frames: PackedByteArray = _zeros(size)
	var datagram: PackedByteArray = sealer.seal(header, frames, 1)
	var seal_us: float = _time(2000, func() -> void: sealer.seal(header, frames, 1))
	var open_us: float = _time(2000, func() -> void: sealer.open(datagram, RealmwireWire.SEALED_HEADER, 1, frames))
	print("BENCH datagram of %d bytes: seal %.1f µs, open %.1f µs" % [size, seal_us, open_us])


func _mover() -> void:
	var map: Open = Open.new()
	var mover: RealmwireMover = RealmwireMover.new(RpgGame.SPEED, 20, RpgGame.HALF_W, RpgGame.HALF_H)
	var us: float = _time(20000, func() -> void: mover.step(map, Vector3i(5000, 5000, 0), 90, 80, 7))
	print("BENCH movement, one tick: %.2f µs" % us)


class Open:
	extends RealmwireGrid

	func solid(_tx: int, _ty: int) -> bool:
		return false


static func _time(n: int, work: Callable) -> float:
	var best: float = INF
	for round_number: int in 5:
		var began: int = Time.get_ticks_usec()
		for i: int in n:
			work.call()
		best = minf(best, float(Time.get_ticks_usec() - began) / n)
	return best


static func _zeros(n: int) -> PackedByteArray:
	var out: PackedByteArray = PackedByteArray()
	out.resize(n)
	out.fill(0)
	return out
