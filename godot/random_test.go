//go:build linux

package godot_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen/gentest"
)

// GDScript reads and writes the values of a random schema, and their differences, as Go does.
func TestRandomSchemas(t *testing.T) {
	p := stage(t)
	seed := gentest.Seed(t)
	dir := p.path("test/random")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := gentest.Build(t.Context(), dir, "..", "", seed, 12); err != nil {
		t.Fatal(err)
	}
	folder := "res://test/random"
	out, err := p.run(context.Background(), nil, "--headless", "--script", "res://test/random.gd", "--", folder+"/"+gentest.GDScript, folder+"/"+gentest.Cases)
	if err != nil || !strings.Contains(out, ", 0 failed") {
		text, _ := os.ReadFile(filepath.Join(dir, gentest.GDScript))
		t.Fatalf("%v\n%s\n%s", err, out, text)
	}
	t.Log(strings.TrimSpace(out[strings.Index(out, "CHECKED"):]))
}
