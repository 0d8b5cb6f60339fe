class_name RealmwireApi
extends RefCounted
## The realm's HTTP interface. Every call is a coroutine: [code]var reply: RealmwireReply = await api.guest()[/code].

## The version of the HTTP interface and of the wire that this client speaks.
const PROTOCOL: int = 3
const _TIMEOUT_S: float = 12.0
const _MAX_BODY: int = 8 << 20
const _METHODS: Dictionary[HTTPClient.Method, String] = {
	HTTPClient.METHOD_GET: "GET", HTTPClient.METHOD_POST: "POST", HTTPClient.METHOD_PATCH: "PATCH", HTTPClient.METHOD_DELETE: "DELETE",
}

## Emitted when somebody signed in or out, or the realm no longer knows the token.
signal account_changed

## The gateway's address, as in "https://play.example.org", or "https://example.org/game" below a path of a proxy.
var base: String
## Proves who is signed in; may be kept and put back later. Empty: nobody.
var token: String = ""
## The token of this device's last login with a password, good or ended; may be kept beyond a logout and put back. It opens nothing by
## itself, but lets its account sign in from here while others guess the password.
var earlier: String = ""
## The account that is signed in: id, name, guest, role.
var account: Dictionary = {}

var _host: Node


## [param host] is a node in the tree under which requests live.
func _init(host: Node, base_url: String) -> void:
	_host = host
	base = folder_of(base_url)


## The realm as it is now: name, motd, players, capacity, zones …
func realm() -> RealmwireReply:
	return await request(HTTPClient.METHOD_GET, "/v1/realm")


## Makes an account and signs it in.
func register(name: String, password: String) -> RealmwireReply:
	var r: RealmwireReply = await _sign_in("/v1/register", {"name": name, "password": password}, token)
	if r.ok:
		earlier = token
	return r


## Signs in.
func login(name: String, password: String) -> RealmwireReply:
	var r: RealmwireReply = await _sign_in("/v1/login", {"name": name, "password": password}, token if earlier.is_empty() else earlier)
	if r.ok:
		earlier = token
	return r


## Makes an account without a password, and signs it in. Losing the token loses it, unless it is upgraded.
func guest() -> RealmwireReply:
	return await _sign_in("/v1/guest", {}, token)


## Gives a guest account a name and a password.
func upgrade(name: String, password: String) -> RealmwireReply:
	var r: RealmwireReply = await request(HTTPClient.METHOD_POST, "/v1/upgrade", {"name": name, "password": password})
	if r.ok:
		earlier = token
		account = r.object("account")
		account_changed.emit()
	return r


## Takes up a token that was kept. Where the reply is not ok and no longer [method RealmwireReply.temporary], it is void.
func resume(kept: String) -> RealmwireReply:
	token = kept
	var r: RealmwireReply = await request(HTTPClient.METHOD_GET, "/v1/me")
	if r.ok:
		account = r.object("account")
		account_changed.emit()
	elif not r.temporary():
		forget()
	return r


## Signs out. The token is forgotten even where the realm cannot be reached.
func logout() -> RealmwireReply:
	var r: RealmwireReply = await request(HTTPClient.METHOD_POST, "/v1/logout")
	forget()
	return r


## Forgets the token.
func forget() -> void:
	token = ""
	account = {}
	account_changed.emit()


## The account's characters, how many it may have ("limit"), and the id of the one played last ("last"), if any was.
func characters() -> RealmwireReply:
	return await request(HTTPClient.METHOD_GET, "/v1/characters")


## Makes a character. [param class_id] is one of the realm's classes, or empty where it has none; [param appearance] is the game's
## affair, and may be [code]null[/code].
func create_character(name: String, class_id: String, appearance: Variant = null) -> RealmwireReply:
	return await request(HTTPClient.METHOD_POST, "/v1/characters", {"name": name, "class": class_id, "appearance": appearance})


## Gives a character another name. Whoever plays it is put out of the world, and may enter again.
func rename_character(id: String, name: String) -> RealmwireReply:
	return await request(HTTPClient.METHOD_PATCH, "/v1/characters/" + id.uri_encode(), {"name": name})


## Deletes a character for good. [param confirm] is its name, typed by the player: without it, the realm refuses.
func delete_character(id: String, confirm: String) -> RealmwireReply:
	return await request(HTTPClient.METHOD_DELETE, "/v1/characters/%s?confirm=%s" % [id.uri_encode(), confirm.uri_encode()])


## Asks for a grant: the right to enter the zone where a character is. [param client] is [method new_client], drawn when the player decided to play.
## Whoever plays the character is put out, unless this client is [param returning] by itself: then it is refused with "played-elsewhere".
func play(character: String, schema_hex: String, suite: int, client: String = "", returning: bool = false) -> RealmwireReply:
	var body: Dictionary = {"character": character, "schema": schema_hex, "protocol": PROTOCOL, "suite": suite}
	if not client.is_empty():
		body["client"] = client
		body["returning"] = returning
	return await request(HTTPClient.METHOD_POST, "/v1/play", body)


## Draws what tells a client from others that play the same character.
static func new_client() -> String:
	return Crypto.new().generate_random_bytes(8).hex_encode()


## The full address of a path on the gateway; that of a WebSocket elsewhere stays. Empty: it is neither, and a grant must not lead to another host.
func url(path: String) -> String:
	if path.begins_with("ws://") or path.begins_with("wss://"):
		return path
	return base + path if path.begins_with("/") else ""


## An address as people write or copy it, without what follows its path and without slashes at its end.
static func folder_of(address: String) -> String:
	var plain: String = address.strip_edges().get_slice("#", 0).get_slice("?", 0).rstrip("/")
	plain = plain.replace("://[::1]", "://[0:0:0:0:0:0:0:1]") # the engine takes no host of three characters
	var scheme: String = plain.get_slice("://", 0)
	return plain if scheme == plain else scheme.to_lower() + plain.substr(scheme.length())


func _sign_in(path: String, body: Dictionary, shown: String) -> RealmwireReply:
	var r: RealmwireReply = await _request(HTTPClient.METHOD_POST, path, body, shown)
	if r.ok:
		token = r.text("token")
		account = r.object("account")
		account_changed.emit()
	return r


## Any call: [param path] begins with a slash; [param body] becomes JSON, null sends none.
func request(method: HTTPClient.Method, path: String, body: Variant = null) -> RealmwireReply:
	return await _request(method, path, body, token)


func _request(method: HTTPClient.Method, path: String, body: Variant, shown: String) -> RealmwireReply:
	if not is_instance_valid(_host) or not _host.is_inside_tree():
		return RealmwireReply.failed("closed", "The game is closing.")
	var headers: PackedStringArray = ["Accept: application/json"]
	if not shown.is_empty():
		headers.append("Authorization: Bearer " + shown)
	var text: String = ""
	if body != null:
		headers.append("Content-Type: application/json")
		text = JSON.stringify(body)
	var answer: Array
	if OS.has_feature("web"):
		answer = await RealmwireFetch.new().send(_METHODS[method], url(path), headers, text, _TIMEOUT_S)
	else:
		answer = await _by_engine(method, url(path), headers, text)
	if answer.is_empty():
		return RealmwireReply.failed("offline", "%s is no address of a realm." % url(path))
	return _reply(answer[0], answer[1], answer[2], answer[3])


# What request_completed tells; empty: the address is none.
func _by_engine(method: HTTPClient.Method, address: String, headers: PackedStringArray, text: String) -> Array:
	var http: HTTPRequest = HTTPRequest.new()
	http.timeout = _TIMEOUT_S
	http.body_size_limit = _MAX_BODY
	http.use_threads = true
	_host.add_child(http)
	if text.is_empty() and method == HTTPClient.METHOD_POST:
		headers.append("Content-Length: 0")
	var answer: Array = []
	if http.request(address, headers, method, text) == OK:
		answer = await http.request_completed
	http.queue_free()
	return answer


func _reply(result: int, status: int, headers: PackedStringArray, body: PackedByteArray) -> RealmwireReply:
	if result != HTTPRequest.RESULT_SUCCESS:
		return RealmwireReply.failed("offline", "The realm cannot be reached at %s. Check your connection, then try again." % base)
	var r: RealmwireReply = RealmwireReply.new()
	r.status = status
	r.ok = status >= 200 and status < 300
	r.body = body
	for line: String in headers:
		if line.to_lower().begins_with("retry-after:"):
			r.retry_after = line.get_slice(":", 1).strip_edges().to_float()
	var json: JSON = JSON.new()
	if not body.is_empty() and json.parse(body.get_string_from_utf8()) == OK and json.data is Dictionary:
		r.data = json.data
	if not r.ok:
		r.foreign = r.text("title").is_empty()
		r.title = r.text("title") if not r.text("title").is_empty() else "status-%d" % status
		r.detail = r.text("detail")
		if r.detail.is_empty():
			r.detail = "The realm answered %d (%s). Try again in a moment." % [status, r.title]
	return r
