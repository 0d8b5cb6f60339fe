package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goOptional struct{ goWhole }

func init() { goKinds[schema.Optional] = goOptional{} }

func (goOptional) write(g *goEmitter, val string, t schema.Type, depth int) {
	g.line("w.Bool(%s.Has)\nif %s.Has {", val, val)
	g.write(val+".Value", *t.Elem, depth)
	g.line("}")
}

func (goOptional) read(g *goEmitter, val string, t schema.Type, depth int) {
	g.line("if %[1]s.Has = r.Bool(); !%[1]s.Has {\n%[1]s = %[2]s{}\n} else {", val, t.Go)
	g.read(val+".Value", *t.Elem, depth)
	g.line("}")
}

func (goOptional) writeChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	g.line("w.Bool(%s.Has)\nif %s.Has && %s.Has {", v, v, b)
	g.writeChanged(v+".Value", b+".Value", *t.Elem, depth)
	g.line("} else if %s.Has {", v)
	g.write(v+".Value", *t.Elem, depth)
	g.line("}")
}

func (goOptional) readChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	g.line("if %[1]s.Has = r.Bool(); !%[1]s.Has {\n%[1]s = %[2]s{}\n} else if %[3]s.Has {", v, t.Go, b)
	g.readChanged(v+".Value", b+".Value", *t.Elem, depth)
	g.line("} else {")
	g.read(v+".Value", *t.Elem, depth)
	g.line("}")
}

func (goOptional) equal(a, b string, _ schema.Type, same string) string {
	return fmt.Sprintf("%s(&%s, &%s)", same, a, b)
}

func (goOptional) compare(g *goEmitter, name string, t schema.Type) {
	g.line("func %s(a, b *%s) bool {\nreturn a.Has == b.Has && (!a.Has || %s)\n}\n", name, t.Go, equalExpr("a.Value", "b.Value", *t.Elem, name+"Value"))
	g.compare(name+"Value", *t.Elem)
}

func (goOptional) assign(g *goEmitter, v, from string, t schema.Type, depth int) {
	g.line("%s.Has = %s.Has", v, from)
	g.assign(v+".Value", from+".Value", *t.Elem, depth)
}
