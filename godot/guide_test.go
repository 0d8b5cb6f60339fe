//go:build linux

package godot_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/gen"
)

// fence is a block of GDScript in the guide that names its file in its first line.
var fence = regexp.MustCompile("(?s)```gdscript\n# (\\w+\\.gd)\n(.*?)```")

// docs/godot.md, followed as it is written: an empty project, the addon, the generated codecs, the two scripts, the scene; then
// two of it at once, which must see each other.
func TestGuide(t *testing.T) {
	p := stage(t)
	s := startServer(t)
	guide, err := os.ReadFile("../docs/godot.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(p.root, p.folder, "guide", "godot")
	put := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// What Godot's editor writes for an empty project, a ticked plugin and a saved scene.
	put("project.godot", "config_version=5\n\n[application]\n\nconfig/name=\"Guide\"\nrun/main_scene=\"res://main.tscn\"\n"+
		"config/features=PackedStringArray(\"4.6\", \"GL Compatibility\")\n\n"+
		"[autoload]\n\nRealmwire=\"*res://addons/realmwire/realmwire.gd\"\n\n"+
		"[editor_plugins]\n\nenabled=PackedStringArray(\"res://addons/realmwire/plugin.cfg\")\n")
	put("main.tscn", "[gd_scene load_steps=2 format=3]\n\n[ext_resource type=\"Script\" path=\"res://main.gd\" id=\"1\"]\n\n"+
		"[node name=\"Main\" type=\"Node2D\"]\nscale = Vector2(2, 2)\nscript = ExtResource(\"1\")\n")
	if err := copyTree("addons", filepath.Join(dir, "addons")); err != nil {
		t.Fatal(err)
	}
	if _, err := gen.Run(gen.Config{Dir: "../zone/games/rpg", GDScript: filepath.Join(dir, "rpg.gd")}); err != nil {
		t.Fatal(err)
	}
	blocks := fence.FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 2 {
		t.Fatalf("the guide has %d files, not 2", len(blocks))
	}
	for _, b := range blocks {
		put(b[1], b[2])
	}
	// The one thing that a test adds: a pair of eyes.
	put("eyes.gd", "extends \"res://main.gd\"\n\nvar _seen: Dictionary = {}\n\n\nfunc _draw() -> void:\n\tsuper()\n"+
		"\tfor entity: RealmwireDrawn in _drawn:\n\t\tif entity.state is RpgSchema.Player and not entity.own and not _seen.has(entity.id):\n"+
		"\t\t\t_seen[entity.id] = true\n\t\t\tprint(\"SAW \", (entity.state as RpgSchema.Player).look.name)\n"+
		"\t\t\tget_tree().create_timer(3.0).timeout.connect(get_tree().quit)\n")
	put("eyes.tscn", "[gd_scene load_steps=2 format=3]\n\n[ext_resource type=\"Script\" path=\"res://eyes.gd\" id=\"1\"]\n\n"+
		"[node name=\"Main\" type=\"Node2D\"]\nscale = Vector2(2, 2)\nscript = ExtResource(\"1\")\n")
	g := project{root: p.root, folder: p.folder + "/guide"}
	if out, err := g.run(context.Background(), nil, "--headless", "--import"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	saw := make(chan string, 2)
	var games sync.WaitGroup
	play := func() {
		defer games.Done()
		told := false
		xvfb := []string{"xvfb-run", "-a"} // headless draws nothing, and so sees nothing
		out, _ := g.stream(ctx, func(line string) {
			if strings.HasPrefix(line, "SAW Guest") && !told {
				told = true
				saw <- line
			}
		}, xvfb, "--rendering-driver", "opengl3", "res://eyes.tscn", "--", "--server="+s.URL)
		if !told {
			saw <- "nobody:\n" + out
		}
	}
	games.Add(2)
	go play()
	go play()
	for range 2 {
		if line := <-saw; !strings.HasPrefix(line, "SAW Guest") {
			t.Errorf("a player saw %s", line)
		}
	}
	games.Wait()
}
