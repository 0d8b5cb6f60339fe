package gen

import (
	"github.com/realmwire/realmwire/protocol/schema"
)

// tsNames are the errors of a schema's names in TypeScript.
func tsNames(s *schema.Schema) []error {
	top := scope{what: "in TypeScript", used: ownWords(string(emitTypeScript(stranger(s), "./sdk")))}
	var errs []error
	for _, e := range s.Enums {
		top.claims = append(top.claims, claim{e.Name, e.Name, e.Pos})
		for _, c := range e.Values {
			if c.Name == "__proto__" {
				errs = append(errs, wrong(c.Pos, "%s sets an object's prototype in TypeScript; rename it", c.Name))
			}
		}
	}
	delta := deltas(s)
	for _, d := range s.Structs {
		top.claims = append(top.claims, claim{d.Name, d.Name, d.Pos})
		errs = append(errs, tsFields(d)...)
		for _, f := range d.Fields {
			if inPlace(f.Type) == nil {
				top.claims = append(top.claims, claim{codecName(d, f), "the codec of " + d.Name + "." + f.Name, f.Pos})
			}
		}
		if _, ok := predicted(d); ok && delta[d] {
			for _, part := range []string{"Motion", "Body"} {
				top.claims = append(top.claims, claim{lowerFirst(d.Name) + part, "what predicts " + d.Name, d.Pos})
			}
		}
	}
	for _, d := range s.Entities {
		top.claims = append(top.claims, claim{d.Name, d.Name, d.Pos})
		errs = append(errs, tsFields(d)...)
	}
	return append(errs, top.clashes()...)
}

func tsFields(d *schema.Def) []error {
	fields := scope{what: "in TypeScript"}
	for _, f := range d.Fields {
		fields.claims = append(fields.claims, claim{lowerFirst(f.Name), d.Name + "." + f.Name, f.Pos})
	}
	return fields.clashes()
}
