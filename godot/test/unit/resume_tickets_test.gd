extends TestCase
## What a session comes back with.


func _message(name: String, life_ms: int) -> MessageSchema.Resume:
	var m: MessageSchema.Resume = MessageSchema.Resume.new()
	for i: int in 2:
		m.tickets[i].ticket = ("%s%d" % [name, i]).to_utf8_buffer()
		m.tickets[i].secret = "secret".to_utf8_buffer()
	m.life_ms = life_ms
	# As it comes over the wire.
	var read: MessageSchema.Resume = MessageSchema.Resume.new()
	check(read.decode(m.encode()), "the message is read as it was written")
	return read


func _ticket(grant: Dictionary) -> String:
	return Marshalls.base64_to_utf8(str(grant.get("ticket", "")))


func test_each_ticket_once() -> void:
	var p: RealmwireResumeTickets = RealmwireResumeTickets.new()
	check(p.take(0).is_empty(), "nothing before anything came")
	var grant: Dictionary = {"ticket": "old", "secret": "old", "map": {"hash": "h"}}
	check(not p.ready(0), "nothing is ready")
	p.keep(grant, _message("a", 1000), 5)
	check(p.ready(6) and not p.ready(1_000_005), "ready until it expires")
	var first: Dictionary = p.take(6)
	same(_ticket(first), "a0", "the first ticket")
	same(Marshalls.base64_to_utf8(str(first["secret"])), "secret", "its secret")
	same(first["map"], grant["map"], "the rest of the grant")
	same(grant["ticket"], "old", "the connection's own grant")
	p.give_back()
	p.give_back()
	same(_ticket(p.take(7)), "a0", "one that was given back, once")
	same(_ticket(p.take(8)), "a1", "the second ticket")
	check(p.take(9).is_empty(), "no third one")


func test_newest_count_and_expire() -> void:
	var p: RealmwireResumeTickets = RealmwireResumeTickets.new()
	p.keep({}, _message("a", 1000), 0)
	p.keep({}, _message("b", 1000), 500_000)
	same(_ticket(p.take(1_499_999)), "b0", "the newest")
	check(p.take(1_500_000).is_empty(), "none that has expired")
	p.keep({}, _message("c", 1000), 0)
	p.clear()
	check(p.take(1).is_empty(), "none of a place that is gone")


func test_which_ends() -> void:
	for code: int in range(10):
		var want: bool = code in [3, 8, 9]
		same(RealmwireResumeTickets.resumable(-1, code), want, "close code %d" % code)
		same(RealmwireResumeTickets.resumable(0, code), false, "close code %d behind a Goodbye" % code)
