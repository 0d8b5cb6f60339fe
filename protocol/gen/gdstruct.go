package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

func (g *gdEmitter) fieldDoc(f schema.Field) {
	g.doc("\t", f.Doc)
	if note := gdKinds[f.Type.Kind].note(f.Type); note != "" {
		g.line("\t## %s", note)
	}
}

func (g *gdEmitter) structDef(d *schema.Def) {
	base, id := g.begin(d), 0
	if base == gdMessageClass {
		id = d.ID
	}
	n := g.name(d.Name)
	g.line("\n")
	g.doc("", d.Doc)
	g.line("class %s:\n\textends %s", n, base)
	if id != 0 {
		g.line("\t## The message's first byte.\n\tconst ID: int = %d", id)
	}
	if g.hidden[d] {
		g.line("\t## What all but the owner have of it: nothing.\n\tstatic var hidden: %s = %s.new()", n, n)
	}
	p, foreseen := predicted(d)
	foreseen = foreseen && g.delta[d]
	if foreseen {
		g.line("\tstatic var _motion: RealmwireMotion")
	}
	for _, f := range d.Fields {
		if f.Type.Kind == schema.Optional {
			g.line("\t## Whether there is [member %s].\n\tvar %s: bool = false", g.field(f.Name), g.has(f))
		}
		g.fieldDoc(f)
		g.line("\tvar %s: %s = %s", g.field(f.Name), g.typ(f.Type), g.zero(f.Type))
	}
	if id != 0 {
		g.line("\n\tfunc id() -> int:\n\t\treturn ID")
	}
	who := ""
	if d.Private() {
		who = ", owner: bool"
	}
	g.method("Appends it whole.", "write("+unread(d)+"w: RealmwireBitWriter"+who+")", "", d.Fields, func(in string, f schema.Field) { g.writeField(in, f) })
	g.method("Becomes what [method write] wrote.", "read("+unread(d)+"r: RealmwireBitReader"+who+")", "", d.Fields, func(in string, f schema.Field) { g.readField(in, f) })
	switch {
	case foreseen:
		g.predictedStruct(d, p)
	case g.delta[d]:
		g.deltaMethods(d, base == gdInputClass, who)
	}
}

// method writes a function with statements for each field, those of its owner's where it is told who asks.
func (g *gdEmitter) method(doc, signature, first string, fields []schema.Field, each func(in string, f schema.Field)) {
	g.line("\n\t## %s\n\tfunc %s -> void:%s", doc, signature, first)
	if len(fields) == 0 {
		g.line("\t\tpass")
	}
	for _, f := range fields {
		each(g.ifOwner("\t\t", f), f)
	}
}

// ifOwner opens a block for what is the owner's, and returns the indent of what follows.
func (g *gdEmitter) ifOwner(in string, f schema.Field) string {
	if f.Owner {
		g.line("%sif owner:", in)
		in += "\t"
	}
	return in
}

func (g *gdEmitter) deltaMethods(d *schema.Def, virtual bool, who string) {
	n := g.name(d.Name)
	param, from := "base: "+n, ""
	if virtual { // an overriding method may not narrow its parameters
		param, from = "against: RealmwireInput", fmt.Sprintf("\n\t\tvar base: %s = against as %s", n, n)
	}
	u := unread(d)
	if !virtual {
		param = u + param
	}
	against, _, _ := strings.Cut(param, ":")
	g.line("\n\t## Appends what differs from [param %s].\n\tfunc write_delta(%sw: RealmwireBitWriter, %s%s) -> void:%s", against, u, param, who, from)
	for _, run := range runs(d.Fields) {
		g.writeRun(g.ifOwner("\t\t", run[0]), run)
	}
	if len(d.Fields) == 0 {
		g.line("\t\tpass")
	}
	g.line("\n\t## Becomes what [method write_delta] wrote against [param %s].\n\tfunc read_delta(%sr: RealmwireBitReader, %s%s) -> void:%s", against, u, param, who, from)
	for _, run := range runs(d.Fields) {
		g.readRun(g.ifOwner("\t\t", run[0]), run)
	}
	if len(d.Fields) == 0 {
		g.line("\t\tpass")
	}
	other := u + "other: " + n
	if virtual {
		other = "against: RealmwireInput"
		from = fmt.Sprintf("\n\t\tvar other: %s = against as %s", n, n)
	}
	g.equals(d, other+who, from)
}
