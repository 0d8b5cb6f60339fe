package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

// goKind is how Go handles one kind of value. Each has a file of its own, go_NAME.go, which registers it.
type goKind interface {
	// write writes statements that append a whole value; read, such that set a value to what those wrote.
	write(g *goEmitter, val string, t schema.Type, depth int)
	read(g *goEmitter, val string, t schema.Type, depth int)

	// writeChanged and readChanged are for the difference of two values: for a type that says by itself when there is none
	// (schema.Type.SaysSame) that of any two, else that of values known to differ.
	writeChanged(g *goEmitter, v, b string, t schema.Type, depth int)
	readChanged(g *goEmitter, v, b string, t schema.Type, depth int)

	// equal is an expression for: a and b are the same on the wire. It may call the function of the name same, which compare
	// then writes. Neither is asked of types that are schema.Type.Plain.
	equal(a, b string, t schema.Type, same string) string
	compare(g *goEmitter, name string, t schema.Type)

	// assign writes statements that copy a value, of a type that is not schema.Type.Flat, into memory of its own.
	assign(g *goEmitter, v, from string, t schema.Type, depth int)

	// integer is the expression for a number as the one integer that it is; values writes statements that set dst[at] and
	// those after it to a value's schema.Type.Integers, and setValues such that take them from src.
	integer(val string, t schema.Type) string
	values(g *goEmitter, val string, t schema.Type, at int)
	setValues(g *goEmitter, val string, t schema.Type, at int)
}

// goKinds are filled before main runs.
var goKinds = map[schema.Kind]goKind{}

// goWhole is what most kinds have in common: a difference is the whole value, one expression compares two, = copies one.
type goWhole struct{}

func (goWhole) writeChanged(g *goEmitter, v, _ string, t schema.Type, depth int) {
	g.write(v, t, depth)
}

func (goWhole) readChanged(g *goEmitter, v, _ string, t schema.Type, depth int) { g.read(v, t, depth) }

func (goWhole) equal(a, b string, _ schema.Type, _ string) string { return a + " == " + b }

func (goWhole) compare(*goEmitter, string, schema.Type) {}

func (goWhole) assign(g *goEmitter, v, from string, _ schema.Type, _ int) { g.line("%s = %s", v, from) }

func (goWhole) integer(val string, _ schema.Type) string { return val }

func (goWhole) values(g *goEmitter, val string, _ schema.Type, at int) {
	g.line("dst[%d] = int64(%s)", at, val)
}

func (goWhole) setValues(g *goEmitter, val string, t schema.Type, at int) {
	g.line("%s = %s(src[%d])", val, t.Go, at)
}

// write writes statements that append a whole value.
func (g *goEmitter) write(val string, t schema.Type, depth int) {
	goKinds[t.Kind].write(g, val, t, depth)
}

// read writes statements that set a value to what write's wrote.
func (g *goEmitter) read(val string, t schema.Type, depth int) {
	goKinds[t.Kind].read(g, val, t, depth)
}

// writeDelta writes statements that append how a value differs; same names the function that compares it, where it has one.
func (g *goEmitter) writeDelta(v, b string, t schema.Type, same string, depth int) {
	if t.SaysSame() {
		g.writeChanged(v, b, t, depth)
		return
	}
	g.line("if %s {\nw.Bool(false)\n} else {\nw.Bool(true)", equalExpr(v, b, t, same))
	g.writeChanged(v, b, t, depth)
	g.line("}")
}

// readDelta writes statements that set a value to what writeDelta's wrote.
func (g *goEmitter) readDelta(v, b string, t schema.Type, depth int) {
	if t.SaysSame() {
		g.readChanged(v, b, t, depth)
		return
	}
	g.line("if r.Bool() {")
	g.readChanged(v, b, t, depth)
	g.line("} else {")
	g.assign(v, b, t, depth)
	g.line("}")
}

func (g *goEmitter) writeChanged(v, b string, t schema.Type, depth int) {
	goKinds[t.Kind].writeChanged(g, v, b, t, depth)
}

func (g *goEmitter) readChanged(v, b string, t schema.Type, depth int) {
	goKinds[t.Kind].readChanged(g, v, b, t, depth)
}

// equalExpr is an expression for: a and b are the same on the wire.
func equalExpr(a, b string, t schema.Type, same string) string {
	if t.Plain() {
		return a + " == " + b
	}
	return goKinds[t.Kind].equal(a, b, t, same)
}

// compare writes the function that compares two values of a type with elements.
func (g *goEmitter) compare(name string, t schema.Type) {
	if !t.Plain() {
		goKinds[t.Kind].compare(g, name, t)
	}
}

// assign writes statements that copy a value into memory of its own.
func (g *goEmitter) assign(v, from string, t schema.Type, depth int) {
	if t.Flat() {
		g.line("%s = %s", v, from)
		return
	}
	goKinds[t.Kind].assign(g, v, from, t, depth)
}

// assignElements copies each of several values.
func (g *goEmitter) assignElements(v, from string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	g.line("for %s := range %s {", i, from)
	g.assign(v+"["+i+"]", from+"["+i+"]", *t.Elem, depth+1)
	g.line("}")
}

// goInteger is the expression for a number as the integer that it is on the wire.
func goInteger(val string, t schema.Type) string { return goKinds[t.Kind].integer(val, t) }

func (g *goEmitter) values(val string, t schema.Type, at int) { goKinds[t.Kind].values(g, val, t, at) }

func (g *goEmitter) setValues(val string, t schema.Type, at int) {
	goKinds[t.Kind].setValues(g, val, t, at)
}
