package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

type tsBool struct{}

func init() { tsKinds[schema.Bool] = tsBool{} }

func (tsBool) typ(schema.Type) string { return "boolean" }

func (tsBool) codec(*tsEmitter, schema.Type) string { return "codec.bool" }

func (k tsBool) inPlace(schema.Type) tsInPlace { return k }

func (tsBool) zero(schema.Type) string { return "false" }

func (tsBool) write(_ schema.Type, val string) string { return fmt.Sprintf("w.bool(%s);", val) }

func (tsBool) read(schema.Type) string { return "r.bool()" }

func (tsBool) writeDelta(_ schema.Type, v, b string) string {
	return fmt.Sprintf("w.bool(%s !== %s);", v, b)
}

func (tsBool) readDelta(_ schema.Type, b string) string { return fmt.Sprintf("%s !== r.bool()", b) }

func (tsBool) equal(_ schema.Type, a, b string) string { return a + " === " + b }

func (tsBool) integers(val string, _ schema.Type) []string { return []string{val + " ? 1 : 0"} }

func (tsBool) fromIntegers(_ schema.Type, n tsIntegers) string {
	return fmt.Sprintf("%s[%d] !== 0", n.array, n.at)
}
