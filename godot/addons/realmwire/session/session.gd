class_name RealmwireSession
extends RefCounted
## One character's play: it connects, follows portals into other zones without a gap, and comes back after a drop.
##
## [code]Realmwire.play(game, character)[/code] makes and polls one. Set the input once a frame and draw what
## [method draw] gives.

## What the session does now; [param text] is for people.
signal state_changed(state: State, text: String)
## The player stands in a zone, and its own entity is in view: at the beginning, after a portal, after a drop.
signal entered(zone: RealmwireZone)
## Somebody said something.
signal chat_heard(line: RealmwireChatLine)
## The number of players in the zone changed.
signal population_changed(players: int)
## A message of the game's came, its id first.
signal message_received(msg: PackedByteArray)
## The server's word moved the own entity, by so many position units.
signal corrected(units: float)
## It is over and does not come back by itself; [param text] is for people. Not after [method leave].
signal ended(text: String)

enum State { IDLE, CONNECTING, PLAYING, TRAVELLING, RECONNECTING, ENDED }

const _FIRST_BACKOFF_S: float = 0.25
const _MAX_BACKOFF_S: float = 5.0
const _RESUME_EVERY_S: float = 1.0 # while waiting to ask the realm
const _MAX_OUTAGE_US: int = 90_000_000

var state: State = State.IDLE
var stats: RealmwireStats = RealmwireStats.new()
## The zone that is shown; null before the first.
var zone: RealmwireZone
## Asks the zone for checksums and compares them.
var verify: bool = true:
	set(v):
		verify = v
		_connector.verify = v
var dialer: RealmwireDialer

var _connector: RealmwireConnector
var _beat: Signal # comes once a frame, and from time to time where there are none
var _game: RealmwireGame
var _link: RealmwireLink # that is shown; null: none yet
var _leaving: Array[RealmwireTransport] = [] # that still tell their peer
var _run: int = 0 # raised by leave and by each start: coroutines of an older run give up
var _input: RealmwireInput


func _init(api: RealmwireApi, maps: RealmwireMapCache, beat: Signal, game: RealmwireGame, character: String) -> void:
	_beat = beat
	_game = game
	_input = game.quantise(Vector2.ZERO, 0)
	_connector = RealmwireConnector.new(api, maps, beat, game, character, stats)
	_connector.let_go.connect(_release)
	dialer = _connector.dialer
	dialer.told.connect(_say)


## Begins to play, or begins anew after the end.
func start() -> void:
	if state != State.IDLE and state != State.ENDED:
		return
	_run += 1
	_connector.decide()
	_become(State.CONNECTING, "Asking the realm …")
	var run: int = _run
	var link: RealmwireLink = await _connector.enter(_alive(run))
	if run != _run:
		return
	if link != null:
		_show(link)
	elif _connector.error.temporary():
		_come_back(_connector.error.detail)
	else:
		_finish(_connector.error.detail)


## Leaves for good. No signal follows.
func leave() -> void:
	_run += 1
	if _link != null and not _link.over:
		_link.close("left")
		_part(_link)
	_link = null
	state = State.IDLE
	_poll_leaving(Time.get_ticks_usec())


## After [method leave]: whether the zone was told, so that nothing is left to poll.
func is_gone() -> bool:
	return _leaving.is_empty()


## Whether the world can be shown.
func is_playing() -> bool:
	return _link != null and _link.here


## Sets what the player holds down: [param direction] is 0 to 1 long, y down; [param buttons] are bits.
func set_controls(direction: Vector2, buttons: int) -> void:
	_input = _game.quantise(direction.limit_length(), buttons)


## The player lets go of everything: the page was hidden, or a phone turned to something else.
func let_go() -> void:
	set_controls(Vector2.ZERO, 0)


## Says a line in the zone. False: it did not go out.
func say(text: String) -> bool:
	var m: MessageSchema.Say = MessageSchema.Say.new()
	m.text = text
	return send(m)


## Sends a message of the game's on the reliable lane. False: it did not go out.
func send(m: RealmwireMessage) -> bool:
	return _link != null and _link.send(m)


## Everything to draw now, the own entity last.
func draw() -> Array[RealmwireDrawn]:
	if _link == null:
		return []
	return _link.draw(Time.get_ticks_usec())


## The replica of the zone that is shown, or null.
func replica() -> RealmwireReplica:
	return null if _link == null else _link.replica


## Does what is due. [code]Realmwire[/code] calls it once a frame.
func poll() -> void:
	var now_us: int = Time.get_ticks_usec()
	if _link != null and not _link.over:
		_link.set_input(_input)
		_link.poll(now_us)
	_poll_leaving(now_us)


func _poll_leaving(now_us: int) -> void:
	for i: int in range(_leaving.size() - 1, -1, -1):
		_leaving[i].poll(now_us)
		if _leaving[i].state == RealmwireTransport.State.CLOSED:
			_leaving.remove_at(i)


func _become(to: State, text: String) -> void:
	state = to
	state_changed.emit(to, text)


func _say(text: String) -> void:
	if state == State.CONNECTING or state == State.RECONNECTING:
		state_changed.emit(state, text)


func _finish(text: String) -> void:
	_run += 1
	_become(State.ENDED, text)
	ended.emit(text)


# Keeps a closed transport until it has told its peer.
func _release(transport: RealmwireTransport) -> void:
	transport.poll(Time.get_ticks_usec())
	_leaving.append(transport)


# Makes a link the one that is shown, and lets the one before go.
func _show(link: RealmwireLink) -> void:
	if _link != null:
		_link.close("handed-over")
		_part(_link)
	_link = link
	zone = link.zone
	link.chat_heard.connect(chat_heard.emit)
	link.population_changed.connect(population_changed.emit)
	link.message_received.connect(message_received.emit)
	link.corrected.connect(corrected.emit)
	link.transfer_offered.connect(_hand_over)
	link.ended.connect(_lost.bind(link))
	_become(State.PLAYING, "")
	entered.emit(zone)


func _part(link: RealmwireLink) -> void:
	for s: Signal in [link.chat_heard, link.population_changed, link.message_received, link.corrected, link.transfer_offered, link.tickets_offered, link.ended]:
		for c: Dictionary in s.get_connections():
			s.disconnect(c["callable"])
	_release(link.transport)


# Make before break: the old zone is shown until the new one has shown us ourselves.
func _hand_over(grant: Dictionary) -> void:
	var run: int = _run
	_connector.tickets.clear()
	_become(State.TRAVELLING, "")
	var link: RealmwireLink = await _connector.connect_with(grant, _alive(run))
	if run != _run:
		return
	if link == null:
		# What the old zone still says is past: that it lets go of a character which it gave away is no last word.
		_link.close("gave up")
		_part(_link)
		_come_back(_connector.error.detail)
		return
	stats.transfers += 1
	_show(link)


func _lost(reason: int, code: int, text: String, link: RealmwireLink) -> void:
	_release(link.transport)
	if link != _link or state == State.TRAVELLING:
		return # the new zone decides
	var why: RealmwireReply = _connector.judge(reason, code, text, link.zone)
	if why.title == RealmwireConnector.ENDED:
		_connector.tickets.clear()
	if why.temporary():
		_come_back(why.detail)
	else:
		_finish(why.detail)


# Tries to return after a drop, ever less often; the world that was stays shown.
func _come_back(cause: String) -> void:
	_run += 1
	var run: int = _run
	stats.drops += 1
	var until_us: int = Time.get_ticks_usec() + _MAX_OUTAGE_US
	var attempt: int = 0
	var wait_s: float = 0.0
	while Time.get_ticks_usec() < until_us:
		if await _resume(run):
			return
		# Spread, so that a thousand clients of a restarted server do not come at once.
		wait_s = maxf(wait_s, minf(_FIRST_BACKOFF_S * (1 << mini(attempt, 10)), _MAX_BACKOFF_S) * randf_range(0.5, 1.0))
		attempt += 1
		_become(State.RECONNECTING, "%s Trying again in %.1f s (attempt %d) …" % [cause, wait_s, attempt])
		if not await _pause(run, wait_s):
			return
		var link: RealmwireLink = await _connector.enter(_alive(run))
		if run != _run:
			return
		if link != null:
			_show(link)
			return
		cause = _connector.error.detail
		wait_s = _connector.error.retry_after
		if not _connector.error.temporary():
			break
	_finish(cause)


# Waits before the realm is asked again; meanwhile the zone is tried, where there is a ticket for it: the network may be back. False: that is
# settled, one way or the other.
func _pause(run: int, wait_s: float) -> bool:
	var until_us: int = Time.get_ticks_usec() + int(wait_s * 1e6)
	while true:
		var now_us: int = Time.get_ticks_usec()
		var left_s: float = maxf(0.0, until_us - now_us) / 1e6
		var wake_us: int = now_us + int(1e6 * (minf(left_s, _RESUME_EVERY_S) if _connector.tickets.ready(now_us) else left_s))
		while run == _run and Time.get_ticks_usec() < wake_us:
			await _beat
		if run != _run:
			return false
		if Time.get_ticks_usec() >= until_us:
			return true
		if await _resume(run):
			return false
	return true


# Tries to come back straight to the zone. True: that is settled, one way or the other.
func _resume(run: int) -> bool:
	if not _connector.tickets.ready(Time.get_ticks_usec()):
		return false
	_become(State.RECONNECTING, "Coming back …")
	var link: RealmwireLink = await _connector.resume(_alive(run))
	if run != _run:
		return true
	if link != null:
		stats.resumed += 1
		_show(link)
		return true
	var why: RealmwireReply = _connector.error
	if why != null and why.title == RealmwireConnector.ENDED and not why.temporary():
		_finish(why.detail)
		return true
	return false


# Whether a run goes on, for coroutines.
func _alive(run: int) -> Callable:
	return func() -> bool: return run == _run
