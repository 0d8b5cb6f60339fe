package gen_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/internal/evolution"
	"github.com/realmwire/realmwire/protocol/schema"
)

// TestEvolutionPlayed plays every change that has a verdict: codecs of both versions are generated and compiled, and a
// client of the older one joins a real zone of the newer. Where the change is called compatible it must see, send and be
// told all that it knows; where it is called breaking it must be refused, and go wrong when it is let in all the same.
func TestEvolutionPlayed(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles some ninety packages")
	}
	p := newProof(t)
	for i := range evolution.Cases {
		p.add(i, &evolution.Cases[i])
	}
	results := p.run()
	if len(results) != len(evolution.Cases) {
		t.Fatalf("%d cases were played of %d", len(results), len(evolution.Cases))
	}
	for i, c := range evolution.Cases {
		t.Run(c.Name, func(t *testing.T) {
			r := results[i]
			switch {
			case !c.Breaking && r.Plain != "":
				t.Errorf("called compatible, and does not play: %s", r.Plain)
			case c.Breaking && !r.Refused:
				t.Errorf("called breaking, and is not refused at join: %q", r.Plain)
			case c.Breaking && !strings.Contains(r.Plain, p.older.Hash):
				t.Errorf("the refusal does not name the client's schema %s: %s", p.older.Hash, r.Plain)
			case c.Breaking && c.Unplayed == "" && r.Forced == "<nil>":
				t.Error("called breaking, and plays when let in")
			case c.Breaking:
				t.Log("let in all the same: ", r.Forced)
			}
		})
	}
}

type proofResult struct {
	Name, Plain string
	Refused     bool
	Forced      string
}

// proof is a module of its own that plays the cases.
type proof struct {
	t     *testing.T
	dir   string
	older *schema.Lock
}

func newProof(t *testing.T) *proof {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	p := &proof{t: t, dir: t.TempDir()}
	if err := os.CopyFS(p.dir, os.DirFS("testdata/evolution")); err != nil {
		t.Fatal(err)
	}
	mod := string(p.read(filepath.Join(root, "go.mod")))
	mod = regexp.MustCompile(`(?m)^module .*$`).ReplaceAllString(mod, "module example.org/evolution")
	mod = regexp.MustCompile(`(?m)^ignore .*$`).ReplaceAllString(mod, "")
	const realmwire = "github.com/realmwire/realmwire"
	p.write("go.mod", mod+"\nrequire "+realmwire+" v0.0.0\n\nreplace "+realmwire+" => "+root+"\n")
	p.write("go.sum", string(p.read(filepath.Join(root, "go.sum"))))
	p.write("older/game.go", evolution.Base)
	p.older = p.generate("older")
	return p
}

func (p *proof) read(path string) []byte {
	p.t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

func (p *proof) write(name, text string) {
	p.t.Helper()
	path := filepath.Join(p.dir, name)
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text), 0o600)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *proof) generate(folder string) *schema.Lock {
	p.t.Helper()
	s, err := gen.Run(gen.Config{Dir: filepath.Join(p.dir, folder)})
	if err != nil {
		p.t.Fatal(err)
	}
	return s.Lock()
}

// add writes one case: the newer version, which accepts the older where it can, and what joins the two.
func (p *proof) add(i int, c *evolution.Case) {
	p.t.Helper()
	src, err := c.Source()
	if err != nil {
		p.t.Fatal(err)
	}
	folder := fmt.Sprintf("newer%d", i)
	p.write(folder+"/game.go", src)
	if _, err := gen.Accept(gen.Config{Dir: filepath.Join(p.dir, folder)}, p.older); err != nil {
		p.t.Fatal(err)
	}
	newer := p.generate(folder)
	input := "newer." + newer.Input
	if newer.Input == "" {
		input = "older." + p.older.Input // such a client is refused before it matters
	}
	var b strings.Builder
	fmt.Fprintf(&b, "package main\n\nimport (\n\tolder \"example.org/evolution/older\"\n\tnewer \"example.org/evolution/%s\"\n\t\"example.org/evolution/proof\"\n", folder)
	b.WriteString("\t\"github.com/realmwire/realmwire/protocol/message\"\n\t\"github.com/realmwire/realmwire/protocol/snapshot\"\n)\n\n")
	fmt.Fprintf(&b, "func init() {\n\tcases = append(cases, proof.Case{\n\t\tName: %q, Refusal: %t,\n", c.Name, c.Unplayed != "")
	side(&b, "Old", "older", p.older)
	side(&b, "New", "newer", newer)
	b.WriteString("\t\tTables: map[int]func(*snapshot.World) proof.Spawn{\n")
	for _, e := range newer.Entities {
		fmt.Fprintf(&b, "\t\t\t%d: proof.Table[newer.%s],\n", e.ID, e.Name)
	}
	fmt.Fprintf(&b, "\t\t},\n\t\tServer: proof.NewServer[%s],\n\t\tClient: proof.NewClient[older.%s],\n\t})\n}\n", input, p.older.Input)
	p.write(fmt.Sprintf("case%03d.go", i), b.String())
}

func side(b *strings.Builder, field, pkg string, l *schema.Lock) {
	fmt.Fprintf(b, "\t\t%s: proof.Side{Schema: &%s.Schema, Lock: lock(%q), Messages: map[uint8]func() message.Body{\n", field, pkg, l.Bytes())
	for _, m := range l.Messages {
		fmt.Fprintf(b, "\t\t\t%d: func() message.Body { return new(%s.%s) },\n", m.ID, pkg, m.Name)
	}
	b.WriteString("\t\t}},\n")
}

func (p *proof) run() []proofResult {
	p.t.Helper()
	cmd := exec.Command("go", "run", "-mod=mod", ".")
	cmd.Dir = p.dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("go run: %v\n%s", err, stderr.String())
	}
	var results []proofResult
	if err := json.Unmarshal(out, &results); err != nil {
		p.t.Fatalf("%v\n%s", err, out)
	}
	return results
}
