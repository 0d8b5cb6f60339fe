package gen_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/realmwire/realmwire/protocol/gen"
	"github.com/realmwire/realmwire/protocol/schema"
)

const smallGame = "package game\n\n// Place is where\n// it is.\n//\n//realmwire:component position\ntype Place struct {\n\tX, Y int32 `rw:\"min=0 max=9\"`\n}\n\n//realmwire:entity id=1\ntype Blob struct{ Place Place }\n"

// rewrite changes what a file holds.
func rewrite(t *testing.T, path string, change func([]byte) []byte) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, change(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func crlf(text []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

// A checkout on Windows has other line ends, in what is generated, in lock files and in the source, and is not stale.
func TestCheckIgnoresLineEnds(t *testing.T) {
	dir := t.TempDir()
	c := gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "game.ts"), GDScript: filepath.Join(dir, "game.gd")}
	src := filepath.Join(dir, "game.go")
	if err := os.WriteFile(src, []byte(smallGame), 0o600); err != nil {
		t.Fatal(err)
	}
	older, err := gen.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	rewrite(t, src, func(text []byte) []byte {
		return append(text, "\n//realmwire:message id=64\ntype Hail struct{ Loud bool }\n"...)
	})
	if r, err := gen.Accept(c, older.Lock()); err != nil || !r.Compatible() {
		t.Fatal(err)
	}
	if _, err := gen.Run(c); err != nil {
		t.Fatal(err)
	}
	lock := filepath.Join(dir, "game_schema.json")
	accepted := filepath.Join(dir, gen.AcceptsFolder, older.Lock().Hash+".json")
	for _, change := range []func([]byte) []byte{crlf, func(text []byte) []byte { return append([]byte("\ufeff"), text...) }} {
		for _, path := range []string{src, c.TypeScript, c.GDScript, filepath.Join(dir, "game_gen.go"), lock, accepted} {
			rewrite(t, path, change)
			if err := gen.Check(c); err != nil {
				t.Errorf("%s: %v", filepath.Base(path), err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, gen.AcceptsFolder, "desktop.ini"), []byte("[.ShellClassInfo]\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := gen.Check(c); err != nil {
		t.Error(err)
	}
	before, err := os.ReadFile(c.GDScript)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gen.Run(c); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(c.GDScript); err != nil || !bytes.Equal(before, after) {
		t.Errorf("what is well was written anew: %v", err)
	}
	for _, path := range []string{c.TypeScript, lock} {
		rewrite(t, path, func(text []byte) []byte { return append(text, "x\n"...) })
		if err := gen.Check(c); !errors.Is(err, gen.ErrStale) || !strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("%s has a line more: %v", filepath.Base(path), err)
		}
		if _, err := gen.Run(c); err != nil {
			t.Fatal(err)
		}
	}
}

// A lock file that a shell on Windows wrote (git show … > old.json) is read.
func TestLockFilesOfWindows(t *testing.T) {
	s, _, err := declare(t, smallGame)
	if err != nil {
		t.Fatal(err)
	}
	text := crlf(s.Lock().Bytes())
	wide := func(order binary.ByteOrder) []byte {
		var out bytes.Buffer
		if err := binary.Write(&out, order, utf16.Encode([]rune("\ufeff"+string(text)))); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	for name, text := range map[string][]byte{"line ends": text, "a mark": append([]byte("\ufeff"), text...), "UTF-16": wide(binary.LittleEndian), "UTF-16, the other way round": wide(binary.BigEndian)} {
		if l, err := schema.ReadLock(text); err != nil || l.Hash != s.Lock().Hash {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := schema.ReadLock([]byte("\xff\xfe{")); err == nil {
		t.Error("half a letter was taken")
	}
}

// The module of the TypeScript SDK is named with slashes.
func TestModulesHaveSlashes(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(smallGame), 0o600); err != nil {
		t.Fatal(err)
	}
	c := gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "game.ts"), TypeScriptSDK: `..\sdk`}
	_, files, err := gen.Render(c)
	if text := string(files[c.TypeScript]); err != nil || !strings.Contains(text, "from '../sdk/bits'") || strings.Contains(text, `\`) {
		t.Errorf("%v\n%s", err, text)
	}
}

// Files that somebody wrote are not written over, whether their name was mistyped or is that of generated code.
func TestOwnFilesAreKept(t *testing.T) {
	for _, name := range []string{"game_gen.go", "player.gd", "page.ts"} {
		dir := t.TempDir()
		const mine = "package game // mine"
		for file, text := range map[string]string{"game.go": smallGame, name: mine} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := gen.Run(gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "page.ts"), GDScript: filepath.Join(dir, "player.gd")})
		if err == nil || !strings.Contains(err.Error(), name+":1: is not what realmwire gen wrote") {
			t.Errorf("%s: %v", name, err)
		}
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(text) != mine {
			t.Errorf("%s is lost: %v", name, err)
		}
	}
}
