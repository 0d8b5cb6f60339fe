package gen

import (
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// rowFields are an entity's components that make its row, and what everyone sees beside it.
func rowFields(d *schema.Def) (hinted, others []schema.Field) {
	for _, f := range d.Fields {
		switch {
		case f.Owner:
		case f.Type.Struct != nil && f.Type.Struct.Hinted && !f.Type.Struct.Private():
			hinted = append(hinted, f)
		default:
			others = append(others, f)
		}
	}
	return hinted, others
}

// rows writes what the best tier needs of an entity kind: the components with hints as one row of integers. What only the
// owner sees has no part in it.
func (g *goEmitter) rows(d *schema.Def) {
	hinted, others := rowFields(d)
	if len(hinted) == 0 {
		return
	}
	n := d.Name
	var layouts []string
	for _, f := range hinted {
		layouts = append(layouts, f.Type.Struct.Name+"Layout")
	}
	g.line("// Layout says how the fields of %s's rows change.\nfunc (*%s) Layout() best.Layout { return best.Join(%s) }\n", n, n, strings.Join(layouts, ", "))
	each := func(method string) {
		at := 0
		for _, f := range hinted {
			k := 0
			for _, part := range f.Type.Struct.Fields {
				k += integers(part.Type)
			}
			g.line("v.%s.%s(row[%d:%d])", f.Name, method, at, at+k)
			at += k
		}
		g.line("}\n")
	}
	g.line("// Values sets row to v's components with hints.\nfunc (v *%s) Values(row []int64) {", n)
	each("Values")
	g.line("// SetValues sets v's components with hints to row.\nfunc (v *%s) SetValues(row []int64) {", n)
	each("SetValues")
	g.line("// Assign makes v the same as from, which is known to be *%s.\nfunc (v *%s) Assign(from snapshot.State) { v.Copy(from.(*%s)) }\n", n, n, n)
	differ := []string{}
	for _, f := range others {
		differ = append(differ, unless(componentSame(f, "old", "false")))
	}
	if len(differ) == 0 {
		differ = []string{"false"}
	}
	g.line("// OthersChanged reports whether what everyone sees of v beside its row differs from old.\nfunc (v *%s) OthersChanged(old *%s) bool {", n, n)
	g.line("return %s\n}\n", strings.Join(differ, " || "))
}
