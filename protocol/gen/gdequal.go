package gen

import (
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

// helper names the function that compares two lists of a field.
func (g *gdEmitter) helper(f schema.Field) string {
	return "_same_" + strings.Trim(g.field(f.Name), "_")
}
