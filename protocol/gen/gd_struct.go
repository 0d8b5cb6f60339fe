package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type gdStruct struct{ gdWhole }

func init() { gdKinds[schema.Struct] = gdStruct{} }

func (gdStruct) typ(g *gdEmitter, t schema.Type) string { return g.name(t.Struct.Name) }

func (gdStruct) zero(g *gdEmitter, t schema.Type) string { return g.name(t.Struct.Name) + ".new()" }

func (gdStruct) write(g *gdEmitter, in, val string, _ schema.Type, _ int) {
	g.line("%s%s.write(w)", in, val)
}

func (gdStruct) read(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%s%s = %s.new()\n%s%s.read(r)", in, val, g.name(t.Struct.Name), in, val)
}

func (gdStruct) writeChanged(g *gdEmitter, in, v, b string, _ schema.Type, _ int) {
	g.line("%s%s.write_delta(w, %s)", in, v, b)
}

func (gdStruct) readChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	g.line("%s%s = %s.new()\n%s%s.read_delta(r, %s)", in, v, g.name(t.Struct.Name), in, v, b)
}

func (gdStruct) plain(schema.Type) bool { return false }

func (gdStruct) equal(_ *gdEmitter, a, b string, _ schema.Type, _ string) string {
	return fmt.Sprintf("%s.equals(%s)", a, b)
}
