package schema_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/schema"
)

const uses = `import (
	"github.com/realmwire/realmwire/protocol/geom"
	"github.com/realmwire/realmwire/protocol/optional"
	"github.com/realmwire/realmwire/protocol/snapshot"
)
`

// field is a component with one field V, of a type and a tag.
func field(typ, tag string) string {
	return fmt.Sprintf("%s\n//realmwire:component\ntype C struct {\n\tV %s `rw:%q`\n}\ntype S struct{ N int8 }\n", uses, typ, tag)
}

func TestFieldErrors(t *testing.T) {
	cases := []struct{ name, typ, tag, want string }{
		{"no step", "float64", "min=0 max=1", "C.V: a float is sent as a count of steps"},
		{"a step of nothing", "float32", "min=0 max=1 step=0", "step=0 must be above zero"},
		{"a step that is no number", "float32", "min=0 max=1 step=much", `the tag "step=much" wants a number, as in step=0.05 or step=1/256`},
		{"a step in powers", "float32", "min=0 max=1 step=1e-3", `the tag "step=1e-3" wants a number`},
		{"a range that steps miss", "float32", "min=-1 max=1 step=0.3", "min=-1 is not a whole number of steps of 3/10; take min=-1.2"},
		{"an empty range of steps", "float32", "min=1 max=1 step=0.5", "min= is not below max="},
		{"more than a float32", "float32", "min=0 max=100000 step=0.01", "max=100000 is 10000000 steps from zero, and at most 8388607 can be told apart; choose a greater step= or a smaller range, or a float64"},
		{"more than a float64", "float64", "min=0 max=2000000000 step=1/1024", "choose a greater step= or a smaller range"},
		{"too many digits", "float64", "min=0 max=13510798882111491/4503599627370496 step=4503599627370497/4503599627370496", "too many digits"},
		{"an angle without bits", "float32", "angle", `an angle needs its bits: rw:"angle bits=10" is a turn in 1,024`},
		{"an angle of many bits", "float64", "angle bits=21", "bits=21 is not within 1..20"},
		{"a vector without a step", "geom.Vec3", "max=3", `a vector is sent in steps along each axis: rw:"min=-100 max=100 step=0.01"`},
		{"a rotation without bits", "geom.Quat", "", `a rotation needs the bits of each of its three parts: rw:"bits=9"`},
		{"a rotation of few bits", "geom.Quat", "bits=3", "bits=3 is not within 4..15"},
		{"a word for another type", "bool", "max=3", "max says nothing of bool; take it out of the tag"},
		{"an angle that is none", "uint8", "angle", "angle says nothing of uint8"},
		{"a word twice", "uint8", "max=3 max=4", "the tag has max twice; leave one out"},
		{"a flag with a value", "uint8", "rare=1", `the tag does not know "rare=1"`},
		{"a value without one", "uint8", "max", `the tag does not know "max"`},
		{"a counter of both signs", "int32", "monotonic", "monotonic goes with an unsigned integer of at most 53 bits; give it a max="},
		{"a counter of 64 bits", "uint64", "monotonic", "monotonic goes with an unsigned integer of at most 53 bits"},
		{"a counter far from zero", "uint64", "monotonic min=9007199254740990 max=9007199254740999", "give it a max= of 9007199254740991 at most"},
		{"a pointer", "*S", "", "*S cannot be sent: the game's value and the history would share it; use optional.Of[S]"},
		{"an optional optional", "optional.Of[optional.Of[S]]", "", "has two ways to be absent"},
		{"a list of lists", "[][]int8", "len=3 max=2", "[][]int8: put the inner []int8 into a struct of its own"},
		{"a list without length", "[]string", "len=0 max=2", `[]string needs its greatest length: rw:"max=16" (or len=16 where its elements have a max= of their own)`},
		{"a list of texts without theirs", "[]string", "max=2", "a string needs its greatest length in bytes"},
		{"an array of none", "[0]int8", "", "[0]int8 has 0 elements; 1 to 64 can be sent"},
		{"a long array", "[65]int8", "", "[65]int8 has 65 elements; 1 to 64 can be sent, more as a slice with max="},
		{"a complex number", "complex64", "", "complex64 cannot be sent; use []byte, angles with bits=, arrays, bool"},
		{"a type of another package", "time.Duration", "", "C.V: its type is not known here; use []byte"},
		{"a prediction of text", "string", "max=3 predict=motion", "predict=motion wants an integer or a float with a step, of at most 41 bits, or a vector"},
		{"a motion of one number", "int32", "predict=motion", "predict=motion stands on 2 or 3 fields that follow one another, or on one vector, and here on 1"},
		{"a rotation of a vector", "geom.Vec3", "min=0 max=1 step=1 predict=rotation", "predict=rotation wants an integer of at most 41 bits, or a geom.Quat"},
		{"a box of broken steps", "int32", "half=1.5", "half=1.5 is no number of the field's integers: take a whole one"},
		{"a box that is too large", "geom.Vec2", "min=-9 max=9 step=1/1024 predict=motion half=100", "half=100 is more than 65536 of the field's integers"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := scan(t, field(c.typ, c.tag))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
			if !strings.HasPrefix(err.Error(), "schema.go:") {
				t.Errorf("no place: %v", err)
			}
		})
	}
}

func TestErrorsBetweenDeclarations(t *testing.T) {
	cases := []struct{ name, src, want string }{
		{"a priority that is none", place + "//realmwire:entity id=1 priority=0\ntype E struct{ Place Place }", "E: priority=0 wants a number from 0.01 to 100; 1 is usual"},
		{"an owner in a message", "//realmwire:message id=64\ntype M struct {\n\tV int8 `rw:\"owner\"`\n}", "M.V: owner stands on the components of an entity, or on the fields of a component"},
		{"rare in a message", "//realmwire:message id=64\ntype M struct {\n\tV int8 `rw:\"rare\"`\n}", "M.V: rare stands on the fields of a component"},
		{"an owner below", "//realmwire:component\ntype C struct {\n\tV int8 `rw:\"owner\"`\n}\n//realmwire:component\ntype D struct{ C C }", "C.V: C is part of another struct, where an owner is not known"},
		{"a hidden coordinate", "//realmwire:component position\ntype P struct {\n\tX, Y int32 `rw:\"owner\"`\n}", "P: a position needs fields X and Y for everyone"},
		{"a hidden vector", uses + "//realmwire:component position\ntype P struct {\n\tPosition geom.Vec2 `rw:\"min=0 max=9 step=1 owner\"`\n}", "P.Position: the position is for everyone"},
		{"an entity too large", place + "//realmwire:component\ntype C struct {\n\tV []uint32 `rw:\"max=300\"`\n}\n//realmwire:entity id=1\ntype E struct { Place Place; C C }", "E: takes up to 9673 bits, and 8000 are allowed: a snapshot must have room for it. Its largest field is C, up to 9609 bits"},
		{"an input too large", "//realmwire:input\ntype I struct {\n\tV string `rw:\"max=100\"`\n}", "I: takes up to 807 bits, and 512 are allowed: a datagram carries several"},
		{"a slice in an input", "//realmwire:input\ntype I struct {\n\tV []byte `rw:\"max=3\"`\n}", "I.V: an input holds no slices, since the buffers that keep inputs would share them with the game; use an array, or send a message"},
		{"rare in an entity", place + "//realmwire:component\ntype C struct{ V int8 }\n//realmwire:entity id=1\ntype E struct { Place Place; C C `rw:\"rare\"` }", "E.C: of an entity's components a tag says owner and no more; put hints on their fields"},
		{"a type made of another", uses + "type At geom.Vec2\n//realmwire:component\ntype C struct{ At At }", "At must be a struct: write its fields out, or use the type that it is made of"},
		{"type parameters", "type Pair[T any] struct{ A, B T }\n//realmwire:component\ntype C struct{ V Pair[int8] }", "Pair has type parameters; declare a struct for each type"},
		{"a field like a method", "//realmwire:component\ntype C struct{ Copy int8 }", "C.Copy: the generated code has a method of that name; rename the field"},
		{"an id in a message", "//realmwire:message id=64\ntype M struct{ ID int8 }", "M.ID: the generated code has a method of that name"},
		{"a part of an entity like a method", place + "//realmwire:entity id=1\ntype E struct{ Position Place }", "E.Position: the generated code has a method of that name"},
		{"an owner beside hints", "//realmwire:component\ntype C struct {\n\tX, Y int32 `rw:\"predict=motion\"`\n\tZ int8 `rw:\"owner\"`\n}", "C.Z: a component with hints is the same for everyone"},
		{"a text beside hints", "//realmwire:component\ntype C struct {\n\tX, Y int32 `rw:\"predict=motion\"`\n\tZ string `rw:\"max=3\"`\n}", "C.Z: a component with hints holds integers, bools, floats with a step"},
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

// What a tag says, as the wire has it.
func TestTypes(t *testing.T) {
	cases := []struct{ typ, tag, want string }{
		{"float32", "min=-100 max=100 step=0.01", "fixed -10000..10000 step=1/100 delta=5,10"},
		{"float64", "min=0 max=1 step=1/64", "fixed 0..64 step=1/64 delta=0,0"},
		{"float32", "min=10 max=20 step=2.5", "fixed 4..8 step=5/2 delta=0,0"},
		{"float32", "angle bits=10", "turn 10 delta=4,7"},
		{"geom.Vec2", "min=-8 max=8 step=0.5 small=3", "vector 2 of fixed -16..16 step=1/2 delta=3,4"},
		{"geom.Quat", "bits=9", "quat 9 delta=4,6"},
		{"uint32", "monotonic", "counter 0..4294967295"},
		{"snapshot.ID", "", "ref"},
		{"[]byte", "max=7", "octets 7"},
		{"[]uint8", "max=7", "octets 7"},
		{"[3]uint8", "max=7", "array 3 of int 0..7 delta=0,0"},
		{"[]snapshot.ID", "max=5", "list 5 of ref"},
		{"[]string", "len=5 max=9", "list 5 of string 9"},
		{"optional.Of[S]", "", "optional struct S"},
		{"optional.Of[[]float32]", "len=2 min=0 max=1 step=1", "optional list 2 of fixed 0..1 step=1/1 delta=0,0"},
	}
	for _, c := range cases {
		s, err := scan(t, field(c.typ, c.tag))
		if err != nil {
			t.Errorf("%s %s: %v", c.typ, c.tag, err)
			continue
		}
		if text := s.Canonical(); !strings.Contains(text, "\tV "+c.want+" owner=false rare=false\n") {
			t.Errorf("%s %s: want %s in\n%s", c.typ, c.tag, c.want, text)
		}
	}
}

// Lengths in hints are in the field's own unit, and become steps.
func TestHintsInSteps(t *testing.T) {
	s, err := scan(t, field("geom.Vec3", "min=-100 max=100 step=0.01 predict=motion fall=-0.05 half=1.5 floor=-20 drag=0.5"))
	if err != nil {
		t.Fatal(err)
	}
	h := s.Structs[0].Fields[0].Hint
	if want := (schema.Hint{Predict: "motion", Fall: -5, Drag: 0.5, Half: 150, Floor: -2000}); h != want {
		t.Errorf("got %+v, want %+v", h, want)
	}
}

// The scanner knows types of other packages without reading these; what it knows must be what they are.
func TestKnownPackages(t *testing.T) {
	fset := token.NewFileSet()
	for _, name := range []string{"geom", "optional", "snapshot"} {
		files, err := filepath.Glob(filepath.Join("..", name, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files of %s: %v", name, err)
		}
		var parsed []*ast.File
		for _, f := range files {
			if src, err := os.ReadFile(f); err == nil && !strings.HasSuffix(f, "_test.go") {
				file, err := parser.ParseFile(fset, f, src, 0)
				if err != nil {
					t.Fatal(err)
				}
				parsed = append(parsed, file)
			}
		}
		conf := types.Config{Error: func(error) {}, IgnoreFuncBodies: true}
		whole, _ := conf.Check(name, fset, parsed, nil)
		known, err := schema.KnownPackage("github.com/realmwire/realmwire/protocol/" + name)
		if err != nil {
			t.Fatal(err)
		}
		local := func(*types.Package) string { return "" }
		for _, typ := range known.Scope().Names() {
			want := whole.Scope().Lookup(typ)
			if want == nil {
				t.Errorf("%s has no %s", name, typ)
				continue
			}
			got := types.TypeString(known.Scope().Lookup(typ).Type().Underlying(), local)
			if is := types.TypeString(want.Type().Underlying(), local); got != is {
				t.Errorf("%s.%s is %s, and known as %s", name, typ, is, got)
			}
		}
	}
}
