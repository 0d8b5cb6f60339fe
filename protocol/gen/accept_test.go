package gen_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/internal/evolution"
	"github.com/realmwire/realmwire/protocol/schema"
)

// TestAccept follows a schema over releases: what is accepted stays so until it would break, and then gen refuses.
func TestAccept(t *testing.T) {
	dir := t.TempDir()
	c := gen.Config{Dir: dir}
	release := func(src string) (*schema.Lock, error) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := gen.Run(c)
		if err != nil {
			return nil, err
		}
		return s.Lock(), nil
	}
	generated := func() string {
		t.Helper()
		b, err := os.ReadFile(filepath.Join(dir, "game_gen.go"))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	first, err := release(evolution.Base)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "game_schema.json"))
	if err != nil || string(text) != string(first.Bytes()) {
		t.Fatalf("the lock file is not that of the schema: %v", err)
	}
	if r, err := gen.Accept(c, first); err != nil || !r.Compatible() {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, gen.AcceptsFolder)); err == nil {
		t.Error("a schema accepts itself")
	}
	renamed := strings.Replace(evolution.Base, "Hair ", "Mane ", 1)
	second, err := release(renamed)
	if err != nil {
		t.Fatal(err)
	}
	accept := func(l *schema.Lock) {
		t.Helper()
		if r, err := gen.Accept(c, l); err != nil || !r.Compatible() {
			t.Fatalf("%v\n%s", err, r)
		}
	}
	accept(first)
	if err := gen.Check(c); !errors.Is(err, gen.ErrStale) {
		t.Errorf("after accepting: %v", err)
	}
	shrunk := strings.Replace(renamed, "//realmwire:message id=65\n", "", 1)
	if _, err := release(shrunk); err != nil {
		t.Fatal(err)
	}
	accept(second)
	third, err := release(shrunk)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range []*schema.Lock{first, second} {
		if want := "{Hash: 0x" + l.Hash + ", Kinds: []uint8{1, 2}, Messages: []uint8{64}, Retired: []uint8{65}},"; !strings.Contains(generated(), want) {
			t.Errorf("no %s in the generated code", want)
		}
	}
	if strings.Contains(generated(), "0x"+third.Hash+", Kinds") {
		t.Error("a schema lists itself")
	}
	_, err = release(strings.Replace(renamed, "max=100000", "max=200000", 1))
	if !errors.Is(err, gen.ErrIncompatible) || !strings.Contains(err.Error(), "Purse.Gold") || !strings.Contains(err.Error(), gen.AcceptsFolder) {
		t.Errorf("breaking what is accepted: %v", err)
	}
	// The first comes back: it needs no line for itself, and one for the second.
	if _, err := release(evolution.Base); err != nil {
		t.Fatal(err)
	}
	if g := generated(); strings.Contains(g, "{Hash: 0x"+first.Hash) || !strings.Contains(g, "{Hash: 0x"+second.Hash) {
		t.Error("going back to the first schema does not accept the second alone")
	}
	stray := filepath.Join(dir, gen.AcceptsFolder, "0123456789abcdef.json")
	if err := os.WriteFile(stray, second.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := release(evolution.Base); err == nil || !strings.Contains(err.Error(), second.Hash) {
		t.Errorf("a lock under another's name: %v", err)
	}
}
