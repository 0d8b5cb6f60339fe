class_name TitleScreen
extends Screen
## Sign in: as a guest, with a name and a password, or with a new account.

## Somebody is signed in.
signal signed_in

const WIDE: float = 320.0

var _realm: Label = UiLook.label("Looking for the realm …", &"Faint")
var _name: LineEdit = UiLook.field("3–20 letters, digits, _ or -", 20)
var _password: LineEdit = UiLook.field("8 characters or more", 128, true)
var _remember: CheckBox = CheckBox.new()


func _init() -> void:
	super()
	_realm.horizontal_alignment = HORIZONTAL_ALIGNMENT_CENTER
	_remember.text = "Remember me on this device"
	_remember.button_pressed = true
	_name.custom_minimum_size.x = WIDE
	_password.text_submitted.connect(func(_text: String) -> void: _log_in())
	var or_label: Label = UiLook.label("or", &"Faint")
	or_label.horizontal_alignment = HORIZONTAL_ALIGNMENT_CENTER
	var buttons: HBoxContainer = UiLook.row([UiLook.button("Log in", _log_in), UiLook.button("Create account", _register)], true)
	var logo: TextureRect = TextureRect.new()
	logo.texture = Art.shared().logo
	logo.texture_filter = TEXTURE_FILTER_NEAREST
	logo.custom_minimum_size = Art.shared().logo.get_size() * 4.0
	logo.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
	fill(UiLook.column([
		_realm, UiLook.button("Play as guest", _guest, &"Gold"), or_label, UiLook.label("Name", &"Faint"), _name,
		UiLook.label("Password", &"Faint"), _password, _remember, buttons, complaint,
	]), logo)


func _ready() -> void:
	_look_for_realm()


func _look_for_realm() -> void:
	var r: RealmwireReply = await Realmwire.api.realm()
	if not is_inside_tree():
		return
	if r.ok:
		_realm.text = "%s · %d online" % [r.text("name"), int(r.data.get("players", 0))]
		if r.text("motd") != "":
			_realm.text += "\n" + r.text("motd")
		return
	_realm.text = r.detail
	_realm.autowrap_mode = TextServer.AUTOWRAP_WORD_SMART
	await get_tree().create_timer(3.0).timeout
	if is_inside_tree():
		_look_for_realm()


func _guest() -> void:
	_then(await attempt(Realmwire.api.guest))


func _log_in() -> void:
	_then(await attempt(Realmwire.api.login.bind(_name.text, _password.text)))


func _register() -> void:
	_then(await attempt(Realmwire.api.register.bind(_name.text, _password.text)))


func _then(ok: bool) -> void:
	_password.clear()
	if ok:
		Memory.keep(Memory.token_key(), Realmwire.api.token if _remember.button_pressed else "")
		if Realmwire.api.account.get("guest") != true:
			Memory.keep(Memory.earlier_key(), Realmwire.api.earlier if _remember.button_pressed else "")
		signed_in.emit()
