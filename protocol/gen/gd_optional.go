package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// gdOptional is a field of two: the value, and has_ with its name, which says whether there is one. Elements are never
// optional, so what an optional needs is written field by field.
type gdOptional struct{ gdWhole }

func init() { gdKinds[schema.Optional] = gdOptional{} }

func (gdOptional) typ(g *gdEmitter, t schema.Type) string { return g.typ(*t.Elem) }

func (gdOptional) zero(g *gdEmitter, t schema.Type) string { return g.zero(*t.Elem) }

func (gdOptional) write(*gdEmitter, string, string, schema.Type, int) {
	panic("gen: an optional is written as a field")
}

func (gdOptional) read(*gdEmitter, string, string, schema.Type, int) {
	panic("gen: an optional is read as a field")
}

func (gdOptional) plain(schema.Type) bool { return false }

// has is the name of the field that says whether there is an optional.
func (g *gdEmitter) has(f schema.Field) string { return "has_" + strings.Trim(g.field(f.Name), "_") }

// writeField writes statements that append a field whole.
func (g *gdEmitter) writeField(in string, f schema.Field) {
	if f.Type.Kind == schema.Optional {
		g.line("%sw.flag(%s)\n%sif %s:", in, g.has(f), in, g.has(f))
		g.write(in+"\t", g.field(f.Name), *f.Type.Elem, 0)
		return
	}
	g.write(in, g.field(f.Name), f.Type, 0)
}

// readField writes statements that set a field to what writeField's wrote.
func (g *gdEmitter) readField(in string, f schema.Field) {
	name := g.field(f.Name)
	if f.Type.Kind == schema.Optional {
		g.line("%s%s = r.flag()\n%sif %s:", in, g.has(f), in, g.has(f))
		g.read(in+"\t", name, *f.Type.Elem, 0)
		g.line("%selse:\n%s\t%s = %s", in, in, name, g.zero(f.Type))
		return
	}
	g.read(in, name, f.Type, 0)
}

func (g *gdEmitter) writeFieldDelta(in string, f schema.Field) {
	v, t := g.field(f.Name), f.Type
	b := "base." + v
	if t.Kind != schema.Optional {
		g.writeDelta(in, v, b, t, g.helper(f), 0)
		return
	}
	has := g.has(f)
	g.line("%sif w.changed(not %s):", in, g.same(f, "base"))
	g.line("%s\tw.flag(%s)\n%s\tif %s and base.%s:", in, has, in, has, has)
	g.writeChanged(in+"\t\t", v, b, *t.Elem, 0)
	g.line("%s\telif %s:", in, has)
	g.write(in+"\t\t", v, *t.Elem, 0)
}

func (g *gdEmitter) readFieldDelta(in string, f schema.Field) {
	v, t := g.field(f.Name), f.Type
	if t.Kind != schema.Optional {
		g.readDelta(in, v, "base."+v, t, 0)
		return
	}
	has := g.has(f)
	g.line("%sif r.flag():\n%s\t%s = r.flag()\n%s\tif %s and base.%s:", in, in, has, in, has, has)
	g.readChanged(in+"\t\t", v, "base."+v, *t.Elem, 0)
	g.line("%s\telif %s:", in, has)
	g.read(in+"\t\t", v, *t.Elem, 0)
	g.line("%s\telse:\n%s\t\t%s = %s\n%selse:", in, in, v, g.zero(t), in)
	g.keep(in+"\t", f)
}

// keep takes a field over from base. Versions share what did not change.
func (g *gdEmitter) keep(in string, f schema.Field) {
	if f.Type.Kind == schema.Optional {
		g.line("%s%s = base.%s", in, g.has(f), g.has(f))
	}
	g.line("%s%s = base.%s", in, g.field(f.Name), g.field(f.Name))
}

// same is the expression for: a field is the same as another struct's.
func (g *gdEmitter) same(f schema.Field, other string) string {
	name := g.field(f.Name)
	if f.Type.Kind == schema.Optional {
		has := g.has(f)
		return fmt.Sprintf("(%s == %s.%s and (not %s or %s))", has, other, has, has, g.equal(name, other+"."+name, *f.Type.Elem, g.helper(f)))
	}
	return g.equal(name, other+"."+name, f.Type, g.helper(f))
}
