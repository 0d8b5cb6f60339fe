package gen

import (
	"fmt"
	"math"

	"github.com/realmwire/realmwire/protocol/schema"
)

// layout writes what package best needs of a component with hints: its fields' ranges and groups, and its values as
// integers. A vector is one integer for each axis, a rotation four.
func (g *goEmitter) layout(d *schema.Def) {
	g.line("// %sLayout says how %s's fields change.\nvar %sLayout = best.Layout{\nFields: []best.Field{", d.Name, d.Name, d.Name)
	for _, f := range d.Fields {
		g.spans(f.Type)
	}
	g.line("},\nGroups: []best.Group{")
	eachGroup(d, g.group)
	g.line("},\n}\n")
	g.line("// Values sets dst to v's fields, in order.\nfunc (v *%s) Values(dst []int64) {", d.Name)
	at := 0
	for _, f := range d.Fields {
		g.values("v."+f.Name, f.Type, at)
		at += integers(f.Type)
	}
	g.line("}\n\n// SetValues sets v's fields to what Values gave.\nfunc (v *%s) SetValues(src []int64) {", d.Name)
	at = 0
	for _, f := range d.Fields {
		g.setValues("v."+f.Name, f.Type, at)
		at += integers(f.Type)
	}
	g.line("}\n")
}

// eachGroup goes over the runs of a component's fields that are predicted together, with the index of each one's first
// integer and how many it has.
func eachGroup(d *schema.Def, visit func(h schema.Hint, first, count int)) {
	at := 0
	for i := 0; i < len(d.Fields); {
		n, count := 1, integers(d.Fields[i].Type)
		h := d.Fields[i].Hint
		for h.Predict != "" && i+n < len(d.Fields) && d.Fields[i+n].Hint.Predict == h.Predict {
			count += integers(d.Fields[i+n].Type)
			n++
		}
		visit(h, at, count)
		i += n
		at += count
	}
}

// rates are a hint's fall and drag in the units of package best.
func rates(h schema.Hint) (fall, drag int64) {
	return int64(math.Round(h.Fall * 256)), int64(math.Round(h.Drag * 65536))
}

// integers is how many integers a field is.
func integers(t schema.Type) int {
	switch t.Kind {
	case schema.Vector:
		return t.Len
	case schema.Quat:
		return 4
	}
	return 1
}

func (g *goEmitter) values(val string, t schema.Type, at int) {
	switch t.Kind {
	case schema.Bool:
		g.line("dst[%d] = 0\nif %s {\ndst[%d] = 1\n}", at, val, at)
	case schema.Vector:
		for i, a := range axes[:t.Len] {
			g.values(val+"."+a, *t.Elem, at+i)
		}
	case schema.Quat:
		g.line("{\nq := %s\ndst[%d], dst[%d], dst[%d], dst[%d] = int64(q.Largest), int64(q.Parts[0]), int64(q.Parts[1]), int64(q.Parts[2])\n}",
			packQuat(val, t), at, at+1, at+2, at+3)
	case schema.Fixed, schema.Turn:
		g.line("dst[%d] = %s", at, goInteger(val, t))
	default:
		g.line("dst[%d] = int64(%s)", at, val)
	}
}

func (g *goEmitter) setValues(val string, t schema.Type, at int) {
	src := fmt.Sprintf("src[%d]", at)
	switch t.Kind {
	case schema.Bool:
		g.line("%s = %s != 0", val, src)
	case schema.Vector:
		for i, a := range axes[:t.Len] {
			g.setValues(val+"."+a, *t.Elem, at+i)
		}
	case schema.Quat:
		g.line("%[1]s.X, %[1]s.Y, %[1]s.Z, %[1]s.W = bits.Quat{Largest: uint8(src[%[2]d]), Parts: [3]int32{int32(src[%[3]d]), int32(src[%[4]d]), int32(src[%[5]d])}}.Floats(%[6]d)",
			val, at, at+1, at+2, at+3, t.Bits)
	case schema.Fixed:
		g.line("%s = %s(bits.FromSteps(%s, %d, %d))", val, t.Go, src, t.Num, t.Den)
	case schema.Turn:
		g.line("%s = %s(bits.FromTurn(uint64(%s), %d))", val, t.Go, src, t.Bits)
	default:
		g.line("%s = %s(%s)", val, t.Go, src)
	}
}

func (g *goEmitter) group(h schema.Hint, first, count int) {
	switch h.Predict {
	case "motion":
		fall, drag := rates(h)
		g.line("{Class: best.Motion, First: %d, Count: %d, Fall: %d, Drag: %d, Half: %d, Floor: %d},", first, count, fall, drag, h.Half, h.Floor)
	case "rotation":
		g.line("{Class: best.Rotation, First: %d, Count: %d},", first, count)
	default:
		g.line("{Class: best.Plain, First: %d, Count: %d, Lapse: %d},", first, count, h.Lapse)
	}
}

// spans writes the ranges of a field's integers; all 64 bits count as signed.
func (g *goEmitter) spans(t schema.Type) {
	switch t.Kind {
	case schema.Bool:
		g.line("{Min: 0, Max: 1},")
	case schema.Word:
		g.line("{Min: %d, Max: %d},", math.MinInt64, math.MaxInt64)
	case schema.Vector:
		for range t.Len {
			g.spans(*t.Elem)
		}
	case schema.Quat:
		g.line("{Min: 0, Max: 3},\n{Min: 0, Max: %[1]d},\n{Min: 0, Max: %[1]d},\n{Min: 0, Max: %[1]d},", t.Max)
	default:
		g.line("{Min: %d, Max: %d},", t.Min, t.Max)
	}
}
