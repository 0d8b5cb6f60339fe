extends TestCase
## Which login token goes with a call.


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
