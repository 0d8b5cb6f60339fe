class_name RpgGame
extends RealmwireGame
## What the SDK must know of the RPG that the server ships (zone/games/rpg).

## The server's numbers: units per second, and half the box at a player's feet.
const SPEED: int = 5 * RealmwireMover.UNITS_PER_TILE
const HALF_W: int = 96
const HALF_H: int = 80

var _mover: RealmwireMover


func _init() -> void:
	client = "godot-demo/0.1"
	_mover = RealmwireMover.new(SPEED, 20, HALF_W, HALF_H)


func schema() -> RealmwireSchema:
	return RpgSchema.schema()


func quantise(direction: Vector2, buttons: int) -> RealmwireInput:
	var input: RpgSchema.RpgInput = RpgSchema.RpgInput.new()
	# Towards zero, so that the vector is never longer than the server allows.
	input.move_x = int(direction.x * RealmwireMover.MAX_INPUT)
	input.move_y = int(direction.y * RealmwireMover.MAX_INPUT)
	input.buttons = buttons
	return input


func predict(own: RealmwireEntity, input: RealmwireInput, tick: int, zone: RealmwireZone) -> RealmwireEntity:
	var player: RpgSchema.Player = own as RpgSchema.Player
	var wish: RpgSchema.RpgInput = input as RpgSchema.RpgInput
	if player.self_.held:
		return player
	_mover.tick_hz = zone.tick_hz
	var from: Vector3i = Vector3i(player.body.x, player.body.y, player.body.facing)
	var to: Vector3i = _mover.step(zone.map, from, wish.move_x, wish.move_y, tick)
	if to == from:
		return player
	var moved: RpgSchema.Player = RpgSchema.Player.new()
	moved.look = player.look
	moved.self_ = player.self_
	if zone.map.portal_at(to.x, to.y) >= 0 and zone.map.portal_at(from.x, from.y) < 0:
		moved.self_ = RpgSchema.Self.new()
		moved.self_.held = true # the server sends us elsewhere
	moved.body = RpgSchema.Body.new()
	moved.body.x = to.x
	moved.body.y = to.y
	moved.body.facing = to.z as RpgSchema.Facing
	return moved


func agrees(predicted: RealmwireEntity, server: RealmwireEntity) -> bool:
	var a: RpgSchema.Player = predicted as RpgSchema.Player
	var b: RpgSchema.Player = server as RpgSchema.Player
	return a.body.equals(b.body) and a.self_.held == b.self_.held


func adopt(predicted: RealmwireEntity, server: RealmwireEntity) -> RealmwireEntity:
	var player: RpgSchema.Player = RpgSchema.Player.new()
	player.body = (predicted as RpgSchema.Player).body
	player.look = (server as RpgSchema.Player).look
	player.self_ = (predicted as RpgSchema.Player).self_
	return player
