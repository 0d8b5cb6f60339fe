package gentest_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/protocol/gen/gentest"
)

// What the generator accepts compiles, whatever its types, fields and constants are called: here as all that Go, TypeScript,
// GDScript, the SDKs and the generated code itself have a name for. godot/names_test.go asks Godot.
func TestNames(t *testing.T) {
	web, err := filepath.Abs(filepath.Join(repo, "web"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	seed := gentest.Seed(t)
	words, err := gentest.Words(repo, rand.New(rand.NewPCG(seed, seed)), scannerWords(t, web)...)
	if err != nil {
		t.Fatal(err)
	}
	if raced {
		words = words[len(words)-40:] // the awkward ones, and some
	}
	schemas, err := gentest.Names(dir, filepath.Join(web, "src/sdk"), words)
	if err != nil {
		t.Fatal(err)
	}
	kept, refused := 0, 0
	for _, s := range schemas {
		kept, refused = kept+s.Kept, refused+s.Refused
		for line, why := range s.Why {
			t.Logf("%s: %s", strings.TrimSpace(line), why)
		}
	}
	t.Logf("%d words, %d names, %d of them refused", len(words), kept, refused)
	if kept < 4*len(words) || refused == 0 || refused > kept/4 {
		t.Errorf("of %d names %d are refused", kept, refused)
	}
	t.Run("Go", func(t *testing.T) {
		fset := token.NewFileSet()
		conf := types.Config{Importer: importer.ForCompiler(fset, "source", nil), Error: func(err error) { t.Error(err) }}
		for _, s := range schemas {
			var files []*ast.File
			for _, name := range []string{"schema.go", s.Package + "_gen.go"} {
				f, err := parser.ParseFile(fset, filepath.Join(dir, s.Package, name), nil, parser.SkipObjectResolution)
				if err != nil {
					t.Fatal(err)
				}
				files = append(files, f)
			}
			_, _ = conf.Check(s.Package, fset, files, nil) // errors are told to the test
		}
	})
	t.Run("TypeScript", func(t *testing.T) {
		needNode(t, web)
		config := fmt.Sprintf(`{"extends": "%[1]s/test/tsconfig.json", "compilerOptions": {"noEmit": true, "typeRoots": ["%[1]s/node_modules/@types"]}, "include": ["*/*.ts"]}`, web)
		if err := os.WriteFile(filepath.Join(dir, "tsconfig.json"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), filepath.Join(web, "node_modules/.bin/tsc"), "-p", ".")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

func needNode(t *testing.T, web string) {
	t.Helper()
	_, noNode := exec.LookPath("node")
	_, noModules := os.Stat(filepath.Join(web, "node_modules/.bin/esbuild"))
	harness.Need(t, "Node and the modules of web/ (npm ci)", noNode == nil && noModules == nil)
}

// scannerWords are what TypeScript's scanner takes for a word of the language.
func scannerWords(t *testing.T, web string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(web, "node_modules/typescript/lib/typescript.js"))
	if err != nil {
		return nil // TypeScript itself is asked only where it is
	}
	_, list, _ := strings.Cut(string(text), "var textToKeywordObj = {")
	list, _, _ = strings.Cut(list, "};")
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^\s*\[?"?(\w+)"?\]?:`).FindAllStringSubmatch(list, -1) {
		out = append(out, m[1])
	}
	if len(out) < 60 {
		t.Fatalf("%d words in TypeScript's scanner", len(out))
	}
	return out
}
