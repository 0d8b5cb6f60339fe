package wirecheck

// The schema of protocol/internal/demo and the system's messages, by hand from their Go declarations and docs/schema.md.

func a(name string, f *form) field     { return field{name: name, form: f} }
func rare(name string, f *form) field  { return field{name: name, form: f, rare: true} }
func place(name string, f *form) field { return field{name: name, form: f, place: true} }
func turn(name string, f *form) field  { return field{name: name, form: f, turn: true} }
func own(f field) field                { f.owner = true; return f }

type entity struct {
	id    int
	name  string
	whole *form // its fields are the components
}

var (
	stance = enum(5)
	across = integer(-100000, 100000)
	far    = wide(-1<<40, 1<<40)
	drift  = steps(-8*256, 8*256, 1, 256)

	body = strukt(a("x", across), a("y", words(6, 11, across)), a("angle", unsigned(8)), a("stance", stance), a("ghost", yes))
	spot = strukt(a("x", signedInt(16)), a("y", signedInt(16)))
	look = strukt(
		a("name", str(24)), a("target", spot), a("badge", uint64s), a("debt", int64s), a("wide", wide(-2e18, 2e18)),
		a("big", wide(0, 1<<53-1)), a("word", unsigned(32)), a("word33", wide(-1<<32, 1<<32-1)),
	)
	purse = strukt(a("gold", integer(0, 1000000)))
	spin  = strukt(turn("largest", integer(0, 3)), turn("a", unsigned(8)), turn("b", unsigned(8)), turn("c", unsigned(8)))
	rigid = strukt(
		place("x", across), place("y", across), place("z", across),
		turn("largest", integer(0, 3)), turn("a", unsigned(10)), turn("b", unsigned(10)), turn("c", unsigned(10)), a("hot", yes),
	)
	glide = strukt(place("x", far), place("y", far), a("stance", stance), a("height", unsigned(16)))
	pose  = strukt(
		place("position", vec(3, steps(-100000, 100000, 1, 100))), turn("facing", rotation(9)),
		a("thrust", steps(-64, 64, 1, 64)), a("heading", double(turns(12))), a("landed", yes),
	)
	gauges = strukt(
		a("fuel", steps(0, 1000, 1, 10)), a("depth", words(6, 12, double(steps(-11000000, 9000000, 1, 1000)))), a("heat", steps(4, 8, 5, 2)),
		a("rudder", turns(6)), a("drift", vec(2, drift)), a("gimbal", rotation(5)),
		rare("serial", unsigned(32)), rare("callsign", str(8)), a("odometer", counts(1<<32-1)), a("laps", counts(9)),
		own(a("code", unsigned(16))), own(rare("password", str(6))), own(rare("attempts", unsigned(8))),
	)
	slot  = strukt(a("item", unsigned(16)), a("count", unsigned(8)), a("label", raw(3)))
	steer = strukt(
		a("aim", vec(3, steps(-100, 100, 1, 100))), a("turn", rotation(8)), a("yaw", turns(10)), a("power", steps(0, 20, 1, 20)),
		a("target", maybe(reference)),
	)
	hold = strukt(
		a("wheel", steer), a("slots", many(6, slot)), a("seal", raw(12)), a("marks", many(4, steps(0, 100, 1, 100))),
		a("names", many(3, str(5))), a("crew", many(4, reference)), a("engines", fixed(3, integer(0, 100))), a("lamps", fixed(2, yes)),
		a("doors", fixed(2, slot)), a("route", many(3, vec(2, drift))), a("tow", reference), a("target", maybe(vec(3, steps(-2000, 2000, 1, 2)))),
		a("spare", maybe(slot)), a("queue", maybe(many(3, stance))), a("pilot", maybe(reference)), a("fixes", maybe(fixed(2, rotation(6)))),
	)
	note  = strukt(a("text", str(20)), a("count", integer(-3, 3)))
	input = strukt(a("moveX", signedInt(8)), a("moveY", signedInt(8)), a("jump", yes), a("aim", unsigned(16)))
)

var demo = []entity{
	{1, "hero", strukt(a("body", body), a("look", look), own(a("purse", purse)), own(a("aim", spin)))},
	{2, "rock", strukt(a("body", body))},
	{3, "craft", strukt(a("pose", pose), a("gauges", gauges), a("hold", hold), own(a("log", purse)))},
	{10, "crate", strukt(a("rigid", rigid), a("purse", purse))},
	{11, "kite", strukt(a("body", body), a("glide", glide))},
}

type declared struct {
	id   int
	form *form
}

var messages = map[string]declared{
	"Join": {1, strukt(
		a("protocol", unsigned(8)), a("schema", uint64s), a("mapHash", str(64)), a("verify", yes), a("client", str(40)), a("best", yes),
	)},
	"Welcome": {2, strukt(
		a("tick", unsigned(32)), a("tickHz", integer(1, 128)), a("entity", unsigned(32)), a("zone", str(32)), a("title", str(48)),
		a("ordered", yes), a("players", unsigned(16)), a("capacity", unsigned(16)),
	)},
	"Goodbye":    {3, strukt(a("reason", enum(11)), a("text", str(160)))},
	"Transfer":   {4, strukt(a("grant", str(8192)))},
	"Say":        {5, strukt(a("text", str(240)))},
	"Heard":      {6, strukt(a("channel", enum(2)), a("entity", unsigned(32)), a("from", str(24)), a("text", str(240)))},
	"Population": {7, strukt(a("players", unsigned(16)))},
	"Resume":     {8, strukt(a("tickets", fixed(2, strukt(a("ticket", raw(160)), a("secret", raw(32))))), a("lifeMs", unsigned(32)))},
	"Offer": {64, strukt(
		a("from", str(16)), a("seal", raw(32)), a("points", many(8, spot)), a("notes", many(4, note)), a("stance", stance),
	)},
	"Telegram": {65, strukt(a("pose", steer), a("hold", hold), a("parts", many(2, steer)))},
}
