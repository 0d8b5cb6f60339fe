package gen_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
)

// generateAnything generates for a source, whatever it is: codecs for all languages, or errors with a place.
func generateAnything(t *testing.T, src string) (accepted bool) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "schema.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	_, files, err := gen.Render(gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "out.ts"), GDScript: filepath.Join(dir, "out.gd")})
	if err == nil {
		if len(files) != 4 {
			t.Fatalf("%d files of\n%s", len(files), src)
		}
		return true
	}
	for line := range strings.Lines(err.Error()) {
		if !placedInSchema.MatchString(line) {
			t.Fatalf("an error without a place: %s\nof\n%s", line, src)
		}
	}
	return false
}

var placedInSchema = regexp.MustCompile(`^schema\.go:[1-9]\d*: `)

// sourcesOfAll are schemas with all that a schema may have.
func sourcesOfAll(tb testing.TB) []string {
	tb.Helper()
	out := []string{ranks, named, smallGame}
	for _, path := range []string{"../internal/demo/schema.go", "../internal/demo/quantities.go", "../internal/bodies/schema.go"} {
		text, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, string(text))
	}
	return out
}

// TestGenerateChanged changes schemas word by word, so that what comes out is nearly one.
func TestGenerateChanged(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 11))
	sources := sourcesOfAll(t)
	word := regexp.MustCompile(`\w+|//realmwire:[^\n]*|\x60[^\x60]*\x60|[^\w\s]`)
	var words []string
	for _, src := range sources {
		words = append(words, word.FindAllString(src, -1)...)
	}
	words = append(words, "C[T any]", "= C", "Codec", "schema", "Größe", "_", "iota", "1 << iota", "-iota", "[]byte", "[2]", "`rw:\"best\"`", "//realmwire:entity id=7 best", "\n", "")
	accepted := 0
	for range 250 {
		src := sources[rng.IntN(len(sources))]
		for range 1 + rng.IntN(3) {
			found := word.FindAllStringIndex(src, -1)
			at := found[rng.IntN(len(found))]
			src = src[:at[0]] + words[rng.IntN(len(words))] + src[at[1]:]
		}
		if generateAnything(t, src) {
			accepted++
		}
	}
	if accepted == 0 {
		t.Error("no change was one that a schema may have")
	}
}

// FuzzGenerate is TestGenerateChanged for any source.
func FuzzGenerate(f *testing.F) {
	for _, src := range sourcesOfAll(f) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) { generateAnything(t, src) })
}
