package server_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/internal/server"
	"github.com/realmwire/realmwire/zone/games/dots"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

const mapTSX = `<tileset name="atlas" tilewidth="16" tileheight="16" tilecount="4" columns="4"><image source="atlas.png" width="64" height="16"/></tileset>`

// mapTMX is a map of 2×1 tiles; x is what more is in it.
func mapTMX(x string) string {
	return `<map orientation="orthogonal" width="2" height="1" tilewidth="16" tileheight="16" infinite="0"><tileset firstgid="1" source="atlas.tsx"/>` +
		`<layer name="terrain" width="2" height="1"><data encoding="csv">1,1</data></layer><layer name="barriers" width="2" height="1"><data encoding="csv">0,1</data></layer>` +
		`<objectgroup name="spawns"><object id="7" name="start" x="8" y="8"><point/></object></objectgroup>` + x + `</map>`
}

// What a shell sees of `realmwire map check`: 0 with nothing but warnings, 1 with an error, 2 for a command line that cannot be meant.
func TestMapCheck(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("atlas.tsx", mapTSX)
	good := write("good.tmx", mapTMX(""))
	odd := write("odd.tmx", mapTMX(`<objectgroup name="signs" visible="0"/>`))
	bad := write("bad.tmx", mapTMX(`<objectgroup name="signs" visible="0"><object id="8" name="sign" x="NaN" y="1"/><object id="9" name="post" x="1" y="1" rotation="9"/></objectgroup>`))
	above := write("maps/above.tmx", strings.Replace(mapTMX(""), "atlas.tsx", "../atlas.tsx", 1))
	write("_stone.tsx", mapTSX)
	stone := write("stone.tmx", strings.Replace(mapTMX(""), "atlas.tsx", "_stone.tsx", 1))
	json := write("old.tmj", "{}")
	// The name is a map's of the RPG's, which says more: of its objects, and of where portals lead.
	npc := `<objectgroup name="npcs"><object id="8" name="Smaug" type="dragon" x="1" y="1"/></objectgroup>`
	portal := `<objectgroup name="portals"><object id="8" name="way" x="0" y="0" width="8" height="8"><properties><property name="to_zone" value="nowhere"/></properties></object></objectgroup>`
	dragon := write("dragon/overworld.tmx", strings.Replace(mapTMX(npc), "atlas.tsx", "../atlas.tsx", 1))
	link := write("link/overworld.tmx", strings.Replace(mapTMX(portal), "atlas.tsx", "../atlas.tsx", 1))
	for name, c := range map[string]struct {
		args   []string
		status int
		says   []string
	}{
		"good":            {[]string{good}, 0, []string{good + ": 0 errors, 0 warnings: a zone starts on it", filepath.Join(dir, "atlas.tsx")}},
		"warnings":        {[]string{odd}, 0, []string{"warning: " + odd + `: layer "signs": is hidden`, "1 warning: a zone starts"}},
		"errors":          {[]string{bad}, 1, []string{"error: " + bad + `: layer "signs", object "sign" (id 8), property "x"`, `object "post" (id 9): is rotated`, "warning: ", "2 errors, 1 warning: no zone starts", "1 of 1 map"}},
		"several":         {[]string{good, bad, odd}, 1, []string{good + ": 0 errors", "error: " + bad, "warning: " + odd, "1 of 3 maps"}},
		"JSON":            {[]string{json}, 1, []string{json, ".tmx"}},
		"gone":            {[]string{filepath.Join(dir, "gone.tmx")}, 1, []string{"gone.tmx"}},
		"a folder":        {[]string{dir}, 2, []string{dir + " is a folder", "*.tmx"}},
		"outside":         {[]string{above}, 1, []string{"../atlas.tsx", "leads out"}},
		"inside the root": {[]string{"--root", dir, above}, 0, []string{"must embed with it: " + filepath.Join(dir, "atlas.tsx")}},
		"beside the root": {[]string{"--root", filepath.Join(dir, "maps"), good}, 2, []string{"--root"}},
		"not embedded":    {[]string{stone}, 0, []string{"warning: " + stone + ": uses _stone.tsx", "go:embed"}},
		"no file":         {nil, 2, []string{"file"}},
		"no such flag":    {[]string{"--fix", good}, 2, []string{"--fix"}},
		"the game's":      {[]string{"--root", dir, dragon}, 1, []string{"error: ", "overworld", `"dragon"`, "slime"}},
		"the portals'":    {[]string{"--root", dir, link}, 1, []string{`"nowhere"`, "to_zone"}},
		"another game's":  {[]string{"--game", "dots", "--root", dir, dragon, link}, 0, []string{"a zone starts"}},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr strings.Builder
			status := server.Main(context.Background(), append([]string{"map", "check"}, c.args...), &stdout, &stderr, []rules.Game{rpg.Game, dots.Game})
			if status != c.status {
				t.Errorf("status %d, want %d", status, c.status)
			}
			for _, want := range c.says {
				if !strings.Contains(stdout.String()+stderr.String(), want) {
					t.Errorf("it does not say %q", want)
				}
			}
			if t.Failed() {
				t.Logf("stdout: %s\nstderr: %s", &stdout, &stderr)
			}
		})
	}
}

// Without --root, the working folder stands for the one that the game embeds.
func TestMapCheckBelowTheWorkingFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("maps", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"atlas.tsx": mapTSX, "maps/above.tmx": strings.Replace(mapTMX(""), "atlas.tsx", "../atlas.tsx", 1)} {
		if err := os.WriteFile(filepath.FromSlash(name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var stdout strings.Builder
	status := server.Main(context.Background(), []string{"map", "check", filepath.Join("maps", "above.tmx")}, &stdout, &stdout, []rules.Game{dots.Game})
	if status != 0 || !strings.Contains(stdout.String(), "warning: "+filepath.Join("maps", "above.tmx")+": uses atlas.tsx, which lies outside of its folder") {
		t.Errorf("status %d\n%s", status, &stdout)
	}
}

// The maps that ship have nothing to be said of them, their atlas included, which lies elsewhere.
func TestMapCheckOfOurOwnMaps(t *testing.T) {
	files, err := filepath.Glob("../../zone/games/*/maps/*.tmx")
	if err != nil || len(files) < 2 {
		t.Fatalf("maps are %v, %v", files, err)
	}
	var stdout, stderr strings.Builder
	if status := server.Main(context.Background(), append([]string{"map", "check", "--root", "../.."}, files...), &stdout, &stderr, []rules.Game{rpg.Game}); status != 0 || strings.Contains(stdout.String(), "warning: ") {
		t.Errorf("status %d\nstdout: %s\nstderr: %s", status, &stdout, &stderr)
	}
}
