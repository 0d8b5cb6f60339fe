package gen

import (
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goVector struct{ goWhole }

func init() { goKinds[schema.Vector] = goVector{} }

func (goVector) write(g *goEmitter, val string, t schema.Type, depth int) {
	for _, a := range axes[:t.Len] {
		g.write(val+"."+a, *t.Elem, depth)
	}
}

func (goVector) read(g *goEmitter, val string, t schema.Type, depth int) {
	for _, a := range axes[:t.Len] {
		g.read(val+"."+a, *t.Elem, depth)
	}
}

func (goVector) writeChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	for _, a := range axes[:t.Len] {
		g.writeDelta(v+"."+a, b+"."+a, *t.Elem, "", depth)
	}
}

func (goVector) readChanged(g *goEmitter, v, b string, t schema.Type, depth int) {
	for _, a := range axes[:t.Len] {
		g.readDelta(v+"."+a, b+"."+a, *t.Elem, depth)
	}
}

func (goVector) equal(a, b string, t schema.Type, _ string) string {
	var parts []string
	for _, x := range axes[:t.Len] {
		parts = append(parts, equalExpr(a+"."+x, b+"."+x, *t.Elem, ""))
	}
	return strings.Join(parts, " && ")
}

func (goVector) values(g *goEmitter, val string, t schema.Type, at int) {
	for i, a := range axes[:t.Len] {
		g.values(val+"."+a, *t.Elem, at+i)
	}
}

func (goVector) setValues(g *goEmitter, val string, t schema.Type, at int) {
	for i, a := range axes[:t.Len] {
		g.setValues(val+"."+a, *t.Elem, at+i)
	}
}
