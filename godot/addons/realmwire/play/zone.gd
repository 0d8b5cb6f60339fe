class_name RealmwireZone
extends RefCounted
## A zone as its players see it, and all that a prediction may know of it.

## Its name, as in "overworld", and how it is called.
var name: String = ""
var title: String = ""
var players: int = 0
var capacity: int = 0
var tick_hz: int = 20
## The own entity's id.
var entity: int = 0
## Snapshots ride the reliable lane.
var ordered: bool = false
var map: RealmwireMap
