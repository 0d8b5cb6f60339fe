class_name Appearance
extends RefCounted
## From an entity's state, as the schema declares it, to how it is drawn.

const _CREATURES: Dictionary[int, Array] = {
	RpgSchema.NPCKind.SLIME: ["slime"],
	RpgSchema.NPCKind.VILLAGER: ["villager", "villager-2", "villager-3", "villager-4"],
	RpgSchema.NPCKind.ELDER: ["villager-old"],
	RpgSchema.NPCKind.RAT: ["rat"],
}
## Free rows over the head inside the frame: name plates come down by them.
const _CROWN: Dictionary[int, int] = {
	RpgSchema.NPCKind.SLIME: 15, RpgSchema.NPCKind.VILLAGER: 8, RpgSchema.NPCKind.ELDER: 8, RpgSchema.NPCKind.RAT: 20,
}

var name: String = ""
var facing: int = 0
var strip: Texture2D
var hops: bool = false
var crown: int = 8
var is_player: bool = true


## How a drawn entity looks.
static func of(drawn: RealmwireDrawn) -> Appearance:
	var a: Appearance = Appearance.new()
	if drawn.state is RpgSchema.Player:
		var player: RpgSchema.Player = drawn.state
		a.name = player.look.name
		a.facing = player.body.facing
		a.strip = Wardrobe.player(player.look.class_, player.look.skin, player.look.hair, player.look.shirt)
		a.crown = 0 if player.look.class_ == RpgSchema.Class.WIZARD else 8
	elif drawn.state is RpgSchema.NPC:
		var npc: RpgSchema.NPC = drawn.state
		var strips: Array = _CREATURES[npc.look.kind]
		a.is_player = false
		a.name = npc.look.name
		a.facing = npc.body.facing
		a.strip = Wardrobe.creature(strips[drawn.id % strips.size()] as String)
		a.hops = npc.look.kind == RpgSchema.NPCKind.SLIME
		a.crown = _CROWN[npc.look.kind]
	return a
