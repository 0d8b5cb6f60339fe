@abstract
class_name RealmwireInput
extends RefCounted
## What a player wants in one tick; a generated class extends this. Never change one that was handed over.


## Appends it whole.
@abstract func write(w: RealmwireBitWriter) -> void


## Becomes what [method write] wrote.
@abstract func read(r: RealmwireBitReader) -> void


## Appends what differs from [param against].
@abstract func write_delta(w: RealmwireBitWriter, against: RealmwireInput) -> void


## Becomes what [method write_delta] wrote against [param against].
@abstract func read_delta(r: RealmwireBitReader, against: RealmwireInput) -> void


## Whether all of it is the same.
@abstract func equals(against: RealmwireInput) -> bool
