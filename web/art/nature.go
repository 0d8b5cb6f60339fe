package main

// Trees, bushes and rocks: round things, shaded as if the light came from the upper left.

type disc struct{ x, y, r int }

// blob paints a union of discs with the five shades given from deep to glow. The light at a pixel is how far it lies
// towards the upper left of the disc that covers it best; clumps of noise break the rims into leaves.
func blob(c canvas, discs []disc, shades [5]rgb, seed int) {
	for y := range c.h {
		for x := range c.w {
			best, light := -1<<30, 0
			for _, d := range discs {
				dx, dy := x-d.x, y-d.y
				ragged := int(hash(x/2, y/2, seed)&3) - 1
				rr := d.r*d.r + d.r*ragged/2
				inside := rr - dx*dx - dy*dy
				if inside > 0 && inside*100/(d.r*d.r+1) > best {
					best = inside * 100 / (d.r*d.r + 1)
					light = 50 - (dx*28+dy*46)/max(d.r, 1)
				}
			}
			if best == -1<<30 {
				continue
			}
			light += int(hash(x/2, (y+x%2)/2, seed+1)&31) - 14 + (int(hash(x, y, seed+2)&7) - 3)
			c.set(x, y, shades[shadeOf(light)])
		}
	}
}

func shadeOf(light int) int {
	switch {
	case light < 12:
		return 0
	case light < 36:
		return 1
	case light < 66:
		return 2
	case light < 92:
		return 3
	default:
		return 4
	}
}

func trunk(c canvas, x, y, w, h int) {
	for j := range h {
		for i := range w {
			col := woodDark
			switch {
			case i == 0:
				col = woodDeep
			case i == w-1:
				col = woodDeep
			case i <= w/3:
				col = woodBase
			case chance(i, j, 81, 20):
				col = woodDeep
			}
			c.set(x+i, y+j, col)
		}
	}
	// roots
	c.set(x-1, y+h-1, woodDeep)
	c.set(x+w, y+h-1, woodDeep)
	c.set(x+1, y+h-1, woodDark)
}

var leaf = [5]rgb{leafDeep, leafDark, leafBase, leafLight, leafGlow}

// smallTree is the two tiles 13 and 14: top half in the first 16 rows.
func smallTree() canvas {
	c := newCanvas(16, 32)
	t := newCanvas(16, 32)
	trunk(t, 6, 22, 5, 9)
	blob(t, []disc{{8, 14, 7}, {5, 16, 5}, {11, 17, 5}, {8, 9, 5}}, leaf, 91)
	t.outline(ink)
	c.draw(t, 0, 0)
	return c
}

// oak is the 32×40 tree that clients put in place of the two tiles.
func oak(variant int) canvas {
	c := newCanvas(32, 40)
	trunk(c, 13, 28, 6, 11)
	discs := [][]disc{
		{{16, 12, 10}, {8, 19, 7}, {24, 19, 7}, {16, 22, 9}, {11, 11, 6}, {21, 10, 6}},
		{{15, 11, 9}, {9, 17, 8}, {22, 16, 8}, {16, 23, 8}, {24, 21, 5}, {7, 21, 4}},
	}[variant%2]
	blob(c, discs, leaf, 101+variant*9)
	if variant == 1 {
		for i := range 7 { // apples
			h := hash(i, 4, 105)
			x, y := 6+int(h%19), 10+int(h>>8%16)
			if c.at(x, y) != none && c.at(x+2, y+2) != none {
				c.set(x, y, 0xf08a6a)
				c.set(x+1, y, 0xd94f4a)
				c.set(x, y+1, 0xd94f4a)
				c.set(x+1, y+1, 0x9e3347)
			}
		}
	}
	c.outline(0x1f3c3b)
	return c
}

// pine is a 32×48 conifer of four skirts.
func pine() canvas {
	c := newCanvas(32, 48)
	trunk(c, 14, 39, 5, 8)
	shades := [5]rgb{pineDeep, pineDark, pineBase, pineLight, pineGlow}
	for s, top := range []int{25, 17, 9, 2} {
		h := []int{17, 16, 14, 12}[s]
		half := []int{13, 11, 9, 6}[s]
		for y := range h {
			w := half * (y + 2) / h
			if y >= h-2 {
				w -= (y - h + 3) / 2
			}
			for x := -w; x <= w; x++ {
				if y == h-1 && (x+40+s)%4 < 2 {
					continue
				}
				light := 62 - x*44/max(half, 1) - (y-h/2)*40/h + int(hash((x+40)/2, (y+top)/2, 111)&31) - 16
				if y > h-3 {
					light -= 35
				}
				if y < 3 && s < 3 {
					light -= 30
				}
				c.set(16+x, top+y, shades[shadeOf(light)])
			}
		}
	}
	c.outline(0x173038)
	return c
}

func bush(c canvas) {
	t := newCanvas(16, 16)
	blob(t, []disc{{8, 9, 6}, {4, 11, 4}, {12, 11, 4}}, leaf, 121)
	for _, p := range [][2]int{{5, 8}, {10, 7}, {8, 11}, {12, 11}} {
		t.set(p[0], p[1], 0xe9596a)
		t.set(p[0], p[1]-1, 0xff9aa0)
	}
	t.outline(0x1f3c3b)
	c.draw(t, 0, 0)
}

func rock(c canvas) {
	t := newCanvas(16, 16)
	blob(t, []disc{{8, 9, 6}, {5, 11, 4}, {11, 11, 4}}, [5]rgb{stoneDeep, stoneDark, stoneBase, stoneLight, stoneGlow}, 133)
	for x := 3; x < 13; x++ {
		if t.at(x, 13) != none {
			t.set(x, 13, stoneDeep)
		}
	}
	t.set(9, 7, stoneDark)
	t.set(10, 8, stoneDark)
	t.set(10, 9, stoneDeep)
	t.outline(ink)
	c.draw(t, 0, 0)
}

// shadow is a soft dark ellipse; characters and trees stand on it.
func shadow(c canvas, rx, ry int) {
	cx, cy := c.w/2, c.h/2
	for y := range c.h {
		for x := range c.w {
			dx, dy := 2*(x-cx)+1, 2*(y-cy)+1
			if dx*dx*ry*ry+dy*dy*rx*rx <= 4*rx*rx*ry*ry {
				c.setA(x, y, 0x1d1433, 80)
			}
		}
	}
}
