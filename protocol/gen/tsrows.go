package gen

import (
	"fmt"
	"math"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// maxSafe is the greatest integer that a JavaScript number holds exactly, with all below it.
const maxSafe = 1<<maxSafeBits - 1

// rows writes what the best tier needs of an entity kind: see goEmitter.rows. States are shared, so a new one is made of a
// row's values.
func (g *tsEmitter) rows(d *schema.Def) {
	hinted, _ := rowFields(d)
	if len(hinted) == 0 {
		return
	}
	var spans, groups, values, made []string
	for _, f := range hinted {
		var parts []string
		name, first := lowerFirst(f.Name), len(spans)
		eachGroup(f.Type.Struct, func(h schema.Hint, at, count int) { groups = append(groups, tsGroup(h, first+at, count)) })
		for _, part := range f.Type.Struct.Fields {
			field := lowerFirst(part.Name)
			values = append(values, tsRowValues("v."+name+"."+field, part.Type)...)
			parts = append(parts, field+": "+tsFromRow(part.Type, len(spans)))
			spans = append(spans, tsSpans(part.Type)...)
		}
		made = append(made, fmt.Sprintf("%s: { %s }", name, strings.Join(parts, ", ")))
	}
	g.line("\trows: {\n\t\tlayout: {\n\t\t\tfields: [%s],\n\t\t\tgroups: [%s],\n\t\t},", strings.Join(spans, ", "), strings.Join(groups, ", "))
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

// tsSpans are the ranges of a field's integers; all 64 bits count as signed.
func tsSpans(t schema.Type) (out []string) {
	switch t.Kind {
	case schema.Bool:
		return []string{tsSpan(0, 1)}
	case schema.Word:
		return []string{tsSpan(math.MinInt64, math.MaxInt64)}
	case schema.Vector:
		for range t.Len {
			out = append(out, tsSpans(*t.Elem)...)
		}
		return out
	case schema.Quat:
		part := tsSpan(0, t.Max)
		return []string{tsSpan(0, 3), part, part, part}
	}
	return []string{tsSpan(t.Min, t.Max)}
}

func tsSpan(lo, hi int64) string {
	n := func(v int64) string {
		if v < -maxSafe || v > maxSafe {
			return fmt.Sprintf("%dn", v)
		}
		return fmt.Sprint(v)
	}
	return fmt.Sprintf("{ min: %s, max: %s }", n(lo), n(hi))
}

// tsRowValues are the expressions for a value as a row's integers.
func tsRowValues(val string, t schema.Type) []string {
	switch t.Kind {
	case schema.Bool:
		return []string{val + " ? 1 : 0"}
	case schema.Turn:
		return []string{fmt.Sprintf("codec.turnOf(%s, %d)", val, t.Bits)}
	case schema.Word:
		if !t.Signed {
			return []string{fmt.Sprintf("BigInt.asIntN(64, %s)", val)}
		}
	case schema.Quat:
		return []string{"..." + tsIntegers(val, t)[0]}
	}
	return tsIntegers(val, t)
}

// tsFromRow is the value that a row's integers from at on make.
func tsFromRow(t schema.Type, at int) string {
	number := fmt.Sprintf("n[%d] as number", at)
	switch t.Kind {
	case schema.Bool:
		return fmt.Sprintf("n[%d] !== 0", at)
	case schema.Word:
		if !t.Signed {
			return fmt.Sprintf("BigInt.asUintN(64, n[%d] as bigint)", at)
		}
		return fmt.Sprintf("n[%d] as bigint", at)
	case schema.Turn:
		return fmt.Sprintf("codec.fromTurn(%s, %d)", number, t.Bits)
	case schema.Fixed:
		return fmt.Sprintf("codec.fromSteps(%s, %d, %d)", number, t.Num, t.Den)
	case schema.Vector:
		var out []string
		for i, a := range axes[:t.Len] {
			out = append(out, strings.ToLower(a)+": "+tsFromRow(*t.Elem, at+i))
		}
		return "{ " + strings.Join(out, ", ") + " }"
	case schema.Quat:
		return fmt.Sprintf("codec.quatOf([%s, n[%d] as number, n[%d] as number, n[%d] as number], %d)", number, at+1, at+2, at+3, t.Bits)
	}
	return fmt.Sprintf("n[%d] as %s", at, tsType(t))
}
