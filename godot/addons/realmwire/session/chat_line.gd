class_name RealmwireChatLine
extends RefCounted
## A line of chat.

## Said by the system, not by a player.
var system: bool = false
## Who speaks; empty: the system.
var from: String = ""
var text: String = ""
## The speaker's entity; 0: none.
var entity: int = 0
