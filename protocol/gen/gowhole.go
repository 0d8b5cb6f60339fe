package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

var axes = []string{"X", "Y", "Z"}

// stepArgs are the arguments that say what the steps of a float are.
func stepArgs(t schema.Type) string { return fmt.Sprintf("%d, %d, %d, %d", t.Num, t.Den, t.Min, t.Max) }

// packQuat is the expression for a rotation's smallest three.
func packQuat(val string, t schema.Type) string {
	return fmt.Sprintf("bits.PackQuat(%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W, %d)", val, t.Bits)
}

// write writes statements that append a whole value.
func (g *goEmitter) write(val string, t schema.Type, depth int) {
	switch t.Kind {
	case schema.Bool:
		g.line("w.Bool(bool(%s))", val)
	case schema.Int:
		g.line("w.Int(int64(%s), %d, %d, %d)", val, t.Min, t.Max, t.Bits)
	case schema.Word:
		g.line("w.Uint(uint64(%s), 64)", val)
	case schema.String:
		g.line("w.String(string(%s), %d, %d)", val, t.Max, t.Bits)
	case schema.Octets:
		g.line("w.Octets(%s, %d, %d)", val, t.Max, t.Bits)
	case schema.Struct:
		g.line("%s.Write(w)", val)
	case schema.Fixed:
		g.line("w.Fixed(float64(%s), %s, %d)", val, stepArgs(t), t.Bits)
	case schema.Turn:
		g.line("w.Turn(float64(%s), %d)", val, t.Bits)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			g.write(val+"."+a, *t.Elem, depth)
		}
	case schema.Quat:
		g.line("w.Quat(%s, %d)", packQuat(val, t), t.Bits)
	case schema.Ref:
		g.line("w.Ref(uint32(%s))", val)
	case schema.List:
		i := fmt.Sprintf("i%d", depth)
		g.line("w.Uint(uint64(min(len(%s), %d)), %d)", val, t.Max, t.Bits)
		g.line("for %s := range min(len(%s), %d) {", i, val, t.Max)
		g.write(val+"["+i+"]", *t.Elem, depth+1)
		g.line("}")
	case schema.Array:
		i := fmt.Sprintf("i%d", depth)
		g.line("for %s := range %s {", i, val)
		g.write(val+"["+i+"]", *t.Elem, depth+1)
		g.line("}")
	case schema.Optional:
		g.line("w.Bool(%s.Has)\nif %s.Has {", val, val)
		g.write(val+".Value", *t.Elem, depth)
		g.line("}")
	}
}

// read writes statements that set a value to what write's wrote.
func (g *goEmitter) read(val string, t schema.Type, depth int) {
	switch t.Kind {
	case schema.Bool:
		g.line("%s = %s(r.Bool())", val, t.Go)
	case schema.Int:
		g.line("%s = %s(r.Int(%d, %d, %d))", val, t.Go, t.Min, t.Max, t.Bits)
	case schema.Word:
		g.line("%s = %s(r.Uint(64))", val, t.Go)
	case schema.String:
		g.line("%s = %s(r.String(%d, %d))", val, t.Go, t.Max, t.Bits)
	case schema.Octets:
		g.line("%s = r.Octets(%s[:0], %d, %d)", val, val, t.Max, t.Bits)
	case schema.Struct:
		g.line("%s.Read(r)", val)
	case schema.Fixed:
		g.line("%s = %s(r.Fixed(%s, %d))", val, t.Go, stepArgs(t), t.Bits)
	case schema.Turn:
		g.line("%s = %s(r.Turn(%d))", val, t.Go, t.Bits)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			g.read(val+"."+a, *t.Elem, depth)
		}
	case schema.Quat:
		g.line("%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W = r.Quat(%[2]d).Floats(%[2]d)", val, t.Bits)
	case schema.Ref:
		g.line("%s = %s(r.Ref())", val, t.Go)
	case schema.List:
		g.readList(val, t, depth)
	case schema.Array:
		i := fmt.Sprintf("i%d", depth)
		g.line("for %s := range %s {", i, val)
		g.read(val+"["+i+"]", *t.Elem, depth+1)
		g.line("}")
	case schema.Optional:
		g.line("if %[1]s.Has = r.Bool(); !%[1]s.Has {\n%[1]s = %[2]s{}\n} else {", val, t.Go)
		g.read(val+".Value", *t.Elem, depth)
		g.line("}")
	}
}

// readList grows the list element by element, so that a forged length allocates nothing before its elements were there.
func (g *goEmitter) readList(val string, t schema.Type, depth int) {
	n, e := fmt.Sprintf("n%d", depth), fmt.Sprintf("e%d", depth)
	g.line("{\n%s := int(r.Uint(%d))\nif %s > %d {\nr.Fail()\n}", n, t.Bits, n, t.Max)
	g.line("%s = %s[:0]", val, val)
	g.line("for range %s {\nif r.Failed() {\nbreak\n}\nvar %s %s", n, e, t.Elem.Go)
	g.read(e, *t.Elem, depth+1)
	g.line("%s = append(%s, %s)\n}\n}", val, val, e)
}
