package main

// Houses: walls, roofs and doors that join their neighbours.

// houseWall is plaster between timbers; mask names the sides where the wall ends (eaves to the north, a footing of stone
// to the south, posts at the sides), window puts a lit window in.
func houseWall(c canvas, mask int, window bool) {
	c.fill(wallBase)
	for y := range 16 {
		for x := range 16 {
			if n := noise(x, y, 4, 16, 181); n < 70 {
				c.set(x, y, 0xdccba6)
			} else if n > 205 {
				c.set(x, y, wallLight)
			}
		}
	}
	height := 16
	if mask&north != 0 {
		c.rect(0, 0, 16, 2, 0xa9906f)
	}
	if mask&south != 0 {
		height = 13
		footing(c)
	}
	beam := func(x int) {
		for y := range height {
			c.set(x, y, woodBase)
			c.set(x+1, y, woodDark)
			if y < 2 && mask&north != 0 {
				c.set(x, y, woodDark)
				c.set(x+1, y, woodDeep)
			}
		}
	}
	if mask&west != 0 {
		beam(0)
	}
	if mask&east != 0 {
		beam(14)
	}
	if window {
		c.stamp(4, 3, map[rune]rgb{'D': woodDeep, 'd': woodDark, 'L': woodLight, 'y': 0xffe9a8, 'o': 0xf7c56a, 'w': 0xfff8dc, 'r': 0xe9596a, 'g': leafBase, 'G': leafDark}, `
DDDDDDDD
Dwyydyoo
Dyyydyoo
DddddddD
Dyyodooo
Dyoodooo
LLLLLLLL
GgrggrgG
.GgGGgG.`)
		c.set(11, 4, woodDeep)
		c.set(11, 5, woodDeep)
		c.set(11, 7, woodDeep)
		c.set(11, 8, woodDeep)
	}
}

func footing(c canvas) {
	c.rect(0, 13, 16, 3, stoneDark)
	for x := range 16 {
		c.set(x, 13, stoneLight)
		if x%5 == 4 {
			c.set(x, 14, stoneDeep)
		}
		c.set(x, 15, stoneDeep)
	}
}

// houseRoof is shingles; mask names the sides where the roof ends.
func houseRoof(c canvas, mask int) {
	for y := range 16 {
		row := y / 4
		for x := range 16 {
			bx := (x + (row%2)*2) % 16
			in := y % 4
			col := roofBase
			switch {
			case in == 3:
				col = roofDark
			case bx%4 == 3:
				col = roofDark
			case in == 0 && bx%4 == 0:
				col = roofLight
			case in == 1 && hash(bx/4, row, 191)%3 == 0:
				col = mix(roofBase, roofLight, 45)
			}
			if in == 3 && bx%4 == 3 {
				col = roofDeep
			}
			c.set(x, y, col)
		}
	}
	if mask&north != 0 { // the ridge
		for x := range 16 {
			c.set(x, 0, roofDeep)
			c.set(x, 1, 0xf0a878)
			c.set(x, 2, roofLight)
			c.set(x, 3, roofDeep)
		}
	}
	if mask&south != 0 { // the eaves
		for x := range 16 {
			c.set(x, 13, roofDark)
			c.set(x, 14, woodLight)
			c.set(x, 15, woodDeep)
		}
	}
	for y := range 16 {
		if mask&west != 0 {
			c.set(0, y, woodDeep)
			c.set(1, y, woodLight)
			c.set(2, y, roofDeep)
		}
		if mask&east != 0 {
			c.set(15, y, woodDeep)
			c.set(14, y, woodBase)
			c.set(13, y, roofDeep)
		}
	}
}

func door(c canvas) {
	houseWall(c, south, false)
	c.stamp(2, 1, map[rune]rgb{'D': woodDeep, 'd': woodDark, 'b': woodBase, 'L': woodLight, 'y': 0xf2c14e, 's': stoneLight, 'S': stoneBase, 'k': ink}, `
..DDDDDDDD..
.DLLLLLLLLD.
DLbbdbbdbbdD
DLbbdbbdbbdD
DLbbdbbdbbdD
DkkkkkkkkkkD
DLbbdbbdbbdD
DLbbdbbdyydD
DLbbdbbdyydD
DLbbdbbdbbdD
DkkkkkkkkkkD
DLbbdbbdbbdD
DLbbdbbdbbdD
ssssssssssss
SSSSSSSSSSSS`)
}
