@abstract
class_name RealmwireGame
extends RefCounted
## All that the SDK must know of a game; extend it with yours. States are never changed, only replaced.

## Name and version of this client, for the server's logs.
var client: String = "godot/1"
## Position units to a pixel.
var units_per_pixel: float = 16.0
## A jump of this many position units or more is a teleport: nothing glides over it.
var teleport_units: float = 768.0


## What generated code says of the wire.
@abstract func schema() -> RealmwireSchema


## What is sent of the controls, in integers. [param direction] is 0 to 1 long, y down; [param buttons] are bits.
@abstract func quantise(direction: Vector2, buttons: int) -> RealmwireInput


## The own entity one tick later, exactly as the server computes it.
@abstract func predict(own: RealmwireEntity, input: RealmwireInput, tick: int, zone: RealmwireZone) -> RealmwireEntity


## Whether the server's state is what was predicted, as far as [method predict] goes.
@abstract func agrees(predicted: RealmwireEntity, server: RealmwireEntity) -> bool


## The server's state with what [method predict] computes taken from [param predicted].
@abstract func adopt(predicted: RealmwireEntity, server: RealmwireEntity) -> RealmwireEntity
