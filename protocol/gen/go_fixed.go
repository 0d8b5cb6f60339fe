package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goFixed struct{ goWhole }

func init() { goKinds[schema.Fixed] = goFixed{} }

func (goFixed) write(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("w.Fixed(float64(%s), %s, %d)", val, stepArgs(t), t.Bits)
}

func (goFixed) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = %s(r.Fixed(%s, %d))", val, t.Go, stepArgs(t), t.Bits)
}

func (goFixed) writeChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	g.line("w.FixedDelta(float64(%s), float64(%s), %s, %d, %d, %d)", v, b, stepArgs(t), t.Bits, t.Small, t.Medium)
}

func (goFixed) readChanged(g *goEmitter, v, b string, t schema.Type, _ int) {
	g.line("%s = %s(r.FixedDelta(float64(%s), %s, %d, %d, %d))", v, t.Go, b, stepArgs(t), t.Bits, t.Small, t.Medium)
}

func (k goFixed) equal(a, b string, t schema.Type, _ string) string {
	return k.integer(a, t) + " == " + k.integer(b, t)
}

func (goFixed) integer(val string, t schema.Type) string {
	return fmt.Sprintf("bits.Steps(float64(%s), %s)", val, stepArgs(t))
}

func (k goFixed) values(g *goEmitter, val string, t schema.Type, at int) {
	g.line("dst[%d] = %s", at, k.integer(val, t))
}

func (goFixed) setValues(g *goEmitter, val string, t schema.Type, at int) {
	g.line("%s = %s(bits.FromSteps(src[%d], %d, %d))", val, t.Go, at, t.Num, t.Den)
}
