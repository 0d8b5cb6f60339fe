extends TestCase
## Which login token goes with a call, and where it goes.


class Api:
	extends RealmwireApi

	## The token of each call, in order, after its path.
	var shown_tokens: PackedStringArray = []
	var _logins: int = 0

	func _init() -> void:
		super(null, "http://realm.test")

	func _request(_method: HTTPClient.Method, path: String, _body: Variant, shown: String) -> RealmwireReply:
		shown_tokens.append("%s %s" % [path, shown])
		_logins += 1
		return RealmwireReply.given({"token": "t%d" % _logins, "account": {"guest": path == "/v1/guest"}})


## The token of the last login with a password goes with the next one, though somebody logged out, or played as a guest, meanwhile.
func test_earlier_token() -> void:
	var api: Api = Api.new()
	await api.register("Ann", "secret-secret") # t1
	await api.logout()
	await api.guest() # t3
	same(api.earlier, "t1", "after playing as a guest")
	await api.login("Ann", "secret-secret") # t4
	same(api.token, "t4", "signed in")
	same(api.earlier, "t4", "after the login")
	await api.logout()
	await api.guest() # t6
	await api.upgrade("Bea", "secret-secret")
	same(api.earlier, "t6", "of a guest that has a password now")
	same(Array(api.shown_tokens), ["/v1/register ", "/v1/logout t1", "/v1/guest ", "/v1/login t1", "/v1/logout t4", "/v1/guest ", "/v1/upgrade t6"], "tokens")


## A path is the gateway's, also below a path of a proxy; nothing that a grant says leads elsewhere but a WebSocket.
func test_urls() -> void:
	for address: String in ["https://host.test/game", "https://host.test/game/", "https://host.test/game//", "HTTPS://host.test/game/?x=1#y", " https://host.test/game/\n"]:
		var api: RealmwireApi = RealmwireApi.new(null, address)
		same(api.base, "https://host.test/game", address)
		same(api.url("/v1/realm"), "https://host.test/game/v1/realm", address)
	same(RealmwireApi.new(null, "http://127.0.0.1:8080/").url("/v1/ws/1?a=b"), "http://127.0.0.1:8080/v1/ws/1?a=b", "no path")
	same(RealmwireApi.new(null, "http://[2001:db8::1]:8080").url("/v1/realm"), "http://[2001:db8::1]:8080/v1/realm", "IPv6")
	same(RealmwireApi.new(null, "http://[::1]:8080").url("/v1/realm"), "http://[0:0:0:0:0:0:0:1]:8080/v1/realm", "IPv6's loopback, which the engine finds too short")
	var at: RealmwireApi = RealmwireApi.new(null, "https://host.test/game")
	same(at.url("wss://zone1.test/ws"), "wss://zone1.test/ws", "straight to a zone process")
	for path: String in ["", "@other.test/v1", "https://other.test/", "v1/realm"]:
		same(at.url(path), "", path)
