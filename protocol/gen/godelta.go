package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// writeRun writes the differences of fields that share a bit, or of one field.
func (g *goEmitter) writeRun(d *schema.Def, run []schema.Field) {
	if len(run) > 1 {
		var same []string
		for _, f := range run {
			same = append(same, g.same(d, f))
		}
		g.line("if %s {\nw.Bool(false)\n} else {\nw.Bool(true)", strings.Join(same, " && "))
		defer g.line("}")
	}
	for _, f := range run {
		g.writeDelta("v."+f.Name, "base."+f.Name, f.Type, helper(d, f), 0)
	}
}

func (g *goEmitter) readRun(run []schema.Field) {
	if len(run) > 1 {
		g.line("if r.Bool() {")
	}
	for _, f := range run {
		g.readDelta("v."+f.Name, "base."+f.Name, f.Type, 0)
	}
	if len(run) > 1 {
		g.line("} else {")
		for _, f := range run {
			g.assign("v."+f.Name, "base."+f.Name, f.Type, 0)
		}
		g.line("}")
	}
}

// writeDelta writes statements that append how a value differs; same names the function that compares it, where it has one.
func (g *goEmitter) writeDelta(v, b string, t schema.Type, same string, depth int) {
	switch t.Kind {
	case schema.Int:
		if t.Monotonic {
			g.line("w.CounterDelta(int64(%s), int64(%s), %d, %d)", v, b, t.Min, t.Max)
			return
		}
		g.line("w.IntDelta(int64(%s), int64(%s), %d, %d, %d, %d, %d)", v, b, t.Min, t.Max, t.Bits, t.Small, t.Medium)
	case schema.Bool:
		g.line("w.Bool(%s != %s)", v, b)
	case schema.Fixed:
		g.line("w.FixedDelta(float64(%s), float64(%s), %s, %d, %d, %d)", v, b, stepArgs(t), t.Bits, t.Small, t.Medium)
	case schema.Turn:
		g.line("w.TurnDelta(float64(%s), float64(%s), %d, %d, %d)", v, b, t.Bits, t.Small, t.Medium)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			g.writeDelta(v+"."+a, b+"."+a, *t.Elem, "", depth)
		}
	case schema.Quat:
		g.line("w.QuatDelta(%s, %s, %d, %d, %d)", packQuat(v, t), packQuat(b, t), t.Bits, t.Small, t.Medium)
	default: // not hasOwnDelta
		g.line("if %s {\nw.Bool(false)\n} else {\nw.Bool(true)", equalExpr(v, b, t, same))
		g.writeChanged(v, b, t, depth)
		g.line("}")
	}
}

// hasOwnDelta reports whether the differences of a type say by themselves that there is none, without a bit before them.
func hasOwnDelta(t schema.Type) bool {
	switch t.Kind {
	case schema.Int, schema.Bool, schema.Fixed, schema.Turn, schema.Vector, schema.Quat:
		return true
	}
	return false
}

// writeChanged is the difference of values that are known to differ.
func (g *goEmitter) writeChanged(v, b string, t schema.Type, depth int) {
	if hasOwnDelta(t) {
		g.writeDelta(v, b, t, "", depth)
		return
	}
	i := fmt.Sprintf("i%d", depth)
	switch t.Kind {
	case schema.Struct:
		g.line("%s.WriteDelta(w, &%s)", v, b)
	case schema.List:
		g.line("w.IntDelta(int64(len(%s)), int64(len(%s)), 0, %d, %d, %d, %d)", v, b, t.Max, t.Bits, t.Small, t.Medium)
		g.line("for %s := range min(len(%s), %d) {\nif %s < len(%s) {", i, v, t.Max, i, b)
		g.writeDelta(v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
		g.line("} else {")
		g.write(v+"["+i+"]", *t.Elem, depth+1)
		g.line("}\n}")
	case schema.Array:
		g.line("for %s := range %s {", i, v)
		g.writeDelta(v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
		g.line("}")
	case schema.Optional:
		g.line("w.Bool(%s.Has)\nif %s.Has && %s.Has {", v, v, b)
		g.writeChanged(v+".Value", b+".Value", *t.Elem, depth)
		g.line("} else if %s.Has {", v)
		g.write(v+".Value", *t.Elem, depth)
		g.line("}")
	default:
		g.write(v, t, depth)
	}
}

// readDelta writes statements that set a value to what writeDelta's wrote.
func (g *goEmitter) readDelta(v, b string, t schema.Type, depth int) {
	switch t.Kind {
	case schema.Int:
		if t.Monotonic {
			g.line("%s = %s(r.CounterDelta(int64(%s), %d, %d))", v, t.Go, b, t.Min, t.Max)
			return
		}
		g.line("%s = %s(r.IntDelta(int64(%s), %d, %d, %d, %d, %d))", v, t.Go, b, t.Min, t.Max, t.Bits, t.Small, t.Medium)
	case schema.Bool:
		g.line("%s = %s != %s(r.Bool())", v, b, t.Go)
	case schema.Fixed:
		g.line("%s = %s(r.FixedDelta(float64(%s), %s, %d, %d, %d))", v, t.Go, b, stepArgs(t), t.Bits, t.Small, t.Medium)
	case schema.Turn:
		g.line("%s = %s(r.TurnDelta(float64(%s), %d, %d, %d))", v, t.Go, b, t.Bits, t.Small, t.Medium)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			g.readDelta(v+"."+a, b+"."+a, *t.Elem, depth)
		}
	case schema.Quat:
		g.line("%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W = r.QuatDelta(%[2]s, %[3]d, %[4]d, %[5]d).Floats(%[3]d)", v, packQuat(b, t), t.Bits, t.Small, t.Medium)
	default:
		g.line("if r.Bool() {")
		g.readChanged(v, b, t, depth)
		g.line("} else {")
		g.assign(v, b, t, depth)
		g.line("}")
	}
}

// readChanged sets a value to what writeChanged's wrote.
func (g *goEmitter) readChanged(v, b string, t schema.Type, depth int) {
	if hasOwnDelta(t) {
		g.readDelta(v, b, t, depth)
		return
	}
	i, e, n := fmt.Sprintf("i%d", depth), fmt.Sprintf("e%d", depth), fmt.Sprintf("n%d", depth)
	switch t.Kind {
	case schema.Struct:
		g.line("%s.ReadDelta(r, &%s)", v, b)
	case schema.List:
		g.line("%s := int(r.IntDelta(int64(len(%s)), 0, %d, %d, %d, %d))", n, b, t.Max, t.Bits, t.Small, t.Medium)
		g.line("%s = %s[:0]\nfor %s := range %s {\nif r.Failed() {\nbreak\n}\nvar %s %s\nif %s < len(%s) {", v, v, i, n, e, t.Elem.Go, i, b)
		g.readDelta(e, b+"["+i+"]", *t.Elem, depth+1)
		g.line("} else {")
		g.read(e, *t.Elem, depth+1)
		g.line("}\n%s = append(%s, %s)\n}", v, v, e)
	case schema.Array:
		g.line("for %s := range %s {", i, v)
		g.readDelta(v+"["+i+"]", b+"["+i+"]", *t.Elem, depth+1)
		g.line("}")
	case schema.Optional:
		g.line("if %[1]s.Has = r.Bool(); !%[1]s.Has {\n%[1]s = %[2]s{}\n} else if %[3]s.Has {", v, t.Go, b)
		g.readChanged(v+".Value", b+".Value", *t.Elem, depth)
		g.line("} else {")
		g.read(v+".Value", *t.Elem, depth)
		g.line("}")
	default:
		g.read(v, t, depth)
	}
}
