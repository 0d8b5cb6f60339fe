package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type gdBool struct{ gdWhole }

func init() { gdKinds[schema.Bool] = gdBool{} }

func (gdBool) typ(*gdEmitter, schema.Type) string { return "bool" }

func (gdBool) zero(*gdEmitter, schema.Type) string { return "false" }

func (gdBool) write(g *gdEmitter, in, val string, _ schema.Type, _ int) {
	g.line("%sw.flag(%s)", in, val)
}

func (gdBool) read(g *gdEmitter, in, val string, _ schema.Type, _ int) {
	g.line("%s%s = r.flag()", in, val)
}

func (gdBool) writeChanged(g *gdEmitter, in, v, b string, _ schema.Type, _ int) {
	g.line("%sw.flag(%s != %s)", in, v, b)
}

func (gdBool) readChanged(g *gdEmitter, in, v, b string, _ schema.Type, _ int) {
	g.line("%s%s = %s != r.flag()", in, v, b)
}
