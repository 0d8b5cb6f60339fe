extends TestCase
## What a session makes of the ends of its links.


class Line:
	extends RealmwireTransport

	func _init() -> void:
		state = State.OPEN

	func kind() -> String:
		return "kcp"

	func poll(_now_us: int) -> void:
		pass

	func send(_lane: RealmwireWire.Lane, _msg: PackedByteArray) -> bool:
		return state == State.OPEN

	func close(_code: int, _text: String) -> void:
		state = State.CLOSED

	func tell(m: RealmwireMessage) -> void:
		_receive(RealmwireWire.Lane.RELIABLE, m.encode())


func _goodbye(reason: MessageSchema.Reason) -> MessageSchema.Goodbye:
	var bye: MessageSchema.Goodbye = MessageSchema.Goodbye.new()
	bye.reason = reason
	bye.text = "Words for the player."
	return bye


# A session that plays over a line.
func _playing(line: Line, tree: SceneTree) -> RealmwireSession:
	var session: RealmwireSession = RealmwireSession.new(null, RealmwireMapCache.new(null), tree.process_frame, RpgGame.new(), "2")
	var link: RealmwireLink = RealmwireLink.new(RpgGame.new(), RealmwireMap.new(), line, session.stats, Time.get_ticks_usec())
	link.here = true
	session.call("_show", link)
	return session


func test_last_words() -> void:
	var tree: SceneTree = SceneTree.new()
	for reason: MessageSchema.Reason in [MessageSchema.Reason.TAKEN_OVER, MessageSchema.Reason.KICKED, MessageSchema.Reason.ATTACH_REFUSED]:
		var line: Line = Line.new()
		var session: RealmwireSession = _playing(line, tree)
		line.tell(_goodbye(reason))
		var stays: bool = reason == MessageSchema.Reason.ATTACH_REFUSED
		same(session.state, RealmwireSession.State.RECONNECTING if stays else RealmwireSession.State.ENDED, "after reason %d" % reason)
		session.leave()
	tree.free()


## The way to the next zone came to nothing, and the realm, asked anew, takes the character from where it was: what the zone before says of that
## must not end the session.
func test_old_zone_has_no_last_word() -> void:
	var tree: SceneTree = SceneTree.new()
	var line: Line = Line.new()
	var session: RealmwireSession = _playing(line, tree)
	var transfer: MessageSchema.Transfer = MessageSchema.Transfer.new()
	transfer.grant = "{}" # of a map without a hash: it leads nowhere
	line.tell(transfer)
	same(session.state, RealmwireSession.State.RECONNECTING, "after the way was lost")
	same(line.state, RealmwireTransport.State.CLOSED, "the line to the old zone")
	line.tell(_goodbye(MessageSchema.Reason.TAKEN_OVER))
	same(session.state, RealmwireSession.State.RECONNECTING, "after the old zone's goodbye")
	check(session.is_playing(), "the world that was is shown")
	session.leave()
	tree.free()


## What a proxy says is not the realm's word: a token that was kept would be forgotten for it, and a session end.
func test_a_proxys_answer() -> void:
	var api: RealmwireApi = RealmwireApi.new(null, "http://realm.test")
	var proxy: RealmwireReply = api.call("_reply", HTTPRequest.RESULT_SUCCESS, 404, PackedStringArray(), "default backend".to_utf8_buffer())
	check(proxy.temporary(), "a proxy's 404")
	var realm: RealmwireReply = api.call("_reply", HTTPRequest.RESULT_SUCCESS, 404, PackedStringArray(), '{"title": "not-found"}'.to_utf8_buffer())
	check(not realm.temporary(), "the realm's 404")


## Only what the player decides takes a character from another client, and a decision does not last for ever.
func test_who_decided() -> void:
	var tree: SceneTree = SceneTree.new()
	var connector: RealmwireConnector = RealmwireConnector.new(null, null, tree.process_frame, RpgGame.new(), "2", RealmwireStats.new())
	var client: String = connector.get("_client")
	check(client.length() == 16 and client.is_valid_hex_number(), "an id")
	check(not connector.returning(), "the player has decided")
	connector.set("_granted", true)
	check(connector.returning(), "after a grant")
	connector.decide()
	check(not connector.returning(), "the player decided again")
	check(connector.get("_client") != client, "as another client")
	connector.set("_decided_s", Time.get_unix_time_from_system() - 61.0)
	check(connector.returning(), "after a sleep")
	tree.free()
