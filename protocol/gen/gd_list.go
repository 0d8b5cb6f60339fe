package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type gdList struct{ gdWhole }

func init() { gdKinds[schema.List] = gdList{} }

func (gdList) typ(g *gdEmitter, t schema.Type) string { return "Array[" + g.typ(*t.Elem) + "]" }

func (gdList) zero(*gdEmitter, schema.Type) string { return "[]" }

func (gdList) write(g *gdEmitter, in, val string, t schema.Type, depth int) {
	e := fmt.Sprintf("e%d", depth)
	g.line("%sfor %s: %s in w.list(%s, %d, %d):", in, e, g.typ(*t.Elem), val, t.Max, t.Bits)
	g.write(in+"\t", e, *t.Elem, depth+1)
}

// read goes element by element, so that a forged length makes nothing that was not there.
func (gdList) read(g *gdEmitter, in, val string, t schema.Type, depth int) {
	count := fmt.Sprintf("r.count(%d, %d)", t.Max, t.Bits)
	g.elements(in, val, fmt.Sprintf("_i%d", depth), count, t, depth, func(in, e string) { g.readElement(in, e, t, depth) })
}

func (gdList) writeChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("%sw.ranged_delta(%s.size(), %s.size(), 0, %d, %d, %d, %d)", in, v, b, t.Max, t.Bits, t.Small, t.Medium)
	g.line("%sfor %s: int in mini(%s.size(), %d):\n%s\tif %s < %s.size():", in, i, v, t.Max, in, i, b)
	g.writeDelta(in+"\t\t", v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
	g.line("%s\telse:", in)
	g.write(in+"\t\t", v+"["+i+"]", *t.Elem, depth+1)
}

func (gdList) readChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	count := fmt.Sprintf("r.ranged_delta(%s.size(), 0, %d, %d, %d, %d)", b, t.Max, t.Bits, t.Small, t.Medium)
	g.elements(in, v, i, count, t, depth, func(in, e string) {
		g.line("%sif %s < %s.size():", in, i, b)
		g.readDelta(in+"\t", e, b+"["+i+"]", *t.Elem, depth+1)
		g.line("%selse:", in)
		g.read(in+"\t", e, *t.Elem, depth+1)
	})
}

func (gdList) plain(t schema.Type) bool { return gdPlain(*t.Elem) }

func (gdList) equal(_ *gdEmitter, a, b string, _ schema.Type, helper string) string {
	return fmt.Sprintf("%s(%s, %s)", helper, a, b)
}

// elements writes the loop that makes a list or an array anew; each is read by the statements that one writes.
func (g *gdEmitter) elements(in, val, i, count string, t schema.Type, depth int, one func(in, e string)) {
	e := fmt.Sprintf("e%d", depth)
	g.line("%s%s = []\n%sfor %s: int in %s:", in, val, in, i, count)
	if t.Kind == schema.List {
		g.line("%s\tif r.failed:\n%s\t\tbreak", in, in)
	}
	g.line("%s\tvar %s: %s = %s", in, e, g.typ(*t.Elem), g.zero(*t.Elem))
	one(in+"\t", e)
	g.line("%s\t%s.append(%s)", in, val, e)
}

// readElement reads a whole element into e, which is new.
func (g *gdEmitter) readElement(in, e string, t schema.Type, depth int) {
	if t.Elem.Kind == schema.Struct {
		g.line("%s%s.read(r)", in, e)
		return
	}
	g.read(in, e, *t.Elem, depth+1)
}
