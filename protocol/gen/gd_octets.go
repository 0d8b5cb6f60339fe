package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

type gdOctets struct{ gdWhole }

func init() { gdKinds[schema.Octets] = gdOctets{} }

func (gdOctets) typ(*gdEmitter, schema.Type) string { return "PackedByteArray" }

func (gdOctets) zero(*gdEmitter, schema.Type) string { return "PackedByteArray()" }

func (gdOctets) write(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%sw.octets(%s, %d, %d)", in, val, t.Max, t.Bits)
}

func (gdOctets) read(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%s%s = r.octets(%d, %d)", in, val, t.Max, t.Bits)
}
