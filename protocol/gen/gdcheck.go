package gen

import (
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// gdNames are the errors of a schema's names in GDScript.
func gdNames(s *schema.Schema, firstMessageID int) []error {
	g := newGDEmitter(s)
	text := string(emitGDScript(stranger(s)))
	top := scope{what: "in GDScript", used: ownWords(text)}
	var errs []error
	class := gdClass(s.Package)
	if firstMessageID >= schema.FirstGameID && (sdkNames()[class] || reserved()[class]) {
		errs = append(errs, wrong(s.Pos, "package %s: its class in Godot would be %s, which is taken; rename the package", s.Package, class))
	}
	top.claims = append(top.claims, claim{class, "the class of package " + s.Package, s.Pos})
	for _, e := range s.Enums {
		top.claims = append(top.claims, claim{g.name(e.Name), e.Name, e.Pos})
		values := scope{what: "in GDScript", used: gdConstants}
		for i, v := range enumValues(e) {
			values.claims = append(values.claims, claim{v, e.Values[i].Name, e.Values[i].Pos})
		}
		errs = append(errs, values.clashes()...)
	}
	parts := gdParts(text)
	for i, d := range s.Structs {
		top.claims = append(top.claims, claim{g.name(d.Name), d.Name, d.Pos})
		errs = append(errs, g.classNames(d, parts[i])...)
	}
	for i, d := range s.Entities {
		top.claims = append(top.claims, claim{g.name(d.Name), d.Name, d.Pos})
		errs = append(errs, g.classNames(d, parts[len(s.Structs)+i])...)
	}
	return append(errs, top.clashes()...)
}

// gdParts are the texts of the classes of a script, in their order.
func gdParts(text string) []string {
	var out []string
	for {
		_, rest, more := strings.Cut(text, "\nclass ")
		if !more {
			return out
		}
		text = rest
		body, _, _ := strings.Cut("class "+rest, "\nclass ")
		body, _, _ = strings.Cut(body, "\n## The schema as the codecs want it.")
		out = append(out, body)
	}
}

// classNames are the errors of the fields of a class; text is what a stranger's looks like.
func (g *gdEmitter) classNames(d *schema.Def, text string) []error {
	g.begin(d)
	members := scope{what: "in GDScript", used: ownWords(text)}
	for _, f := range d.Fields {
		of := d.Name + "." + f.Name
		members.claims = append(members.claims, claim{g.field(f.Name), of, f.Pos})
		t := f.Type
		if t.Kind == schema.Optional {
			members.claims = append(members.claims, claim{g.has(f), "what says whether there is a " + of, f.Pos})
			t = *t.Elem
		}
		if t.Elem != nil && t.Kind != schema.Vector && !gdPlain(*t.Elem) {
			members.claims = append(members.claims, claim{g.helper(f), "what compares " + of, f.Pos})
		}
	}
	return members.clashes()
}

// gdConstants are words of the language in capitals, as an enum's values are. godot/names_test.go looks for more.
var gdConstants = map[string]bool{"PI": true, "TAU": true, "INF": true, "NAN": true}

func gdClass(pkg string) string { return pascal(pkg) + "Schema" }
