package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// predictedStruct writes how a predicted component is read; only servers write them.
func (g *gdEmitter) predictedStruct(d *schema.Def, p parts) {
	n := g.name(d.Name)
	var mins, maxs []string
	for _, t := range p.numbers() {
		mins, maxs = append(mins, fmt.Sprint(t.Min)), append(maxs, fmt.Sprint(t.Max))
	}
	g.line("\n\t## Becomes what a server wrote against [param base], foreseen by how that differs from [param prior].")
	g.line("\tfunc read_predicted(r: RealmwireBitReader, base: %s, prior: %s, ahead: int, lag: int) -> void:", n, n)
	g.line("\t\tif _motion == null:\n\t\t\t_motion = RealmwireMotion.new([%s], [%s], %d)", strings.Join(mins, ", "), strings.Join(maxs, ", "), p.top())
	g.line("\t\tvar m: RealmwireMotion = _motion\n\t\tm.read(\n\t\t\tr, %s, %s,", g.values("base", p.place, 3), g.values("base", p.turn, 4))
	g.line("\t\t\t%s, %s, ahead, lag\n\t\t)", g.values("prior", p.place, 3), g.values("prior", p.turn, 4))
	g.fromIntegers(p.place, "m.place")
	g.fromIntegers(p.turn, "m.turn")
	switch {
	case len(p.plain) == 0:
		g.line("\t\tif m.altered:\n\t\t\tr.fail()")
	case p.flips():
		v := g.field(p.plain[0].Name)
		g.line("\t\t%s = base.%s != m.altered", v, v)
	default:
		g.line("\t\tif not m.altered:")
		for _, f := range p.plain {
			g.keep("\t\t\t", f)
		}
		g.line("\t\t\treturn")
		for _, run := range runs(p.plain) {
			g.readRun("\t\t", run)
		}
	}
	g.line("\n\t## [method read_predicted] where no version from before [param base] is known.")
	g.line("\tfunc read_delta(r: RealmwireBitReader, base: %s) -> void:\n\t\tread_predicted(r, base, base, 0, 0)", n)
	g.equals(d, "other: "+n, "")
}

// values is the array of the integers of fields, filled up to n.
func (g *gdEmitter) values(of string, fields []schema.Field, n int) string {
	var out []string
	for _, f := range fields {
		out = append(out, g.integers(of+"."+g.field(f.Name), f.Type)...)
	}
	if len(out) == 1 && n == 4 {
		return out[0] // a quaternion
	}
	for len(out) < n {
		out = append(out, "0")
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// fromIntegers sets fields to what the integers of an array make.
func (g *gdEmitter) fromIntegers(fields []schema.Field, array string) {
	at := 0
	for _, f := range fields {
		g.line("\t\t%s = %s", g.field(f.Name), g.fromInteger(f.Type, array, at))
		at += integers(f.Type)
	}
}

// predictedEntity writes how the difference of an entity with predicted components is read.
func (g *gdEmitter) predictedEntity(d *schema.Def, owner string) {
	n := g.name(d.Name)
	g.line("\n\tfunc predicted() -> bool:\n\t\treturn true")
	g.line("\n\tfunc write_delta(_w: RealmwireBitWriter, _against: RealmwireEntity, _owner: bool) -> void:\n\t\tassert(false, \"only servers write it\")")
	g.line("\n\tfunc read_delta(r: RealmwireBitReader, against: RealmwireEntity, owner: bool) -> void:\n\t\tread_predicted(r, against, against, 0, 0, owner)")
	g.line("\n\tfunc read_predicted(\n\t\tr: RealmwireBitReader, against: RealmwireEntity, before: RealmwireEntity, ahead: int, lag: int, %s: bool\n\t) -> void:", owner)
	g.line("\t\tvar base: %s = against as %s\n\t\tvar prior: %s = before as %s", n, n, n, n)
	for _, f := range d.Fields {
		v, s := g.field(f.Name), g.name(f.Type.Struct.Name)
		in := g.ifOwner("\t\t", f)
		if _, ok := predicted(f.Type.Struct); ok {
			g.line("%s%s = %s.new()\n%s%s.read_predicted(r, base.%s, prior.%s, ahead, lag)", in, v, s, in, v, v, v)
		} else {
			g.line("%sif r.flag():\n%s\t%s = %s.new()\n%s\t%s.read_delta(r, base.%s%s)\n%selse:\n%s\t%s = base.%s", in, in, v, s, in, v, v, asOwner(f), in, in, v, v)
		}
		if f.Owner {
			g.line("\t\telse:\n\t\t\t%s = base.%s", v, v)
		}
	}
}
