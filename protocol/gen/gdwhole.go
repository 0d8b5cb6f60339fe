package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// writeField writes statements that append a field whole.
func (g *gdEmitter) writeField(in string, f schema.Field) {
	if f.Type.Kind == schema.Optional {
		g.line("%sw.flag(%s)\n%sif %s:", in, g.has(f), in, g.has(f))
		g.write(in+"\t", g.field(f.Name), *f.Type.Elem, 0)
		return
	}
	g.write(in, g.field(f.Name), f.Type, 0)
}

// readField writes statements that set a field to what writeField's wrote.
func (g *gdEmitter) readField(in string, f schema.Field) {
	name := g.field(f.Name)
	if f.Type.Kind == schema.Optional {
		g.line("%s%s = r.flag()\n%sif %s:", in, g.has(f), in, g.has(f))
		g.read(in+"\t", name, *f.Type.Elem, 0)
		g.line("%selse:\n%s\t%s = %s", in, in, name, g.zero(f.Type))
		return
	}
	g.read(in, name, f.Type, 0)
}

func (g *gdEmitter) write(in, val string, t schema.Type, depth int) {
	switch t.Kind {
	case schema.Bool:
		g.line("%sw.flag(%s)", in, val)
	case schema.Int:
		g.line("%sw.ranged(%s, %d, %d, %d)", in, val, t.Min, t.Max, t.Bits)
	case schema.Word:
		g.line("%sw.uint(%s, 64)", in, val)
	case schema.String:
		g.line("%sw.text(%s, %d, %d)", in, val, t.Max, t.Bits)
	case schema.Octets:
		g.line("%sw.octets(%s, %d, %d)", in, val, t.Max, t.Bits)
	case schema.Struct:
		g.line("%s%s.write(w)", in, val)
	case schema.Fixed:
		g.line("%sw.fixed(%s, %s, %d)", in, val, stepArgs(t), t.Bits)
	case schema.Turn:
		g.line("%sw.turn(%s, %d)", in, val, t.Bits)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			g.write(in, val+"."+strings.ToLower(a), *t.Elem, depth)
		}
	case schema.Quat:
		g.line("%sw.quat(%s, %d)", in, val, t.Bits)
	case schema.Ref:
		g.line("%sw.ref(%s)", in, val)
	case schema.List:
		e := fmt.Sprintf("e%d", depth)
		g.line("%sfor %s: %s in w.list(%s, %d, %d):", in, e, g.typ(*t.Elem), val, t.Max, t.Bits)
		g.write(in+"\t", e, *t.Elem, depth+1)
	case schema.Array:
		i := fmt.Sprintf("i%d", depth)
		g.line("%sfor %s: int in %d:", in, i, t.Len)
		g.write(in+"\t", val+"["+i+"]", *t.Elem, depth+1)
	}
}

func (g *gdEmitter) read(in, val string, t schema.Type, depth int) {
	switch t.Kind {
	case schema.Bool:
		g.line("%s%s = r.flag()", in, val)
	case schema.Int:
		g.line("%s%s = %s", in, val, g.cast(t, fmt.Sprintf("r.ranged(%d, %d, %d)", t.Min, t.Max, t.Bits)))
	case schema.Word:
		g.line("%s%s = r.uint(64)", in, val)
	case schema.String:
		g.line("%s%s = r.text(%d, %d)", in, val, t.Max, t.Bits)
	case schema.Octets:
		g.line("%s%s = r.octets(%d, %d)", in, val, t.Max, t.Bits)
	case schema.Struct:
		g.line("%s%s = %s.new()\n%s%s.read(r)", in, val, g.name(t.Struct.Name), in, val)
	case schema.Fixed:
		g.line("%s%s = r.fixed(%s, %d)", in, val, stepArgs(t), t.Bits)
	case schema.Turn:
		g.line("%s%s = r.turn(%d)", in, val, t.Bits)
	case schema.Vector:
		for _, a := range axes[:t.Len] {
			g.read(in, val+"."+strings.ToLower(a), *t.Elem, depth)
		}
	case schema.Quat:
		g.line("%s%s = r.quat(%d)", in, val, t.Bits)
	case schema.Ref:
		g.line("%s%s = r.ref()", in, val)
	case schema.List:
		// Element by element, so that a forged length makes nothing that was not there.
		g.readElements(in, val, fmt.Sprintf("r.count(%d, %d)", t.Max, t.Bits), t, depth)
	case schema.Array:
		g.readElements(in, val, fmt.Sprint(t.Len), t, depth)
	}
}

func (g *gdEmitter) readElements(in, val, count string, t schema.Type, depth int) {
	e := fmt.Sprintf("e%d", depth)
	g.line("%s%s = []\n%sfor _i%d: int in %s:", in, val, in, depth, count)
	if t.Kind == schema.List {
		g.line("%s\tif r.failed:\n%s\t\tbreak", in, in)
	}
	g.line("%s\tvar %s: %s = %s", in, e, g.typ(*t.Elem), g.zero(*t.Elem))
	if t.Elem.Kind == schema.Struct {
		g.line("%s\t%s.read(r)", in, e)
	} else {
		g.read(in+"\t", e, *t.Elem, depth+1)
	}
	g.line("%s\t%s.append(%s)", in, val, e)
}
