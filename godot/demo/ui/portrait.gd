class_name Portrait
extends PanelContainer
## A character as it looks, walking on the spot.

const _TURN: Array[int] = [0, 2, 3, 1]

var _picture: TextureRect = TextureRect.new()
var _frame: AtlasTexture = AtlasTexture.new()
var _turns: bool


func _init(size_factor: int, turns: bool = false) -> void:
	_turns = turns
	theme_type_variation = &"Portrait"
	_picture.texture = _frame
	_picture.texture_filter = CanvasItem.TEXTURE_FILTER_NEAREST
	_picture.custom_minimum_size = Vector2(Wardrobe.FRAME * size_factor)
	_picture.expand_mode = TextureRect.EXPAND_IGNORE_SIZE
	_picture.stretch_mode = TextureRect.STRETCH_KEEP_ASPECT_CENTERED
	add_child(_picture)
	size_flags_vertical = Control.SIZE_SHRINK_CENTER


## Shows a look: skin, hair and shirt are 0 to 7.
func wear(class_id: int, look: Dictionary) -> void:
	_frame.atlas = Wardrobe.player(class_id, int(look.get("skin", 0)), int(look.get("hair", 0)), int(look.get("shirt", 0)))
	_process(0.0)


func _process(_delta: float) -> void:
	@warning_ignore("integer_division")
	var beat: int = Time.get_ticks_msec() / 180
	@warning_ignore("integer_division")
	var facing: int = _TURN[beat / 12 % 4] if _turns else 0
	var step: int = Actor._WALK[beat % 4] if _turns else 0
	_frame.region = Rect2(Vector2((facing * Wardrobe.STEPS + step) * Wardrobe.FRAME.x, 0), Vector2(Wardrobe.FRAME))
