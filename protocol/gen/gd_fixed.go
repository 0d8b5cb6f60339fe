package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type gdFixed struct{ gdWhole }

func init() { gdKinds[schema.Fixed] = gdFixed{} }

func (gdFixed) typ(*gdEmitter, schema.Type) string { return "float" }

func (gdFixed) zero(_ *gdEmitter, t schema.Type) string {
	if t.Min <= 0 && t.Max >= 0 {
		return "0.0"
	}
	return fmt.Sprintf("RealmwireQuantity.from_steps(%d, %d, %d)", max(t.Min, min(0, t.Max)), t.Num, t.Den)
}

func (gdFixed) write(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%sw.fixed(%s, %s, %d)", in, val, stepArgs(t), t.Bits)
}

func (gdFixed) read(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%s%s = r.fixed(%s, %d)", in, val, stepArgs(t), t.Bits)
}

func (gdFixed) writeChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	g.line("%sw.fixed_delta(%s, %s, %s, %d, %d, %d)", in, v, b, stepArgs(t), t.Bits, t.Small, t.Medium)
}

func (gdFixed) readChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	g.line("%s%s = r.fixed_delta(%s, %s, %d, %d, %d)", in, v, b, stepArgs(t), t.Bits, t.Small, t.Medium)
}

func (gdFixed) plain(schema.Type) bool { return false }

func (gdFixed) equal(_ *gdEmitter, a, b string, t schema.Type, _ string) string {
	return gdSteps(a, t) + " == " + gdSteps(b, t)
}

func (gdFixed) integers(_ *gdEmitter, val string, t schema.Type) []string {
	return []string{gdSteps(val, t)}
}

func (gdFixed) fromInteger(_ *gdEmitter, t schema.Type, array string, at int) string {
	return fmt.Sprintf("RealmwireQuantity.from_steps(%s[%d], %d, %d)", array, at, t.Num, t.Den)
}

func gdSteps(val string, t schema.Type) string {
	return fmt.Sprintf("RealmwireQuantity.steps(%s, %s)", val, stepArgs(t))
}
