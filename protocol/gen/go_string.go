package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type goString struct{ goWhole }

func init() { goKinds[schema.String] = goString{} }

func (goString) write(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("w.String(string(%s), %d, %d)", val, t.Max, t.Bits)
}

func (goString) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = %s(r.String(%d, %d))", val, t.Go, t.Max, t.Bits)
}
