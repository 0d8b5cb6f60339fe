extends SceneTree
## Talks over the UDP transport with transport/kcp's server, which sends every message back, and checks what comes:
## [code]-- --addr=HOST:PORT --ticket=BASE64 --secret=BASE64[/code].

const RELIABLE: int = 150
const LATEST: int = 100
const TIMEOUT_US: int = 60_000_000

var _transport: RealmwireUdpTransport
var _sent: Array[PackedByteArray] = []
var _got: int = 0
var _latest: Dictionary[int, bool] = {}
var _wrong: String = ""
var _end: String = ""


func _init() -> void:
	var options: Dictionary[String, String] = {}
	for arg: String in OS.get_cmdline_user_args():
		options[arg.get_slice("=", 0)] = arg.substr(arg.find("=") + 1)
	var ticket: PackedByteArray = Marshalls.base64_to_raw(options["--ticket"])
	var secret: PackedByteArray = Marshalls.base64_to_raw(options["--secret"])
	_transport = RealmwireUdpTransport.new(options["--addr"], ticket, secret, Time.get_ticks_usec())
	_transport.message_received.connect(_received)
	_transport.closed.connect(func(code: int, text: String) -> void: _end = "%d %s" % [code, text])
	seed(11)
	for i: int in RELIABLE:
		_sent.append(_message(i))
	_run()


# Sizes from one byte to the largest, so that segments are shared, filled and crossed.
func _message(i: int) -> PackedByteArray:
	var size: int = 4 + randi() % 80
	if i % 29 == 0:
		size = RealmwireWire.MAX_RELIABLE if i == 58 else 5000 + randi() % 20000
	var msg: PackedByteArray = PackedByteArray()
	for at: int in size:
		msg.append((i * 31 + at * 7) & 0xff)
	return msg


func _received(lane: RealmwireWire.Lane, msg: PackedByteArray) -> void:
	if lane == RealmwireWire.Lane.LATEST:
		_latest[msg.decode_u32(0)] = true
		return
	if _got >= RELIABLE or msg != _sent[_got]:
		_wrong = "message %d came back as another" % _got
	_got += 1


func _run() -> void:
	var began_us: int = Time.get_ticks_usec()
	var next: int = 0
	var latest: int = 0
	while _got < RELIABLE or latest < LATEST:
		var now_us: int = Time.get_ticks_usec()
		if now_us - began_us > TIMEOUT_US or _wrong != "" or _transport.state == RealmwireTransport.State.CLOSED:
			_report(false)
			return
		if _transport.state == RealmwireTransport.State.OPEN:
			while next < RELIABLE and _transport.send(RealmwireWire.Lane.RELIABLE, _sent[next]):
				next += 1
			if latest < LATEST and now_us - began_us > latest * 20_000:
				var msg: PackedByteArray = PackedByteArray()
				msg.resize(RealmwireWire.MAX_LATEST if latest % 10 == 0 else 40)
				msg.encode_u32(0, latest)
				_transport.send(RealmwireWire.Lane.LATEST, msg)
				latest += 1
		_transport.poll(now_us)
		await process_frame
	_transport.close(RealmwireWire.Close.NORMAL, "enough")
	while _transport.state != RealmwireTransport.State.CLOSED:
		_transport.poll(Time.get_ticks_usec())
		await process_frame
	_report(true)


func _report(ok: bool) -> void:
	print("INTEROP ", JSON.stringify({
		"ok": ok and _wrong == "", "error": _wrong, "end": _end, "reliable": _got, "latest": _latest.size(), "rtt_ms": _transport.rtt_ms(),
		"loss": _transport.loss(), "bytes_in": _transport.bytes_in, "bytes_out": _transport.bytes_out,
	}))
	quit(0 if ok and _wrong == "" else 1)
