// Command art draws every picture of Realmwire's clients: web/public/atlas.png (tiles, trees, lights),
// web/public/characters.png (figures in layers) and web/public/art.json (where things are in both, and the colour ramps
// of a character's look). Run it from the root of the repository:
//
//	go run ./web/art
//
// The pictures depend on this source only: the same bytes on every machine. art_test.go holds the committed files to it.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := filepath.Join("web", "public")
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	files, err := drawAll()
	if err == nil {
		err = writeAll(dir, files)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "art:", err)
		os.Exit(1)
	}
}

func writeAll(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make %s (run from the root of the repository): %w", dir, err)
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
