@abstract
class_name RealmwireEntity
extends RefCounted
## One version of an entity's state; generated classes extend this.
##
## Versions share components that did not change: treat everything as read-only.


## The kind's number on the wire.
@abstract func kind() -> int


## The kind's name, as in [code]"player"[/code].
@abstract func kind_name() -> String


## Where it is, in position units.
@abstract func position() -> Vector2i


## Appends it whole, as its owner or as others see it.
@abstract func write(w: RealmwireBitWriter, owner: bool) -> void


## Becomes what [method write] wrote.
@abstract func read(r: RealmwireBitReader, owner: bool) -> void


## Appends what differs from [param against], which is of the same kind.
@abstract func write_delta(w: RealmwireBitWriter, against: RealmwireEntity, owner: bool) -> void


## Becomes what [method write_delta] wrote against [param against].
@abstract func read_delta(r: RealmwireBitReader, against: RealmwireEntity, owner: bool) -> void


## Whether a component of it is predicted: then [method write_delta] is not for clients, and [method read_predicted] is its own.
func predicted() -> bool:
	return false


## Becomes what a server wrote against [param against], foreseen [param _ahead] ticks on from that by how it differs from
## [param _before], [param _lag] ticks earlier.
func read_predicted(
	r: RealmwireBitReader, against: RealmwireEntity, _before: RealmwireEntity, _ahead: int, _lag: int, owner: bool
) -> void:
	read_delta(r, against, owner)
