package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

func (g *goEmitter) entity(d *schema.Def) {
	n := d.Name
	g.line("// Kind is %s's number on the wire.\nfunc (*%s) Kind() uint8 { return %d }\n", n, n, d.ID)
	if d.Priority != 0 {
		g.line("// Priority is %s's claim on a snapshot that is full; 1 is usual.\nfunc (*%s) Priority() float32 { return %v }\n", n, n, float32(d.Priority))
	}
	g.position(d)
	g.line("// Write appends v whole, as its owner or as others see it.\nfunc (v *%s) Write(w *bits.Writer, owner bool) {", n)
	g.each(d, "v.%[1]s.Write(w%[2]s)")
	g.line("// Read sets v to what Write wrote.\nfunc (v *%s) Read(r *bits.Reader, owner bool) {", n)
	g.each(d, "v.%[1]s.Read(r%[2]s)")
	if foreseen(d) {
		g.predictedEntity(d)
	} else {
		g.plainEntity(d)
	}
	g.changed(d)
	g.line("// Copy makes v the same as from, in memory of its own.\nfunc (v *%s) Copy(from *%s) {", n, n)
	if d.Flat() {
		g.line("*v = *from")
	} else {
		for _, f := range d.Fields {
			g.assign("v."+f.Name, "from."+f.Name, f.Type, 0)
		}
	}
	g.line("}\n")
}

// The statements by which an entity's components differ, for each.
const (
	writeComponent = "if %[3]s {\nw.Bool(false)\n} else {\nw.Bool(true)\nv.%[1]s.WriteDelta(w, &base.%[1]s%[2]s)\n}"
	readComponent  = "if r.Bool() {\nv.%[1]s.ReadDelta(r, &base.%[1]s%[2]s)\n} else {\n%[4]s\n}"
)

// plainEntity writes the difference of an entity without predicted components.
func (g *goEmitter) plainEntity(d *schema.Def) {
	n := d.Name
	g.line("// WriteDelta appends what differs from base.\nfunc (v *%s) WriteDelta(w *bits.Writer, base *%s, owner bool) {", n, n)
	g.each(d, writeComponent)
	g.line("// ReadDelta sets v to what WriteDelta wrote against base, which shares no memory with v.\nfunc (v *%s) ReadDelta(r *bits.Reader, base *%s, owner bool) {", n, n)
	g.each(d, readComponent)
	g.line("// ReadAgainst is ReadDelta for a base whose type is known to be *%s.\nfunc (v *%s) ReadAgainst(r *bits.Reader, base snapshot.State, owner bool) {\nv.ReadDelta(r, base.(*%s), owner)\n}\n", n, n, n)
}

// position writes the method that interest goes by.
func (g *goEmitter) position(d *schema.Def) {
	for _, f := range d.Fields {
		c := f.Type.Struct
		if c == nil || !c.Position {
			continue
		}
		x, y := place(c)
		g.line("// Position is where the entity is, for interest.\nfunc (v *%s) Position() (x, y int32) { return int32(%s), int32(%s) }\n",
			d.Name, goInteger("v."+f.Name+"."+x.path, x.typ), goInteger("v."+f.Name+"."+y.path, y.typ))
	}
}

// coordinate is where a position component has one of its two.
type coordinate struct {
	path string
	typ  schema.Type
}

// place finds the coordinates of a position component: its vector's (the ground plane of one in space, whose y is up), or
// its fields X and Y.
func place(d *schema.Def) (x, y coordinate) {
	for _, f := range d.Fields {
		switch {
		case f.Name == "Position" && f.Type.Kind == schema.Vector:
			return coordinate{"Position.X", *f.Type.Elem}, coordinate{"Position." + axes[f.Type.Len-1], *f.Type.Elem}
		case f.Name == "X":
			x = coordinate{"X", f.Type}
		case f.Name == "Y":
			y = coordinate{"Y", f.Type}
		}
	}
	return x, y
}

// each writes a statement for every component: of its name, of the argument that says who asks, of the comparison with
// base's, and of the assignment from base's.
func (g *goEmitter) each(d *schema.Def, stmt string) {
	g.eachOr(d, stmt, stmt)
}

// eachOr is each, with another statement for predicted components.
func (g *goEmitter) eachOr(d *schema.Def, plain, foreseen string) {
	for _, f := range d.Fields {
		stmt := plain
		if _, ok := predicted(f.Type.Struct); ok {
			stmt = foreseen
		}
		who := ""
		if f.Type.Struct.Private() {
			who = ", owner"
		}
		var copied goEmitter
		copied.assign("v."+f.Name, "base."+f.Name, f.Type, 0)
		text := fmt.Sprintf(stmt+"%.0[1]s%.0[2]s%.0[3]s%.0[4]s", f.Name, who, componentSame(f, "base", "owner"), strings.TrimSpace(copied.String()))
		g.owned(f, func() { g.line("%s", text) })
	}
	g.line("}\n")
}

// componentSame is the expression for: a component is the same, for an owner or for everyone.
func componentSame(f schema.Field, other, owner string) string {
	v, o := "v."+f.Name, other+"."+f.Name
	if f.Type.Struct.Private() {
		return fmt.Sprintf("%s.Equal(&%s, %s)", v, o, owner)
	}
	return equalExpr(v, o, f.Type, "")
}

func (g *goEmitter) changed(d *schema.Def) {
	g.line("// Changed reports whether what everyone sees, and what only the owner sees, differs from old.\nfunc (v *%s) Changed(old *%s) (public, private bool) {", d.Name, d.Name)
	for _, f := range d.Fields {
		dst := "public"
		if f.Owner {
			dst = "private"
		}
		switch {
		case f.Type.Struct.Private():
			if !f.Owner {
				g.line("public = public || !%s", componentSame(f, "old", "false"))
			}
			g.line("private = private || !%s", componentSame(f, "old", "true"))
		case f.Type.Plain():
			g.line("%s = %s || v.%s != old.%s", dst, dst, f.Name, f.Name)
		default:
			g.line("%s = %s || !%s", dst, dst, componentSame(f, "old", ""))
		}
	}
	g.line("return public, private\n}\n")
}
