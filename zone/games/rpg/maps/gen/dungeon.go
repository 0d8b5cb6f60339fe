package main

// dungeonEntrance is the hall behind the mouth in the hill: an entry, a pillared hall, a crypt to the west, a store to
// the east, and in the north the sealed stairs to the dungeon proper.
func dungeonEntrance() *canvas {
	c := newCanvas("dungeon-entrance", "Dungeon Entrance", 56, 48, 11, dungeonWall)
	// Rooms: corners included.
	c.chamber(22, 36, 33, 43, dungeonFloor) // entry
	c.chamber(17, 17, 38, 28, stoneFloor)   // pillared hall
	c.chamber(4, 14, 12, 31, dungeonFloor)  // crypt
	c.chamber(43, 15, 51, 26, dungeonFloor) // store
	c.chamber(20, 4, 35, 11, stoneFloor)    // sealed stairs
	c.chamber(43, 33, 50, 40, dungeonFloor) // cell
	// Corridors.
	c.chamber(26, 29, 29, 35, dungeonFloor)
	c.chamber(13, 22, 16, 24, dungeonFloor)
	c.chamber(39, 20, 42, 22, dungeonFloor)
	c.chamber(26, 12, 29, 16, stoneFloor)
	c.chamber(46, 27, 47, 32, dungeonFloor)
	c.chamber(34, 38, 42, 39, dungeonFloor) // a way round, from the entry to the cell
	c.furnish()
	c.object("portals", object{name: "way out", x: 27, y: 43, w: 2, h: 1, props: [][2]string{{"to_zone", "overworld"}, {"to_point", "from-dungeon"}}})
	c.spawn("from-overworld", 27, 40)
	c.spawn("start", 28, 38)
	c.npcs("slime", "Cave slime", "5", 18, 18, 20, 10)
	c.npcs("slime", "Crypt slime", "3", 4, 16, 8, 14)
	c.npcs("rat", "Rat", "4", 43, 16, 8, 10)
	c.npcs("rat", "Rat", "2", 43, 34, 7, 6)
	c.npcs("elder", "Gatekeeper", "1", 23, 37, 3, 3)
	return c
}

func (c *canvas) chamber(x0, y0, x1, y1, floor int) {
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			tile := floor
			if floor == stoneFloor && c.smooth(x, y) > 0.5 && c.rng.Float64() < 0.22 {
				tile = stoneFloorCracked
			}
			c.put(x, y, tile)
		}
	}
}

func (c *canvas) furnish() {
	// Pillars: a top over a face, two rows of five.
	for _, y := range []int{20, 25} {
		for _, x := range []int{19, 23, 32, 36} {
			c.place(x, y, stoneWall)
			c.set(&c.overhead, x, y-1, stoneWallTop)
		}
	}
	// A worn carpet of cracked stone down the middle of the hall.
	for y := 12; y <= 28; y++ {
		for _, x := range []int{27, 28} {
			if c.rng.Float64() < 0.45 {
				c.put(x, y, stoneFloorCracked)
			}
		}
	}
	torches := [][2]int{
		{24, 35},
		{31, 35},
		{18, 16},
		{22, 16},
		{33, 16},
		{37, 16},
		{6, 13},
		{10, 13},
		{45, 14},
		{49, 14},
		{22, 3},
		{26, 3},
		{29, 3},
		{33, 3},
		{45, 32},
		{48, 32},
		{14, 21},
		{40, 19},
		{38, 37},
	}
	for _, p := range torches {
		c.place(p[0], p[1], torch)
	}
	// Crypt: graves in rows.
	for y := 17; y <= 29; y += 4 {
		for _, x := range []int{5, 8, 11} {
			c.place(x, y, rock)
			if c.rng.Float64() < 0.7 {
				c.place(x, y+1, bones)
			}
		}
	}
	for _, p := range [][3]int{
		// Store.
		{43, 15, crate},
		{44, 15, crate},
		{43, 16, barrel},
		{51, 15, barrel},
		{51, 16, barrel},
		{50, 15, crate},
		{51, 25, crate},
		{51, 26, crate},
		{50, 26, barrel},
		{43, 26, barrel},
		// Entry.
		{22, 36, barrel},
		{23, 36, crate},
		{33, 36, barrel},
		{33, 42, crate},
		{25, 41, sign},
		// Cell.
		{43, 33, bones},
		{50, 40, bones},
		{49, 34, bones},
		{50, 33, crate},
		// Hall.
		{20, 27, rock},
		{17, 28, rock},
		{38, 17, rock},
	} {
		c.place(p[0], p[1], p[2])
	}
	// The sealed stairs, between two fallen blocks.
	for _, x := range []int{27, 28} {
		c.place(x, 6, stairsDown)
		c.set(&c.barriers, x, 6, stairsDown)
	}
	for _, p := range [][3]int{{26, 6, rock}, {29, 6, rock}, {23, 8, stoneWall}, {32, 8, stoneWall}, {21, 10, rock}, {34, 5, rock}} {
		c.place(p[0], p[1], p[2])
	}
	for _, x := range []int{27, 28} {
		c.place(x, 43, portalTile)
	}
}
