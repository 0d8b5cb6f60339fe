package gentest

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/schema"
)

// namesPerSchema bounds the names of one schema, of which a struct is made for each.
const namesPerSchema = 400

// Named is a schema that was made of words that mean something somewhere.
type Named struct {
	Package              string
	TypeScript, GDScript string // files
	Kept, Refused        int    // names
	Why                  map[string]string
}

// Names writes into folders of dir schemas whose types, fields and constants are called as the words are, without those that
// the generator refuses; what it accepts must compile. Each name stands on a line of its own, so that an error tells which.
func Names(dir, sdk string, words []string) ([]Named, error) {
	var out []Named
	for part := range slices.Chunk(goNames(words), namesPerSchema) {
		for _, write := range []func(names []string) []string{structsOf, enumsOf, constantsOf} {
			n := Named{Package: fmt.Sprintf("names%d", len(out)), Why: map[string]string{}}
			if err := n.generate(filepath.Join(dir, n.Package), sdk, write(part)); err != nil {
				return nil, err
			}
			out = append(out, n)
		}
	}
	return out, nil
}

func (n *Named) generate(dir, sdk string, lines []string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make a folder for names: %w", err)
	}
	n.TypeScript, n.GDScript = filepath.Join(dir, n.Package+".ts"), filepath.Join(dir, n.Package+".gd")
	lines = append([]string{"package " + n.Package}, lines...)
	for range 10 {
		if err := write(dir, map[string]string{"schema.go": strings.Join(lines, "\n")}); err != nil {
			return err
		}
		_, err := gen.Run(gen.Config{Dir: dir, TypeScript: n.TypeScript, TypeScriptSDK: sdk, GDScript: n.GDScript})
		if err == nil {
			for _, l := range lines {
				if strings.HasSuffix(l, nameMark) {
					n.Kept++
				}
			}
			return nil
		}
		for _, e := range all(err) {
			var one *schema.Error
			if !errors.As(e, &one) || one.Pos.Line < 1 || one.Pos.Line > len(lines) {
				return fmt.Errorf("an error without a place: %w", e)
			}
			line := &lines[one.Pos.Line-1]
			if *line != "" && !strings.HasSuffix(*line, nameMark) {
				return fmt.Errorf("%q is refused, which is no name: %w", *line, e)
			}
			if *line != "" {
				n.Refused++
				n.Why[*line] = one.Text
			}
			*line = ""
		}
	}
	return errors.New("names are refused without end")
}

func all(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var out []error
		for _, e := range joined.Unwrap() {
			out = append(out, all(e)...)
		}
		return out
	}
	return []error{err}
}

// nameMark ends the lines that a refusal takes out.
const nameMark = " // a name"

func linesOf(names []string, format string) []string {
	var out []string
	for i, n := range names {
		out = append(out, fmt.Sprintf(strings.ReplaceAll(format, "#", fmt.Sprint(i)), n)+nameMark)
	}
	return out
}

// structsOf declares structs, and fields of all that has fields.
func structsOf(names []string) []string {
	out := []string{`import "github.com/realmwire/realmwire/protocol/optional"`, "", "var _ optional.Of[bool]", "", "//realmwire:component position", "type Q7Place struct {", "\tX, Y int32", "}", ""}
	block := func(directive, name string, first []string, format string) {
		out = append(out, "//realmwire:"+directive, "type "+name+" struct {")
		out = append(append(append(out, first...), linesOf(names, format)...), "}", "")
	}
	out = append(out, "//realmwire:component", "type Q7Nothing struct{}", "", "type Q7Item struct {", "\tText string `rw:\"max=3\"`", "}", "")
	block("component", "Q7Flags", nil, "\t%s bool")
	block("component", "Q7Body", []string{"\tQ7X, Q7Y int32 `rw:\"predict=motion\"`"}, "\t%s bool")
	block("component", "Q7Own", nil, "\t%s bool `rw:\"owner\"`")
	block("component", "Q7Rare", nil, "\t%s []Q7Item `rw:\"len=1 rare\"`")
	block("message id=64", "Q7Mail", nil, "\t%s optional.Of[bool]")
	block("message id=65", "Q7Lists", nil, "\t%s []float32 `rw:\"len=2 min=0 max=1 step=0.5\"`")
	block("input", "Q7Input", nil, "\t%s bool")
	block("entity id=1", "Q7Plain", []string{"\tQ7At Q7Place"}, "\t%s Q7Nothing")
	block("entity id=2", "Q7Seen", []string{"\tQ7At Q7Place", "\tQ7Self Q7Body `rw:\"owner\"`"}, "\t%s Q7Nothing")
	out = append(out, linesOf(names, "type %s struct{ Q7A bool }")...)
	block("message id=66", "Q7Structs", nil, "\tQ7F# %s")
	return out
}

// enumsOf declares enums.
func enumsOf(names []string) []string {
	out := append([]string{""}, linesOf(names, "type %[1]s uint8; const Q7A#, Q7B# %[1]s = iota, iota + 1")...)
	out = append(out, "", "//realmwire:component", "type Q7Flags struct {")
	out = append(out, linesOf(names, "\tQ7F# %s")...)
	return append(out, "}", "")
}

// constantsOf declares the constants of an enum.
func constantsOf(names []string) []string {
	out := []string{"", "//realmwire:enum", "type Q7Enum uint16", "", "const (", "\tQ7Zero Q7Enum = iota"}
	out = append(out, linesOf(names, "\t%s Q7Enum = iota")...)
	return append(out, ")", "", "//realmwire:component", "type Q7Flags struct {", "\tQ7Enum Q7Enum", "}", "")
}

var parts = regexp.MustCompile(`_+[A-Za-z0-9]`)

// goNames are words as exported names of Go, as they stand and as Go would spell them.
func goNames(words []string) []string {
	var out []string
	for _, w := range words {
		if w = strings.TrimLeft(w, "_"); w == "" || !token.IsIdentifier("X"+w) {
			continue
		}
		raw := strings.ToUpper(w[:1]) + w[1:]
		out = append(out, raw, parts.ReplaceAllStringFunc(raw, func(p string) string { return strings.ToUpper(p[len(p)-1:]) }))
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(n string) bool { return n[0] < 'A' || n[0] > 'Z' })
}

// awkward are names that say little and are easily mistaken.
var awkward = []string{"x_y", "XY", "Xy", "HTTPServer", "HttpServer", "Http_server", "A", "A_", "A__B", "AB", "I18n", "URL", "Url", "URLs", "HPMax", "HpMax", "UserID", "UserId", "ID", "Id", "__proto__", "Constructor", "Prototype", "ToString"}

var identifier = regexp.MustCompile(`[A-Za-z_]\w*`)

// AllNames is a variable of the environment, which says that tests take all words rather than some.
const AllNames = "REALMWIRE_ALL_NAMES"

// someWords is how many words one run takes, beside the awkward ones.
const someWords = 150

// Words are some of those that Go, Godot, the addon and generated code of every language have a name for, and more. repo is the
// repository.
func Words(repo string, rng *rand.Rand, more ...string) ([]string, error) {
	out := slices.Concat(more, types.Universe.Names())
	for t := range token.VAR + 1 {
		out = append(out, t.String())
	}
	for _, file := range []string{
		"protocol/gen/gdscript_reserved.txt", "protocol/gen/gdscript_sdk.txt", "protocol/internal/demo/demo_gen.go", "protocol/internal/bodies/bodies_gen.go",
		"web/test/gen/demo.ts", "web/test/gen/bodies.ts", "godot/test/gen/demo.gd",
	} {
		text, err := os.ReadFile(filepath.Join(repo, file))
		if err != nil {
			return nil, fmt.Errorf("look for words: %w", err)
		}
		out = append(out, identifier.FindAllString(string(text), -1)...)
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if os.Getenv(AllNames) == "" {
		rng.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
		out = out[:someWords]
	}
	return append(out, awkward...), nil
}
