package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// helper names the function that compares two values of a field, for those that one expression does not compare.
func helper(d *schema.Def, f schema.Field) string { return "same" + d.Name + f.Name }

// same is the expression that compares v's field with base's.
func (g *goEmitter) same(d *schema.Def, f schema.Field) string {
	return equalExpr("v."+f.Name, "base."+f.Name, f.Type, helper(d, f))
}

// equalExpr is an expression for: a and b are the same on the wire.
func equalExpr(a, b string, t schema.Type, same string) string {
	if t.Plain() {
		return a + " == " + b
	}
	switch t.Kind {
	case schema.Octets:
		return fmt.Sprintf("string(%s) == string(%s)", a, b)
	case schema.Struct:
		return fmt.Sprintf("%s.Equal(&%s)", a, b)
	case schema.Fixed:
		return fmt.Sprintf("bits.Steps(float64(%s), %s) == bits.Steps(float64(%s), %s)", a, stepArgs(t), b, stepArgs(t))
	case schema.Turn:
		return fmt.Sprintf("bits.Turn(float64(%s), %d) == bits.Turn(float64(%s), %d)", a, t.Bits, b, t.Bits)
	case schema.Vector:
		var parts []string
		for _, x := range axes[:t.Len] {
			parts = append(parts, equalExpr(a+"."+x, b+"."+x, *t.Elem, ""))
		}
		return strings.Join(parts, " && ")
	case schema.Quat:
		return fmt.Sprintf("(%s == %s || %s == %s)", a, b, packQuat(a, t), packQuat(b, t)) // the first is usual, and cheap
	case schema.List:
		return fmt.Sprintf("%s(%s, %s)", same, a, b)
	}
	return fmt.Sprintf("%s(&%s, &%s)", same, a, b) // Array, Optional
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

// compare writes the function that compares two values of a type with elements.
func (g *goEmitter) compare(name string, t schema.Type) {
	if t.Plain() {
		return
	}
	switch t.Kind {
	case schema.Optional:
		g.line("func %s(a, b *%s) bool {\nreturn a.Has == b.Has && (!a.Has || %s)\n}\n", name, t.Go, equalExpr("a.Value", "b.Value", *t.Elem, name+"Value"))
		g.compare(name+"Value", *t.Elem)
	case schema.Array:
		g.line("func %s(a, b *%s) bool {\nfor i := range a {\nif %s {\nreturn false\n}\n}\nreturn true\n}\n", name, t.Go, unless(equalExpr("a[i]", "b[i]", *t.Elem, "")))
	case schema.List:
		g.line("func %s(a, b %s) bool {\nn := min(len(a), %d)\nif n != min(len(b), %d) {\nreturn false\n}", name, t.Go, t.Max, t.Max)
		g.line("for i := range n {\nif %s {\nreturn false\n}\n}\nreturn true\n}\n", unless(equalExpr("a[i]", "b[i]", *t.Elem, "")))
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

// assign writes statements that copy a value into memory of its own.
func (g *goEmitter) assign(v, from string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	switch {
	case t.Flat():
		g.line("%s = %s", v, from)
	case t.Kind == schema.Octets, t.Kind == schema.List && t.Elem.Flat():
		g.line("%s = append(%s[:0], %s...)", v, v, from)
	case t.Kind == schema.Struct:
		g.line("%s.Copy(&%s)", v, from)
	case t.Kind == schema.Optional:
		g.line("%s.Has = %s.Has", v, from)
		g.assign(v+".Value", from+".Value", *t.Elem, depth)
	case t.Kind == schema.List:
		g.line("%[1]s = slices.Grow(%[1]s[:0], len(%[2]s))[:len(%[2]s)]", v, from)
		fallthrough
	default: // List, Array
		g.line("for %s := range %s {", i, from)
		g.assign(v+"["+i+"]", from+"["+i+"]", *t.Elem, depth+1)
		g.line("}")
	}
}
