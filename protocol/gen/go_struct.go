package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goStruct struct{ goWhole }

func init() { goKinds[schema.Struct] = goStruct{} }

func (goStruct) write(g *goEmitter, val string, _ schema.Type, _ int) { g.line("%s.Write(w)", val) }

func (goStruct) read(g *goEmitter, val string, _ schema.Type, _ int) { g.line("%s.Read(r)", val) }

func (goStruct) writeChanged(g *goEmitter, v, b string, _ schema.Type, _ int) {
	g.line("%s.WriteDelta(w, &%s)", v, b)
}

func (goStruct) readChanged(g *goEmitter, v, b string, _ schema.Type, _ int) {
	g.line("%s.ReadDelta(r, &%s)", v, b)
}

func (goStruct) equal(a, b string, _ schema.Type, _ string) string {
	return fmt.Sprintf("%s.Equal(&%s)", a, b)
}

func (goStruct) assign(g *goEmitter, v, from string, _ schema.Type, _ int) {
	g.line("%s.Copy(&%s)", v, from)
}
