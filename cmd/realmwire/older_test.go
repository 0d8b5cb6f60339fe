package main_test

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// TestOlderClientsPlayOnTheNextRelease takes a game through a release: bots built before it play, over the real network, on a server that was
// built after it and has an entity kind that they do not know in the middle of their field. Without --accept they are refused.
func TestOlderClientsPlayOnTheNextRelease(t *testing.T) {
	exe := harness.Binary(t)
	older := dotsModule(t)
	newer := dotsModule(t,
		"// Input is which way", "// Pole stands in the middle.\n//\n//realmwire:entity id=3\ntype Pole struct{ Place Place }\n\n// Input is which way",
		"	Name   string `rw", "	Title  string `rw", "Tag{Name: c.Name,", "Tag{Title: c.Name,",
		"	for range pellets {\n", "	_, p := snapshot.NewTable[Pole](w).Spawn()\n	p.Place = Place{X: edge / 2, Y: edge / 2}\n	for range pellets {\n")
	serve := func() *harness.Process {
		t.Helper()
		in(t, newer, "go", "build", "-mod=mod", "-o", "mine", ".")
		return harness.Start(t, filepath.Join(newer, "mine"), "up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", t.TempDir(), "--rate-limit", "off",
			"--ready-file", filepath.Join(t.TempDir(), "ready.json"))
	}
	in(t, older, exe, "gen", "dots")
	in(t, older, "go", "build", "-mod=mod", "-o", "mine", ".")
	in(t, newer, exe, "gen", "dots")
	p := serve()
	out, err := exec.Command(filepath.Join(older, "mine"), "loadtest", "--url", p.URL, "--transport", "kcp", "--bots", "2", "--duration", "2s").CombinedOutput()
	if err == nil || !bytes.Contains(out, []byte("has schema")) {
		t.Fatalf("a server that accepts no older schema: %v\n%s", err, out)
	}
	p.Stop()

	in(t, newer, exe, "compat", "--accept", filepath.Join(older, "dots/dots_schema.json"), "dots")
	p = serve()
	if _, body := p.Get("/v1/realm"); !strings.Contains(body, `"accepts":["`) {
		t.Errorf("the realm does not say whom it accepts: %s", body)
	}
	r := loadtest(t, filepath.Join(older, "mine"), "--url", p.URL, "--transport", "kcp", "--bots", "6", "--duration", "3s")
	r.check(t, 6)
}
