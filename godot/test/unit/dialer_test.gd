extends TestCase
## Which transports are tried, in which order.

const _GRANT: Dictionary = {"endpoints": [
	{"transport": "smoke", "url": "https://hill.example"},
	{"transport": "kcp", "addr": "a:1"},
	{"transport": "webrtc", "url": "/v1/rtc/1"},
	"nonsense",
	{"transport": "kcp", "addr": "a:2"},
	{"transport": "websocket", "url": "/v1/ws/1"},
	{},
]}


func _all(_kind: String) -> int:
	return 2


func _avoids_udp(kind: String) -> int:
	return {"kcp": 1, "webrtc": 0}.get(kind, 2)


func _avoids_all(kind: String) -> int:
	return 0 if kind == "webrtc" else 1


func test_order() -> void:
	same(str(RealmwireDialer.order(_GRANT, "auto", _all)), str(["kcp", "webrtc", "websocket"]), "that of the grant, without what is unknown")
	same(str(RealmwireDialer.order(_GRANT, "auto", _avoids_udp)), str(["websocket"]), "without what failed lately")
	same(str(RealmwireDialer.order(_GRANT, "auto", _avoids_all)), str(["kcp", "websocket"]), "unless nothing else is left")
	same(str(RealmwireDialer.order(_GRANT, "webrtc", _avoids_all)), str(["webrtc"]), "what is asked for is tried")
	same(str(RealmwireDialer.order(_GRANT, "smoke", _all)), "[]", "nothing that is unknown")
	for broken: Dictionary in [{}, {"endpoints": 5}, {"endpoints": null}]:
		same(str(RealmwireDialer.order(broken, "auto", _all)), "[]", "nothing in %s" % broken)


func test_endpoint() -> void:
	same(str(RealmwireDialer.endpoint(_GRANT, "kcp").get("addr")), "a:1", "the first of a transport")
	check(RealmwireDialer.endpoint(_GRANT, "quic").is_empty(), "none of another")
