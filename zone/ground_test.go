package zone

import (
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/games/dots"
	"github.com/realmwire/realmwire/zone/rules"
)

// hill is a map of one tile; attrs are of its layer terrain.
func hill(attrs string) fstest.MapFS {
	return fstest.MapFS{
		"hill.tmx": {Data: []byte(`<map orientation="orthogonal" width="1" height="1" tilewidth="16" tileheight="16"><tileset firstgid="1" source="hill.tsx"/>
			<layer name="terrain" ` + attrs + `><data encoding="csv">1</data></layer><layer name="barriers"><data encoding="csv">0</data></layer>
			<objectgroup name="spawns"><object id="1" name="start" x="8" y="8"><point/></object></objectgroup></map>`)},
		"hill.tsx": {Data: []byte(`<tileset tilewidth="16" tileheight="16"><image source="hill.png" width="16" height="16"/></tileset>`)},
	}
}

// A zone says in its log what its map's author should know, and does not start on a map that would play otherwise than it is drawn.
func TestFindingsOfAMapAreLogged(t *testing.T) {
	start := func(attrs string) (*lines, error) {
		game := dots.Game
		game.Maps = hill(attrs)
		game.Zones = []rules.Zone{{Name: "hill", Map: "hill.tmx"}, {Name: "hill-by-night", Map: "hill.tmx"}}
		log := &lines{}
		_, err := NewProcess(Config{Log: slog.New(slog.NewTextHandler(log, nil)), Core: core.Config{Game: &game}, Realm: newMemory()}, nil)
		return log, err
	}
	log, err := start(`visible="0"`)
	if err != nil || !log.has("level=WARN", "zone=hill", `hill.tmx: layer \"terrain\": is hidden`) {
		t.Errorf("error %v, log:\n%s", err, log)
	}
	if log, err := start(""); err != nil || log.has("level=WARN") {
		t.Errorf("error %v, log:\n%s", err, log)
	}
	if _, err := start(`offsetx="4"`); err == nil || !strings.Contains(err.Error(), `zone hill: load map:`) || !strings.Contains(err.Error(), `layer "terrain": is shifted`) ||
		!strings.Contains(err.Error(), "zone hill-by-night: load map:") {
		t.Errorf("error %v", err)
	}
}
