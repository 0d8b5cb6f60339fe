//go:build linux

package godot_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen/gentest"
)

var update = flag.Bool("update", false, "write the list of Godot's names anew")

// What the generator accepts compiles in Godot, whatever it is called. See gentest.TestNames.
func TestNames(t *testing.T) {
	p := stage(t)
	seed := gentest.Seed(t)
	words, err := gentest.Words("..", rand.New(rand.NewPCG(seed, seed)))
	if err != nil {
		t.Fatal(err)
	}
	// A project's own classes are its author's to keep apart.
	words = slices.DeleteFunc(words, func(w string) bool { return w == "DemoSchema" || w == "Memory" })
	dir := p.path("test/names")
	defer os.RemoveAll(dir)
	schemas, err := gentest.Names(dir, "", words)
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--headless", "--script", "res://test/names.gd", "--"}
	for _, s := range schemas {
		args = append(args, "res://test/names/"+s.Package+"/"+filepath.Base(s.GDScript))
	}
	out, err := p.run(context.Background(), nil, args...)
	if err != nil || !strings.Contains(out, fmt.Sprintf("COMPILED %d, 0 failed", len(schemas))) {
		t.Fatalf("%v\n%s", err, out)
	}
}

// The list of names that Godot has taken is what the engine itself says.
func TestReservedNamesAreFresh(t *testing.T) {
	p := stage(t)
	if out, err := p.run(context.Background(), nil, "--headless", "--dump-extension-api"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	made := p.path("reserved.txt")
	if out, err := p.run(context.Background(), nil, "--headless", "--script", "res://test/reserved.gd", "--", "res://extension_api.json", "res://reserved.txt"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	got, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	const committed = "../protocol/gen/gdscript_reserved.txt"
	if *update {
		if err := os.WriteFile(committed, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(committed); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what Godot says (%v): run go test ./godot -run %s -update", committed, err, t.Name())
	}
}
