package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type gdRef struct{ gdWhole }

func init() { gdKinds[schema.Ref] = gdRef{} }

func (gdRef) typ(*gdEmitter, schema.Type) string { return "int" }

func (gdRef) zero(*gdEmitter, schema.Type) string { return "0" }

func (gdRef) write(g *gdEmitter, in, val string, _ schema.Type, _ int) {
	g.line("%sw.ref(%s)", in, val)
}

func (gdRef) read(g *gdEmitter, in, val string, _ schema.Type, _ int) {
	g.line("%s%s = r.ref()", in, val)
}
