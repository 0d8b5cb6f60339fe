package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

// tsKind is how TypeScript handles one kind of value. Each has a file of its own, ts_NAME.go, which registers it.
type tsKind interface {
	typ(t schema.Type) string

	// codec is the expression that makes a type's codec, of those of the SDK (web/src/sdk/fields.ts).
	codec(g *tsEmitter, t schema.Type) string

	// inPlace is how generated code handles a field itself; nil where it hands it to a codec.
	inPlace(t schema.Type) tsInPlace

	// integers are the expressions for a value's schema.Type.Integers, and fromIntegers is the value that such make.
	integers(val string, t schema.Type) []string
	fromIntegers(t schema.Type, n tsIntegers) string
}

// tsInPlace are the expressions, and the statements, of a field that needs no codec.
type tsInPlace interface {
	zero(t schema.Type) string // what it is at first
	write(t schema.Type, val string) string
	read(t schema.Type) string
	writeDelta(t schema.Type, v, b string) string
	readDelta(t schema.Type, b string) string
	equal(t schema.Type, a, b string) string
}

// tsKinds are filled before main runs.
var tsKinds = map[schema.Kind]tsKind{}

// tsByCodec is what kinds have in common that are handed to a codec.
type tsByCodec struct{}

func (tsByCodec) inPlace(schema.Type) tsInPlace { return nil }

func (tsByCodec) integers(val string, _ schema.Type) []string { return []string{val} }

func (tsByCodec) fromIntegers(schema.Type, tsIntegers) string {
	panic("gen: not a value that is predicted")
}

// tsIntegers are integers that generated code has in an array, from at on.
type tsIntegers struct {
	array string
	at    int
	row   bool // an element is number | bigint, rather than number
}

// number is the i-th of them, as a number.
func (n tsIntegers) number(i int) string { return n.as(i, "number") }

// as is the i-th of them, of a type that the elements of a row may have.
func (n tsIntegers) as(i int, typ string) string {
	text := fmt.Sprintf("%s[%d]", n.array, n.at+i)
	if n.row {
		text += " as " + typ
	}
	return text
}

// from are those after the i-th.
func (n tsIntegers) from(i int) tsIntegers {
	n.at += i
	return n
}

func tsType(t schema.Type) string { return tsKinds[t.Kind].typ(t) }

func (g *tsEmitter) codec(t schema.Type) string { return tsKinds[t.Kind].codec(g, t) }

func inPlace(t schema.Type) tsInPlace { return tsKinds[t.Kind].inPlace(t) }

func tsIntegersOf(val string, t schema.Type) []string { return tsKinds[t.Kind].integers(val, t) }

func tsFromIntegers(t schema.Type, n tsIntegers) string { return tsKinds[t.Kind].fromIntegers(t, n) }

// writeIfChanged and readIfChanged are the difference of a field that is sent whole where it changed.
func writeIfChanged(k tsInPlace, t schema.Type, v, b string) string {
	return fmt.Sprintf("if (w.changed(%s !== %s)) %s", v, b, k.write(t, v))
}

func readIfChanged(k tsInPlace, t schema.Type, b string) string {
	return fmt.Sprintf("r.bool() ? %s : %s", k.read(t), b)
}
