package main

// Portals, and the light that they and fires give.

// portal is an arch of stone around a whirl of light, seen from the front. Frame turns the whirl.
func portal(c canvas, frame int) {
	for y := range 16 {
		for x := range 16 {
			dx, dy := 2*x-15, (2*y-15)*9/10
			d := dx*dx + dy*dy
			switch {
			case d > 230:
				continue
			case d > 168:
				col := stoneBase
				if dx+dy < -8 {
					col = stoneLight
				} else if dx+dy > 8 {
					col = stoneDark
				}
				if (x+y*2)%5 == 0 {
					col = stoneDeep
				}
				c.set(x, y, col)
			default:
				c.set(x, y, whirl(dx, dy, d, frame))
			}
		}
	}
	c.outline(ink)
}

// gate is the 32×40 archway that clients put over a portal: pillars, a pointed arch, and the whirl between them.
func gate(frame int) canvas {
	c := newCanvas(32, 40)
	inside := func(x, y, grow int) bool {
		if y >= 16 {
			return y < 39 && abs(2*x-31) <= 2*(9+grow)
		}
		dx, dy := abs(2*x-31), 2*(16-y)
		r := 2 * (9 + grow)
		return dx*dx+dy*dy*7/10 <= r*r
	}
	for y := range 40 {
		for x := range 32 {
			switch {
			case inside(x, y, 0):
				dx, dy := (2*x-31)*9/10, (2*y-42)*6/10
				c.set(x, y, whirl(dx, dy, dx*dx+dy*dy, frame))
			case inside(x, y, 4):
				c.set(x, y, gateStone(x, y))
			}
		}
	}
	for _, p := range [][2]int{{15, 2}, {16, 2}, {14, 3}, {17, 3}} { // keystone
		c.set(p[0], p[1], portalGlow)
		c.set(p[0], p[1]+1, portalLight)
	}
	for _, x := range []int{2, 24} { // plinths
		c.rect(x, 36, 6, 3, stoneBase)
		c.rect(x, 36, 6, 1, stoneGlow)
		c.rect(x, 38, 6, 1, stoneDeep)
	}
	c.outline(ink)
	return c
}

func gateStone(x, y int) rgb {
	block := (y + 2) / 5
	switch {
	case (y+2)%5 == 0:
		return stoneDeep
	case (y+2)%5 == 1:
		return stoneLight
	case x < 4 || (x > 22 && x < 25):
		return stoneLight
	case hash(block, x/16, 251)%3 == 0:
		return stoneDark
	}
	return stoneBase
}

// whirl is the colour of a spiral: the octant of the angle plus the distance plus the frame.
func whirl(dx, dy, d, frame int) rgb {
	octant := 0
	if dy < 0 {
		octant += 4
		dx, dy = -dx, -dy
	}
	if dx < 0 {
		octant += 2
		dx, dy = dy, -dx
	}
	if dy > dx {
		octant++
	}
	switch {
	case d < 12:
		return portalCore
	case d < 34:
		return []rgb{portalGlow, portalGlow, portalCore, portalLight}[(octant+frame)%4]
	}
	return []rgb{portalDeep, portalBase, portalLight, portalBase}[(octant+d/40+frame)%4]
}

// glow is a soft round light, brightest in the middle; clients add it.
func glow(c canvas, col rgb) {
	for y := range c.h {
		for x := range c.w {
			dx, dy := 2*x-c.w+1, 2*y-c.h+1
			d := dx*dx + dy*dy
			full := c.w * c.w
			if d < full {
				f := (full - d) * 255 / full
				c.setA(x, y, col, uint8(f*f/255*150/255))
			}
		}
	}
}
