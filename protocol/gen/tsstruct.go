package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

func (g *tsEmitter) structDef(d *schema.Def) {
	g.fields(d)
	g.codecs(d)
	if p, ok := predicted(d); ok && g.delta[d] {
		g.predictedStruct(d, p)
		return
	}
	iface, extra, who := "Codec", "", ""
	if g.delta[d] {
		iface = "DeltaCodec"
	}
	if d.Private() {
		iface, who = "OwnedCodec", ", owner: boolean"
	}
	for _, m := range g.s.Messages {
		if m == d {
			iface, extra = "MessageCodec", fmt.Sprintf("\tid: %d,\n", d.ID)
		}
	}
	g.line("export const %s: %s<%s> = {\n%s\tname: '%s',", d.Name, iface, d.Name, extra, d.Name)
	g.create(d)
	g.whole(d, who)
	if g.delta[d] && iface != "MessageCodec" {
		g.deltaMethods(d, who)
	}
	g.equal(d, who)
	g.line("};\n")
}

// whole writes the methods for whole values.
func (g *tsEmitter) whole(d *schema.Def, who string) {
	u := unread(d)
	g.line("\twrite(%sw: BitWriter, %sv: %s%s): void {", u, u, d.Name, who)
	for _, f := range d.Fields {
		g.line("\t\t%s", ifOwner(f, g.write(d, f)))
	}
	g.line("\t},")
	g.line("\tread(%sr: BitReader%s): %s {\n\t\treturn {", u, who, d.Name)
	for _, f := range d.Fields {
		if f.Owner {
			g.line("\t\t\t%s: owner ? (%s) : %s,", lowerFirst(f.Name), g.read(d, f), g.zero(d, f))
		} else {
			g.line("\t\t\t%s: %s,", lowerFirst(f.Name), g.read(d, f))
		}
	}
	g.line("\t\t};\n\t},")
}

// unread is what stands before the parameters of functions that have nothing to do: strict compilers refuse others.
func unread(d *schema.Def) string {
	if len(d.Fields) == 0 {
		return "_"
	}
	return ""
}

func ifOwner(f schema.Field, stmt string) string {
	if f.Owner {
		return "if (owner) { " + stmt + " }"
	}
	return stmt
}

func (g *tsEmitter) deltaMethods(d *schema.Def, who string) {
	u := unread(d)
	g.line("\twriteDelta(%sw: BitWriter, %sv: %s, %sbase: %s%s): void {", u, u, d.Name, u, d.Name, who)
	shared := 0
	for _, run := range runs(d.Fields) {
		var same, stmts []string
		for _, f := range run {
			same = append(same, g.equalField(d, f, "v", "base"))
			stmts = append(stmts, g.writeDelta(d, f))
		}
		text := strings.Join(stmts, " ")
		if len(run) > 1 {
			shared++
			text = fmt.Sprintf("if (w.changed(!(%s))) { %s }", strings.Join(same, " && "), text)
		}
		g.line("\t\t%s", ifOwner(run[0], text))
	}
	g.line("\t},\n\treadDelta(%sr: BitReader, %sbase: %s%s): %s {", u, u, d.Name, who, d.Name)
	for i := range shared {
		g.line("\t\tlet rare%d = false;", i)
	}
	g.line("\t\treturn {")
	shared = 0
	for _, run := range runs(d.Fields) {
		for i, f := range run {
			g.line("\t\t\t%s: %s,", lowerFirst(f.Name), g.readInRun(d, f, len(run) > 1, i == 0, fmt.Sprintf("rare%d", shared)))
		}
		if len(run) > 1 {
			shared++
		}
	}
	g.line("\t\t};\n\t},")
}

// readInRun is the expression for a field's new value. The first of several rare ones reads the bit that they share.
func (g *tsEmitter) readInRun(d *schema.Def, f schema.Field, shares, first bool, bit string) string {
	expr := g.readDelta(d, f)
	var cond string
	switch {
	case shares && first && f.Owner:
		cond = fmt.Sprintf("owner && (%s = r.bool())", bit)
	case shares && first:
		cond = fmt.Sprintf("(%s = r.bool())", bit)
	case shares:
		cond = bit
	case f.Owner:
		cond = "owner"
	default:
		return expr
	}
	return fmt.Sprintf("%s ? (%s) : base.%s", cond, expr, lowerFirst(f.Name))
}

func (g *tsEmitter) create(d *schema.Def) {
	var parts []string
	for _, f := range d.Fields {
		parts = append(parts, lowerFirst(f.Name)+": "+g.zero(d, f))
	}
	g.line("\tcreate(): %s {\n\t\treturn { %s };\n\t},", d.Name, strings.Join(parts, ", "))
}

func (g *tsEmitter) equal(d *schema.Def, who string) {
	if !g.delta[d] {
		return
	}
	parts := []string{}
	for _, f := range d.Fields {
		part := g.equalField(d, f, "a", "b")
		if f.Owner {
			part = "(!owner || " + part + ")"
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		parts = []string{"true"}
	}
	u := unread(d)
	g.line("\tequal(%sa: %s, %sb: %s%s): boolean {\n\t\treturn %s;\n\t},", u, d.Name, u, d.Name, who, strings.Join(parts, " && "))
}
