package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type gdArray struct{ gdList }

func init() { gdKinds[schema.Array] = gdArray{} }

func (gdArray) zero(g *gdEmitter, t schema.Type) string {
	return "[" + repeat(g.zero(*t.Elem), t.Len) + "]"
}

func (gdArray) write(g *gdEmitter, in, val string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("%sfor %s: int in %d:", in, i, t.Len)
	g.write(in+"\t", val+"["+i+"]", *t.Elem, depth+1)
}

func (gdArray) read(g *gdEmitter, in, val string, t schema.Type, depth int) {
	g.elements(in, val, fmt.Sprintf("_i%d", depth), fmt.Sprint(t.Len), t, depth, func(in, e string) { g.readElement(in, e, t, depth) })
}

func (gdArray) writeChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("%sfor %s: int in %d:", in, i, t.Len)
	g.writeDelta(in+"\t", v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
}

func (gdArray) readChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.elements(in, v, i, fmt.Sprint(t.Len), t, depth, func(in, e string) { g.readDelta(in, e, b+"["+i+"]", *t.Elem, depth+1) })
}
