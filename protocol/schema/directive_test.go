package schema_test

import (
	"strings"
	"testing"
)

// A directive that nobody sees is pointed out, with the form or the place that it must have.
func TestLostDirectives(t *testing.T) {
	const body = "type C struct{ V int8 }\n"
	rest := game[len("package game\n"):]
	cases := []struct{ name, src, want string }{
		{"a space", "// realmwire:component\n" + body, `schema.go:2: "// realmwire:component" is a comment, and no directive: write //realmwire:component, without spaces`},
		{"a space, with options", "// realmwire:entity id=3 priority=2\n" + body, "write //realmwire:entity id=3 priority=2"},
		{"a space behind the colon", "//realmwire: component\n" + body, "write //realmwire:component"},
		{"spaces all over", "//  realmwire :  message   id=70\n" + body, "write //realmwire:message id=70"},
		{"a tab", "//\trealmwire:input\n" + body, "write //realmwire:input"},
		{"a comment of the other kind", "/* realmwire:component */\n" + body, "write //realmwire:component"},
		{"a comment of the other kind without spaces", "/*realmwire:component*/\n" + body, "write //realmwire:component"},
		{"a plus", "// +realmwire:component\n" + body, "write //realmwire:component"},
		{"capitals", "//Realmwire:component\n" + body, "write //realmwire:component"},
		{"capitals inside", "// RealmWire:Component\n" + body, "write //realmwire:component"},
		{"a hyphen", "//realm-wire:component\n" + body, "write //realmwire:component"},
		{"a slip in the name", "//realmwrie:component\n" + body, "write //realmwire:component"},
		{"two slips in the name", "//raelmwir:component\n" + body, "write //realmwire:component"},
		{"no colon", "//realmwire component\n" + body, "write //realmwire:component"},
		{"a point for the colon", "//realmwire.component\n" + body, "write //realmwire:component"},
		{"a slip in the word and a space", "// realmwire:componnent\n" + body, "write //realmwire:component"},
		{"a slip in the word", "//realmwire:componnent\n" + body, "C: unknown directive //realmwire:componnent; there are component, entity, input and message, of structs, and enum and flags, of numbers; write //realmwire:component"},
		{"a capital in the word", "//realmwire:Component\n" + body, "C: unknown directive //realmwire:Component; there are component, entity, input and message, of structs, and enum and flags, of numbers; write //realmwire:component"},
		{"several", "//realmwire:components\n" + body, "; write //realmwire:component"},
		{"a word that is none", "//realmwire:wizard\n" + body, "C: unknown directive //realmwire:wizard"},
		{"no word", "//realmwire:\n" + body, "C: unknown directive //realmwire:;"},
		{"an empty line", "//realmwire:component\n\n" + body, "schema.go:2: //realmwire:component does nothing here: it stands apart from what follows, by an empty line"},
		{"over a function", "//realmwire:component\nfunc f() {}\n" + body, "it stands over a function"},
		{"over a constant", "//realmwire:component\nconst n = 1\n" + body, "it stands over a declaration with const"},
		{"inside of a struct", "type C struct {\n\t//realmwire:component\n\tV int8\n}\n", "schema.go:3: //realmwire:component does nothing here: it stands inside of a type"},
		{"inside of a function", "func f() {\n\t//realmwire:component\n\ttype D struct{}\n}\n", "it stands inside of a function"},
		{"behind the type", "type C struct{ V int8 } //realmwire:component\n", "it stands behind a type"},
		{"apart at the end", body + "\n//realmwire:component\n", "apart from what follows"},
		{"over a group", "//realmwire:component\ntype (\n\tC struct{ V int8 }\n\tD struct{ V int8 }\n)\n", "it stands over a group of types, each of which needs its own"},
		{"two", "//realmwire:component\n//realmwire:input\n" + body, "schema.go:3: C has two directives; leave one out"},
		{"over a number", "//realmwire:component\ntype C int8\n", "C must be a struct"},
		{"an enum over a struct", "//realmwire:enum\n" + body, "C: //realmwire:enum stands over a type made of a sized integer"},
		{"flags with a word", "//realmwire:flags bits=3\ntype C uint8\n", `C: the directive //realmwire:flags does not know "bits=3"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := scan(t, c.src+rest)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
			if !placed.MatchString(err.Error()) {
				t.Errorf("no place: %v", err)
			}
		})
	}
	for name, src := range map[string]string{
		"prose":                 "// realmwire: entity kinds are in the order of their ids\n// The realmwire server knows them.\n//go:generate realmwire gen .\n// realmwire component by component\n// See https://realmwire.example/component.\n" + body,
		"a group of one":        "type (\n\t//realmwire:component\n\tC struct{ V int8 }\n)\n",
		"more than one comment": "// C is one.\n//\n//realmwire:component\n// It has a field.\n" + body,
		"spaces at the end":     "//realmwire:component  \n" + body,
	} {
		if _, err := scan(t, src+rest); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without a directive there is no schema, and files that say nothing would look like one.
func TestNoDirectives(t *testing.T) {
	_, err := scan(t, "\ntype C struct{ V int8 }\n")
	if want := "schema.go:1: package game declares nothing for the wire: write //realmwire:component, entity, input or message right above a struct"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want an error with %q", err, want)
	}
	if _, err := scan(t, game[len("package game\n"):]+"\n//realmwire:input\n"); err == nil || !strings.Contains(err.Error(), "it stands over nothing") {
		t.Errorf("at the end: %v", err)
	}
	_, err = scan(t, "\n//realmwire:enum\ntype C int8\n\nconst (\n\tA C = iota\n\tB\n)\n")
	if err == nil || !strings.Contains(err.Error(), "declares nothing for the wire") {
		t.Errorf("an enum alone: %v", err)
	}
}
