package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsString struct{ tsByCodec }

func init() { tsKinds[schema.String] = tsString{} }

func (tsString) typ(schema.Type) string { return "string" }

func (tsString) codec(_ *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.string(%d, %d)", t.Max, t.Bits)
}

func (k tsString) inPlace(schema.Type) tsInPlace { return k }

func (tsString) zero(schema.Type) string { return "''" }

func (tsString) write(t schema.Type, val string) string {
	return fmt.Sprintf("w.string(%s, %d, %d);", val, t.Max, t.Bits)
}

func (tsString) read(t schema.Type) string { return fmt.Sprintf("r.string(%d, %d)", t.Max, t.Bits) }

func (k tsString) writeDelta(t schema.Type, v, b string) string { return writeIfChanged(k, t, v, b) }

func (k tsString) readDelta(t schema.Type, b string) string { return readIfChanged(k, t, b) }

func (tsString) equal(_ schema.Type, a, b string) string { return a + " === " + b }
