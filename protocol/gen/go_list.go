package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goList struct{ goWhole }

func init() { goKinds[schema.List] = goList{} }

func (goList) write(g *goEmitter, val string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("w.Uint(uint64(min(len(%s), %d)), %d)", val, t.Max, t.Bits)
	g.line("for %s := range min(len(%s), %d) {", i, val, t.Max)
	g.write(val+"["+i+"]", *t.Elem, depth+1)
	g.line("}")
}

// read grows the list element by element, so that a forged length allocates nothing before its elements were there.
func (goList) read(g *goEmitter, val string, t schema.Type, depth int) {
	n, e := fmt.Sprintf("n%d", depth), fmt.Sprintf("e%d", depth)
	g.line("{\n%s := int(r.Uint(%d))\nif %s > %d {\nr.Fail()\n}", n, t.Bits, n, t.Max)
	g.line("%s = %s[:0]", val, val)
	g.line("for range %s {\nif r.Failed() {\nbreak\n}\nvar %s %s", n, e, t.Elem.Go)
	g.read(e, *t.Elem, depth+1)
	g.line("%s = append(%s, %s)\n}\n}", val, val, e)
}

func (goList) writeChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("w.IntDelta(int64(len(%s)), int64(len(%s)), 0, %d, %d, %d, %d)", v, b, t.Max, t.Bits, t.Small, t.Medium)
	g.line("for %s := range min(len(%s), %d) {\nif %s < len(%s) {", i, v, t.Max, i, b)
	g.writeDelta(v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
	g.line("} else {")
	g.write(v+"["+i+"]", *t.Elem, depth+1)
	g.line("}\n}")
}

func (goList) readChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	i, e, n := fmt.Sprintf("i%d", depth), fmt.Sprintf("e%d", depth), fmt.Sprintf("n%d", depth)
	g.line("%s := int(r.IntDelta(int64(len(%s)), 0, %d, %d, %d, %d))", n, b, t.Max, t.Bits, t.Small, t.Medium)
	g.line("%s = %s[:0]\nfor %s := range %s {\nif r.Failed() {\nbreak\n}\nvar %s %s\nif %s < len(%s) {", v, v, i, n, e, t.Elem.Go, i, b)
	g.readDelta(e, b+"["+i+"]", *t.Elem, depth+1)
	g.line("} else {")
	g.read(e, *t.Elem, depth+1)
	g.line("}\n%s = append(%s, %s)\n}", v, v, e)
}

func (goList) equal(a, b string, _ schema.Type, same string) string {
	return fmt.Sprintf("%s(%s, %s)", same, a, b)
}

func (goList) compare(g *goEmitter, name string, t schema.Type) {
	g.line("func %s(a, b %s) bool {\nn := min(len(a), %d)\nif n != min(len(b), %d) {\nreturn false\n}", name, t.Go, t.Max, t.Max)
	g.line("for i := range n {\nif %s {\nreturn false\n}\n}\nreturn true\n}\n", unless(equalExpr("a[i]", "b[i]", *t.Elem, "")))
}

func (goList) assign(g *goEmitter, v, from string, t schema.Type, depth int) {
	if t.Elem.Flat() {
		g.line("%s = append(%s[:0], %s...)", v, v, from)
		return
	}
	g.line("%[1]s = slices.Grow(%[1]s[:0], len(%[2]s))[:len(%[2]s)]", v, from)
	g.assignElements(v, from, t, depth)
}
