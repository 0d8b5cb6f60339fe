package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type goBool struct{ goWhole }

func init() { goKinds[schema.Bool] = goBool{} }

func (goBool) write(g *goEmitter, val string, _ schema.Type, _ int) { g.line("w.Bool(bool(%s))", val) }

func (goBool) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = %s(r.Bool())", val, t.Go)
}

func (goBool) writeChanged(g *goEmitter, v, b string, _ schema.Type, _ int) {
	g.line("w.Bool(%s != %s)", v, b)
}

func (goBool) readChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	g.line("%s = %s != %s(r.Bool())", v, b, t.Go)
}

func (goBool) values(g *goEmitter, val string, _ schema.Type, at int) {
	g.line("dst[%d] = 0\nif %s {\ndst[%d] = 1\n}", at, val, at)
}

func (goBool) setValues(g *goEmitter, val string, _ schema.Type, at int) {
	g.line("%s = src[%d] != 0", val, at)
}
