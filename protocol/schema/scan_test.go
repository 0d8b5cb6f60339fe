package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/schema"
)

func scan(t *testing.T, src string) (*schema.Schema, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "schema.go"), []byte("package game\n"+src), 0o644); err != nil {
		t.Fatal(err)
	}
	return schema.Scan(dir, schema.FirstGameID)
}

const place = "\n//realmwire:component position\ntype Place struct{ X, Y int32 }\n"

func TestErrorsNameThePlaceAndTheMend(t *testing.T) {
	cases := []struct{ name, src, want string }{
		{"a float", "//realmwire:component\ntype C struct {\n\tV float32\n}", `schema.go:4: C.V: a float is sent as a count of steps: rw:"min=-100 max=100 step=0.01"`},
		{"a plain int", "//realmwire:input\ntype C struct {\n\tV int\n}", "C.V: int has no fixed size"},
		{"a map", "//realmwire:message id=64\ntype C struct {\n\tV map[string]int\n}", "C.V: map[string]int cannot be sent"},
		{"a string without max", "//realmwire:message id=64\ntype C struct {\n\tV string\n}", `C.V: a string needs its greatest length in bytes: rw:"max=24"`},
		{"a slice without max", "//realmwire:message id=64\ntype C struct {\n\tV []int8\n}", `C.V: []int8 needs its greatest length: rw:"max=16"`},
		{"an unknown tag", "//realmwire:component\ntype C struct {\n\tV int8 `rw:\"mix=3\"`\n}", `C.V: the tag does not know "mix=3"`},
		{"no number", "//realmwire:component\ntype C struct {\n\tV int8 `rw:\"max=x\"`\n}", `C.V: the tag "max=x" wants a whole number`},
		{"an empty range", "//realmwire:component\ntype C struct {\n\tV int8 `rw:\"min=3 max=3\"`\n}", "C.V: min=3 is not below max=3"},
		{"a range beyond the type", "//realmwire:component\ntype C struct {\n\tV int8 `rw:\"max=128\"`\n}", "C.V: -128..128 does not fit in int8"},
		{"small above medium", "//realmwire:component\ntype C struct {\n\tV int32 `rw:\"small=9 medium=5\"`\n}", "small=9 and medium=5 must rise"},
		{"an unexported field", "//realmwire:component\ntype C struct {\n\tv int8\n}", "C.v: begin its name with a capital letter"},
		{"a cycle", "//realmwire:message id=64\ntype C struct {\n\tV []C `rw:\"max=2\"`\n}", "C contains itself"},
		{"a number or one of several", "type E uint8\nconst (A E = 0; B E = 2)\n//realmwire:component\ntype C struct {\n\tV E\n}", "C.V: is E one of its constants (A = 0, B = 2), or any number?"},
		{"an unknown directive", "//realmwire:komponent\ntype C struct{ V int8 }", "C: unknown directive //realmwire:komponent"},
		{"a low message id", "//realmwire:message id=3\ntype C struct{ V int8 }", "C: give it an id from 64 to 255"},
		{"an id twice", "//realmwire:message id=64\ntype C struct{ V int8 }\n//realmwire:message id=64\ntype D struct{ V int8 }", "D: id=64 is that of C already"},
		{"two inputs", "//realmwire:input\ntype C struct{ V int8 }\n//realmwire:input\ntype D struct{ V int8 }", "D: C is the input already"},
		{"an entity without a place", "//realmwire:component\ntype C struct{ V int8 }\n//realmwire:entity id=1\ntype E struct{ C C }", "E: needs exactly one component with //realmwire:component position, and has 0"},
		{"an entity of plain structs", place + "type P struct{ V int8 }\n//realmwire:entity id=1\ntype E struct{ Place Place; P P }", "E.P: an entity is made of components"},
		{"a hidden place", place + "//realmwire:entity id=1\ntype E struct{ Place Place `rw:\"owner\"` }", "E.Place: the position is for everyone"},
		{"a place without Y", "//realmwire:component position\ntype P struct{ X int32 }", "P: a position needs fields X and Y for everyone, integers or floats with a step, within 32 bits (or a geom.Vec2 or geom.Vec3 called Position); Y is missing"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := scan(t, c.src)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestHash(t *testing.T) {
	base := place + "//realmwire:entity id=1\ntype E struct{ Place Place }"
	s, err := scan(t, base)
	if err != nil {
		t.Fatal(err)
	}
	same, err := scan(t, strings.ReplaceAll(base, "type E", "// E has a comment now.\ntype E"))
	if err != nil {
		// The comment parts the directive from its type.
		same, err = scan(t, "// A comment.\n"+base)
	}
	if err != nil || same.Hash() != s.Hash() {
		t.Errorf("a comment changed the hash: %v", err)
	}
	for what, src := range map[string]string{
		"a range":      strings.ReplaceAll(base, "Y int32", "Y int32 `rw:\"max=99\"`"),
		"a field name": strings.ReplaceAll(base, "Place Place }", "Where Place }"),
		"an id":        strings.ReplaceAll(base, "id=1", "id=2"),
		"owner":        base + "\n//realmwire:component\ntype O struct{ V int8 }\n//realmwire:entity id=5\ntype F struct{ Place Place; O O `rw:\"owner\"` }",
	} {
		other, err := scan(t, src)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if other.Hash() == s.Hash() {
			t.Errorf("%s did not change the hash", what)
		}
	}
}
