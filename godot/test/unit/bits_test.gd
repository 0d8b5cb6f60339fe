extends TestCase
## Values through the writer and back.


func test_every_width_at_every_offset() -> void:
	for width: int in 65:
		for offset: int in 9:
			var values: PackedInt64Array = [0, -1, 0x5555555555555555, 1 << maxi(0, width - 1)]
			for v: int in values:
				var w: RealmwireBitWriter = RealmwireBitWriter.new()
				w.uint(0x1ff, offset)
				w.uint(v, width)
				w.uint(0x2a, 6)
				var r: RealmwireBitReader = RealmwireBitReader.new(w.bytes())
				same(r.uint(offset), (1 << offset) - 1, "before")
				var mask: int = -1 if width == 64 else (1 << width) - 1
				same(r.uint(width), v & mask, "%d bits at %d" % [width, offset])
				same(r.uint(6), 0x2a, "after")
				check(r.close(), "closes")


func test_long_streams_grow() -> void:
	var w: RealmwireBitWriter = RealmwireBitWriter.new()
	for i: int in 5000:
		w.uint(i, 13)
		w.flag(i % 3 == 0)
	var r: RealmwireBitReader = RealmwireBitReader.new(w.bytes())
	for i: int in 5000:
		check(r.uint(13) == i and r.flag() == (i % 3 == 0), "value %d" % i)
	check(r.close(), "closes")


func test_varuint() -> void:
	for group: int in [2, 5, 8]:
		for v: int in [0, 1, 3, 4, 255, 256, 65535, 0xffffffff, (1 << 62) + 5]:
			var w: RealmwireBitWriter = RealmwireBitWriter.new()
			w.varuint(v, group)
			var r: RealmwireBitReader = RealmwireBitReader.new(w.bytes())
			same(r.varuint(group), v, "groups of %d" % group)
	var long: RealmwireBitWriter = RealmwireBitWriter.new()
	long.uint(0b101, 3) # 1, more
	long.uint(0b000, 3) # 0, no more: a second form of 1
	var reader: RealmwireBitReader = RealmwireBitReader.new(long.bytes())
	reader.varuint(2)
	check(reader.failed, "a second form is refused")


func test_text_is_cut_between_characters() -> void:
	var w: RealmwireBitWriter = RealmwireBitWriter.new()
	w.text("aé世🌍", 8, 4)
	same(RealmwireBitReader.new(w.bytes()).text(8, 4), "aé世", "cut")


func test_utf8() -> void:
	for good: String in ["", "a", "é世🌍", "\u007f\u0080\u07ff\u0800\uffff"]:
		check(RealmwireUtf8.valid(good.to_utf8_buffer()), good)
	for bad: String in ["80", "c0af", "e08080", "eda080", "f0808080", "f4908080", "f5808080", "c3", "e4b8", "f09f8c", "ff", "61c328"]:
		check(not RealmwireUtf8.valid(bad.hex_decode()), bad)


func test_crc32() -> void:
	same(RealmwireCrc32.of("123456789".to_ascii_buffer()), 0xcbf43926, "check value")
	same(RealmwireCrc32.of(PackedByteArray()), 0, "nothing")
	same(RealmwireCrc32.of("12".to_ascii_buffer()), 0x4f5344cd, "even")
