package main

// house builds one w tiles wide whose door faces south at (x+doorAt, y+3). Its ridge hangs over whoever walks behind.
func (c *canvas) house(x, y, w, doorAt int) {
	for xx := x; xx < x+w; xx++ {
		c.set(&c.overhead, xx, y, houseRoof)
		c.place(xx, y+1, houseRoof)
		c.place(xx, y+2, houseRoof)
		c.place(xx, y+3, houseWall)
		c.reserve(xx, y, 1)
		c.reserve(xx, y+4, 0)
	}
	c.place(x+doorAt, y+3, door)
	c.set(&c.barriers, x+doorAt, y+3, door)
	c.put(x+doorAt, y+4, path)
	c.reserve(x+doorAt, y+4, 1)
}

func (c *canvas) village() {
	// The square, with a stone well in its middle.
	c.blob(25, 46, 6.5, 4.6, func(x, y int, _ float64) { c.put(x, y, path); c.reserve(x, y, 1) })
	c.rect(24, 43, 26, 44, stoneFloor)
	c.place(25, 43, barrel)
	c.place(24, 43, torch)
	c.place(26, 43, torch)

	c.house(15, 37, 5, 2)
	c.house(29, 37, 6, 3)
	c.house(10, 44, 5, 4)
	c.house(33, 50, 5, 1)
	c.house(14, 51, 6, 3)
	c.house(37, 39, 4, 1)
	// Footpaths from the doors to the square.
	for _, l := range [][]point{
		{{17.5, 41.5}, {20, 44}},
		{{32.5, 41.5}, {30, 44}},
		{{14.5, 48.5}, {19, 47.5}},
		{{34.5, 54.5}, {31, 54}, {28, 50}},
		{{17.5, 55.5}, {21, 54}, {24, 50}},
		{{38.5, 43.5}, {38.5, 46.5}},
	} {
		c.road(0.6, curve(l...))
	}
	// Gardens: a fence with a gap, flowers inside.
	c.garden(9, 36, 13, 40)
	c.garden(35, 31, 40, 35)
	c.garden(8, 51, 12, 55)
	for _, p := range [][3]int{
		{20, 41, barrel},
		{20, 40, crate},
		{28, 41, crate},
		{35, 41, barrel},
		{15, 48, crate},
		{38, 53, crate},
		{38, 54, barrel},
		{21, 51, sign},
		{30, 43, sign},
		{20, 55, barrel},
		{15, 41, bush},
		{19, 41, bush},
		{29, 41, bush},
		{34, 41, bush},
		{33, 54, bush},
		{14, 55, bush},
		{31, 49, torch},
		{19, 43, torch},
	} {
		c.place(p[0], p[1], p[2])
	}
	c.spawn("start", 25, 47)
}

// garden fences off a bed; its gate is in the middle of the south side.
func (c *canvas) garden(x0, y0, x1, y1 int) {
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			c.reserve(x, y, 0)
			edgeX, edgeY := x == x0 || x == x1, y == y0 || y == y1
			switch {
			case y == y1 && x == (x0+x1)/2:
			case edgeY:
				c.place(x, y, fenceH)
			case edgeX:
				c.place(x, y, fenceV)
			case (x+y)%2 == 0:
				c.put(x, y, grassFlowers)
			default:
				c.put(x, y, grass)
			}
		}
	}
}

func (c *canvas) farm() {
	for i, x0 := range []int{6, 28} {
		x1, y0, y1 := x0+11, 65, 73
		if i == 1 {
			x0, x1, y0, y1 = 29, 39, 62, 70
		}
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				c.reserve(x, y, 0)
				switch {
				case y == y0 || y == y1:
					c.place(x, y, fenceH)
				case x == x0 || x == x1:
					c.place(x, y, fenceV)
				case y%2 == 0:
					c.put(x, y, dirt)
				default:
					c.put(x, y, grassTall)
				}
			}
		}
		// The gates face the road.
		gateX := x1
		if i == 1 {
			gateX = x0
		}
		for _, y := range []int{y0 + 4, y0 + 5} {
			c.set(&c.decor, gateX, y, 0)
			c.put(gateX, y, dirt)
		}
	}
	c.house(10, 75, 7, 5)
	c.road(0.6, curve(point{15.5, 79.5}, point{21, 78}, point{26, 75}))
	for _, p := range [][3]int{{10, 79, crate}, {11, 79, crate}, {10, 80, barrel}, {17, 78, barrel}, {27, 72, sign}} {
		c.place(p[0], p[1], p[2])
	}
}
