package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// writeRun writes the differences of fields that share a bit, or of one field.
func (g *gdEmitter) writeRun(in string, run []schema.Field) {
	if len(run) > 1 {
		var same []string
		for _, f := range run {
			same = append(same, g.same(f, "base"))
		}
		g.line("%sif w.changed(not (%s)):", in, strings.Join(same, " and "))
		in += "\t"
	}
	for _, f := range run {
		g.writeFieldDelta(in, f)
	}
}

func (g *gdEmitter) readRun(in string, run []schema.Field) {
	if len(run) == 1 {
		g.readFieldDelta(in, run[0])
		return
	}
	g.line("%sif r.flag():", in)
	for _, f := range run {
		g.readFieldDelta(in+"\t", f)
	}
	g.line("%selse:", in)
	for _, f := range run {
		g.keep(in+"\t", f)
	}
}

// keep takes a field over from base. Versions share what did not change.
func (g *gdEmitter) keep(in string, f schema.Field) {
	if f.Type.Kind == schema.Optional {
		g.line("%s%s = base.%s", in, g.has(f), g.has(f))
	}
	g.line("%s%s = base.%s", in, g.field(f.Name), g.field(f.Name))
}

func (g *gdEmitter) writeFieldDelta(in string, f schema.Field) {
	v, t := g.field(f.Name), f.Type
	b := "base." + v
	switch {
	case t.Kind == schema.Optional:
		has := g.has(f)
		g.line("%sif w.changed(not %s):", in, g.same(f, "base"))
		g.line("%s\tw.flag(%s)\n%s\tif %s and base.%s:", in, has, in, has, has)
		g.writeChanged(in+"\t\t", v, b, *t.Elem, 0)
		g.line("%s\telif %s:", in, has)
		g.write(in+"\t\t", v, *t.Elem, 0)
	default:
		g.writeDelta(in, v, b, t, g.helper(f), 0)
	}
}

func (g *gdEmitter) readFieldDelta(in string, f schema.Field) {
	v, t := g.field(f.Name), f.Type
	if t.Kind != schema.Optional {
		g.readDelta(in, v, "base."+v, t, 0)
		return
	}
	has := g.has(f)
	g.line("%sif r.flag():\n%s\t%s = r.flag()\n%s\tif %s and base.%s:", in, in, has, in, has, has)
	g.readChanged(in+"\t\t", v, "base."+v, *t.Elem, 0)
	g.line("%s\telif %s:", in, has)
	g.read(in+"\t\t", v, *t.Elem, 0)
	g.line("%s\telse:\n%s\t\t%s = %s\n%selse:", in, in, v, g.zero(t), in)
	g.keep(in+"\t", f)
}

func (g *gdEmitter) writeDelta(in, v, b string, t schema.Type, helper string, depth int) {
	if hasOwnDelta(t) {
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

// writeChanged is the difference of values that are known to differ, and that of those whose differences need no bit before
// them.
func (g *gdEmitter) writeChanged(in, v, b string, t schema.Type, depth int) {
	i := fmt.Sprintf("i%d", depth)
	switch t.Kind {
	case schema.Int:
		if t.Monotonic {
			g.line("%sw.counter_delta(%s, %s, %d, %d)", in, v, b, t.Min, t.Max)
			return
		}
		g.line("%sw.ranged_delta(%s, %s, %d, %d, %d, %d, %d)", in, v, b, t.Min, t.Max, t.Bits, t.Small, t.Medium)
	case schema.Bool:
		g.line("%sw.flag(%s != %s)", in, v, b)
	case schema.Fixed:
		g.line("%sw.fixed_delta(%s, %s, %s, %d, %d, %d)", in, v, b, stepArgs(t), t.Bits, t.Small, t.Medium)
	case schema.Turn:
		g.line("%sw.turn_delta(%s, %s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			a = "." + strings.ToLower(a)
			g.writeChanged(in, v+a, b+a, *t.Elem, depth)
		}
	case schema.Quat:
		g.line("%sw.quat_delta(%s, %s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
	case schema.Struct:
		g.line("%s%s.write_delta(w, %s)", in, v, b)
	case schema.List:
		g.line("%sw.ranged_delta(%s.size(), %s.size(), 0, %d, %d, %d, %d)", in, v, b, t.Max, t.Bits, t.Small, t.Medium)
		g.line("%sfor %s: int in mini(%s.size(), %d):\n%s\tif %s < %s.size():", in, i, v, t.Max, in, i, b)
		g.writeDelta(in+"\t\t", v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
		g.line("%s\telse:", in)
		g.write(in+"\t\t", v+"["+i+"]", *t.Elem, depth+1)
	case schema.Array:
		g.line("%sfor %s: int in %d:", in, i, t.Len)
		g.writeDelta(in+"\t", v+"["+i+"]", b+"["+i+"]", *t.Elem, "", depth+1)
	default:
		g.write(in, v, t, depth)
	}
}

func (g *gdEmitter) readDelta(in, v, b string, t schema.Type, depth int) {
	if hasOwnDelta(t) {
		g.readChanged(in, v, b, t, depth)
		return
	}
	g.line("%sif r.flag():", in)
	g.readChanged(in+"\t", v, b, t, depth)
	g.line("%selse:\n%s\t%s = %s", in, in, v, b)
}

// readChanged reads what writeChanged's wrote.
func (g *gdEmitter) readChanged(in, v, b string, t schema.Type, depth int) {
	switch t.Kind {
	case schema.Int:
		if t.Monotonic {
			g.line("%s%s = r.counter_delta(%s, %d, %d)", in, v, b, t.Min, t.Max)
			return
		}
		g.line("%s%s = %s", in, v, g.cast(t, fmt.Sprintf("r.ranged_delta(%s, %d, %d, %d, %d, %d)", b, t.Min, t.Max, t.Bits, t.Small, t.Medium)))
	case schema.Bool:
		g.line("%s%s = %s != r.flag()", in, v, b)
	case schema.Fixed:
		g.line("%s%s = r.fixed_delta(%s, %s, %d, %d, %d)", in, v, b, stepArgs(t), t.Bits, t.Small, t.Medium)
	case schema.Turn:
		g.line("%s%s = r.turn_delta(%s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			a = "." + strings.ToLower(a)
			g.readChanged(in, v+a, b+a, *t.Elem, depth)
		}
	case schema.Quat:
		g.line("%s%s = r.quat_delta(%s, %d, %d, %d)", in, v, b, t.Bits, t.Small, t.Medium)
	case schema.Struct:
		g.line("%s%s = %s.new()\n%s%s.read_delta(r, %s)", in, v, g.name(t.Struct.Name), in, v, b)
	case schema.List:
		g.readChangedElements(in, v, b, fmt.Sprintf("r.ranged_delta(%s.size(), 0, %d, %d, %d, %d)", b, t.Max, t.Bits, t.Small, t.Medium), t, depth)
	case schema.Array:
		g.readChangedElements(in, v, b, fmt.Sprint(t.Len), t, depth)
	default:
		g.read(in, v, t, depth)
	}
}

func (g *gdEmitter) readChangedElements(in, v, b, count string, t schema.Type, depth int) {
	i, e := fmt.Sprintf("i%d", depth), fmt.Sprintf("e%d", depth)
	g.line("%s%s = []\n%sfor %s: int in %s:", in, v, in, i, count)
	inner := in + "\t"
	if t.Kind == schema.List {
		g.line("%s\tif r.failed:\n%s\t\tbreak", in, in)
	}
	g.line("%s\tvar %s: %s = %s", in, e, g.typ(*t.Elem), g.zero(*t.Elem))
	if t.Kind == schema.List {
		g.line("%s\tif %s < %s.size():", in, i, b)
		inner += "\t"
	}
	g.readDelta(inner, e, b+"["+i+"]", *t.Elem, depth+1)
	if t.Kind == schema.List {
		g.line("%s\telse:", in)
		g.read(inner, e, *t.Elem, depth+1)
	}
	g.line("%s\t%s.append(%s)", in, v, e)
}
