package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsList struct{ tsByCodec }

func init() { tsKinds[schema.List] = tsList{} }

func (tsList) typ(t schema.Type) string { return tsSeveral(t) }

func (tsList) codec(g *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.list(%d, %d, %d, %d, %s)", t.Max, t.Bits, t.Small, t.Medium, g.codec(*t.Elem))
}

// tsSeveral is the type of a list or an array.
func tsSeveral(t schema.Type) string {
	if elem := tsType(*t.Elem); !strings.Contains(elem, " ") {
		return elem + "[]"
	}
	return "(" + tsType(*t.Elem) + ")[]"
}
