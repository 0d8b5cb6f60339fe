package gen

import (
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// helper names the function that compares two values of a field, for those that one expression does not compare.
func helper(d *schema.Def, f schema.Field) string { return "same" + d.Name + f.Name }

// same is the expression that compares v's field with base's.
func (g *goEmitter) same(d *schema.Def, f schema.Field) string {
	return equalExpr("v."+f.Name, "base."+f.Name, f.Type, helper(d, f))
}

// unless negates an expression, without brackets where a call needs none: formatters take those away.
func unless(expr string) string {
	if strings.Contains(expr, " == ") || strings.Contains(expr, "&&") {
		return "!(" + expr + ")"
	}
	return "!" + expr
}

// equal writes Equal for a struct that == does not compare, and the functions that it needs.
func (g *goEmitter) equal(d *schema.Def, who string) {
	if !d.Plain() {
		parts := []string{"true"}
		for _, f := range d.Fields {
			if f.Owner {
				parts = append(parts, "(!owner || "+g.same(d, f)+")")
			} else {
				parts = append(parts, g.same(d, f))
			}
		}
		g.line("// Equal reports whether v and base are the same on the wire.\nfunc (v *%s) Equal(base *%s%s) bool {", d.Name, d.Name, who)
		g.line("return %s\n}\n", strings.Join(parts[min(1, len(parts)-1):], " &&\n"))
	}
	for _, f := range d.Fields {
		g.compare(helper(d, f), f.Type)
	}
}

// copy writes Copy for a struct that assigning does not copy.
func (g *goEmitter) copy(d *schema.Def) {
	if d.Flat() {
		return
	}
	g.line("// Copy makes v the same as from, in memory of its own.\nfunc (v *%s) Copy(from *%s) {", d.Name, d.Name)
	for _, f := range d.Fields {
		g.assign("v."+f.Name, "from."+f.Name, f.Type, 0)
	}
	g.line("}\n")
}
