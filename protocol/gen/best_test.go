package gen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
)

const hintedGame = "package game\n\n//realmwire:component position\ntype Place struct {\nX, Y int32 `rw:\"predict=motion half=30\"`\n}\n\n//realmwire:entity id=1\ntype Blob struct{ Place Place }\n"

// TestBestOnRequest holds that a schema pays for the best tier only where it asks for it: hints alone are the fast tier's too.
func TestBestOnRequest(t *testing.T) {
	render := func(src string) map[string]string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		_, files, err := gen.Render(gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "game.ts"), GDScript: filepath.Join(dir, "game.gd")})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for path, text := range files {
			out[filepath.Base(path)] = string(text)
		}
		return out
	}
	plain, asks := render(hintedGame), render(strings.Replace(hintedGame, "id=1", "id=1 best", 1))
	for _, name := range []string{"game_gen.go", "game.ts"} {
		if strings.Contains(strings.ToLower(plain[name]), "best") {
			t.Errorf("%s has something of the best tier, which its schema does not ask for:\n%s", name, plain[name])
		}
	}
	if !strings.Contains(asks["game_gen.go"], "best.MustNew") || !strings.Contains(asks["game.ts"], "best: {") {
		t.Error("the schema asks for the best tier, and the code has none")
	}
	// Godot has no best tier: decisions/0004-snapshot-models.md.
	lines := func(text string) (out []string) {
		for line := range strings.Lines(text) {
			if !strings.HasPrefix(line, "const HASH") {
				out = append(out, line)
			}
		}
		return out
	}
	if a, b := lines(plain["game.gd"]), lines(asks["game.gd"]); len(a) < 20 || strings.Join(a, "") != strings.Join(b, "") {
		t.Error("the best tier changes what Godot's clients are given")
	}
}
