package main_test

import (
	"path/filepath"
	"regexp"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// TestGameGuide follows docs/game.md: its files in a module of its own, its commands, and the bots that it promises.
func TestGameGuide(t *testing.T) {
	page := mustRead(t, filepath.Join(harness.Root(), "docs/game.md"))
	blocks := regexp.MustCompile("(?s)```go\n// (\\w+\\.go)\n(.*?)```").FindAllSubmatch(page, -1)
	if len(blocks) != 4 {
		t.Fatalf("docs/game.md has %d files; the test reads it wrongly", len(blocks))
	}
	dir := strangersModule(t, "example.org/mygame")
	for _, b := range blocks {
		put(t, filepath.Join(dir, string(b[1])), string(b[2]))
	}
	in(t, dir, harness.Binary(t), "gen", ".")
	in(t, dir, "go", "vet", "-mod=mod", "./...")
	in(t, dir, "go", "build", "-mod=mod", "-o", "mygame", ".")
	for _, network := range []string{"", "latency=50ms loss=5%"} {
		r := loadtest(t, filepath.Join(dir, "mygame"), "--bots", "2", "--duration", "3s", "--network", network)
		r.check(t, 2)
		if len(r.Zones) != 1 || r.Zones[0].Name != "field" || network == "" && r.Corrections != 0 {
			t.Errorf("on a network %q: %+v", network, r)
		}
	}
}
