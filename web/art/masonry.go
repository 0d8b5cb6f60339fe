package main

// Stone: walls, cliffs, stairs and what lies between them.

// courses paints brickwork: rows of bricks, each second row shifted by half a brick.
func courses(c canvas, y0, y1, brickH, brickW int, joint, dark, base, light rgb, seed int) {
	for y := y0; y < y1; y++ {
		row := (y - y0) / brickH
		in := (y - y0) % brickH
		for x := range 16 {
			bx := (x + (row%2)*brickW/2) % 16
			col := base
			tone := hash(bx/brickW, row, seed) % 4
			switch {
			case in == brickH-1 || bx%brickW == brickW-1:
				col = joint
			case in == 0:
				col = light
			case tone == 0:
				col = mix(base, dark, 55)
			case tone == 1:
				col = mix(base, light, 30)
			}
			if col == base && chance(x, y, seed+3, 6) {
				col = dark
			}
			c.set(x, y, col)
		}
	}
}

func stoneWall(c canvas) {
	courses(c, 0, 16, 5, 8, stoneDeep, stoneDark, 0x868aa0, stoneLight, 151)
	for x := range 16 {
		c.set(x, 15, stoneDeep)
	}
}

func stoneWallTop(c canvas) {
	c.fill(stoneLight)
	for y := range 16 {
		for x := range 16 {
			if n := noise(x, y, 4, 16, 155); n < 80 {
				c.set(x, y, 0xa2a6b7)
			} else if n > 210 {
				c.set(x, y, 0xbdc0cc)
			}
		}
	}
	for x := range 16 {
		c.set(x, 0, stoneGlow)
		c.set(x, 15, stoneBase)
	}
	crack(c, 0x9699ad, stoneLight)
}

func dungeonWall(c canvas) {
	courses(c, 0, 16, 5, 8, cryptDeep, cryptDark, cryptLight, cryptGlow, 161)
	for x := range 16 {
		c.set(x, 15, cryptDeep)
		c.set(x, 14, mix(c.at(x, 14), cryptDeep, 45))
	}
}

// dungeonCap is the dark top of a dungeon wall; mask names the sides where the wall ends.
func dungeonCap(c canvas, mask int) {
	c.fill(0x2a2338)
	for y := range 16 {
		for x := range 16 {
			if noise(x, y, 4, 16, 165) > 190 {
				c.set(x, y, 0x302841)
			}
		}
	}
	for k := range 16 {
		if mask&north != 0 {
			c.set(k, 0, cryptGlow)
			c.set(k, 1, cryptLight)
		}
		if mask&south != 0 {
			c.set(k, 15, cryptLight)
		}
		if mask&west != 0 {
			c.set(0, k, cryptGlow)
			c.set(1, k, cryptLight)
		}
		if mask&east != 0 {
			c.set(15, k, cryptLight)
			c.set(14, k, 0x3d3350)
		}
	}
}

func cliff(c canvas) {
	courses(c, 0, 16, 8, 8, 0x6b4a3d, 0x805b47, 0x9a7152, 0xb58a61, 171)
	for y := range 16 {
		for x := range 16 {
			if n := noise(x, y, 4, 16, 175); n < 70 {
				c.set(x, y, 0x6b4a3d)
			} else if n > 200 {
				c.set(x, y, 0xb58a61)
			}
		}
	}
	for x := range 16 { // a lip of turf
		h := 2 + int(hash(x/2, 0, 177)%3)
		for y := range h {
			c.set(x, y, grassBase)
		}
		c.set(x, h, grassDeep)
		c.set(x, 0, grassLight)
		c.set(x, 15, 0x513839)
	}
}

func bridge(c canvas) {
	for y := range 16 {
		for x := range 16 {
			col := woodBase
			switch {
			case y%4 == 3:
				col = woodDeep
			case y%4 == 0:
				col = woodLight
			case chance(x, y, 201, 12):
				col = woodDark
			}
			c.set(x, y, col)
		}
	}
	for y := range 16 {
		if y%4 == 1 {
			c.set(2, y, woodDeep)
			c.set(13, y, woodDeep)
		}
	}
}

func stairsDown(c canvas) {
	c.fill(stoneDark)
	for s := range 5 {
		y := 1 + s*3
		tone := mix(stoneLight, 0x14101d, s*21)
		c.rect(1+s/2, y, 14-s, 2, tone)
		c.rect(1+s/2, y+2, 14-s, 1, mix(stoneDark, 0x0d0a14, 20+s*18))
	}
	for y := range 16 {
		c.set(0, y, stoneBase)
		c.set(15, y, stoneDeep)
		for k := 1; k <= y/6; k++ {
			c.set(k, y, stoneDeep)
			c.set(15-k, y, stoneDeep)
		}
	}
	for x := range 16 {
		c.set(x, 0, stoneGlow)
	}
}

func bones(c canvas) {
	dungeonFloor(c, 0)
	c.stamp(2, 3, map[rune]rgb{'w': bone, 'd': boneDark, 'k': cryptDeep}, `
..wwww......
.wwwwwd.....
.wkwkwd..w.w
.wwkwwd.wwww
..wdwd...dw.
..k.k...wd..
...w...wd...
..wwkkwd....
...dwwd..ww.
..wwddkkwwd.
.wdk.kwwd...
..k...dk....`)
}
