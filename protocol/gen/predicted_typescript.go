package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// predictedStruct writes how a predicted component is read; only servers write them.
func (g *tsEmitter) predictedStruct(d *schema.Def, p parts) {
	n, layout := d.Name, lowerFirst(d.Name)+"Motion"
	var ranges []string
	for _, t := range p.numbers() {
		ranges = append(ranges, fmt.Sprintf("{ min: %d, max: %d }", t.Min, t.Max))
	}
	g.line("const %s: motion.MotionLayout = { place: [%s], top: %d };\n", layout, strings.Join(ranges, ", "), p.top())
	g.line("function %sBody(v: %s): motion.Body {\n\treturn { place: %s, turn: %s };\n}\n", lowerFirst(n), n, tsValues(p.place, 3), tsValues(p.turn, 4))
	g.line("export const %s: PredictedCodec<%s> = {\n\tname: '%s',", n, n, n)
	g.create(d)
	g.whole(d, "")
	g.line("\treadPredicted(r: BitReader, base: %s, prior: %s, span: motion.Span): %s {", n, n, n)
	g.line("\t\tconst now = motion.readMotion(r, %s, %sBody(base), %sBody(prior), span);", layout, lowerFirst(n), lowerFirst(n))
	if len(p.plain) == 0 {
		g.line("\t\tif (now.altered) r.fail();")
	}
	g.predictedFields(d, p)
	g.line("\treadDelta(r: BitReader, base: %s): %s {\n\t\treturn %s.readPredicted(r, base, base, motion.STILL);\n\t},", n, n, n)
	g.equal(d, "")
	g.line("};\n")
}

// predictedFields writes the value that the predicted and the plain fields make.
func (g *tsEmitter) predictedFields(d *schema.Def, p parts) {
	plain := map[string]string{}
	shared := 0
	for _, run := range runs(p.plain) {
		for i, f := range run {
			expr := g.readInRun(d, f, len(run) > 1, i == 0, fmt.Sprintf("rare%d", shared))
			plain[f.Name] = fmt.Sprintf("now.altered ? (%s) : base.%s", expr, lowerFirst(f.Name))
		}
		if len(run) > 1 {
			g.line("\t\tlet rare%d = false;", shared)
			shared++
		}
	}
	g.line("\t\treturn {")
	place, turn := 0, 0
	for _, f := range d.Fields {
		name, value := lowerFirst(f.Name), plain[f.Name]
		switch {
		case f.Hint.Predict == "motion":
			value = tsFromIntegers(f.Type, tsIntegers{array: "now.place", at: place})
			place += integers(f.Type)
		case f.Hint.Predict == "rotation":
			value = tsFromIntegers(f.Type, tsIntegers{array: "now.turn", at: turn})
			turn += integers(f.Type)
		case p.flips():
			value = fmt.Sprintf("base.%s !== now.altered", name)
		}
		g.line("\t\t\t%s: %s,", name, value)
	}
	g.line("\t\t};\n\t},")
}

// tsValues is the array of the integers of fields, filled up to n.
func tsValues(fields []schema.Field, n int) string {
	var out []string
	for _, f := range fields {
		out = append(out, tsIntegersOf("v."+lowerFirst(f.Name), f.Type)...)
	}
	if len(out) == 1 && strings.HasPrefix(out[0], "...") {
		return out[0][len("..."):] // it is an array already
	}
	for len(out) < n {
		out = append(out, "0")
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// predictedEntity writes how the difference of an entity with predicted components is read.
func (g *tsEmitter) predictedEntity(d *schema.Def, owner string) {
	// The parameter is there for every kind; those without private components do not look at it.
	pass := "false"
	if owner != "" {
		pass = "owner"
	}
	g.line("\treadDelta(r: BitReader, base: %s%s): %s {\n\t\treturn this.readPredicted!(r, base, base, motion.STILL, %s);\n\t},", d.Name, owner, d.Name, pass)
	g.line("\treadPredicted(r: BitReader, base: %s, prior: %s, span: motion.Span%s): %s {\n\t\treturn {", d.Name, d.Name, owner, d.Name)
	for _, f := range d.Fields {
		n, s := lowerFirst(f.Name), f.Type.Struct.Name
		text := fmt.Sprintf("r.bool() ? %[2]s.readDelta(r, base.%[1]s%[3]s) : base.%[1]s", n, s, asOwner(f))
		if _, ok := predicted(f.Type.Struct); ok {
			text = fmt.Sprintf("%[2]s.readPredicted(r, base.%[1]s, prior.%[1]s, span)", n, s)
		}
		if f.Owner {
			text = fmt.Sprintf("owner ? (%s) : base.%s", text, n)
		}
		g.line("\t\t\t%s: %s,", n, text)
	}
	g.line("\t\t};\n\t},")
}
