class_name RosterScreen
extends Screen
## The account's characters.

## A character was chosen to play.
signal chosen(character: Dictionary)
## A new one is wanted.
signal creation_wanted
## Nobody is signed in any more.
signal signed_out

const CLASSES: Array[String] = ["knight", "rogue", "wizard"]
const WIDE: float = 420.0

var _list: VBoxContainer = UiLook.column([])
var _new: Button = UiLook.button("New character", func() -> void: creation_wanted.emit())
var _upgrade: VBoxContainer = UiLook.column([])


func _init() -> void:
	super()
	var top: HBoxContainer = UiLook.row([UiLook.label("Your characters", &"Heading")], true)
	top.add_child(UiLook.button("Log out", _log_out, &"Quiet"))
	_list.custom_minimum_size.x = WIDE
	fill(UiLook.column([top, _list, _new, _upgrade, complaint], 14))


func _ready() -> void:
	_offer_upgrade()
	await attempt(_load)


func _load() -> RealmwireReply:
	var r: RealmwireReply = await Realmwire.api.characters()
	if not r.ok or not is_inside_tree():
		if r.status == 401:
			signed_out.emit()
		return r
	var list: Array = r.list("characters")
	for old: Node in _list.get_children():
		old.queue_free()
	for c: Dictionary in list:
		if c.get("id") == r.text("last"):
			var again: Button = UiLook.button("Continue as %s" % c.get("name"), func() -> void: chosen.emit(c), &"Gold")
			again.grab_focus.call_deferred()
			_list.add_child(again)
	for c: Dictionary in list:
		_list.add_child(_entry(c, r.text("last") == "" and list.size() == 1))
	_new.visible = list.size() < int(r.data.get("limit", 1))
	if list.is_empty():
		creation_wanted.emit()
	return r


func _entry(c: Dictionary, gold: bool) -> Control:
	var portrait: Portrait = Portrait.new(2)
	var look: Variant = c.get("appearance")
	portrait.wear(CLASSES.find(str(c.get("class"))), look if look is Dictionary else {})
	var acts: HBoxContainer = UiLook.row([UiLook.button("Rename", _rename.bind(c), &"Small"), UiLook.button("Delete", _delete.bind(c), &"Small")], false, 16)
	var words: VBoxContainer = UiLook.column([
		UiLook.label(str(c.get("name"))),
		UiLook.label("%s · %s" % [str(c.get("class")).capitalize(), str(c.get("zone")).capitalize()], &"Faint"), acts,
	], 0)
	words.size_flags_horizontal = SIZE_EXPAND_FILL
	words.size_flags_vertical = SIZE_SHRINK_CENTER
	var play: Button = UiLook.button("Play", func() -> void: chosen.emit(c), &"Gold" if gold else &"")
	play.size_flags_vertical = SIZE_SHRINK_CENTER
	var entry: HBoxContainer = UiLook.row([portrait, words, play], false, 14)
	return entry


func _rename(c: Dictionary) -> void:
	var q: Question = Question.new(
		"Rename %s" % c.get("name"), "Whoever plays this character now is put out and has to enter again. The old name becomes free.",
		str(c.get("name")), "Rename",
		func(typed: String) -> bool: return typed.length() >= 2 and typed != str(c.get("name")),
	)
	_ask(q, func(typed: String) -> RealmwireReply: return await Realmwire.api.rename_character(str(c.get("id")), typed))


func _delete(c: Dictionary) -> void:
	var q: Question = Question.new(
		"Delete %s?" % c.get("name"), "%s will be gone for good, with all belongings. If you are sure, type the name." % c.get("name"),
		"", "Delete for good", func(typed: String) -> bool: return typed.to_lower() == str(c.get("name")).to_lower(),
	)
	_ask(q, func(typed: String) -> RealmwireReply: return await Realmwire.api.delete_character(str(c.get("id")), typed))


func _ask(q: Question, work: Callable) -> void:
	add_child(q)
	q.answered.connect(func(typed: String) -> void:
		q.queue_free()
		if await attempt(work.bind(typed)):
			await attempt(_load))


# A guest may give the account a name and a password.
func _offer_upgrade() -> void:
	if Realmwire.api.account.get("guest") != true:
		return
	var hint: Label = UiLook.paragraph("You play as a guest: this device alone knows you. Give the account a name to keep it.", &"Faint", WIDE)
	var account_name: LineEdit = UiLook.field("Name", 20)
	var password: LineEdit = UiLook.field("Password", 128, true)
	var keep: Callable = func() -> void:
		if await attempt(Realmwire.api.upgrade.bind(account_name.text, password.text)):
			_upgrade.visible = false
			Memory.keep(Memory.earlier_key(), Realmwire.api.earlier if Memory.recall(Memory.token_key()) != "" else "")
	_upgrade.add_child(hint)
	_upgrade.add_child(UiLook.row([account_name, password], true))
	_upgrade.add_child(UiLook.button("Keep this account", keep, &"Quiet"))


func _log_out() -> void:
	Memory.keep(Memory.token_key(), "")
	await Realmwire.api.logout()
	signed_out.emit()
