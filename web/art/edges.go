package main

// Edge overlays: transparent tiles that a client lays over a ground tile to soften the border to its neighbours. The
// index within a set is a mask of the neighbours that differ: north 1, east 2, south 4, west 8; corners follow as four
// tiles for a neighbour that differs only diagonally: north-east, south-east, south-west, north-west.

const (
	north = 1 << iota
	east
	south
	west
)

// depthTo returns how deep (in pixels, ragged) pixel x, y lies inside the nearest differing side, or -1.
func depthTo(x, y, mask, reach, seed int) int {
	best := -1
	try := func(side, dist, along int) {
		if mask&side == 0 {
			return
		}
		r := reach + int(hash(along/2, side, seed)%3) - 1
		if d := r - dist; d > best {
			best = d
		}
	}
	try(north, y, x)
	try(east, 15-x, y)
	try(south, 15-y, x)
	try(west, x, y)
	// round the inside of a corner where two sides meet
	for _, k := range [][3]int{{north | east, 15, 0}, {south | east, 15, 15}, {south | west, 0, 15}, {north | west, 0, 0}} {
		if mask&k[0] == k[0] {
			dx, dy := abs(x-k[1]), abs(y-k[2])
			if d := reach + 3 - (dx + dy); d > best {
				best = d
			}
		}
	}
	return best
}

func cornerDepth(x, y, corner, reach int) int {
	cx, cy := []int{15, 15, 0, 0}[corner], []int{0, 15, 15, 0}[corner]
	dx, dy := abs(x-cx), abs(y-cy)
	return reach - 1 - (dx*dx+dy*dy)/max(reach, 1)
}

func abs(v int) int {
	if v < 0 {
		return -v
	}
	return v
}

// edgeSet paints 16 masks and 4 corners into consecutive tiles.
func edgeSet(at func(i int) canvas, paint func(c canvas, x, y, depth int, fromNorth bool), reach, seed int) {
	for mask := range 16 {
		c := at(mask)
		for y := range 16 {
			for x := range 16 {
				if d := depthTo(x, y, mask, reach, seed); d > 0 {
					paint(c, x, y, d, mask&north != 0 && y < 8)
				}
			}
		}
	}
	for corner := range 4 {
		c := at(16 + corner)
		for y := range 16 {
			for x := range 16 {
				if d := cornerDepth(x, y, corner, reach); d > 0 {
					paint(c, x, y, d, y < 8)
				}
			}
		}
	}
}

// grassEdge lets the meadow grow over paths, dirt and sand.
func grassEdge(c canvas, x, y, depth int, _ bool) {
	switch {
	case depth == 1:
		c.set(x, y, grassDark)
	case depth == 2 && chance(x, y, 141, 35):
		c.set(x, y, grassLight)
	default:
		c.set(x, y, grassBase)
	}
}

// pathEdge lets a trodden path fray into dirt and sand.
func pathEdge(c canvas, x, y, depth int, _ bool) {
	if depth > 1 || chance(x, y, 143, 45) {
		c.set(x, y, pathBase)
	}
}

// shoreEdge is a bank with a line of foam; the northern bank shows its face of earth, the others wear rim, the colour of
// what grows on them.
func shoreEdge(rim rgb) func(c canvas, x, y, depth int, fromNorth bool) {
	return func(c canvas, x, y, depth int, fromNorth bool) {
		switch {
		case depth == 1:
			c.setA(x, y, waterFoam, 200)
		case depth == 2 && fromNorth:
			c.set(x, y, 0x7d5c44)
		case fromNorth:
			c.set(x, y, dirtDark)
		case depth == 2:
			c.set(x, y, sandDark)
		default:
			c.set(x, y, rim)
		}
	}
}

// shallowEdge lets shallow water reach into deep water, dithered.
func shallowEdge(c canvas, x, y, depth int, _ bool) {
	if depth > 2 || (x+y)%2 == 0 {
		c.set(x, y, waterDark)
	}
}

// duskEdge is the shadow that a wall north or west of a floor casts.
func duskEdge(c canvas, mask int) {
	for y := range 16 {
		for x := range 16 {
			a := 0
			if mask&north != 0 {
				a = max(a, []int{110, 84, 64, 44, 26, 12}[min(y, 5)])
				if y > 5 {
					a = 0
				}
			}
			if mask&west != 0 && x < 3 {
				a = max(a, []int{70, 46, 22}[x])
			}
			if mask&east != 0 && x > 13 {
				a = max(a, 34)
			}
			if a > 0 {
				c.setA(x, y, 0x150f26, uint8(a))
			}
		}
	}
}
