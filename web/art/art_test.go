package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// The committed pictures are what this source draws: nobody edits them by hand, and no machine draws them otherwise.
func TestCommittedPicturesAreCurrent(t *testing.T) {
	files, err := drawAll()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "public", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("web/public/%s differs from what web/art draws; run `go run ./web/art` and commit the result", name)
		}
	}
}

// Sets of tiles take consecutive numbers, so two sets that overlap would paint over each other.
func TestTileSetsDoNotOverlap(t *testing.T) {
	sizes := map[string]int{
		"grass-variants": 6, "path-variants": 3, "dungeon-floor-variants": 3, "stone-floor-variants": 2, "grass-flowers-variants": 4,
		"grass-tall-frames": 3, "water-frames": 4, "deep-water-frames": 4, "portal-frames": 4, "torch-frames": 4,
		"grass-edges": 20, "shore-edges": 20, "sand-shore-edges": 20, "shallow-edges": 20, "path-edges": 20,
		"dusk-edges": 16, "house-roof-masks": 16, "house-wall-masks": 16, "house-window-masks": 16, "dungeon-cap-masks": 16,
	}
	m := manifest{Tiles: map[string]int{}, Sprites: map[string]region{}}
	atlas := drawAtlas(&m)
	owner := map[int]string{}
	for name, first := range m.Tiles {
		n, isSet := sizes[name]
		if !isSet {
			n = 1
			if first > len(tileNames) {
				t.Errorf("the size of set %q is not listed in this test", name)
			}
		}
		for k := first; k < first+n; k++ {
			if other := owner[k]; other != "" {
				t.Errorf("tile %d belongs to both %s and %s", k, name, other)
			}
			owner[k] = name
			if bottom := ((k-1)/16 + 1) * 16; bottom > atlas.h {
				t.Errorf("tile %d of %s lies below the atlas", k, name)
			}
		}
	}
	for name, r := range m.Sprites {
		if r.X < 0 || r.Y < 0 || r.X+r.W > atlas.w || r.Y+r.H > atlas.h {
			t.Errorf("sprite %s lies outside the atlas", name)
		}
		for k, tile := range owner {
			if x, y := (k-1)%16*16, (k-1)/16*16; x < r.X+r.W && r.X < x+16 && y < r.Y+r.H && r.Y < y+16 {
				t.Errorf("sprite %s covers tile %d of %s", name, k, tile)
			}
		}
	}
}

// A tile that one sees through must not be one that is walked on: every ground tile is opaque.
func TestGroundTilesAreOpaque(t *testing.T) {
	m := manifest{Tiles: map[string]int{}, Sprites: map[string]region{}}
	atlas := drawAtlas(&m)
	for _, name := range []string{
		"grass", "grass-flowers", "grass-tall", "dirt", "path", "sand", "water", "deep-water", "stone-floor",
		"stone-floor-cracked", "stone-wall", "stone-wall-top", "house-wall", "house-roof", "bridge", "cliff", "dungeon-floor", "dungeon-wall",
	} {
		n := m.Tiles[name] - 1
		c := atlas.sub(n%16*16, n/16*16, 16, 16)
		for y := range 16 {
			for x := range 16 {
				if c.at(x, y) == none {
					t.Errorf("%s is transparent at %d,%d", name, x, y)
				}
			}
		}
	}
}

// Every figure stands on the same line and stays off the left and right edges, so that its outline is never cut.
func TestFiguresKeepToTheirCells(t *testing.T) {
	var m manifest
	sheet := drawFigures(&m)
	for row := range sheet.h / frameH {
		for col := range sheet.w / frameW {
			cell := sheet.sub(col*frameW, row*frameH, frameW, frameH)
			for y := range frameH {
				if cell.at(0, y) != none || cell.at(frameW-1, y) != none {
					if row < m.Figures.NPCRows["slime"] { // creatures carry their outline already
						t.Errorf("row %d, cell %d touches the side of its cell at line %d", row, col, y)
					}
				}
			}
			for x := range frameW {
				if cell.at(x, 0) != none && row < m.Figures.NPCRows["slime"] {
					t.Errorf("row %d, cell %d touches the top of its cell", row, col)
				}
			}
		}
	}
}
