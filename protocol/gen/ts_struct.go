package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsStruct struct{ tsByCodec }

func init() { tsKinds[schema.Struct] = tsStruct{} }

func (tsStruct) typ(t schema.Type) string { return t.Struct.Name }

func (tsStruct) codec(g *tsEmitter, t schema.Type) string {
	if g.delta[t.Struct] {
		return fmt.Sprintf("codec.struct(%s)", t.Struct.Name)
	}
	return fmt.Sprintf("codec.whole(%s)", t.Struct.Name)
}

func (k tsStruct) inPlace(schema.Type) tsInPlace { return k }

func (tsStruct) zero(t schema.Type) string { return t.Struct.Name + ".create()" }

func (tsStruct) write(t schema.Type, val string) string {
	return fmt.Sprintf("%s.write(w, %s);", t.Struct.Name, val)
}

func (tsStruct) read(t schema.Type) string { return t.Struct.Name + ".read(r)" }

func (k tsStruct) writeDelta(t schema.Type, v, b string) string {
	return fmt.Sprintf("if (w.changed(!%s)) %s.writeDelta(w, %s, %s);", k.equal(t, v, b), t.Struct.Name, v, b)
}

func (tsStruct) readDelta(t schema.Type, b string) string {
	return fmt.Sprintf("r.bool() ? %s.readDelta(r, %s) : %s", t.Struct.Name, b, b)
}

func (tsStruct) equal(t schema.Type, a, b string) string {
	return fmt.Sprintf("%s.equal(%s, %s)", t.Struct.Name, a, b)
}
