@abstract
class_name RealmwireGrid
extends RefCounted
## Tells which tiles are solid.


## Whether the tile in column [param tx] and row [param ty] stops a walker. What lies outside the map must.
@abstract func solid(tx: int, ty: int) -> bool
