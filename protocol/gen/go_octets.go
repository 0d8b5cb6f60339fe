package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type goOctets struct{ goWhole }

func init() { goKinds[schema.Octets] = goOctets{} }

func (goOctets) write(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("w.Octets(%s, %d, %d)", val, t.Max, t.Bits)
}

func (goOctets) read(g *goEmitter, val string, t schema.Type, _ int) {
	g.line("%s = r.Octets(%s[:0], %d, %d)", val, val, t.Max, t.Bits)
}

func (goOctets) equal(a, b string, _ schema.Type, _ string) string {
	return fmt.Sprintf("string(%s) == string(%s)", a, b)
}

func (goOctets) assign(g *goEmitter, v, from string, _ schema.Type, _ int) {
	g.line("%s = append(%s[:0], %s...)", v, v, from)
}
