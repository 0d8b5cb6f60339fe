package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsQuat struct{ tsByCodec }

func init() { tsKinds[schema.Quat] = tsQuat{} }

func (tsQuat) typ(schema.Type) string { return "codec.Quat" }

func (tsQuat) codec(_ *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.quat(%d, %d, %d)", t.Bits, t.Small, t.Medium)
}

// integers is one expression, that of an array of four, spread.
func (tsQuat) integers(val string, t schema.Type) []string {
	return []string{fmt.Sprintf("...codec.quatIntegers(%s, %d)", val, t.Bits)}
}

func (tsQuat) fromIntegers(t schema.Type, n tsIntegers) string {
	four := n.array
	if n.row {
		four = fmt.Sprintf("[%s, %s, %s, %s]", n.number(0), n.number(1), n.number(2), n.number(3))
	}
	return fmt.Sprintf("codec.quatOf(%s, %d)", four, t.Bits)
}
