package tiled

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// flipBits are the bits of a tile's number in a Tiled file that turn the tile.
const flipBits = 0xf0000000

// cells reads the tile numbers of a layer, row-major; nil if it cannot.
func (c *compiler) cells(l *layer) []uint32 {
	var data []*element
	for _, k := range l.kids {
		if k.name == "data" {
			data = append(data, k)
		}
	}
	if len(data) != 1 {
		c.fail(l.at, "has its tiles %d times; open the map in Tiled and save it again", len(data))
		return nil
	}
	switch encoding, compression := data[0].get("encoding"), data[0].get("compression"); {
	case encoding != "csv" && compression != "":
		c.fail(l.at, "is stored as %q, compressed with %q; choose the tile layer format CSV in the map's properties", encoding, compression)
		return nil
	case encoding == "" && data[0].kid("chunk") == nil:
		c.fail(l.at, "is stored as XML; choose the tile layer format CSV in the map's properties")
		return nil
	case encoding != "csv" && data[0].kid("chunk") == nil:
		c.fail(l.at, "is stored as %q; choose the tile layer format CSV in the map's properties", encoding)
		return nil
	case len(data[0].kids) > 0:
		c.fail(l.at, "is stored in chunks, as an infinite map's; clear 'Infinite' in the map's properties")
		return nil
	}
	text, want := data[0].text, c.width*c.height
	if n := strings.Count(text, ",") + 1; n != want {
		c.fail(l.at, "has %d tiles, %d×%d need %d; open the map in Tiled and save it again", n, c.width, c.height, want)
		return nil
	}
	out := make([]uint32, want)
	for i := range out {
		var cell string
		cell, text, _ = strings.Cut(text, ",")
		gid, err := strconv.ParseUint(strings.TrimSpace(cell), 10, 32)
		if err != nil {
			c.fail(l.at, "%.20q at column %d, row %d is not a tile number; open the map in Tiled and save it again", cell, i%c.width, i/c.width)
			return nil
		}
		out[i] = uint32(gid)
	}
	return out
}

// each calls do with every tile of a layer that is in the tileset, by its number there. One that is not ends it: a wrong tileset would
// give thousands.
func (c *compiler) each(l *layer, do func(i, id int, flipped bool) bool) {
	cells := c.cells(l)
	if c.set == nil {
		return
	}
	for i, gid := range cells {
		if gid == 0 {
			continue
		}
		x, y := i%c.width, i/c.width
		bare := gid &^ flipBits
		if bare < c.set.first {
			c.fail(l.at, "tile %d at column %d, row %d is in no tileset; erase it or add the tileset", bare, x, y)
			return
		}
		id := int64(bare) - int64(c.set.first)
		switch {
		case id >= int64(c.set.count):
			c.fail(l.at, "tile %d at column %d, row %d is not in the tileset, which has %d; erase it or mend the tileset", id, x, y, c.set.count)
			return
		case id >= math.MaxUint16:
			c.fail(l.at, "tile %d at column %d, row %d is beyond the %d tiles that a map can have; use another", id, x, y, math.MaxUint16)
			return
		}
		if !do(i, int(id), gid != bare) {
			return
		}
	}
}

// drawn turns a layer into atlas indices and, but for overhead, marks its solid tiles.
func (c *compiler) drawn(l *layer) []uint16 {
	out := make([]uint16, len(c.solid))
	c.each(l, func(i, id int, flipped bool) bool {
		if flipped {
			c.fail(l.at, "the tile at column %d, row %d is flipped or rotated, which clients do not draw; place it again unflipped", i%c.width, i/c.width)
			return false
		}
		out[i] = uint16(id) + 1
		t := c.set.tiles[id]
		if t == nil {
			return true
		}
		t.displayed = true
		if l.title != tilemap.LayerOverhead {
			t.stands = true
			c.solid[i] = c.solid[i] || t.solid
		}
		return true
	})
	return out
}

// barriers marks what a tile of that layer makes solid: any does, however it lies.
func (c *compiler) barriers(l *layer) {
	c.each(l, func(i, _ int, _ bool) bool {
		c.solid[i] = true
		return true
	})
}

// overheadWalls warns where a tile that stops players elsewhere hangs over ground on which they walk, unless the layer says that it is not solid.
func (c *compiler) overheadWalls(l *layer) {
	if c.set == nil || c.properties(Place{}, l.element)["solid"].text == "false" {
		return
	}
	tiles := c.out.Layers[len(c.out.Layers)-1].Tiles // overhead is the last
	first, more := -1, 0
	for i, n := range tiles {
		if n == 0 || c.solid[i] {
			continue
		}
		if t := c.set.tiles[int(n)-1]; t != nil && t.wall {
			if first < 0 {
				first = i
			} else {
				more++
			}
		}
	}
	if first < 0 {
		return
	}
	at := l.at
	at.Tile = strconv.Itoa(int(tiles[first]) - 1)
	others := ""
	if more > 0 {
		others = fmt.Sprintf(" (and at %d more places)", more)
	}
	c.warn(at, "is solid in the tileset, but nothing in overhead stops players, who walk below it at column %d, row %d%s; "+
		"paint the layer barriers there if they should not, or give the layer the property solid, false", first%c.width, first/c.width, others)
}
