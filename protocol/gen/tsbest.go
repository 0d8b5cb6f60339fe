package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// maxSafe is the greatest integer that a JavaScript number holds exactly, with all below it.
const maxSafe = 1<<maxSafeBits - 1

// best writes what the best tier needs of an entity kind that asks for it: see goEmitter.best. States are shared, so a new one is
// made of a row's values.
func (g *tsEmitter) best(d *schema.Def) {
	var spans, groups, values, made []string
	for _, f := range d.Row() {
		var parts []string
		name, first := lowerFirst(f.Name), len(spans)
		for _, p := range f.Type.Struct.HintGroups() {
			groups = append(groups, tsGroup(p.Hint, first+p.First, p.Count))
		}
		for _, part := range f.Type.Struct.Fields {
			field := lowerFirst(part.Name)
			values = append(values, tsIntegersOf("v."+name+"."+field, part.Type)...)
			parts = append(parts, field+": "+tsFromIntegers(part.Type, tsIntegers{array: "n", at: len(spans), row: true}))
			for _, r := range part.Type.Integers() {
				spans = append(spans, tsSpan(r))
			}
		}
		made = append(made, fmt.Sprintf("%s: { %s }", name, strings.Join(parts, ", ")))
	}
	g.line("\tbest: {\n\t\tlayout: {\n\t\t\tfields: [%s],\n\t\t\tgroups: [%s],\n\t\t},", strings.Join(spans, ", "), strings.Join(groups, ", "))
	g.line("\t\tvalues(v: %s): RowValue[] {\n\t\t\treturn [%s];\n\t\t},", d.Name, strings.Join(values, ", "))
	g.line("\t\tassign(v: %s, n: readonly RowValue[]): %s {\n\t\t\treturn { ...v, %s };\n\t\t},\n\t},", d.Name, d.Name, strings.Join(made, ", "))
}

func tsGroup(h schema.Hint, first, count int) string {
	class, extra := h.Predict, ""
	add := func(name string, v int64) {
		if v != 0 {
			extra += fmt.Sprintf(", %s: %d", name, v)
		}
	}
	switch class {
	case "motion":
		fall, drag := rates(h)
		add("fall", fall)
		add("drag", drag)
		add("half", h.Half)
		add("floor", h.Floor)
	case "rotation":
	default:
		class = "plain"
		add("lapse", h.Lapse)
	}
	return fmt.Sprintf("{ class: '%s', first: %d, count: %d%s }", class, first, count, extra)
}

// tsSpan is the range of an integer.
func tsSpan(r schema.Range) string {
	n := func(v int64) string {
		if v < -maxSafe || v > maxSafe {
			return fmt.Sprintf("%dn", v)
		}
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("{ min: %s, max: %s }", n(r.Min), n(r.Max))
}
