package main_test

import (
	"go/parser"
	"go/token"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/protocol/gen/gentest"
)

// dotsModule makes, in a folder outside the tree, a module of somebody's own with the game of zone/games/dots, whose sources have
// been changed by replacing in pairs. What is generated is left out.
func dotsModule(t *testing.T, replace ...string) (dir string) {
	t.Helper()
	dir = strangersModule(t, "example.org/mine")
	sources := filepath.Join(harness.Root(), "zone/games/dots")
	var all strings.Builder
	for _, name := range []string{"dots.go", "schema.go", "sim.go", "bot.go"} {
		text := string(mustRead(t, filepath.Join(sources, name)))
		all.WriteString(text)
		put(t, filepath.Join(dir, "dots", name), strings.NewReplacer(replace...).Replace(text))
	}
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(all.String(), replace[i]) {
			t.Fatalf("zone/games/dots has no %q to replace", replace[i])
		}
	}
	put(t, filepath.Join(dir, "main.go"), "package main\n\nimport (\n\t\"example.org/mine/dots\"\n\n\t\"github.com/realmwire/realmwire\"\n)\n\nfunc main() { realmwire.Main(dots.Game) }\n")
	return dir
}

// strangersModule makes a module outside the tree, which takes this one from the tree.
func strangersModule(t *testing.T, name string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	put(t, filepath.Join(dir, "go.sum"), string(mustRead(t, filepath.Join(harness.Root(), "go.sum"))))
	mod := regexp.MustCompile(`(?m)^module .*$`).ReplaceAllString(string(mustRead(t, filepath.Join(harness.Root(), "go.mod"))), "module "+name)
	mod = regexp.MustCompile(`(?m)^ignore .*$`).ReplaceAllString(mod, "")
	put(t, filepath.Join(dir, "go.mod"), mod+"\nrequire "+harness.Module+" v0.0.0\n\nreplace "+harness.Module+" => "+harness.Root()+"\n")
	return dir
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// in runs a command in a folder, and ends the test where it fails.
func in(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}

// needsAll is what a random schema may lack, and generated code imports something for.
const needsAll = `
//realmwire:component position
type Flight struct {
	Position geom.Vec3 ` + "`rw:\"min=-100 max=100 step=1/64 predict=motion\"`" + `
	Facing   geom.Quat ` + "`rw:\"bits=9 predict=rotation\"`" + `
}

type Bag struct {
	Seal []byte ` + "`rw:\"max=3\"`" + `
}

//realmwire:component
type Cargo struct {
	Bags []Bag                  ` + "`rw:\"max=3\"`" + `
	Goal optional.Of[geom.Vec2] ` + "`rw:\"min=0 max=9 step=1\"`" + `
}

//realmwire:entity id=50 best
type Plane struct {
	Flight Flight
	Cargo  Cargo
}
`

// TestStrangersModule builds games in a module of its own, as a user's are: schema in, codecs generated, vetted, server up, bots on
// it. Beside dots there are the codecs of a schema with every kind of value, predicted ones included.
func TestStrangersModule(t *testing.T) {
	dir := dotsModule(t)
	put(t, filepath.Join(dir, "random", "random.go"), gentest.Source(rand.New(rand.NewPCG(1, 1)))+needsAll)
	public := string(mustRead(t, filepath.Join(harness.Root(), "docs/packages.md")))
	var imports []string
	for _, pkg := range []string{"dots", "random"} {
		in(t, dir, harness.Binary(t), "gen", pkg)
		generated := filepath.Join(dir, pkg, pkg+"_gen.go")
		file, err := parser.ParseFile(token.NewFileSet(), generated, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains(strings.Split(path, "/"), "internal") {
				t.Errorf("the code generated for %s imports %s, which a module outside the tree may not", pkg, path)
			}
			if ours, ok := strings.CutPrefix(path, harness.Module+"/"); ok && !strings.Contains(public, "`"+ours+"`") {
				t.Errorf("the code generated for %s imports %s, and docs/packages.md does not name it", pkg, path)
			}
			imports = append(imports, strings.TrimPrefix(path, harness.Module+"/protocol/"))
		}
	}
	for _, want := range []string{"bits", "best", "geom", "motion", "optional", "snapshot", "slices"} {
		if !slices.Contains(imports, want) {
			t.Errorf("no generated code imports %s: the schemas here do not hold all that may be generated", want)
		}
	}
	in(t, dir, "go", "vet", "-mod=mod", "./...")
	in(t, dir, "go", "build", "-mod=mod", "-o", "mine", ".")
	r := loadtest(t, filepath.Join(dir, "mine"), "--transport", "kcp", "--bots", "6", "--duration", "3s")
	r.check(t, 6)
	if len(r.Zones) != 1 || r.Zones[0].Name != "field" {
		t.Errorf("zones: %+v", r.Zones)
	}
}

// TestDots plays the second of the games that ship: the server that a load test starts runs the game that the bots play.
func TestDots(t *testing.T) {
	r := loadtest(t, harness.Binary(t), "--game", "dots", "--transport", "mixed", "--bots", "6", "--duration", "3s")
	r.check(t, 6)
	if len(r.Zones) != 1 || r.Zones[0].Name != "field" {
		t.Errorf("zones: %+v", r.Zones)
	}
}
