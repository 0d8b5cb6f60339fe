package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/png"
)

// region is a rectangle of a sheet in pixels.
type region struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// manifest is art.json. Tile numbers are 1-based, row-major, 16 columns: the same numbers as in map artefacts.
type manifest struct {
	TilePx  int               `json:"tile_px"`
	Columns int               `json:"columns"`
	Tiles   map[string]int    `json:"tiles"`   // name → tile number; sets take consecutive numbers
	Sprites map[string]region `json:"sprites"` // larger pictures on the atlas
	Figures figures           `json:"figures"`
}

// figures describes characters.png: a row per layer or creature, twelve cells a row: down, left, right, up, each stand,
// step, step. A player is base[class], then hair[class][hair/2], then gear[class]; the colours of ramp 0 of skin, hair and
// shirt are exchanged for those of the look; then every transparent pixel beside an opaque one becomes ink.
type figures struct {
	FrameW   int            `json:"frame_w"`
	FrameH   int            `json:"frame_h"`
	FeetY    int            `json:"feet_y"`
	Facings  []string       `json:"facings"`
	Steps    int            `json:"steps"`
	Classes  []string       `json:"classes"`
	BaseRow  int            `json:"base_row"`
	HairRow  int            `json:"hair_row"`
	HairCuts int            `json:"hair_cuts"`
	GearRow  int            `json:"gear_row"`
	NPCRows  map[string]int `json:"npc_rows"`
	Ink      string         `json:"ink"`
	Skin     [8][4]string   `json:"skin"`
	Hair     [8][4]string   `json:"hair"`
	Shirt    [8][4]string   `json:"shirt"`
}

func drawAll() (map[string][]byte, error) {
	m := manifest{TilePx: 16, Columns: 16, Tiles: map[string]int{}, Sprites: map[string]region{}}
	out := map[string][]byte{}
	for name, c := range map[string]canvas{"atlas.png": drawAtlas(&m), "characters.png": drawFigures(&m), "logo.png": drawLogo(), "icon.png": drawIcon()} {
		var buf bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&buf, c.img); err != nil {
			return nil, err
		}
		out[name] = buf.Bytes()
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	out["art.json"] = append(text, '\n')
	return out, nil
}

// tileNames are the tiles that maps and clients share, in the order of their numbers.
var tileNames = []string{
	"grass", "grass-flowers", "grass-tall", "dirt", "path", "sand", "water", "deep-water",
	"stone-floor", "stone-floor-cracked", "stone-wall", "stone-wall-top", "tree-bottom", "tree-top", "bush", "rock",
	"fence-h", "fence-v", "house-wall", "house-roof", "door", "portal", "stairs-down", "torch",
	"bridge", "cliff", "dungeon-floor", "dungeon-wall", "bones", "crate", "barrel", "sign",
}

const atlasRows = 24

func drawAtlas(m *manifest) canvas {
	c := newCanvas(256, atlasRows*16)
	tile := func(n int) canvas { return c.sub((n-1)%16*16, (n-1)/16*16, 16, 16) }
	for i, name := range tileNames {
		m.Tiles[name] = i + 1
	}
	drawShared(tile)
	drawSets(m, tile)
	drawSprites(m, c)
	return c
}

func drawShared(tile func(int) canvas) {
	small := smallTree()
	paints := []func(canvas){
		func(c canvas) { grass(c, 0) }, func(c canvas) { grassFlowers(c, 0) }, func(c canvas) { grassTall(c, 0) }, func(c canvas) { dirt(c, 0) },
		func(c canvas) { path(c, 0) }, sand, func(c canvas) { water(c, 0, waterDark, waterBase, waterLight) },
		func(c canvas) { water(c, 0, deepDark, deepBase, deepLight) },
		func(c canvas) { stoneFloor(c, 0) }, stoneFloorCracked, stoneWall, stoneWallTop,
		func(c canvas) { c.draw(small.sub(0, 16, 16, 16), 0, 0) }, func(c canvas) { c.draw(small.sub(0, 0, 16, 16), 0, 0) },
		bush, rock,
		fenceH, fenceV, func(c canvas) { houseWall(c, north|south, false) }, func(c canvas) { houseRoof(c, 0) }, door,
		func(c canvas) { portal(c, 0) }, stairsDown, func(c canvas) { torch(c, 0) },
		bridge, cliff, func(c canvas) { dungeonFloor(c, 0) }, dungeonWall, bones, crate, barrel, sign,
	}
	for i, paint := range paints {
		paint(tile(i + 1))
	}
}

// drawSets paints the variants, animation frames and edges that clients may use to dress a map.
func drawSets(m *manifest, tile func(int) canvas) {
	set := func(name string, first, n int, paint func(c canvas, i int)) {
		m.Tiles[name] = first
		for i := range n {
			paint(tile(first+i), i)
		}
	}
	set("grass-variants", 33, 6, grass)
	set("path-variants", 39, 3, path)
	set("dungeon-floor-variants", 42, 3, dungeonFloor)
	set("stone-floor-variants", 45, 2, func(c canvas, i int) { stoneFloor(c, i*4) })
	set("grass-flowers-variants", 60, 4, grassFlowers)
	set("grass-tall-frames", 49, 3, func(c canvas, i int) { grassTall(c, i-1) })
	set("water-frames", 52, 4, func(c canvas, i int) { water(c, i, waterDark, waterBase, waterLight); sparkle(c, i) })
	set("deep-water-frames", 56, 4, func(c canvas, i int) { water(c, i, deepDark, deepBase, deepLight) })
	set("portal-frames", 65, 4, portal)
	set("torch-frames", 69, 4, torch)
	edges := func(name string, first int, paint func(canvas, int, int, int, bool), reach, seed int) {
		m.Tiles[name] = first
		edgeSet(func(i int) canvas { return tile(first + i) }, paint, reach, seed)
	}
	edges("grass-edges", 81, grassEdge, 4, 211)
	edges("shore-edges", 101, shoreEdge(grassDark), 5, 221)
	edges("sand-shore-edges", 245, shoreEdge(sandBase), 5, 221)
	edges("shallow-edges", 121, shallowEdge, 5, 231)
	edges("path-edges", 225, pathEdge, 4, 241)
	set("dusk-edges", 145, 16, duskEdge)
	set("house-roof-masks", 161, 16, houseRoof)
	set("house-wall-masks", 177, 16, func(c canvas, i int) { houseWall(c, i, false) })
	set("house-window-masks", 193, 16, func(c canvas, i int) { houseWall(c, i, true) })
	set("dungeon-cap-masks", 209, 16, dungeonCap)
}

// drawSprites puts the pictures larger than a tile below the tiles.
func drawSprites(m *manifest, c canvas) {
	const top = 17 * 16
	put := func(name string, x, y int, pic canvas) {
		c.draw(pic, x, y)
		m.Sprites[name] = region{x, y, pic.w, pic.h}
	}
	put("oak", 0, top, oak(0))
	put("apple-tree", 32, top, oak(1))
	put("pine", 64, top, pine())
	paint := func(w, h int, f func(canvas)) canvas {
		p := newCanvas(w, h)
		f(p)
		return p
	}
	for i := range 4 {
		put(fmt.Sprintf("gate-%d", i), i*32, top+64, gate(i))
	}
	put("shadow", 96, top, paint(16, 8, func(p canvas) { shadow(p, 6, 3) }))
	put("tree-shadow", 96, top+8, paint(32, 16, func(p canvas) { shadow(p, 14, 6) }))
	put("glow-portal", 128, top, paint(64, 64, func(p canvas) { glow(p, portalLight) }))
	put("glow-fire", 192, top, paint(64, 64, func(p canvas) { glow(p, flameBase) }))
	put("mote", 96, top+24, paint(4, 4, func(p canvas) { p.rect(1, 0, 2, 4, 0xffffff); p.rect(0, 1, 4, 2, 0xffffff) }))
	put("white", 100, top+24, paint(2, 2, func(p canvas) { p.fill(0xffffff) }))
}

func drawFigures(m *manifest) canvas {
	f := figures{
		FrameW: frameW, FrameH: frameH, FeetY: 30, Facings: []string{"down", "left", "right", "up"}, Steps: 3,
		Classes: []string{"knight", "rogue", "wizard"}, HairCuts: len(cuts), NPCRows: map[string]int{}, Ink: hex(ink),
	}
	var rows []func(pose) canvas
	f.BaseRow = len(rows)
	for _, o := range outfits {
		rows = append(rows, func(p pose) canvas { return paintBase(o, p) })
	}
	f.HairRow = len(rows)
	for class := range outfits {
		for cut := range cuts {
			rows = append(rows, func(p pose) canvas { return paintHair(cut, class, p) })
		}
	}
	f.GearRow = len(rows)
	for class := range outfits {
		rows = append(rows, func(p pose) canvas { return paintGear(class, p) })
	}
	npc := func(name string, paint func(pose) canvas) {
		f.NPCRows[name] = len(rows)
		rows = append(rows, paint)
	}
	npc("slime", paintSlime)
	npc("rat", paintRat)
	for _, v := range villagers {
		npc(v.name, func(p pose) canvas { return paintVillager(v, p) })
	}
	for k := range 8 {
		f.Skin[k], f.Hair[k], f.Shirt[k] = hexes(skinRamps[k]), hexes(hairRamps[k]), hexes(shirtRamps[k])
	}
	m.Figures = f
	c := newCanvas(frameW*12, frameH*len(rows))
	for y, paint := range rows {
		for d := range 4 {
			for step := range 3 {
				c.draw(paint(pose{facing(d), step}), (d*3+step)*frameW, y*frameH)
			}
		}
	}
	return c
}

func hexes(r ramp) (out [4]string) {
	for i, c := range r {
		out[i] = hex(c)
	}
	return out
}

func hex(c rgb) string {
	const digits = "0123456789abcdef"
	out := []byte("#000000")
	for i := range 6 {
		out[6-i] = digits[c>>(4*i)&15]
	}
	return string(out)
}
