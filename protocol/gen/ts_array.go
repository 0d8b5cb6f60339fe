package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsArray struct{ tsByCodec }

func init() { tsKinds[schema.Array] = tsArray{} }

func (tsArray) typ(t schema.Type) string { return tsSeveral(t) }

func (tsArray) codec(g *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.array(%d, %s)", t.Len, g.codec(*t.Elem))
}
