package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsFixed struct{ tsByCodec }

func init() { tsKinds[schema.Fixed] = tsFixed{} }

func (tsFixed) typ(schema.Type) string { return "number" }

func (tsFixed) codec(_ *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.fixed(%s, %d, %d, %d)", stepArgs(t), t.Bits, t.Small, t.Medium)
}

func (tsFixed) integers(val string, t schema.Type) []string {
	return []string{fmt.Sprintf("codec.steps(%s, %s)", val, stepArgs(t))}
}

func (tsFixed) fromIntegers(t schema.Type, n tsIntegers) string {
	return fmt.Sprintf("codec.fromSteps(%s, %d, %d)", n.number(0), t.Num, t.Den)
}
