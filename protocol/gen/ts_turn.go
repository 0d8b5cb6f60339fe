package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsTurn struct{ tsByCodec }

func init() { tsKinds[schema.Turn] = tsTurn{} }

func (tsTurn) typ(schema.Type) string { return "number" }

func (tsTurn) codec(_ *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.turn(%d, %d, %d)", t.Bits, t.Small, t.Medium)
}

func (tsTurn) integers(val string, t schema.Type) []string {
	return []string{fmt.Sprintf("codec.turnOf(%s, %d)", val, t.Bits)}
}

func (tsTurn) fromIntegers(t schema.Type, n tsIntegers) string {
	return fmt.Sprintf("codec.fromTurn(%s, %d)", n.number(0), t.Bits)
}
