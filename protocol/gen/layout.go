package gen

import (
	"math"

	"github.com/realmwire/realmwire/protocol/schema"
)

// layout writes what package predict needs of a component with hints: its fields' ranges and groups, and its values as
// integers.
func (g *goEmitter) layout(d *schema.Def) {
	g.line("// %sLayout says how %s's fields change.\nvar %sLayout = predict.Layout{\nFields: []predict.Field{", d.Name, d.Name, d.Name)
	for _, f := range d.Fields {
		lo, hi := span(f.Type)
		g.line("{Min: %d, Max: %d},", lo, hi)
	}
	g.line("},\nGroups: []predict.Group{")
	for i := 0; i < len(d.Fields); {
		n := 1
		h := d.Fields[i].Hint
		for h.Predict != "" && i+n < len(d.Fields) && d.Fields[i+n].Hint.Predict == h.Predict {
			n++
		}
		g.group(h, i, n)
		i += n
	}
	g.line("},\n}\n")
	g.line("// Values sets dst to v's fields, in order.\nfunc (v *%s) Values(dst []int64) {", d.Name)
	for i, f := range d.Fields {
		if f.Type.Kind == schema.Bool {
			g.line("dst[%d] = 0\nif v.%s {\ndst[%d] = 1\n}", i, f.Name, i)
		} else {
			g.line("dst[%d] = int64(v.%s)", i, f.Name)
		}
	}
	g.line("}\n\n// SetValues sets v's fields to what Values gave.\nfunc (v *%s) SetValues(src []int64) {", d.Name)
	for i, f := range d.Fields {
		if f.Type.Kind == schema.Bool {
			g.line("v.%s = src[%d] != 0", f.Name, i)
		} else {
			g.line("v.%s = %s(src[%d])", f.Name, f.Type.Go, i)
		}
	}
	g.line("}\n")
}

func (g *goEmitter) group(h schema.Hint, first, count int) {
	switch h.Predict {
	case "motion":
		fall, drag := int64(math.Round(h.Fall*256)), int64(math.Round(h.Drag*65536))
		g.line("{Class: predict.Motion, First: %d, Count: %d, Fall: %d, Drag: %d, Half: %d, Floor: %d},", first, count, fall, drag, h.Half, h.Floor)
	case "rotation":
		g.line("{Class: predict.Rotation, First: %d, Count: %d},", first, count)
	default:
		g.line("{Class: predict.Plain, First: %d, Count: %d, Lapse: %d},", first, count, h.Lapse)
	}
}

// span is the range of a field's integers; all 64 bits count as signed.
func span(t schema.Type) (lo, hi int64) {
	switch t.Kind {
	case schema.Bool:
		return 0, 1
	case schema.Word:
		return math.MinInt64, math.MaxInt64
	}
	return t.Min, t.Max
}
