class_name NetworkOverlay
extends PanelContainer
## How the session does: transport, round trip, jitter, loss, age of the newest state, bytes, corrections, desyncs.

const _GRAPHS: Array[Array] = [
	["rtt", "Round trip", "7cc4ff"], ["jitter", "Jitter", "b592e3"], ["loss", "Loss", "ff8f7a"],
	["age", "Snapshot age", "f7c95c"], ["down", "Down", "7cc474"], ["up", "Up", "93c3f2"],
]
const _LINES: Array[Array] = [
	["transport", "Transport"], ["snapshots", "Snapshots"], ["delay", "Interpolation delay"], ["corrections", "Corrections"],
	["desyncs", "Desyncs"], ["zone", "Zones entered · drops"],
]
const _EVERY_MS: int = 250

var _values: Dictionary[String, Label] = {}
var _lines: Dictionary[String, Sparkline] = {}
var _shown_ms: int = 0


func _init() -> void:
	theme_type_variation = &"Chip"
	var grid: GridContainer = GridContainer.new()
	grid.columns = 3
	grid.add_theme_constant_override("h_separation", 14)
	for g: Array in _GRAPHS:
		_add(grid, g[0] as String, g[1] as String)
		_lines[g[0]] = Sparkline.new(Color(g[2] as String))
		grid.add_child(_lines[g[0]])
	for l: Array in _LINES:
		_add(grid, l[0] as String, l[1] as String)
		grid.add_child(Control.new())
	add_child(UiLook.column([UiLook.label("NETWORK", &"Faint"), grid], 6))


func _add(grid: GridContainer, key: String, title: String) -> void:
	grid.add_child(UiLook.label(title, &"Faint"))
	var value: Label = UiLook.label("")
	value.add_theme_font_size_override("font_size", 15)
	value.horizontal_alignment = HORIZONTAL_ALIGNMENT_RIGHT
	value.custom_minimum_size.x = 96
	_values[key] = value
	grid.add_child(value)


func _process(_delta: float) -> void:
	if not visible or Realmwire.session == null or Time.get_ticks_msec() - _shown_ms < _EVERY_MS:
		return
	_shown_ms = Time.get_ticks_msec()
	var s: RealmwireStats = Realmwire.session.stats
	_show("rtt", "%.1f ms" % s.rtt_ms, s.rtt_ms)
	_show("jitter", "%.0f ms" % s.jitter_ms, s.jitter_ms)
	_show("loss", "%.1f %%" % s.loss_pct, s.loss_pct)
	_show("age", "%.0f ms" % s.snapshot_age_ms, s.snapshot_age_ms)
	_show("down", _rate(s.down_bytes_per_s), s.down_bytes_per_s)
	_show("up", _rate(s.up_bytes_per_s), s.up_bytes_per_s)
	_values["transport"].text = transport_title(s.transport)
	_values["snapshots"].text = "%.1f /s" % s.snapshots_per_s
	_values["delay"].text = "%.0f ms" % s.delay_ms
	_values["corrections"].text = str(s.corrections)
	_values["desyncs"].text = "%d of %d" % [s.desyncs, s.checked]
	_values["zone"].text = "%d · %d" % [s.transfers, s.drops]


func _show(key: String, text: String, value: float) -> void:
	_values[key].text = text
	_lines[key].push(value)


static func _rate(bytes: float) -> String:
	return "%.0f B/s" % bytes if bytes < 10_000.0 else "%.1f kB/s" % (bytes / 1000.0)


## A transport's name, for people.
static func transport_title(kind: String) -> String:
	return RealmwireDialer.TITLES.get(kind, "—")
