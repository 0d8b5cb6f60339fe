package gen

import (
	"math"

	"github.com/realmwire/realmwire/protocol/schema"
)

// layout writes what package best needs of a component with hints: its fields' ranges and groups, and its values as
// integers. A vector is one integer for each axis, a rotation four.
func (g *goEmitter) layout(d *schema.Def) {
	g.line("// %sLayout says how %s's fields change.\nvar %sLayout = best.Layout{\nFields: []best.Field{", d.Name, d.Name, d.Name)
	for _, f := range d.Fields {
		for _, r := range f.Type.Integers() {
			g.line("{Min: %d, Max: %d},", r.Min, r.Max)
		}
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
func integers(t schema.Type) int { return len(t.Integers()) }

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
