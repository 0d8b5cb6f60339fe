package gen_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
)

// The committed codecs must be what their schemas give, byte for byte.
func TestCommittedCodeIsFresh(t *testing.T) {
	for name, c := range map[string]gen.Config{
		"message": {Dir: "../message", TypeScript: "../../web/src/sdk/gen/message.ts", TypeScriptSDK: "..", FirstMessageID: 1},
		"dots":    {Dir: "../../zone/games/dots"},
		"demo":    {Dir: "../internal/demo", TypeScript: "../../web/test/gen/demo.ts", TypeScriptSDK: "../../src/sdk"},
		"bodies":  {Dir: "../internal/bodies", TypeScript: "../../web/test/gen/bodies.ts", TypeScriptSDK: "../../src/sdk"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := gen.Check(c); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRunWritesAndCheckFindsStale(t *testing.T) {
	dir := t.TempDir()
	src := "package game\n\n//realmwire:component position\ntype Place struct{ X, Y int32 }\n\n//realmwire:entity id=1\ntype Blob struct{ Place Place }\n"
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	c := gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "ts", "game.ts")}
	if err := gen.Check(c); !errors.Is(err, gen.ErrStale) {
		t.Fatalf("before the first run: %v", err)
	}
	s, err := gen.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	if s.Package != "game" || len(s.Entities) != 1 {
		t.Errorf("package %q, %d entities", s.Package, len(s.Entities))
	}
	if err := gen.Check(c); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src+"\n//realmwire:input\ntype In struct{ Up bool }\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := gen.Check(c); !errors.Is(err, gen.ErrStale) {
		t.Errorf("after a change: %v", err)
	}
}
