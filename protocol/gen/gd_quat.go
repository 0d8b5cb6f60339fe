package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type gdQuat struct{ gdWhole }

func init() { gdKinds[schema.Quat] = gdQuat{} }

func (gdQuat) typ(*gdEmitter, schema.Type) string { return "Quaternion" }

func (gdQuat) zero(*gdEmitter, schema.Type) string { return "Quaternion.IDENTITY" }

func (gdQuat) write(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%sw.quat(%s, %d)", in, val, t.Bits)
}

func (gdQuat) read(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%s%s = r.quat(%d)", in, val, t.Bits)
}

func (gdQuat) writeChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	g.line("%sw.quat_delta(%s, %s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
}

func (gdQuat) readChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	g.line("%s%s = r.quat_delta(%s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
}

func (gdQuat) plain(schema.Type) bool { return false }

func (gdQuat) equal(_ *gdEmitter, a, b string, t schema.Type, _ string) string {
	return fmt.Sprintf("RealmwireQuantity.pack(%s, %d) == RealmwireQuantity.pack(%s, %d)", a, t.Bits, b, t.Bits)
}

func (gdQuat) integers(_ *gdEmitter, val string, t schema.Type) []string {
	return []string{fmt.Sprintf("RealmwireQuantity.integers(%s, %d)", val, t.Bits)}
}

func (gdQuat) fromInteger(_ *gdEmitter, t schema.Type, array string, _ int) string {
	return fmt.Sprintf("RealmwireQuantity.of_integers(%s, %d)", array, t.Bits)
}
