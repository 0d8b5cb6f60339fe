class_name RealmwireDrawn
extends RefCounted
## An entity as it is to be drawn now. The same object stands for the same entity from frame to frame.

## Names the entity within its zone.
var id: int = 0
## Whether it is the player's own.
var own: bool = false
## Where, in pixels, with fractions.
var at: Vector2
var state: RealmwireEntity
