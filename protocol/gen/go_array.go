package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goArray struct{ goWhole }

func init() { goKinds[schema.Array] = goArray{} }

func (goArray) write(g *goEmitter, val string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("for %s := range %s {", i, val)
	g.write(val+"["+i+"]", *t.Elem, depth+1)
	g.line("}")
}

func (goArray) read(g *goEmitter, val string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("for %s := range %s {", i, val)
	g.read(val+"["+i+"]", *t.Elem, depth+1)
	g.line("}")
}

func (goArray) writeChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("for %s := range %s {", i, v)
	g.writeDelta(v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
	g.line("}")
}

func (goArray) readChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("for %s := range %s {", i, v)
	g.readDelta(v+"["+i+"]", b+"["+i+"]", *t.Elem, depth+1)
	g.line("}")
}

func (goArray) equal(a, b string, _ schema.Type, same string) string {
	return fmt.Sprintf("%s(&%s, &%s)", same, a, b)
}

func (goArray) compare(g *goEmitter, name string, t schema.Type) {
	g.line("func %s(a, b *%s) bool {\nfor i := range a {\nif %s {\nreturn false\n}\n}\nreturn true\n}\n", name, t.Go, unless(equalExpr("a[i]", "b[i]", *t.Elem, "")))
}

func (goArray) assign(g *goEmitter, v, from string, t schema.Type, depth int) {
	g.assignElements(v, from, t, depth)
}
