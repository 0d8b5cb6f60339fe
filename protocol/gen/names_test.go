package gen_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
)

// declareBeside is declare with another file of the package.
func declareBeside(t *testing.T, src, other string) error {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"schema.go": src, "other.go": other} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := gen.Run(gen.Config{Dir: dir, GDScript: filepath.Join(dir, "out.gd"), TypeScript: filepath.Join(dir, "out.ts")})
	return err
}

// look is a schema with a component, in lines 10 on.
func look(pkg, fields, more string) string {
	return "package " + pkg + "\n\n//realmwire:component position\ntype Place struct{ X, Y int32 }\n\n//realmwire:entity id=1\ntype Thing struct {\n\tPlace Place\n\tLook  Look\n}\n" +
		"\n//realmwire:component\ntype Look struct {\n" + fields + "\n}\n\n" + more
}

// Names that no language can have, or that two would share, are refused where they stand.
func TestNamesAreRefused(t *testing.T) {
	const optional = "\n\n//realmwire:message id=64\ntype Mail struct {\n"
	cases := []struct{ name, src, other, want string }{
		{"two of a name in the clients", look("game", "\tUserID uint8\n\tUserId uint8", ""), "", "schema.go:15: Look.UserId is called user_id in GDScript, and so is Look.UserID (schema.go:14); rename one of them"},
		{"two of a name in TypeScript", look("game", "\tHPMax uint8\n\tHpMax uint8", ""), "", "schema.go:15: Look.HpMax is called hpMax in TypeScript, and so is Look.HPMax (schema.go:14); rename one of them"},
		{"two of a name that is taken", look("game", "\tClass uint8\n\tClass_ uint8", ""), "", "schema.go:15: Look.Class_ is called class_ in GDScript, and so is Look.Class (schema.go:14)"},
		{"a field of an optional", look("game", "\tV [2]bool\n\tHasW bool", "") + optional + "\tHasV bool\n\tV [1]bool\n\tA bool\n}\n", "", ""},
		{"constants", look("game", "\tMood Mood", "type Mood uint8\n\nconst (\n\tMoodHPMax Mood = iota\n\tMoodHpMax\n)\n"), "", "schema.go:21: MoodHpMax is called HP_MAX in GDScript, and so is MoodHPMax (schema.go:20); rename one of them"},
		{"a constant of GDScript", look("game", "\tMood Mood", "type Mood uint8\n\nconst (\n\tPi Mood = iota\n\tTau\n)\n"), "", "schema.go:20: Pi is called PI in GDScript, which means something else in the generated code; rename it"},
		{"codecs", look("game", "\tA A\n\tAB AB", "type A struct {\n\tBC []bool `rw:\"max=2\"`\n}\n\ntype Ab struct {\n\tC []bool `rw:\"max=2\"`\n}\n\ntype AB struct {\n\tC []bool `rw:\"max=2\"`\n\tV Ab\n}\n"), "", "is called abC in TypeScript, and so is the codec of"},
		{"what predicts, and a codec", look("game", "\tX, Y int32 `rw:\"predict=motion\"`\n\tBody uint8", "//realmwire:message id=64\ntype LOOk struct {\n\tV bool\n}\n"), "", ""},
		{"a type of the SDK", look("game", "\tA uint8", "type Codec struct{ X uint8 }\n\n//realmwire:message id=64\ntype Mail struct{ C Codec }\n"), "", "schema.go:17: Codec: the generated code means something else by that name in TypeScript; rename it"},
		{"a type of the SDK that this schema has no use for", look("game", "\tC Codec", "type Codec struct{ X uint8 }\n"), "", ""},
		{"another", look("game", "\tR BitReader\n\tD DeltaCodec", "type BitReader struct{ X uint8 }\n\ntype DeltaCodec struct{ X uint8 }\n"), "", "schema.go:18: BitReader: the generated code means something else by that name in TypeScript; rename it\nschema.go:20: DeltaCodec: "},
		{"a script's own", look("game", "\tV HASH", "type HASH struct{ X uint8 }\n"), "", "schema.go:17: HASH: the generated code means something else by that name in GDScript"},
		{"a script's class", look("game", "\tV GameSchema", "type GameSchema struct{ X uint8 }\n"), "", "schema.go:17: GameSchema is called GameSchema in GDScript, and so is the class of package game (other.go:1)"},
		{"a class with the package's name before it", look("game", "\tA GameTimer\n\tB Timer", "type GameTimer struct{ X uint8 }\n\ntype Timer struct{ X uint8 }\n"), "", "is called GameTimer in GDScript, and so is"},
		{"a package of the SDK", look("message", "\tA uint8", ""), "", "other.go:1: package message: its class in Godot would be MessageSchema, which is taken; rename the package"},
		{"a package like the SDK's class", look("realmwire", "\tA uint8", ""), "", "its class in Godot would be RealmwireSchema, which is taken"},
		{"letters", look("game", "\tGröße uint8", ""), "", "schema.go:14: Look.Größe: clients' code spells names with the letters A to Z, digits and _ alone; rename it"},
		{"letters of a type", look("game", "\tV Ähre", "type Ähre struct{ X uint8 }\n"), "", "schema.go:17: Ähre: clients' code spells"},
		{"letters of a constant", look("game", "\tMood Mood", "type Mood uint8\n\nconst (\n\tCalm Mood = iota\n\tFröhlich\n)\n"), "", "schema.go:21: Fröhlich: clients' code spells"},
		{"letters of a package", look("größe", "\tA uint8", ""), "", "other.go:1: package größe: clients' code spells"},
		{"a small type", look("game", "\tV number", "type number struct{ X uint8 }\n"), "", "schema.go:17: number: in clients' code types begin with a capital letter; call it Number"},
		{"a small enum", look("game", "\tMood mood", "type mood uint8\n\nconst (\n\tcalm mood = iota\n\tglad\n)\n"), "", "schema.go:17: mood: in clients' code types begin with a capital letter; call it Mood"},
		{"a prototype", look("game", "\tMood Mood", "type Mood uint8\n\nconst (\n\tCalm Mood = iota\n\t__proto__\n)\n"), "", "schema.go:21: __proto__ sets an object's prototype"},
		{"a struct called as Go's variable", look("game", "\tV Schema", "type Schema struct{ X uint8 }\n"), "", "schema.go:17: Schema: the generated code declares that name; rename it"},
		{"a function called so", look("game", "\tA uint8", ""), "package game\n\nfunc Schema() {}\n", "other.go:3: Schema: the generated code declares that name; rename it"},
		{"a variable called so", look("game", "\tX, Y int32 `rw:\"predict=motion\"`", ""), "package game\n\nvar lookMotion, Schema2 int\n", "other.go:3: lookMotion: the generated code declares that name"},
		{"a test's function called so", look("game", "\tA uint8", ""), "package game\n\nconst Schema = 3\n", "other.go:3: Schema: the generated code declares that name"},
		{"a method", look("game", "\tA uint8", ""), "package game\n\nfunc (l Look) Write() {}\n", "other.go:3: Look.Write: the generated code has a method of that name; rename yours"},
		{"a method by pointer", look("game", "\tA uint8", ""), "package game\n\nfunc (*Thing) Kind() {}\n", "other.go:3: Thing.Kind: the generated code has a method of that name"},
		{"a method of the predicted", look("game", "\tX, Y int32 `rw:\"predict=motion\"`\n\tReadPredicted uint8", ""), "", "schema.go:15: Look.ReadPredicted: the generated code has a method of that name; rename the field"},
		{"a package that is imported", look("game", "\tA uint8", ""), "package game\n\nfunc bits() {}\n\ntype snapshot struct{}\n", "other.go:3: bits: the generated code imports a package of that name; rename it"},
		{"a package that is imported as what is declared", look("game", "\tA uint8", ""), "package game\n\nimport Schema \"strings\"\n\nvar _ = Schema.Cut\n", "other.go:3: Schema: the generated code declares that name; import the package under another"},
		{"a package whose names are imported", look("game", "\tA uint8", ""), "package game\n\nimport . \"github.com/realmwire/realmwire/protocol/snapshot\"\n\nvar _ ID\n", "other.go:3: the package has a Schema, and so has the generated code; import it under a name"},
		{"a word of Go", look("game", "\tA uint8", ""), "package game\n\ntype int64 string\n", "other.go:3: int64: the generated code uses Go's own int64; rename it"},
		{"a type called as a variable", look("game", "\tA w", ""), "package game\n\ntype w uint8\n", "other.go:3: w: the generated code has variables of that name; rename it"},
		{"what compares two fields", look("game", "\tA A\n\tAB AB", "type A struct {\n\tBC []float32 `rw:\"len=2 min=0 max=1 step=1\"`\n}\n\ntype AB struct {\n\tC []float32 `rw:\"len=2 min=0 max=1 step=1\"`\n}\n"), "", "the generated code calls two things sameABC; rename it"},
	}
	placed := regexp.MustCompile(`^(schema|other)\.go:[1-9]\d*: `)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.other == "" {
				c.other = "package " + strings.Fields(c.src)[1] + "\n"
			}
			err := declareBeside(t, c.src, c.other)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
			for line := range strings.Lines(err.Error()) {
				if !placed.MatchString(line) {
					t.Errorf("no place: %s", line)
				}
			}
		})
	}
}

// A field that is called as a member of the class that it comes to stand in gets an underscore in Godot.
func TestNamesOfGodotsClasses(t *testing.T) {
	_, c, err := declare(t, `package game

//realmwire:component position
type Place struct{ X, Y int32 }

//realmwire:component
type Look struct{ Script, Free, Equals, Mood uint8 }

//realmwire:component
type Fly struct {
	Q, R       int32 `+"`rw:\"predict=motion\"`"+`
	Prior, Lag bool
}

//realmwire:entity id=1
type Thing struct {
	Place     Place
	Predicted Look
	Lag       Fly
	Script    Look
}

//realmwire:input
type Input struct{ Script, Equals bool }

//realmwire:message id=64
type Mail struct {
	Script, Decode uint8
	RealmwireGame  RealmwireGame
}

type RealmwireGame struct{ Lag, Prior bool }
`)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(c.GDScript)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\tvar script_: int = 0\n\tvar free_: int = 0\n\tvar equals_: int = 0\n\tvar mood: int = 0\n",
		"\tvar q: int = 0\n\tvar r_: int = 0\n\tvar prior_: bool = false\n\tvar lag_: bool = false\n", "\tvar predicted_: Look\n\tvar lag_: Fly\n\tvar script_: Look\n",
		"\tvar script_: bool = false\n\tvar equals_: bool = false\n", "\tvar script_: int = 0\n\tvar decode_: int = 0\n\tvar realmwire_game: GameRealmwireGame", "class GameRealmwireGame:\n\textends RefCounted\n\tvar lag: bool = false\n\tvar prior: bool = false\n",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("missing\n%s", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", text)
	}
}
