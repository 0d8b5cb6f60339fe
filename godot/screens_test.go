//go:build linux

package godot_test

import (
	"context"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/harness"
)

// The demo is played through its screens under a virtual X server, with a picture of each. In the middle the server is killed;
// the demo says so, tries on, and is back in the world by itself when the server is.
func TestScreens(t *testing.T) {
	p := stage(t)
	path, data := harness.Binary(t), filepath.Join(t.TempDir(), "data")
	s := boot(t, path, data, harness.OneNetwork(t).Addr())
	defer func() { s.kill() }()
	if err := os.MkdirAll(filepath.Join(p.root, p.folder, "shots"), 0o755); err != nil {
		t.Fatal(err)
	}
	line := func(text string) {
		switch strings.TrimSpace(text) {
		case "SHOT network":
			s.kill()
		case "SHOT lost":
			s = boot(t, path, data, s.TCP)
		}
	}
	xvfb := []string{"xvfb-run", "-a", "-s", "-screen 0 1280x800x24"}
	out, err := p.stream(context.Background(), line, xvfb, "--rendering-driver", "opengl3", "res://test/screens.tscn", "--",
		"--server="+s.URL, "--out="+p.folder+"/shots", "--outage")
	if err != nil || !strings.Contains(out, "SCREENS ok") {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"title", "refused", "creator", "world", "network", "lost", "back", "roster", "question"} {
		if n := colours(t, filepath.Join(p.root, p.folder, "shots", name+".png")); n < 200 {
			t.Errorf("the picture of %s has %d colours: it is empty", name, n)
		}
	}
	if keep := os.Getenv("REALMWIRE_SHOTS"); keep != "" {
		if err := copyTree(filepath.Join(p.root, p.folder, "shots"), keep); err != nil {
			t.Error(err)
		}
	}
}

// colours counts the different colours of a picture.
func colours(t *testing.T, path string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if img.Bounds().Size() != (image.Point{X: 1280, Y: 800}) {
		t.Errorf("%s is %v large", path, img.Bounds().Size())
	}
	seen := map[color.Color]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y += 2 {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x += 2 {
			seen[img.At(x, y)] = true
		}
	}
	return len(seen)
}
