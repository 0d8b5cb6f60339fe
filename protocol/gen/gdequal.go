package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// equals writes the comparison of two structs, and the functions that it needs.
func (g *gdEmitter) equals(d *schema.Def, params, first string) {
	var parts []string
	for _, f := range d.Fields {
		part := g.same(f, "other")
		if f.Owner {
			part = "(not owner or " + part + ")"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		parts = []string{"true"}
	}
	expr := strings.Join(parts, " and ")
	if len(expr) > gdWidth-16 {
		expr = "(\n\t\t\t" + strings.Join(parts, "\n\t\t\tand ") + "\n\t\t)"
	}
	g.line("\n\t## Whether all of it is the same.\n\tfunc equals(%s) -> bool:%s\n\t\treturn %s", params, first, expr)
	for _, f := range d.Fields {
		t := f.Type
		if t.Kind == schema.Optional {
			t = *t.Elem
		}
		if (t.Kind == schema.List || t.Kind == schema.Array) && !gdPlain(*t.Elem) {
			g.line("\n\tstatic func %s(these: %s, those: %s) -> bool:", g.helper(f), g.typ(t), g.typ(t))
			g.line("\t\tif these.size() != those.size():\n\t\t\treturn false\n\t\tfor i0: int in these.size():")
			g.line("\t\t\tif not (%s):\n\t\t\t\treturn false\n\t\treturn true", g.equal("these[i0]", "those[i0]", *t.Elem, ""))
		}
	}
}

// gdPlain reports whether Godot's == says whether two values are the same on the wire.
func gdPlain(t schema.Type) bool {
	switch t.Kind {
	case schema.Bool, schema.Int, schema.Word, schema.String, schema.Octets, schema.Ref:
		return true
	case schema.List, schema.Array:
		return gdPlain(*t.Elem)
	}
	return false
}

// helper names the function that compares two lists of a field.
func (g *gdEmitter) helper(f schema.Field) string {
	return "_same_" + strings.Trim(g.field(f.Name), "_")
}

// has is the name of the field that says whether there is an optional.
func (g *gdEmitter) has(f schema.Field) string { return "has_" + strings.Trim(g.field(f.Name), "_") }

// same is the expression for: a field is the same as another struct's.
func (g *gdEmitter) same(f schema.Field, other string) string {
	name := g.field(f.Name)
	if f.Type.Kind == schema.Optional {
		has := g.has(f)
		return fmt.Sprintf("(%s == %s.%s and (not %s or %s))", has, other, has, has, g.equal(name, other+"."+name, *f.Type.Elem, g.helper(f)))
	}
	return g.equal(name, other+"."+name, f.Type, g.helper(f))
}

// equal is the expression for: two values are the same on the wire.
func (g *gdEmitter) equal(a, b string, t schema.Type, helper string) string {
	if gdPlain(t) {
		return a + " == " + b
	}
	switch t.Kind {
	case schema.Struct:
		return fmt.Sprintf("%s.equals(%s)", a, b)
	case schema.Fixed:
		return fmt.Sprintf("RealmwireQuantity.steps(%s, %s) == RealmwireQuantity.steps(%s, %s)", a, stepArgs(t), b, stepArgs(t))
	case schema.Vector:
		return fmt.Sprintf("RealmwireQuantity.same%d(%s, %s, %s)", t.Len, a, b, stepArgs(*t.Elem))
	case schema.Turn:
		return fmt.Sprintf("RealmwireQuantity.turn(%s, %d) == RealmwireQuantity.turn(%s, %d)", a, t.Bits, b, t.Bits)
	case schema.Quat:
		return fmt.Sprintf("RealmwireQuantity.pack(%s, %d) == RealmwireQuantity.pack(%s, %d)", a, t.Bits, b, t.Bits)
	}
	return fmt.Sprintf("%s(%s, %s)", helper, a, b) // List, Array
}
