// Command gen writes the maps of the RPG, their tileset and their Tiled project:
//
//	go run ./zone/games/rpg/maps/gen
//
// The composition is by hand, below; only scatter (flowers, single trees, cracked flagstones) is drawn from a fixed
// seed, so that the same program writes the same files. The files can be edited in Tiled afterwards; whoever does so
// stops running this.
package main

import (
	"flag"
	"log"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("o", "zone/games/rpg/maps", "folder that the maps are written to")
	flag.Parse()
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(*dir, name), []byte(text), 0o644); err != nil {
			log.Fatalf("write maps: %v; run this from the root of the repo, or give -o", err)
		}
	}
}

// files are all that is written, by name.
func files() map[string]string {
	out := map[string]string{"atlas.tsx": tsx(), "rpg.tiled-project": tiledProject()}
	for _, c := range []*canvas{overworld(), dungeonEntrance()} {
		out[c.name+".tmx"] = c.tmx()
	}
	return out
}
