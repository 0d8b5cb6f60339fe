package main

// overworld is a valley: a village west of the river, meadows and a lake east of it, forest all round, and a rocky hill
// in the north-east with the mouth of the dungeon.
func overworld() *canvas {
	c := newCanvas("overworld", "Overworld", 96, 96, 7, grass)
	c.meadow()
	river := curve(point{66, -2}, point{63, 12}, point{55, 26}, point{57, 37}, point{51, 48}, point{53, 60}, point{46, 72}, point{40, 84}, point{39, 98})
	c.river(river)
	c.lake(76, 76, 10, 7)
	c.hill()
	c.roads()
	c.bridge(46, 47, 44, 60)
	c.bridge(76, 77, 36, 52)
	c.village()
	c.farm()
	c.ruin()
	c.border()
	c.woods()
	c.sprinkle()
	c.inhabit()
	return c
}

func (c *canvas) meadow() {
	for y := range c.h {
		for x := range c.w {
			n := c.smooth(x, y)
			switch r := c.rng.Float64(); {
			case n > 0.66 && r < 0.34:
				c.put(x, y, grassFlowers)
			case n < 0.34 && r < 0.42:
				c.put(x, y, grassTall)
			case r < 0.025:
				c.put(x, y, grassFlowers)
			}
		}
	}
}

func (c *canvas) river(line []point) {
	for y := range c.h {
		for x := range c.w {
			d := distance(line, x, y) + (c.smooth(x, y)-0.5)*0.9
			switch {
			case d < 1.2:
				c.put(x, y, deepWater)
			case d < 2.7:
				c.put(x, y, water)
			case d < 3.7:
				c.put(x, y, sand)
			}
			if d < 4.2 {
				c.reserve(x, y, 0)
			}
		}
	}
}

func (c *canvas) lake(cx, cy, rx, ry float64) {
	c.blob(cx, cy, rx+1.6, ry+1.6, func(x, y int, _ float64) { c.put(x, y, sand); c.reserve(x, y, 0) })
	c.blob(cx, cy, rx, ry, func(x, y int, d float64) {
		if d < 0.62 {
			c.put(x, y, deepWater)
		} else {
			c.put(x, y, water)
		}
	})
	// A small island with one tree, out of reach.
	c.blob(cx-2, cy-1, 2.2, 1.6, func(x, y int, _ float64) { c.put(x, y, grass) })
	c.set(&c.decor, int(cx)-2, int(cy)-1, treeBottom)
	c.set(&c.overhead, int(cx)-2, int(cy)-2, treeTop)
}

// hill is the rock in the north-east; the dungeon's mouth is in its southern face.
func (c *canvas) hill() {
	hill := map[[2]int]bool{}
	c.blob(83, 9, 11, 8, func(x, y int, _ float64) { hill[[2]int{x, y}] = true; c.reserve(x, y, 0) })
	for y := range c.h {
		for x := range c.w {
			switch {
			case !hill[[2]int{x, y}]:
			case !hill[[2]int{x, y + 1}] || !hill[[2]int{x, y + 2}]:
				c.put(x, y, cliff)
			case !hill[[2]int{x - 1, y}] || !hill[[2]int{x + 1, y}] || !hill[[2]int{x, y - 1}] || c.rng.Float64() < 0.3:
				// Trees close the sides that show no face, and stand on the top, out of reach.
				c.set(&c.decor, x, y, treeBottom)
				c.set(&c.overhead, x, y-1, treeTop)
			default:
				c.put(x, y, grassTall)
				c.set(&c.barriers, x, y, cliff)
			}
		}
	}
	// A forecourt of worn flagstones cut into the rock, and the mouth at its end.
	for y := 11; y <= 20; y++ {
		for x := 77; x <= 84; x++ {
			inset := max(0, 14-y)
			if x < 77+inset || x > 84-inset {
				continue
			}
			tile := stoneFloor
			if c.rng.Float64() < 0.3 {
				tile = stoneFloorCracked
			}
			c.clear(x, y)
			c.put(x, y, tile)
			c.reserve(x, y, 0)
		}
	}
	for y := 7; y <= 10; y++ {
		for x := 79; x <= 82; x++ {
			c.clear(x, y)
		}
	}
	c.rect(79, 9, 82, 10, stoneWall)
	c.rect(79, 7, 82, 8, stoneWallTop)
	c.rect(80, 10, 81, 11, stoneFloor)
	for _, x := range []int{80, 81} {
		c.place(x, 10, portalTile)
	}
	for _, p := range [][2]int{{78, 14}, {83, 14}, {79, 9}, {82, 9}} {
		c.place(p[0], p[1], torch)
	}
	for _, p := range [][2]int{{77, 17}, {84, 16}, {77, 20}, {84, 20}} {
		c.place(p[0], p[1], rock)
	}
	c.place(78, 20, sign)
	c.object("portals", object{name: "dungeon mouth", x: 80, y: 10, w: 2, h: 1, props: [][2]string{{"to_zone", "dungeon-entrance"}, {"to_point", "from-overworld"}}})
	c.spawn("from-dungeon", 80, 14)
}

func (c *canvas) roads() {
	square := point{25, 46}
	// East: over the bridge, through the meadow, up to the dungeon.
	c.road(1.1, curve(square, point{36, 47}, point{46, 47}, point{58, 47}, point{68, 44}, point{75, 36}, point{80, 28}, point{81, 20}))
	// North: to the ruin in the forest.
	c.road(0.8, curve(square, point{25, 36}, point{21, 28}, point{24, 20}, point{22, 14}))
	// South: to the farm, and on over the second bridge to the lake.
	c.road(0.9, curve(square, point{25, 56}, point{22, 64}, point{24, 72}, point{32, 77}, point{42, 77}, point{54, 77}, point{62, 74}, point{65, 70}))
	// From the meadow down to the lake.
	c.road(0.7, curve(point{66, 45}, point{68, 54}, point{65, 62}, point{65, 70}))
}

// bridge lays a bridge over whatever water is between two columns.
func (c *canvas) bridge(y0, y1, x0, x1 int) {
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			switch c.get(&c.terrain, x, y) {
			case water, deepWater, sand:
				c.put(x, y, bridge)
			}
			c.reserve(x, y, 0)
		}
	}
}

// ruin is a broken ring of walls in a glade of the northern forest.
func (c *canvas) ruin() {
	c.blob(22, 12, 7, 5.5, func(x, y int, _ float64) { c.reserve(x, y, 0) })
	for y := 8; y <= 15; y++ {
		for x := 17; x <= 27; x++ {
			rim := x == 17 || x == 27 || y == 8 || y == 15
			switch {
			case rim && (x+2*y)%5 != 0 && (y != 15 || x < 21 || x > 23):
				c.place(x, y, stoneWall)
			case rim || c.rng.Float64() < 0.35:
				c.put(x, y, stoneFloorCracked)
			case c.rng.Float64() < 0.8:
				c.put(x, y, stoneFloor)
			}
		}
	}
	for _, p := range [][3]int{{19, 10, rock}, {25, 13, rock}, {22, 10, stairsDown}, {20, 13, barrel}, {24, 9, torch}, {20, 9, torch}} {
		c.place(p[0], p[1], p[2])
	}
	c.set(&c.barriers, 22, 10, stairsDown) // blocked with rubble
}

// border closes the valley with trees three deep, so that no edge looks like the end of the world.
func (c *canvas) border() {
	for y := range c.h {
		for x := range c.w {
			edge := min(x, y, c.w-1-x, c.h-1-y)
			if edge < 3 && c.dry(x, y) && c.get(&c.decor, x, y) == 0 {
				c.reserved[y*c.w+x] = false
				if (x+y)%2 == 0 || edge == 0 {
					c.tree(x, y)
				} else {
					c.place(x, y, bush)
				}
			}
		}
	}
}

// woods are denser where the noise is high, and thin out towards the clearings.
func (c *canvas) woods() {
	for _, w := range []struct{ x, y, rx, ry, density float64 }{
		{18, 14, 19, 17, 0.5},
		{44, 12, 10, 13, 0.34},
		{5, 60, 7, 26, 0.4},
		{12, 90, 20, 9, 0.45},
		{88, 48, 9, 22, 0.42},
		{60, 92, 22, 6, 0.4},
		{46, 30, 5, 6, 0.3},
		{62, 58, 5, 6, 0.22},
		{88, 88, 10, 9, 0.45},
	} {
		c.blob(w.x, w.y, w.rx, w.ry, func(x, y int, d float64) {
			if !c.dry(x, y) || c.rng.Float64() > w.density*(1.25-d) {
				return
			}
			if c.rng.Float64() < 0.12 {
				if c.free(x, y) {
					c.place(x, y, bush)
				}
				return
			}
			c.tree(x, y)
		})
	}
}

// sprinkle sets single trees, bushes and rocks over what is left.
func (c *canvas) sprinkle() {
	for y := range c.h {
		for x := range c.w {
			if !c.free(x, y) || !c.dry(x, y) {
				continue
			}
			switch r := c.rng.Float64(); {
			case r < 0.008:
				c.tree(x, y)
			case r < 0.016:
				c.place(x, y, bush)
			case r < 0.020:
				c.place(x, y, rock)
			}
		}
	}
}

func (c *canvas) inhabit() {
	c.npcs("villager", "Villager", "4", 18, 42, 14, 8)
	c.npcs("elder", "Elder", "1", 22, 43, 7, 5)
	c.npcs("villager", "Farmer", "2", 19, 66, 9, 10)
	c.npcs("slime", "Slime", "8", 62, 30, 20, 14)
	c.npcs("slime", "Slime", "5", 60, 48, 16, 16)
	c.npcs("slime", "Slime", "3", 18, 10, 8, 5)
	c.npcs("slime", "Lake slime", "4", 60, 66, 8, 16)
}
