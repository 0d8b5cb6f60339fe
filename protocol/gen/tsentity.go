package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

func (g *tsEmitter) entity(d *schema.Def) {
	g.fields(d)
	g.line("export const %s: EntityCodec<%s> = {\n\tkind: %d,\n\tname: '%s',", d.Name, d.Name, d.ID, lowerFirst(d.Name))
	g.create(d)
	g.position(d)
	// An entity without private components leaves the parameter out: strict compilers refuse one that nothing reads.
	owner := ""
	if owned(d) {
		owner = ", owner: boolean"
	}
	g.line("\twrite(w: BitWriter, v: %s%s): void {", d.Name, owner)
	g.each(d, "%[2]s.write(w, v.%[1]s%[3]s);")
	if !foreseen(d) {
		g.line("\twriteDelta(w: BitWriter, v: %s, base: %s%s): void {", d.Name, d.Name, owner)
		g.each(d, "if (w.changed(!%[2]s.equal(v.%[1]s, base.%[1]s%[3]s))) %[2]s.writeDelta(w, v.%[1]s, base.%[1]s%[3]s);")
	}
	g.line("\tread(r: BitReader%s): %s {\n\t\treturn {", owner, d.Name)
	g.make(d, "%[2]s.read(r%[3]s)", "%[2]s.create()")
	if foreseen(d) {
		g.predictedEntity(d, owner)
	} else {
		g.line("\treadDelta(r: BitReader, base: %s%s): %s {\n\t\treturn {", d.Name, owner, d.Name)
		g.make(d, "r.bool() ? %[2]s.readDelta(r, base.%[1]s%[3]s) : base.%[1]s", "base.%[1]s")
	}
	if d.Best {
		g.best(d)
	}
	g.line("};\n")
}

func (g *tsEmitter) each(d *schema.Def, stmt string) {
	for _, f := range d.Fields {
		g.line("\t\t%s", ifOwner(f, fmt.Sprintf(stmt, lowerFirst(f.Name), f.Type.Struct.Name, asOwner(f))))
	}
	g.line("\t},")
}

func (g *tsEmitter) make(d *schema.Def, expr, hidden string) {
	for _, f := range d.Fields {
		n, s := lowerFirst(f.Name), f.Type.Struct.Name
		text := fmt.Sprintf(expr+"%.0[1]s%.0[2]s%.0[3]s", n, s, asOwner(f))
		if f.Owner {
			text = fmt.Sprintf("owner ? (%s) : %s", text, fmt.Sprintf(hidden+"%.0[1]s%.0[2]s", n, s))
		}
		g.line("\t\t\t%s: %s,", n, text)
	}
	g.line("\t\t};\n\t},")
}

func owned(d *schema.Def) bool {
	for _, f := range d.Fields {
		if f.Owner || f.Type.Struct.Private() {
			return true
		}
	}
	return false
}

// asOwner is the argument that tells a component who asks, where it wants to know.
func asOwner(f schema.Field) string {
	if f.Type.Struct.Private() {
		return ", owner"
	}
	return ""
}

// position writes the function that says where an entity is, in the integers that its place is on the wire.
func (g *tsEmitter) position(d *schema.Def) {
	for _, f := range d.Fields {
		if !f.Type.Struct.Position {
			continue
		}
		x, y := place(f.Type.Struct)
		expr := "v." + lowerFirst(f.Name)
		if east, south := tsCoordinate(expr, x), tsCoordinate(expr, y); east != expr+".x" || south != expr+".y" {
			expr = fmt.Sprintf("{ x: %s, y: %s }", east, south)
		}
		g.line("\tposition(v: %s): { x: number; y: number } {\n\t\treturn %s;\n\t},", d.Name, expr)
	}
}

func tsCoordinate(of string, c coordinate) string {
	for part := range strings.SplitSeq(c.path, ".") {
		of += "." + lowerFirst(part)
	}
	return tsIntegersOf(of, c.typ)[0]
}
