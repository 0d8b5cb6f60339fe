package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goTurn struct{ goWhole }

func init() { goKinds[schema.Turn] = goTurn{} }

func (goTurn) write(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("w.Turn(float64(%s), %d)", val, t.Bits)
}

func (goTurn) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = %s(r.Turn(%d))", val, t.Go, t.Bits)
}

func (goTurn) writeChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	g.line("w.TurnDelta(float64(%s), float64(%s), %d, %d, %d)", v, b, t.Bits, t.Small, t.Medium)
}

func (goTurn) readChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	g.line("%s = %s(r.TurnDelta(float64(%s), %d, %d, %d))", v, t.Go, b, t.Bits, t.Small, t.Medium)
}

func (goTurn) equal(a, b string, t schema.Type, _ string) string {
	return fmt.Sprintf("bits.Turn(float64(%s), %d) == bits.Turn(float64(%s), %d)", a, t.Bits, b, t.Bits)
}

func (goTurn) integer(val string, t schema.Type) string {
	return fmt.Sprintf("int64(bits.Turn(float64(%s), %d))", val, t.Bits)
}

func (k goTurn) values(g *goEmitter, val string, t schema.Type, at int) {
	g.line("dst[%d] = %s", at, k.integer(val, t))
}

func (goTurn) setValues(g *goEmitter, val string, t schema.Type, at int) {
	g.line("%s = %s(bits.FromTurn(uint64(src[%d]), %d))", val, t.Go, at, t.Bits)
}
