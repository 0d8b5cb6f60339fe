package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type gdString struct{ gdWhole }

func init() { gdKinds[schema.String] = gdString{} }

func (gdString) typ(*gdEmitter, schema.Type) string { return "String" }

func (gdString) zero(*gdEmitter, schema.Type) string { return `""` }

func (gdString) write(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%sw.text(%s, %d, %d)", in, val, t.Max, t.Bits)
}

func (gdString) read(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%s%s = r.text(%d, %d)", in, val, t.Max, t.Bits)
}
