package main

// Ground tiles: what one walks on. Every texture wraps at 16 pixels.

// speckled fills a tile with base and lets wrapping noise pick darker and lighter patches with ragged, pixel-wide rims.
func speckled(c canvas, dark, base, light rgb, seed, darkBelow, lightAbove int) {
	for y := range 16 {
		for x := range 16 {
			n := noise(x, y, 4, 16, seed)*3/4 + int(hash(x, y, seed+7)&63)
			switch {
			case n < darkBelow:
				c.set(x, y, dark)
			case n > lightAbove:
				c.set(x, y, light)
			default:
				c.set(x, y, base)
			}
		}
	}
}

var tuftPalette = map[rune]rgb{'d': grassDark, 'D': grassDeep, 'l': grassLight, 'g': grassGlow}

// tufts are little blades, darker at the foot and lighter at the tip.
var tufts = []string{
	`
l.l
.d.`, `
..l.
l.dl
.dd.`, `
l..
dl.
.d.`, `
.l
d.`,
}

// grass paints a calm meadow; variant 0 is the plain one that maps use most.
func grass(c canvas, variant int) {
	speckled(c, grassBase, grassBase, grassBase, 11, 0, 300)
	for y := range 16 {
		for x := range 16 {
			if n := noise(x, y, 8, 16, 20+variant); n > 205 && chance(x, y, variant, 70) {
				c.set(x, y, 0x6eb650)
			} else if n < 60 && chance(x, y, variant, 60) {
				c.set(x, y, 0x67af4d)
			}
		}
	}
	count := []int{2, 4, 3, 5, 1, 3}[variant%6]
	for i := range count {
		h := hash(i, variant, 5)
		c.stamp(int(h%12)+1, int(h>>8%12)+1, tuftPalette, tufts[int(h>>16)%len(tufts)])
	}
}

var flowerColours = [][2]rgb{{0xfff6e0, 0xf2c14e}, {0xf59bb6, 0xfff0c0}, {0xf6d75a, 0xd98a3a}, {0xa9b8ff, 0xfff6c2}}

// grassFlowers scatters a handful of flowers; each variant mixes place and colour anew.
func grassFlowers(c canvas, variant int) {
	grass(c, variant)
	layouts := [][][3]int{
		{{3, 3, 0}, {11, 5, 1}, {5, 11, 2}, {12, 12, 0}, {8, 8, 3}},
		{{4, 5, 1}, {12, 9, 1}, {7, 12, 0}},
		{{9, 3, 2}, {3, 9, 2}, {12, 11, 0}, {6, 6, 0}},
		{{12, 4, 3}, {6, 9, 3}, {3, 4, 0}, {11, 12, 1}},
	}
	for _, f := range layouts[variant%len(layouts)] {
		petal, heart := flowerColours[f[2]][0], flowerColours[f[2]][1]
		x, y := f[0], f[1]
		c.set(x, y+2, grassDeep)
		c.set(x+1, y+2, grassDark)
		for _, d := range [][2]int{{0, -1}, {-1, 0}, {1, 0}, {0, 1}} {
			c.set(x+d[0], y+d[1], petal)
		}
		c.set(x, y, heart)
	}
}

// grassTall is knee-high grass in clumps; sway -1..1 leans the tips.
func grassTall(c canvas, sway int) {
	grass(c, 4)
	for i := range 15 {
		h := hash(i, 9, 3)
		x, y := (i%5)*3+int(h%3), 5+(i/5)*5+int(h>>8%2)
		tall := 4 + int(h>>16%2)
		for k := range tall {
			lean := 0
			if k >= tall-2 {
				lean = sway + int(h>>20%2)
			}
			col := []rgb{grassDeep, grassDark, grassDark, grassLight, grassGlow}[k*4/(tall-1)]
			c.set((x+lean+16)%16, (y-k+16)%16, col)
		}
		c.set((x+1)%16, y%16, grassDeep)
		c.set((x+1)%16, (y-1)%16, grassDark)
		c.set((x+15)%16, y%16, grassDark)
	}
}

func dirt(c canvas, seed int) {
	speckled(c, dirtDark, dirtBase, dirtLight, 31+seed, 48, 205)
}

// path is trodden earth with a few round pebbles.
func path(c canvas, variant int) {
	speckled(c, 0xd2ae74, pathBase, pathLight, 41+variant, 52, 208)
	for i := range 2 + variant%2 {
		h := hash(i, variant, 43)
		x, y := int(h%13), int(h>>8%13)
		c.set(x, y, pathLight)
		c.set(x+1, y, pathDark)
		c.set(x, y+1, pathDark)
		c.set(x+1, y+1, dirtBase)
	}
}

func sand(c canvas) {
	speckled(c, 0xe4ca90, sandBase, sandLight, 51, 50, 205)
	for i := range 3 {
		h := hash(i, 1, 55)
		x, y := int(h%12), int(h>>8%14)+1
		c.set(x, y, sandDark)
		c.set(x+1, y, sandDark)
		c.set(x+2, y-1, sandDark)
	}
}

// water has slow light ripples that drift one step a frame and wrap, so that four frames loop.
func water(c canvas, frame int, dark, base, light rgb) {
	for y := range 16 {
		for x := range 16 {
			if n := noise((x+frame*4)%16, y, 8, 16, 61); n < 90 {
				c.set(x, y, dark)
			} else {
				c.set(x, y, base)
			}
		}
	}
	ripples := [][3]int{{1, 3, 5}, {9, 7, 4}, {3, 12, 4}, {11, 14, 3}}
	for i, r := range ripples {
		phase := (frame + i) % 4
		drift, length := []int{0, 1, 2, 1}[phase], r[2]-[]int{0, 0, 1, 1}[phase]
		for k := range length {
			c.set((r[0]+drift+k)%16, r[1], light)
		}
		c.set((r[0]+drift+length)%16, r[1]-1, light)
	}
}

func sparkle(c canvas, frame int) {
	if frame == 1 || frame == 2 {
		c.set(11, 10, waterFoam)
		if frame == 2 {
			c.set(10, 10, waterLight)
			c.set(12, 10, waterLight)
		}
	}
}

// slab paints laid stones with bevelled edges; joints at the given pixel lines.
func slabs(c canvas, joint, dark, base, light rgb, seed int, cells [][4]int) {
	c.fill(joint)
	for i, r := range cells {
		tone := base
		if hash(i, seed, 71)%3 == 0 {
			tone = mix(base, dark, 45)
		}
		for y := r[1]; y < r[1]+r[3]; y++ {
			for x := r[0]; x < r[0]+r[2]; x++ {
				switch {
				case (x == r[0] || y == r[1]) && !(x == r[0]+r[2]-1 || y == r[1]+r[3]-1):
					c.set(x, y, light)
				case x == r[0]+r[2]-1 || y == r[1]+r[3]-1:
					c.set(x, y, dark)
				case chance(x, y, seed+i, 6):
					c.set(x, y, mix(tone, dark, 50))
				default:
					c.set(x, y, tone)
				}
			}
		}
	}
}

var (
	floorCells   = [][4]int{{0, 0, 9, 7}, {10, 0, 6, 7}, {0, 8, 5, 7}, {6, 8, 10, 7}}
	dungeonCells = [][4]int{{0, 0, 7, 7}, {8, 0, 8, 7}, {0, 8, 10, 7}, {11, 8, 5, 7}}
)

func stoneFloor(c canvas, seed int) {
	slabs(c, 0x74748c, 0x7f8098, stoneBase, 0xa3a6b7, seed, floorCells)
}

func stoneFloorCracked(c canvas) {
	stoneFloor(c, 3)
	crack(c, stoneDeep, stoneLight)
}

func crack(c canvas, deep, light rgb) {
	pts := [][2]int{{3, 1}, {4, 2}, {4, 3}, {5, 4}, {6, 4}, {7, 5}, {7, 6}, {8, 7}, {8, 8}, {7, 9}, {7, 10}, {6, 11}, {8, 5}, {9, 4}, {10, 4}, {9, 9}, {10, 10}, {11, 10}, {12, 11}}
	for _, p := range pts {
		c.set(p[0], p[1]+1, light)
	}
	for _, p := range pts {
		c.set(p[0], p[1], deep)
	}
}

func dungeonFloor(c canvas, variant int) {
	slabs(c, cryptDark, 0x3a3149, cryptBase, 0x4f4363, 5+variant, dungeonCells)
	switch variant {
	case 1:
		crack(c, cryptDeep, 0x4f4363)
	case 2: // moss in the joints
		for i := range 9 {
			h := hash(i, 2, 77)
			x, y := int(h%14), 6+int(h>>8%3)
			c.set(x, y, 0x4b6b4f)
			c.set(x+1, y, 0x3b5546)
		}
	}
}

// mix blends percent of b into a.
func mix(a, b rgb, percent int) rgb {
	ch := func(shift uint) rgb {
		x, y := int(a>>shift)&255, int(b>>shift)&255
		return rgb((x*(100-percent)+y*percent)/100) << shift
	}
	return ch(16) | ch(8) | ch(0)
}
