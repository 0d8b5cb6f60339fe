package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

type gdVector struct{ gdWhole }

func init() { gdKinds[schema.Vector] = gdVector{} }

func gdAxes(t schema.Type) []string {
	var out []string
	for _, a := range axes[:t.Len] {
		out = append(out, "."+strings.ToLower(a))
	}
	return out
}

func (gdVector) typ(_ *gdEmitter, t schema.Type) string { return fmt.Sprintf("Vector%d", t.Len) }

func (gdVector) zero(g *gdEmitter, t schema.Type) string {
	if axis := g.zero(*t.Elem); axis != "0.0" {
		return fmt.Sprintf("Vector%d(%s)", t.Len, repeat(axis, t.Len))
	}
	return fmt.Sprintf("Vector%d.ZERO", t.Len)
}

func (gdVector) write(g *gdEmitter, in, val string, t schema.Type, depth int) {
	for _, a := range gdAxes(t) {
		g.write(in, val+a, *t.Elem, depth)
	}
}

func (gdVector) read(g *gdEmitter, in, val string, t schema.Type, depth int) {
	for _, a := range gdAxes(t) {
		g.read(in, val+a, *t.Elem, depth)
	}
}

func (gdVector) writeChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int) {
	for _, a := range gdAxes(t) {
		g.writeChanged(in, v+a, b+a, *t.Elem, depth)
	}
}

func (gdVector) readChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int) {
	for _, a := range gdAxes(t) {
		g.readChanged(in, v+a, b+a, *t.Elem, depth)
	}
}

func (gdVector) plain(schema.Type) bool { return false }

func (gdVector) equal(_ *gdEmitter, a, b string, t schema.Type, _ string) string {
	return fmt.Sprintf("RealmwireQuantity.same%d(%s, %s, %s)", t.Len, a, b, stepArgs(*t.Elem))
}

func (gdVector) integers(g *gdEmitter, val string, t schema.Type) []string {
	var out []string
	for _, a := range gdAxes(t) {
		out = append(out, g.integers(val+a, *t.Elem)...)
	}
	return out
}

func (gdVector) fromInteger(g *gdEmitter, t schema.Type, array string, at int) string {
	var out []string
	for i := range t.Len {
		out = append(out, g.fromInteger(*t.Elem, array, at+i))
	}
	return fmt.Sprintf("Vector%d(%s)", t.Len, strings.Join(out, ", "))
}
