package gen

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/schema"
)

// Every kind of value that a schema may hold is known to every language. docs/recipes/schema-type.md is the recipe for a new one.
func TestEveryLanguageKnowsEveryKind(t *testing.T) {
	for _, k := range schema.Kinds() {
		for _, language := range []struct {
			name, file string
			known      bool
		}{
			{"Go", "go_", goKinds[k] != nil},
			{"GDScript", "gd_", gdKinds[k] != nil},
			{"TypeScript", "ts_", tsKinds[k] != nil},
		} {
			if !language.known {
				t.Errorf("%s does not know a %s: protocol/gen/%s%s.go is missing", language.name, k, language.file, k)
			}
		}
	}
	for _, known := range [][]schema.Kind{slices.Collect(maps.Keys(goKinds)), slices.Collect(maps.Keys(gdKinds)), slices.Collect(maps.Keys(tsKinds))} {
		for _, k := range known {
			if !slices.Contains(schema.Kinds(), k) {
				t.Errorf("a language knows a %s: protocol/schema/type_%s.go is missing", k, k)
			}
		}
	}
}

// What generates for structs and entities leaves the kinds that are not made of others to their own files, so that a new one
// needs no change there.
func TestKindsStayInTheirFiles(t *testing.T) {
	rules := map[string]string{"predicted.go": "Bool"} // of one bool the fast tier says in its flags that it changed
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) < 40 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		own := strings.HasPrefix(file, "go_") || strings.HasPrefix(file, "gd_") || strings.HasPrefix(file, "ts_")
		if own || strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []string{"Bool", "Fixed", "Octets", "Quat", "Ref", "String", "Turn", "Word"} {
			if regexp.MustCompile(`\bschema\.`+k+`\b`).Match(text) && rules[file] != k {
				t.Errorf("%s asks for schema.%s: put it into the kind's own files", file, k)
			}
		}
	}
}
