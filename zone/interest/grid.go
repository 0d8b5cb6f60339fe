// Package interest decides who is told of whom: a grid of entities by position, and a view per client with hysteresis.
//
// It is owned by the goroutine that owns the zone, draws no random numbers and answers in the same order every time for
// the same history, so that a zone replays. In the steady state nothing in it allocates.
package interest

import "fmt"

// Slot names an entity in a Grid. Slots are small numbers that the caller hands out, and may use again after Remove.
type Slot uint32

// MaxSlots bounds the slots of one grid: a view costs a bit for each.
const MaxSlots = 1 << 16

// none ends a list, and marks a slot that is not in the grid.
const none = int32(-1)

// entry is one entity, in the doubly linked list of its cell.
type entry struct {
	x, y       int32
	next, prev int32
	cell       int32
	gen        uint32 // counts removals: a view sees that a slot was used again
}

// Grid holds entities by position. Make one with New.
type Grid struct {
	cellSize   int32
	cols, rows int32
	heads      []int32
	entries    []entry
}

// New makes a grid for positions in [0, width) × [0, height), with square cells; a cell about half as wide as the
// enter radius works well. Positions outside are kept in the nearest cell.
func New(width, height, cellSize int32) *Grid {
	if width < 1 || height < 1 || cellSize < 1 {
		panic(fmt.Sprintf("interest: grid of %d×%d with cells of %d", width, height, cellSize))
	}
	g := &Grid{cellSize: cellSize, cols: (width-1)/cellSize + 1, rows: (height-1)/cellSize + 1}
	g.heads = make([]int32, g.cols*g.rows)
	for i := range g.heads {
		g.heads[i] = none
	}
	return g
}

// Insert adds an entity that is not in the grid.
func (g *Grid) Insert(s Slot, x, y int32) {
	if s >= MaxSlots {
		panic(fmt.Sprintf("interest: slot %d, at most %d", s, MaxSlots))
	}
	for int(s) >= len(g.entries) {
		g.entries = append(g.entries, entry{cell: none})
	}
	e := &g.entries[s]
	if e.cell != none {
		panic(fmt.Sprintf("interest: slot %d inserted twice", s))
	}
	e.x, e.y = x, y
	g.link(s, g.cellAt(x, y))
}

// Remove takes an entity out; one that is not in the grid is ignored.
func (g *Grid) Remove(s Slot) {
	if !g.Has(s) {
		return
	}
	g.unlink(s)
	g.entries[s].cell = none
	g.entries[s].gen++
}

// Move changes an entity's position.
func (g *Grid) Move(s Slot, x, y int32) {
	e := &g.entries[s]
	e.x, e.y = x, y
	if c := g.cellAt(x, y); c != e.cell {
		g.unlink(s)
		g.link(s, c)
	}
}

// Has reports whether the slot is in the grid.
func (g *Grid) Has(s Slot) bool {
	return int(s) < len(g.entries) && g.entries[s].cell != none
}

// Near appends the entities within radius of a point to dst, the edge included.
func (g *Grid) Near(dst []Slot, x, y, radius int32) []Slot {
	left, right := g.column(x-radius), g.column(x+radius)
	for row := g.row(y - radius); row <= g.row(y+radius); row++ {
		for col := left; col <= right; col++ {
			for i := g.heads[row*g.cols+col]; i != none; i = g.entries[i].next {
				if g.within(i, x, y, radius) {
					dst = append(dst, Slot(i))
				}
			}
		}
	}
	return dst
}

func (g *Grid) within(i, x, y, radius int32) bool {
	dx, dy := int64(g.entries[i].x-x), int64(g.entries[i].y-y)
	return dx*dx+dy*dy <= int64(radius)*int64(radius)
}

func (g *Grid) column(x int32) int32 { return min(max(x/g.cellSize, 0), g.cols-1) }

func (g *Grid) row(y int32) int32 { return min(max(y/g.cellSize, 0), g.rows-1) }

func (g *Grid) cellAt(x, y int32) int32 { return g.row(y)*g.cols + g.column(x) }

func (g *Grid) link(s Slot, cell int32) {
	e := &g.entries[s]
	e.cell, e.prev, e.next = cell, none, g.heads[cell]
	if e.next != none {
		g.entries[e.next].prev = int32(s)
	}
	g.heads[cell] = int32(s)
}

func (g *Grid) unlink(s Slot) {
	e := &g.entries[s]
	if e.prev == none {
		g.heads[e.cell] = e.next
	} else {
		g.entries[e.prev].next = e.next
	}
	if e.next != none {
		g.entries[e.next].prev = e.prev
	}
}
