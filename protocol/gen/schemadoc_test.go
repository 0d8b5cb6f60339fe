package gen_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/schema"
)

// guide is docs/schema.md: what stands in its fences, by the word that opens them.
func guide(t *testing.T) (text string, blocks map[string][]string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/schema.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks = map[string][]string{}
	for _, m := range regexp.MustCompile("(?s)```(\\w+(?: \\w+)?)\n(.*?)```").FindAllStringSubmatch(string(data), -1) {
		blocks[m[1]] = append(blocks[m[1]], m[2])
	}
	return string(data), blocks
}

// declare writes a schema into a folder of its own and generates for all languages.
func declare(t *testing.T, src string) (*schema.Schema, gen.Config, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "schema.go"), []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	c := gen.Config{Dir: dir, GDScript: filepath.Join(dir, "out.gd"), TypeScript: filepath.Join(dir, "out.ts")}
	s, err := gen.Run(c)
	return s, c, err
}

func TestGuidesGame(t *testing.T) {
	_, blocks := guide(t)
	if len(blocks["go"]) != 2 || len(blocks["gdscript"]) != 2 || len(blocks["ts"]) != 1 {
		t.Fatalf("the guide's blocks are not those that this test knows: %d", len(blocks))
	}
	_, c, err := declare(t, blocks["go"][0])
	if err != nil {
		t.Fatal(err)
	}
	for path, parts := range map[string][]string{c.GDScript: blocks["gdscript"], c.TypeScript: blocks["ts"]} {
		out, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range parts {
			if !strings.Contains(string(out), want) {
				t.Errorf("%s has not\n%s", filepath.Base(path), want)
			}
		}
	}
	compile(t, c.Dir, blocks["go"][1])
}

// compile has the compiler look at the game, its generated code and what uses it, as if they were a package of this module.
func compile(t *testing.T, dir, use string) {
	if err := os.WriteFile(filepath.Join(dir, "use.txt"), []byte(use), 0o644); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{
		filepath.Join(here, "guide/schema.go"):    filepath.Join(dir, "schema.go"),
		filepath.Join(here, "guide/arena_gen.go"): filepath.Join(dir, "arena_gen.go"),
		filepath.Join(here, "guide/use.go"):       filepath.Join(dir, "use.txt"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(path, overlay, 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", path, "./guide").CombinedOutput(); err != nil {
		t.Errorf("the guide's code does not compile: %v\n%s", err, out)
	}
}

// Each row of the table of types, as a component with one field.
func TestGuidesTypes(t *testing.T) {
	text, _ := guide(t)
	_, text, _ = strings.Cut(text, "| Go | tag | bits | Godot | TypeScript |\n|---|---|---|---|---|\n")
	rows, seen := 0, map[schema.Kind]bool{}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.ReplaceAll(strings.Trim(strings.TrimSpace(line), "|"), `\|`, "\x00"), "|")
		if len(cells) != 5 {
			break
		}
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(strings.Trim(c, " `"), "\x00", "|")
		}
		rows++
		typ, tag := cells[0], cells[1]
		s, c, err := declare(t, fmt.Sprintf("package game\n\nimport (\n\t\"github.com/realmwire/realmwire/protocol/geom\"\n\t\"github.com/realmwire/realmwire/protocol/optional\"\n"+
			"\t\"github.com/realmwire/realmwire/protocol/snapshot\"\n)\n\ntype Mood uint8\n\nconst (\n\tCalm Mood = iota\n\tGlad\n\tCross\n)\n\ntype Keys uint8\n\nconst (\n\tJump Keys = 1 << iota\n\tFire\n\tDuck\n)\n\ntype Point struct{ X, Y int16 }\n\n"+
			"//realmwire:component\ntype C struct {\n\tV %s `rw:%q`\n}\n", typ, tag))
		if err != nil {
			t.Errorf("%s %s: %v", typ, tag, err)
			continue
		}
		d := s.Structs[len(s.Structs)-1]
		for t := &d.Fields[0].Type; t != nil; t = t.Elem {
			seen[t.Kind] = true
		}
		if got := fmt.Sprint(d.MostBits()); got != cells[2] {
			t.Errorf("%s %s takes %s bits, and the guide says %s", typ, tag, got, cells[2])
		}
		for path, want := range map[string]string{c.GDScript: "\tvar v: " + cells[3] + " =", c.TypeScript: "  v: " + cells[4] + ";\n"} {
			if out, err := os.ReadFile(path); err != nil || !strings.Contains(string(out), want) {
				t.Errorf("%s %s: %s has no %q (%v)", typ, tag, filepath.Base(path), want, err)
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d rows were found", rows)
	}
	for _, k := range schema.Kinds() {
		if !seen[k] {
			t.Errorf("docs/schema.md has no row for a %s in its table of types", k)
		}
	}
}

func TestGuidesErrors(t *testing.T) {
	_, blocks := guide(t)
	if len(blocks["go bad"]) != 1 || len(blocks["text"]) != 1 {
		t.Fatal("the guide has no bad schema, or no answer to it")
	}
	_, _, err := declare(t, blocks["go bad"][0])
	if want := strings.TrimSpace(blocks["text"][0]); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
