class_name RealmwireReply
extends RefCounted
## What the realm answered to one call. Where [member ok] is false, [member detail] is for people and says what to do.

var ok: bool = false
## The HTTP status; 0: the realm was not reached.
var status: int = 0
## What went wrong, as a short name: "zone-full", "client-outdated", "offline" …
var title: String = ""
var detail: String = ""
## Not the realm said this but something on the way to it: a proxy without a gateway behind it, say.
var foreign: bool = false
## Seconds to wait before the next try, where the realm said so.
var retry_after: float = 0.0
## The answer's JSON object.
var data: Dictionary = {}
## The answer as it came, for those that are no JSON object.
var body: PackedByteArray


## A text of the answer; empty where it is missing or none.
func text(key: String) -> String:
	var v: Variant = data.get(key)
	return v if v is String else ""


## A list of the answer; empty where it is missing or none.
func list(key: String) -> Array:
	var v: Variant = data.get(key)
	return v if v is Array else []


## An object of the answer; empty where it is missing or none.
func object(key: String) -> Dictionary:
	var v: Variant = data.get(key)
	return v if v is Dictionary else {}


## Whether trying again may help.
func temporary() -> bool:
	return foreign or status == 0 or status == 408 or status == 429 or status >= 500


## What a call would have answered, known without one.
static func given(answer: Dictionary) -> RealmwireReply:
	var r: RealmwireReply = RealmwireReply.new()
	r.ok = true
	r.data = answer
	return r


## A failure without an answer.
static func failed(why: String, detail_text: String) -> RealmwireReply:
	var r: RealmwireReply = RealmwireReply.new()
	r.title = why
	r.detail = detail_text
	return r
