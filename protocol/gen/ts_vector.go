package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsVector struct{ tsByCodec }

func init() { tsKinds[schema.Vector] = tsVector{} }

func (tsVector) typ(t schema.Type) string { return fmt.Sprintf("codec.Vec%d", t.Len) }

func (tsVector) codec(g *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.vec%d(%s)", t.Len, g.codec(*t.Elem))
}

func (tsVector) integers(val string, t schema.Type) []string {
	var out []string
	for _, a := range axes[:t.Len] {
		out = append(out, tsIntegersOf(val+"."+strings.ToLower(a), *t.Elem)...)
	}
	return out
}

func (tsVector) fromIntegers(t schema.Type, n tsIntegers) string {
	var out []string
	for i, a := range axes[:t.Len] {
		out = append(out, strings.ToLower(a)+": "+tsFromIntegers(*t.Elem, n.from(i)))
	}
	return "{ " + strings.Join(out, ", ") + " }"
}
