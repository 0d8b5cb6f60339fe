package best

// grid finds entities that moved by where they are, on the first two axes.
type grid struct {
	shift uint
	warm  [gridCells / 64]uint64
	head  [gridCells]int16 // 1 + index into at; 0: none
	at    []gridEntry
}

type gridEntry struct {
	entity int
	next   int16
}

const gridCells = 1024

func (g *grid) reset() {
	g.warm = [gridCells / 64]uint64{}
	g.head = [gridCells]int16{}
	g.at = g.at[:0]
}

func (g *grid) cell(x, y int64) int {
	return int((uint64(x)*5 + uint64(y)*31) & (gridCells - 1))
}

// add puts in an entity that moved to v, in 1/256.
func (g *grid) add(i int, v vec) {
	x, y := v[0]>>8>>g.shift, v[1]>>8>>g.shift
	c := g.cell(x, y)
	g.at = append(g.at, gridEntry{entity: i, next: g.head[c]})
	g.head[c] = int16(len(g.at))
	for dx := int64(-1); dx <= 1; dx++ {
		for dy := int64(-1); dy <= 1; dy++ {
			c := g.cell(x+dx, y+dy)
			g.warm[c>>6] |= 1 << (c & 63)
		}
	}
}

// hot reports whether something may have moved near a place, in units.
func (g *grid) hot(x, y int64) bool {
	c := g.cell(x>>g.shift, y>>g.shift)
	return g.warm[c>>6]>>(c&63)&1 != 0
}
