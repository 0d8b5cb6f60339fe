package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type goRef struct{ goWhole }

func init() { goKinds[schema.Ref] = goRef{} }

func (goRef) write(g *goEmitter, val string, _ schema.Type, _ int) { g.line("w.Ref(uint32(%s))", val) }

func (goRef) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = %s(r.Ref())", val, t.Go)
}
