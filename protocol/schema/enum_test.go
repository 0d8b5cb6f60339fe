package schema_test

import (
	"strings"
	"testing"
)

// constants is a component whose field V is of the type T, of which the source says the rest.
func constants(typ, consts, tag string) string {
	return "type T " + typ + "\n" + consts + "\n//realmwire:component\ntype C struct {\n\tV T `rw:\"" + tag + "\"`\n}\n"
}

func TestConstants(t *testing.T) {
	const (
		enum  = "\n//realmwire:enum\n"
		flags = "\n//realmwire:flags\n"
	)
	cases := []struct{ name, src, form, declares string }{
		{"an enum", constants("uint8", "const (A T = iota; B; C1)", ""), "int 0..2 delta=0,0", "enum T A B C1\n"},
		{"a second name below", constants("uint8", "const (A T = iota; B; C1)\nconst Usual = B\nconst AOther T = 1", ""), "int 0..2 delta=0,0", "enum T A B C1\n"},
		{"a second name before", constants("uint8", "const Aaa = B\nconst Aab T = B + 0\nconst (A T = iota; B; C1)", ""), "int 0..2 delta=0,0", "enum T A B C1\n"},
		{"a second name in the group", constants("uint8", "const (A T = iota; B; Last = B)", ""), "int 0..1 delta=0,0", "enum T A B\n"},
		{"one that is made of another", constants("uint8", "const (A T = iota; B)\nconst Count = B + 1", ""), "int 0..2 delta=0,0", "enum T A B Count\n"},
		{"two that count from the same", constants("uint8", "const (A T = iota; B)\nconst (X T = iota; Y; Z)", ""), "int 0..2 delta=0,0", "enum T A B Z\n"},
		{"a gap", constants("uint8", "const (A T = iota; _; B)", ""), "int 0..2 delta=0,0", "enum T A=0 B=2\n"},
		{"a gap of a hundred", constants("uint8", "const (A T = iota * 100; B; C1)", ""), "int 0..200 delta=0,0", "enum T A=0 B=100 C1=200\n"},
		{"below zero", constants("int8", "const (L T = iota - 1; M; R)", ""), "int -1..1 delta=0,0", "enum T L=-1 M=0 R=1\n"},
		{"from one on", constants("uint8", "const (A T = iota + 1; B; C1)", ""), "int 0..3 delta=0,0", "enum T A=1 B=2 C1=3\n"},
		{"all below zero", constants("int8", "const (A T = iota - 5; B)", ""), "int -5..0 delta=0,0", "enum T A=-5 B=-4\n"},
		{"a wide enum that says so", enum + constants("uint32", "const (A T = iota; B)", ""), "int 0..1 delta=0,0", "enum T A B\n"},
		{"numbers written out that are an enum", enum + constants("uint16", "const (Ok T = 0; NotFound T = 404)", ""), "int 0..404 delta=4,6", "enum T Ok=0 NotFound=404\n"},
		{"flags", constants("uint8", "const (Jump T = 1 << iota; Fire; Duck)", ""), "int 0..255 delta=0,0", "flags T Jump=1 Fire=2 Duck=4\n"},
		{"flags with none and all", constants("uint16", "const (Jump T = 1 << iota; Fire)\nconst (None T = 0; All = Jump | Fire)", ""), "int 0..65535 delta=5,10", "flags T None=0 Jump=1 Fire=2 All=3\n"},
		{"flags with bits", constants("uint16", "const (Jump T = 1 << iota; Fire; Duck)", "bits=3"), "int 0..7 delta=0,0", "flags T Jump=1 Fire=2 Duck=4\n"},
		{"flags with a gap", constants("int32", "const (A T = 1 << iota; _; _; B)", ""), "int -2147483648..2147483647 delta=10,21", "flags T A=1 B=8\n"},
		{"flags of 64 bits", constants("uint64", "const (A T = 1 << (63 - iota); B)", ""), "word signed=false", "flags T B=4611686018427387904 A=-9223372036854775808\n"},
		{"flags written out that say so", flags + constants("uint8", "const (A T = 1; B T = 2; C1 T = 0x40)", ""), "int 0..255 delta=0,0", "flags T A=1 B=2 C1=64\n"},
		{"flags with their bits written out", constants("uint32", "const (A T = 1 << 0; B T = 1 << 4)", ""), "int 0..4294967295 delta=10,21", "flags T A=1 B=16\n"},
		{"one flag that says so", flags + constants("uint8", "const A T = 1", "bits=1"), "int 0..1 delta=0,0", "flags T A=1\n"},
		{"a number with a range", constants("uint32", "const (NoPlayer T = 0; Server T = 1)", "max=1000"), "int 0..1000 delta=4,7", ""},
		{"a number with bits", constants("uint32", "const (NoPlayer T = 0; Server T = 1)", "bits=32"), "int 0..4294967295 delta=10,21", ""},
		{"a number with fewer bits", constants("int16", "const (Least T = -1; Most T = 100)", "bits=8"), "int -128..127 delta=0,0", ""},
		{"a number of 64 bits", constants("uint64", "const (None T = 0; Any T = 1<<64 - 1)", "bits=64"), "word signed=false", ""},
		{"a counter", constants("uint16", "const (First T = 1; Second T = 2)", "monotonic"), "counter 0..65535", ""},
		{"an enum with a range", constants("uint8", "const (A T = iota; B)", "max=9"), "int 0..9 delta=0,0", ""},
		{"flags with a range", constants("uint8", "const (A T = 1 << iota; B)", "max=9"), "int 0..9 delta=0,0", ""},
		{"one constant", constants("uint32", "const NoPlayer T = 0", ""), "int 0..4294967295 delta=10,21", ""},
		{"one number by two names", constants("uint32", "const (NoPlayer T = 0; Nobody T = 0)", ""), "int 0..4294967295 delta=10,21", ""},
		{"constants of another type", constants("uint32", "const (A = 0; B = 1; D uint32 = 2)", ""), "int 0..4294967295 delta=10,21", ""},
		{"constants of a function", constants("uint32", "func f() { const (A T = iota; B) }", ""), "int 0..4294967295 delta=10,21", ""},
		{"an alias", "type T = uint8\nconst (A T = iota; B)\n//realmwire:component\ntype C struct{ V T }\n", "int 0..255 delta=0,0", ""},
		{"an alias of an enum", "type E uint8\ntype T = E\nconst (A T = iota; B E = iota)\n//realmwire:component\ntype C struct{ V T }\n", "int 0..1 delta=0,0", "enum E A B\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, err := scan(t, c.src)
			if err != nil {
				t.Fatal(err)
			}
			text := s.Canonical()
			if !strings.Contains(text, "\tV "+c.form+" owner") || !strings.Contains(text, "\n"+c.declares) || c.declares == "" && len(s.Enums) > 0 {
				t.Errorf("want %s and %q in\n%s", c.form, c.declares, text)
			}
		})
	}
}

func TestConstantsAreAskedFor(t *testing.T) {
	cases := []struct{ name, src, want string }{
		{
			"a number with two that are special", constants("uint32", "const (NoPlayer T = 0; Server T = 1)", ""),
			`schema.go:6: C.V: is T one of its constants (NoPlayer = 0, Server = 1), or any number? For one of them, write //realmwire:enum right above type T, or //realmwire:flags for sets of them; for a number, give the field's range: rw:"bits=32" (or min= and max=)`,
		},
		{"a wide number that counts", constants("uint32", "const (NoPlayer T = iota; Server)", ""), "or any number?"},
		{"ends of a range", constants("uint8", "const (Least T = 1; Most T = 50)", ""), `for a number, give the field's range: rw:"bits=8"`},
		{"many", constants("int16", "const (A T = -7; B T = 1; D T = 2; E T = 3)", ""), "(A = -7, B = 1, D = 2, …), or any number? For one of them, write //realmwire:enum right above type T; for"},
		{"flags that count", constants("uint8", "const (A T = 1 << iota; B)\nconst (D T = iota; E)", ""), "or any number?"},
		{"flags below zero", constants("int8", "const (A T = -1 << iota; B)", ""), "or any number?"},
		{"too few", "\n//realmwire:enum\n" + constants("uint8", "const A T = 0", ""), "C.V: T has 1 constants in this package, too few for //realmwire:enum"},
		{"none", "\n//realmwire:flags\n" + constants("uint8", "", ""), "C.V: T has 0 constants in this package, too few for //realmwire:flags"},
		{"a range of an enum that says so", "\n//realmwire:enum\n" + constants("uint8", "const (A T = iota; B)", "max=7"), "C.V: max says nothing of T"},
		{"flags below zero that say so", "\n//realmwire:flags\n" + constants("int8", "const (A T = -1; B T = 1)", ""), "T has a negative constant, and is a set of flags"},
		{"too few bits", constants("uint16", "const (A T = 1 << iota; B; D)", "bits=2"), "C.V: bits=2 has no room for the flags of T, which take 3"},
		{"a huge enum", "\n//realmwire:enum\n" + constants("uint64", "const (A T = 0; B T = 1<<63)", ""), "T has a constant above 9223372036854775807, which no enum can have"},
		{"a wide enum", "\n//realmwire:enum\n" + constants("int64", "const (A T = 0; B T = 1<<62)", ""), "take more than 62 bits"},
		{"a value of another package", "import \"syscall\"\n" + constants("uint8", "const (A T = iota; B T = syscall.AF_INET)", ""), "B: the value of this constant of T is not known here"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := scan(t, c.src)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
			if !placed.MatchString(err.Error()) {
				t.Errorf("no place: %v", err)
			}
		})
	}
}

// The first declared name of a number is its name, in whatever file it stands, and other names change nothing.
func TestSecondNamesChangeNothing(t *testing.T) {
	const weapon = "package game\n\ntype Weapon uint8\n\nconst (\n\tBlaster Weapon = iota\n\tLauncher\n)\n\n//realmwire:component\ntype Look struct{ Weapon Weapon }\n"
	plain, err := scanFiles(t, map[string]string{"weapon.go": weapon})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"a.go", "z.go"} {
		s, err := scanFiles(t, map[string]string{"weapon.go": weapon, file: "package game\n\nconst ADefault = Blaster\n\nconst Zed Weapon = Launcher\n"})
		if err != nil || s.Hash() != plain.Hash() {
			t.Errorf("%s: %v\n%s", file, err, s.Canonical())
		}
	}
}

func TestConstantsEvolve(t *testing.T) {
	src := func(typ, consts, tag string) string {
		return "package game\n" + place + "\ntype T " + typ + "\n\nconst (\n" + consts + "\n)\n\n//realmwire:component\ntype C struct {\n\tV T `rw:\"" + tag + "\"`\n}\n//realmwire:entity id=1\ntype E struct {\n\tPlace Place\n\tC C\n}\n"
	}
	cases := []struct {
		name, older, newer string
		breaking           bool
		says               string
	}{
		{"a flag more", src("uint8", "A T = 1 << iota\nB", ""), src("uint8", "A T = 1 << iota\nB\nD", ""), false, "enum T.D: is new"},
		{"a flag less", src("uint8", "A T = 1 << iota\nB\nD", ""), src("uint8", "A T = 1 << iota\nB", ""), false, "enum T.D: is gone"},
		{"a flag moved", src("uint8", "A T = 1 << iota\nB", ""), src("uint8", "A T = 1 << iota\nD\nB", ""), true, "enum T: B is 4 and was 2"},
		{"wider flags", src("uint8", "A T = 1 << iota\nB", "bits=2"), src("uint8", "A T = 1 << iota\nB\nD", "bits=3"), true, "C.V: 0..3 became 0..7"},
		{"a gap filled", src("uint8", "A T = iota\n_\nB", ""), src("uint8", "A T = iota\nD\nB", ""), false, "enum T.D: is new"},
		{"a constant taken out", src("uint8", "A T = iota\nD\nB", ""), src("uint8", "A T = iota\n_\nB", ""), false, "enum T.D: is gone"},
		{"further below", src("int8", "A T = iota - 1\nB\nD", ""), src("int8", "Z T = iota - 2\nA\nB\nD", ""), true, "keep a constant of -1 as the least"},
		{"further above", src("int8", "A T = iota - 1\nB\nD", ""), src("int8", "A T = iota - 1\nB\nD\nG", ""), true, "enum T: its numbers -1..1 became -1..2"},
		{"renamed", src("int8", "A T = iota - 1\nB\nD", ""), src("int8", "Z T = iota - 1\nB\nD", ""), false, "enum T.A: is called Z now"},
		{"a number now", src("uint8", "A T = iota\nB\nD\nG", ""), src("uint8", "A T = iota\nB\nD\nG", "max=3"), false, "C.V: is of another type"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := compareSources(t, c.older, c.newer)
			if r.Compatible() == c.breaking || !strings.Contains(r.String(), c.says) {
				t.Errorf("want %q, and breaking %t:\n%s", c.says, c.breaking, r)
			}
		})
	}
}
