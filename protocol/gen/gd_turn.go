package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type gdTurn struct{ gdWhole }

func init() { gdKinds[schema.Turn] = gdTurn{} }

func (gdTurn) typ(*gdEmitter, schema.Type) string { return "float" }

func (gdTurn) zero(*gdEmitter, schema.Type) string { return "0.0" }

func (gdTurn) write(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%sw.turn(%s, %d)", in, val, t.Bits)
}

func (gdTurn) read(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%s%s = r.turn(%d)", in, val, t.Bits)
}

func (gdTurn) writeChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	g.line("%sw.turn_delta(%s, %s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
}

func (gdTurn) readChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	g.line("%s%s = r.turn_delta(%s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
}

func (gdTurn) plain(schema.Type) bool { return false }

func (gdTurn) equal(_ *gdEmitter, a, b string, t schema.Type, _ string) string {
	return fmt.Sprintf("RealmwireQuantity.turn(%s, %d) == RealmwireQuantity.turn(%s, %d)", a, t.Bits, b, t.Bits)
}
