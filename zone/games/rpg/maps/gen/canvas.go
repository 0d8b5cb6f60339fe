package main

import (
	"math"
	"math/rand/v2"
)

// Tiles of the atlas, by their index in the artefact (1-based).
const (
	grass = iota + 1
	grassFlowers
	grassTall
	dirt
	path
	sand
	water
	deepWater
	stoneFloor
	stoneFloorCracked
	stoneWall
	stoneWallTop
	treeBottom
	treeTop
	bush
	rock
	fenceH
	fenceV
	houseWall
	houseRoof
	door
	portalTile
	stairsDown
	torch
	bridge
	cliff
	dungeonFloor
	dungeonWall
	bones
	crate
	barrel
	sign
)

// layer is one grid of tiles.
type layer struct {
	name  string
	tiles []int
}

// canvas is a map in the making.
type canvas struct {
	title, name string
	w, h        int
	terrain     layer
	decor       layer
	overhead    layer
	barriers    layer
	reserved    []bool // nothing is scattered here: paths, doors, spawns
	objects     map[string][]object
	rng         *rand.Rand
	noise       [][]float64
}

// object is a point (w = h = 0) or rectangle, in tiles.
type object struct {
	name, kind string
	x, y, w, h float64
	props      [][2]string
}

func newCanvas(name, title string, w, h int, seed uint64, base int) *canvas {
	c := &canvas{name: name, title: title, w: w, h: h, objects: map[string][]object{}, rng: rand.New(rand.NewPCG(seed, 1))}
	for _, l := range []struct {
		l    *layer
		name string
	}{{&c.terrain, "terrain"}, {&c.decor, "decor"}, {&c.overhead, "overhead"}, {&c.barriers, "barriers"}} {
		*l.l = layer{name: l.name, tiles: make([]int, w*h)}
	}
	for i := range c.terrain.tiles {
		c.terrain.tiles[i] = base
	}
	c.reserved = make([]bool, w*h)
	c.noise = lattice(c.rng, w/6+3, h/6+3)
	return c
}

func lattice(rng *rand.Rand, w, h int) [][]float64 {
	out := make([][]float64, h)
	for y := range out {
		out[y] = make([]float64, w)
		for x := range out[y] {
			out[y][x] = rng.Float64()
		}
	}
	return out
}

// smooth is value noise in 0..1 with features about six tiles wide.
func (c *canvas) smooth(x, y int) float64 {
	fx, fy := float64(x)/6, float64(y)/6
	ix, iy := int(fx), int(fy)
	ease := func(t float64) float64 { return t * t * (3 - 2*t) }
	tx, ty := ease(fx-float64(ix)), ease(fy-float64(iy))
	mix := func(a, b, t float64) float64 { return a + (b-a)*t }
	return mix(mix(c.noise[iy][ix], c.noise[iy][ix+1], tx), mix(c.noise[iy+1][ix], c.noise[iy+1][ix+1], tx), ty)
}

func (c *canvas) in(x, y int) bool { return x >= 0 && y >= 0 && x < c.w && y < c.h }

func (c *canvas) get(l *layer, x, y int) int {
	if !c.in(x, y) {
		return 0
	}
	return l.tiles[y*c.w+x]
}

func (c *canvas) set(l *layer, x, y, tile int) {
	if c.in(x, y) {
		l.tiles[y*c.w+x] = tile
	}
}

// put sets a terrain tile.
func (c *canvas) put(x, y, tile int) { c.set(&c.terrain, x, y, tile) }

// place sets a decor tile and keeps the scatterer away from it.
func (c *canvas) place(x, y, tile int) {
	c.set(&c.decor, x, y, tile)
	c.reserve(x, y, 0)
}

// clear takes away what stands on a tile, and a crown that hangs over it.
func (c *canvas) clear(x, y int) {
	for _, l := range []*layer{&c.decor, &c.overhead, &c.barriers} {
		c.set(l, x, y, 0)
	}
	if c.get(&c.decor, x, y+1) != treeBottom {
		return
	}
	c.set(&c.decor, x, y+1, bush)
}

// reserve keeps the scatterer r tiles away.
func (c *canvas) reserve(x, y, r int) {
	for yy := y - r; yy <= y+r; yy++ {
		for xx := x - r; xx <= x+r; xx++ {
			if c.in(xx, yy) {
				c.reserved[yy*c.w+xx] = true
			}
		}
	}
}

func (c *canvas) free(x, y int) bool {
	return c.in(x, y) && !c.reserved[y*c.w+x] && c.get(&c.decor, x, y) == 0
}

// rect fills terrain, both corners included.
func (c *canvas) rect(x0, y0, x1, y1, tile int) {
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			c.put(x, y, tile)
		}
	}
}

// blob calls f with every tile of an ellipse whose rim is uneven; d is 0 in its middle and 1 at its rim.
func (c *canvas) blob(cx, cy, rx, ry float64, f func(x, y int, d float64)) {
	for y := int(cy - ry - 2); y <= int(cy+ry+2); y++ {
		for x := int(cx - rx - 2); x <= int(cx+rx+2); x++ {
			if !c.in(x, y) {
				continue
			}
			d := math.Hypot((float64(x)-cx)/rx, (float64(y)-cy)/ry) + (c.smooth(x, y)-0.5)*0.35
			if d <= 1 {
				f(x, y, d)
			}
		}
	}
}

type point struct{ x, y float64 }

// curve returns points along a smooth line through the given ones (Catmull-Rom), closer together than a tile.
func curve(through ...point) []point {
	at := func(i int) point { return through[min(max(i, 0), len(through)-1)] }
	var out []point
	for i := 0; i+1 < len(through); i++ {
		a, b, c, d := at(i-1), at(i), at(i+1), at(i+2)
		steps := int(math.Hypot(c.x-b.x, c.y-b.y)*3) + 1
		for s := range steps {
			t := float64(s) / float64(steps)
			spline := func(a, b, c, d float64) float64 {
				return 0.5 * (2*b + (c-a)*t + (2*a-5*b+4*c-d)*t*t + (3*b-a-3*c+d)*t*t*t)
			}
			out = append(out, point{spline(a.x, b.x, c.x, d.x), spline(a.y, b.y, c.y, d.y)})
		}
	}
	return append(out, at(len(through)-1))
}

// distance is how far a tile's middle is from a line.
func distance(line []point, x, y int) float64 {
	best := math.Inf(1)
	for _, p := range line {
		best = min(best, math.Hypot(p.x-float64(x)-0.5, p.y-float64(y)-0.5))
	}
	return best
}

// road lays a path along a line, with worn dirt at its rim. It does not cover water: bridges do.
func (c *canvas) road(half float64, line []point) {
	for y := range c.h {
		for x := range c.w {
			d := distance(line, x, y) + (c.smooth(x*2%c.w, y*2%c.h)-0.5)*0.5
			under := c.get(&c.terrain, x, y)
			wet := under == water || under == deepWater || under == bridge
			switch {
			case d > half+1.6 || wet:
			case d <= half:
				c.put(x, y, path)
				c.reserve(x, y, 1)
			case d <= half+0.55 && under != path:
				c.put(x, y, dirt)
				c.reserve(x, y, 0)
			default:
				c.reserve(x, y, 0)
			}
		}
	}
}

// tree plants one whose crown hangs over the tile to its north.
func (c *canvas) tree(x, y int) {
	if y > 0 && c.free(x, y) && c.get(&c.overhead, x, y-1) == 0 {
		c.place(x, y, treeBottom)
		c.set(&c.overhead, x, y-1, treeTop)
	}
}

// dry reports whether plants can grow on the tile.
func (c *canvas) dry(x, y int) bool {
	switch c.get(&c.terrain, x, y) {
	case grass, grassFlowers, grassTall:
		return true
	}
	return false
}

func (c *canvas) object(layerName string, o object) {
	c.objects[layerName] = append(c.objects[layerName], o)
}

// spawn adds a spawn point in the middle of a tile.
func (c *canvas) spawn(name string, x, y int) {
	c.object("spawns", object{name: name, x: float64(x) + 0.5, y: float64(y) + 0.5})
	c.reserve(x, y, 1)
}

func (c *canvas) npcs(kind, name, count string, x, y, w, h float64) {
	c.object("npcs", object{name: name, kind: kind, x: x, y: y, w: w, h: h, props: [][2]string{{"count", count}}})
}
