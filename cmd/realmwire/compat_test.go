package main_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

const compatBefore = `package game

//realmwire:component position
type Place struct{ X, Y int32 }

//realmwire:entity id=1
type Blob struct{ Place Place }

//realmwire:input
type In struct{ Up bool }
`

// TestCompat runs the command as a game's build does: against a lock file, a pipe and a folder, for its words and its status.
func TestCompat(t *testing.T) {
	exe, dir := harness.Binary(t), t.TempDir()
	source := filepath.Join(dir, "game", "game.go")
	write := func(text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(status int, name string, args ...string) string {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		got := 0
		if errors.As(err, &exit) {
			got = exit.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if got != status {
			t.Fatalf("%s %v: status %d, want %d\n%s", name, args, got, status, out)
		}
		return string(out)
	}
	says := func(out string, wants ...string) {
		t.Helper()
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("no %q in:\n%s", want, out)
			}
		}
	}
	write(compatBefore)
	run(0, exe, "gen", "game")
	released := string(mustRead(t, filepath.Join(dir, "game", "game_schema.json")))
	if err := os.WriteFile(filepath.Join(dir, "released.json"), []byte(released), 0o600); err != nil {
		t.Fatal(err)
	}
	says(run(0, exe, "compat", "released.json", "game"), "The same wire")

	grown := compatBefore + "\n//realmwire:message id=64\ntype Ping struct{ N uint8 }\n"
	write(grown)
	isNew := []string{"ok        message Ping (id 64): is new", "COMPATIBLE", "update servers first"}
	says(run(0, exe, "compat", "released.json", "game"), isNew...)
	says(run(0, "sh", "-c", "cat released.json | "+exe+" compat - game"), isNew...)
	run(0, "mkfifo", "pipe")
	says(run(0, "sh", "-c", "cat released.json > pipe & "+exe+" compat pipe game"), isNew...)
	says(run(1, "sh", "-c", exe+" compat - game < /dev/null"), "- is empty; did the command that was to write it fail?")

	says(run(0, exe, "compat", "--accept", "released.json", "game"), "accepts clients of")
	says(string(mustRead(t, filepath.Join(dir, "game", "game_gen.go"))), "Older: []snapshot.Older{", "Kinds: []uint8{1}")
	run(0, exe, "gen", "--check", "game")

	write(strings.Replace(grown, "Up bool", "Up, Down bool", 1))
	says(run(1, exe, "compat", "released.json", "game"), "BREAKING  In.Down: is new", "fix:", "INCOMPATIBLE: 1 of 2 changes")
	says(run(1, exe, "gen", "game"), "breaks clients that it is to serve", "In.Down", "accepts")
	says(run(1, exe, "compat", "--accept", "released.json", "game"), "In.Down")

	says(run(1, exe, "compat", "nowhere.json", "game"), "nowhere.json is no lock file and no folder")
	says(run(1, exe, "compat", "v1.4.0:game", "game"), "`git show v1.4.0:./game/NAME_schema.json | realmwire compat - FOLDER`")
	says(run(1, exe, "compat", "game/game.go", "game"), "no lock file of a schema")
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
