package gen

import (
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// gdKind is how GDScript handles one kind of value. Each has a file of its own, gd_NAME.go, which registers it. What it calls
// is in godot/addons/realmwire/bits. Statements are indented by in.
type gdKind interface {
	typ(g *gdEmitter, t schema.Type) string
	zero(g *gdEmitter, t schema.Type) string // what a field is at first
	note(t schema.Type) string               // what there is to say over a field, or nothing

	// write writes statements that append a whole value; read, such that set a value to what those wrote.
	write(g *gdEmitter, in, val string, t schema.Type, depth int)
	read(g *gdEmitter, in, val string, t schema.Type, depth int)

	// writeChanged and readChanged are for the difference of two values: for a type that says by itself when there is none
	// (schema.Type.SaysSame) that of any two, else that of values known to differ.
	writeChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int)
	readChanged(g *gdEmitter, in, v, b string, t schema.Type, depth int)

	// plain reports whether Godot's == says whether two values are the same on the wire; where it does not, equal is an
	// expression that does. It may call helper, the function that compares two lists of a field.
	plain(t schema.Type) bool
	equal(g *gdEmitter, a, b string, t schema.Type, helper string) string

	// integers are the expressions for a value's schema.Type.Integers, and fromInteger the value of those in an array from at on.
	// They are asked of what is predicted.
	integers(g *gdEmitter, val string, t schema.Type) []string
	fromInteger(g *gdEmitter, t schema.Type, array string, at int) string
}

// gdKinds are filled before main runs.
var gdKinds = map[schema.Kind]gdKind{}

// gdWhole is what most kinds have in common: a difference is the whole value, and == compares two.
type gdWhole struct{}

func (gdWhole) note(schema.Type) string { return "" }

func (gdWhole) writeChanged(g *gdEmitter, in, v, _ string, t schema.Type, depth int) {
	g.write(in, v, t, depth)
}

func (gdWhole) readChanged(g *gdEmitter, in, v, _ string, t schema.Type, depth int) {
	g.read(in, v, t, depth)
}

func (gdWhole) plain(schema.Type) bool { return true }

func (gdWhole) equal(_ *gdEmitter, a, b string, _ schema.Type, _ string) string {
	return a + " == " + b
}

func (gdWhole) integers(_ *gdEmitter, val string, _ schema.Type) []string { return []string{val} }

func (gdWhole) fromInteger(*gdEmitter, schema.Type, string, int) string {
	panic("gen: not a value that is predicted")
}

func (g *gdEmitter) typ(t schema.Type) string { return gdKinds[t.Kind].typ(g, t) }

func (g *gdEmitter) zero(t schema.Type) string { return gdKinds[t.Kind].zero(g, t) }

func (g *gdEmitter) write(in, val string, t schema.Type, depth int) {
	gdKinds[t.Kind].write(g, in, val, t, depth)
}

func (g *gdEmitter) read(in, val string, t schema.Type, depth int) {
	gdKinds[t.Kind].read(g, in, val, t, depth)
}

func (g *gdEmitter) writeDelta(in, v, b string, t schema.Type, helper string, depth int) {
	if t.SaysSame() {
		g.writeChanged(in, v, b, t, depth)
		return
	}
	if gdPlain(t) {
		g.line("%sif w.changed(%s != %s):", in, v, b)
	} else {
		g.line("%sif w.changed(not %s):", in, g.equal(v, b, t, helper))
	}
	g.writeChanged(in+"\t", v, b, t, depth)
}

func (g *gdEmitter) readDelta(in, v, b string, t schema.Type, depth int) {
	if t.SaysSame() {
		g.readChanged(in, v, b, t, depth)
		return
	}
	g.line("%sif r.flag():", in)
	g.readChanged(in+"\t", v, b, t, depth)
	g.line("%selse:\n%s\t%s = %s", in, in, v, b)
}

func (g *gdEmitter) writeChanged(in, v, b string, t schema.Type, depth int) {
	gdKinds[t.Kind].writeChanged(g, in, v, b, t, depth)
}

func (g *gdEmitter) readChanged(in, v, b string, t schema.Type, depth int) {
	gdKinds[t.Kind].readChanged(g, in, v, b, t, depth)
}

// gdPlain reports whether Godot's == says whether two values are the same on the wire.
func gdPlain(t schema.Type) bool { return gdKinds[t.Kind].plain(t) }

// equal is the expression for: two values are the same on the wire.
func (g *gdEmitter) equal(a, b string, t schema.Type, helper string) string {
	if gdPlain(t) {
		return a + " == " + b
	}
	return gdKinds[t.Kind].equal(g, a, b, t, helper)
}

func (g *gdEmitter) integers(val string, t schema.Type) []string {
	return gdKinds[t.Kind].integers(g, val, t)
}

func (g *gdEmitter) fromInteger(t schema.Type, array string, at int) string {
	return gdKinds[t.Kind].fromInteger(g, t, array, at)
}

// cast makes an integer an enum's value, where it is to be one.
func (g *gdEmitter) cast(t schema.Type, expr string) string {
	if t.Enum == nil || t.Enum.Flags {
		return expr
	}
	return expr + " as " + g.name(t.Enum.Name)
}

func repeat(text string, n int) string { return strings.TrimSuffix(strings.Repeat(text+", ", n), ", ") }
