package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsOptional struct{ tsByCodec }

func init() { tsKinds[schema.Optional] = tsOptional{} }

func (tsOptional) typ(t schema.Type) string { return tsType(*t.Elem) + " | null" }

func (tsOptional) codec(g *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.optional(%s)", g.codec(*t.Elem))
}
