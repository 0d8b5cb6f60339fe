package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

func (g *gdEmitter) entity(d *schema.Def) {
	n := g.name(d.Name)
	g.begin(d)
	g.line("\n")
	g.doc("", d.Doc)
	g.line("class %s:\n\textends RealmwireEntity\n\t## The kind's number on the wire.\n\tconst KIND: int = %d", n, d.ID)
	for _, f := range d.Fields {
		g.doc("\t", f.Doc)
		g.line("\tvar %s: %s", g.field(f.Name), g.name(f.Type.Struct.Name))
	}
	g.line("\n\tfunc kind() -> int:\n\t\treturn KIND\n\n\tfunc kind_name() -> String:\n\t\treturn \"%s\"", lowerFirst(d.Name))
	g.position(d)
	// An entity without private components does not look at the parameter.
	owner := "_owner"
	if owned(d) {
		owner = "owner"
	}
	cast := fmt.Sprintf("\n\t\tvar base: %s = against as %s", n, n)
	g.line("\n\tfunc write(w: RealmwireBitWriter, %s: bool) -> void:", owner)
	g.each(d, "", "%[1]s.write(w%[3]s)")
	g.line("\n\tfunc read(r: RealmwireBitReader, %s: bool) -> void:", owner)
	g.each(d, "%[1]s = %[2]s.hidden", "%[1]s = %[2]s.new()\n%[1]s.read(r%[3]s)")
	if foreseen(d) {
		g.predictedEntity(d, owner)
		return
	}
	g.line("\n\tfunc write_delta(w: RealmwireBitWriter, against: RealmwireEntity, %s: bool) -> void:%s", owner, cast)
	g.each(d, "", "if w.changed(not %[1]s.equals(base.%[1]s%[3]s)):\n\t%[1]s.write_delta(w, base.%[1]s%[3]s)")
	g.line("\n\tfunc read_delta(r: RealmwireBitReader, against: RealmwireEntity, %s: bool) -> void:%s", owner, cast)
	g.each(d, "%[1]s = base.%[1]s", "if r.flag():\n\t%[1]s = %[2]s.new()\n\t%[1]s.read_delta(r, base.%[1]s%[3]s)\nelse:\n\t%[1]s = base.%[1]s")
}

// each writes statements for every component; hidden ones are for what a client does not own, where that has any.
func (g *gdEmitter) each(d *schema.Def, hidden, stmts string) {
	for _, f := range d.Fields {
		in := "\t\t"
		text := fmt.Sprintf(stmts+"%.0[1]s%.0[2]s%.0[3]s", g.field(f.Name), g.name(f.Type.Struct.Name), asOwner(f))
		if f.Owner {
			text = "if owner:\n\t" + strings.ReplaceAll(text, "\n", "\n\t")
			if hidden != "" {
				text += "\nelse:\n\t" + fmt.Sprintf(hidden+"%.0[1]s%.0[2]s", g.field(f.Name), g.name(f.Type.Struct.Name))
			}
		}
		g.line("%s%s", in, strings.ReplaceAll(text, "\n", "\n"+in))
	}
}

// position writes the method that says where an entity is, in the integers that its place is on the wire.
func (g *gdEmitter) position(d *schema.Def) {
	for _, f := range d.Fields {
		if f.Type.Struct.Position {
			x, y := place(f.Type.Struct)
			of := g.field(f.Name)
			g.line("\n\tfunc position() -> Vector2i:\n\t\treturn Vector2i(%s, %s)", g.coordinate(of, x), g.coordinate(of, y))
		}
	}
}

func (g *gdEmitter) coordinate(of string, c coordinate) string {
	for part := range strings.SplitSeq(c.path, ".") {
		of += "." + snake(part)
	}
	return g.integers(of, c.typ)[0]
}
