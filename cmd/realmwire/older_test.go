package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// tinyModule makes the tiny game's module in dir, with what stands in its files replaced in pairs.
func tinyModule(t *testing.T, dir string, replace ...string) {
	t.Helper()
	for _, name := range []string{"main.go", "schema.go"} {
		text := strings.NewReplacer(replace...).Replace(string(mustRead(t, filepath.Join(harness.Root(), "testdata/tinygame", name))))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	copyFile(t, filepath.Join(harness.Root(), "go.sum"), filepath.Join(dir, "go.sum"))
	mod := regexp.MustCompile(`(?m)^module .*$`).ReplaceAll(mustRead(t, filepath.Join(harness.Root(), "go.mod")), []byte("module example.org/tinygame"))
	mod = regexp.MustCompile(`(?m)^ignore .*$`).ReplaceAll(mod, nil)
	mod = append(mod, "\nrequire "+harness.Module+" v0.0.0\n\nreplace "+harness.Module+" => "+harness.Root()+"\n"...)
	if err := os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOlderClientsPlayOnTheNextRelease takes a game through a release: bots built before it play, over the real network, on a server that was
// built after it and has an entity kind that they do not know in the middle of their field. Without --accept they are refused.
func TestOlderClientsPlayOnTheNextRelease(t *testing.T) {
	older, newer, exe := t.TempDir(), t.TempDir(), harness.Binary(t)
	run := func(dir, name string, args ...string) {
		t.Helper()
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	tinyModule(t, older)
	run(older, exe, "gen", ".")
	run(older, "go", "build", "-mod=mod", "-o", "tinygame", ".")
	tinyModule(t, newer,
		"// Input is which way", "// Pole stands in the middle.\n//\n//realmwire:entity id=2\ntype Pole struct{ Place Place }\n\n// Input is which way",
		"	Name string `rw", "	Title string `rw", "d.Tag.Name = ", "d.Tag.Title = ",
		"	w := snapshot.NewWorld()\n", "	w := snapshot.NewWorld()\n	_, p := snapshot.NewTable[Pole](w).Spawn()\n	p.Place = Place{X: 8192, Y: 8192}\n")
	serve := func() *harness.Process {
		t.Helper()
		run(newer, "go", "build", "-mod=mod", "-o", "tinygame", ".")
		return harness.Start(t, filepath.Join(newer, "tinygame"), "up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", t.TempDir(), "--rate-limit", "off",
			"--ready-file", filepath.Join(t.TempDir(), "ready.json"))
	}
	run(newer, exe, "gen", ".")
	p := serve()
	out, err := exec.Command(filepath.Join(older, "tinygame"), "loadtest", "--url", p.URL, "--transport", "kcp", "--bots", "2", "--duration", "2s").CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("has schema")) {
		t.Fatalf("a server that accepts no older schema: %v\n%s", err, out)
	}
	p.Stop()

	run(newer, exe, "compat", "--accept", filepath.Join(older, "main_schema.json"), ".")
	p = serve()
	if _, body := p.Get("/v1/realm"); !strings.Contains(body, `"accepts":["`) {
		t.Errorf("the realm does not say whom it accepts: %s", body)
	}
	r := loadtest(t, filepath.Join(older, "tinygame"), "--url", p.URL, "--transport", "kcp", "--bots", "6", "--duration", "3s")
	r.check(t, 6)
}
