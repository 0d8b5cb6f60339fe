package gen

import (
	"math"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// best writes what the best tier needs of an entity kind that asks for it: how the fields of its rows change, and its components
// with hints as one row of integers: a vector is one for each axis, a rotation four. What only the owner sees has no part in it.
func (g *goEmitter) best(d *schema.Def) {
	n, row := d.Name, d.Row()
	g.line("// BestCodec makes a codec of %s's rows for the best tier.\nfunc (*%s) BestCodec() snapshot.BestCodec {\nreturn best.MustNew(best.Layout{\nFields: []best.Field{", n, n)
	eachPart(row, func(_ string, t schema.Type, _ int) {
		for _, r := range t.Integers() {
			g.line("{Min: %d, Max: %d},", r.Min, r.Max)
		}
	})
	g.line("},\nGroups: []best.Group{")
	from := 0
	for _, f := range row {
		for _, group := range f.Type.Struct.HintGroups() {
			g.group(group, from)
		}
		for _, part := range f.Type.Struct.Fields {
			from += integers(part.Type)
		}
	}
	g.line("},\n})\n}\n")
	g.line("// BestRow sets dst to v's components with hints.\nfunc (v *%s) BestRow(dst []int64) {", n)
	eachPart(row, func(path string, t schema.Type, at int) { g.values("v."+path, t, at) })
	g.line("}\n\n// SetBestRow sets v's components with hints to src.\nfunc (v *%s) SetBestRow(src []int64) {", n)
	eachPart(row, func(path string, t schema.Type, at int) { g.setValues("v."+path, t, at) })
	g.line("}\n\n// Assign makes v the same as from, which is known to be *%s.\nfunc (v *%s) Assign(from snapshot.State) { v.Copy(from.(*%s)) }\n", n, n, n)
	differ := []string{}
	for _, f := range d.Fields {
		if !f.Owner && !f.Type.Struct.Hinted {
			differ = append(differ, unless(componentSame(f, "old", "false")))
		}
	}
	if len(differ) == 0 {
		differ = []string{"false"}
	}
	g.line("// OthersChanged reports whether what everyone sees of v beside its row differs from old.\nfunc (v *%s) OthersChanged(old *%s) bool {", n, n)
	g.line("return %s\n}\n", strings.Join(differ, " || "))
}

// eachPart goes over the fields of the components that make a row, with the index of each one's first integer.
func eachPart(row []schema.Field, visit func(path string, t schema.Type, at int)) {
	at := 0
	for _, f := range row {
		for _, part := range f.Type.Struct.Fields {
			visit(f.Name+"."+part.Name, part.Type, at)
			at += integers(part.Type)
		}
	}
}

// rates are a hint's fall and drag in the units of package best.
func rates(h schema.Hint) (fall, drag int64) {
	return int64(math.Round(h.Fall * 256)), int64(math.Round(h.Drag * 65536))
}

func (g *goEmitter) group(p schema.HintGroup, from int) {
	h, first, count := p.Hint, from+p.First, p.Count
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
