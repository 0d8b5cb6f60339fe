package tiled

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// tile is what a tileset says of one tile. Tiles that a map does not use are nobody's trouble: what is wrong with one is said when it is used.
type tile struct {
	solid     bool // stops players in terrain and decor
	wall      bool // was marked as a wall in one way or another
	unread    []string
	animated  bool
	findings  []Finding
	stands    bool // is used where it would stop a player
	displayed bool // is used in a drawn layer
}

// tile reads one tile's properties, class, collision shapes and animation.
func (c *compiler) tile(at Place, e *element, set *tileset) {
	id := c.integer(at, e, "id", 0)
	at.Tile = strconv.Itoa(id)
	if id < 0 {
		c.fail(at, "has a number below 0 (line %d); save the tileset again in Tiled", e.line)
		return
	}
	if _, twice := set.tiles[id]; twice {
		c.fail(at, "is there twice (line %d); delete one", e.line)
		return
	}
	t := &tile{animated: e.kid("animation") != nil && len(e.kid("animation").kids) > 0}
	set.tiles[id] = t
	own := c.properties(at, e)
	if g := e.kid("objectgroup"); g != nil {
		for name, v := range c.properties(at, g) { // where old versions kept them
			if _, ok := own[name]; !ok {
				own[name] = v
			}
		}
	}
	for _, name := range sortedNames(own) {
		if name != "solid" {
			t.unread = append(t.unread, name)
		}
	}
	class := e.get("class")
	if class == "" {
		class = e.get("type")
	}
	_, said := own["solid"]
	known := c.inherit(at, own, class, "tile")
	solid, marked := c.solidProperty(at, t, own)
	t.solid, t.wall = solid, solid
	c.shapes(at, e, t, solid, marked)
	c.misnamed(at, t, own, marked || t.solid)
	if marked || t.solid {
		return
	}
	if class != "" && !said {
		c.openClass(at, t, class, known)
	}
}

// openClass looks at the class of a tile that nothing makes solid: what it is called may say otherwise.
func (c *compiler) openClass(at Place, t *tile, class string, known bool) {
	p := c.types
	switch like := p.like(class, "tile"); {
	case p.broken:
	case !known:
		t.fail(at, "has the class %q, and no .tiled-project lies beside the map or above it: whether the class makes it solid is not known; "+
			"embed the project with the maps, or give the tile a property solid of its own, true or false", class)
	case like != nil && p.class(class, "tile") == nil && c.defaults(like, 0)["solid"].text == "true":
		t.wall = true
		t.fail(at, "has the class %q, which the project does not have; its class %q is solid: write it so", class, like.Name)
	case wallWord(class):
		t.wall = true
		t.fail(at, "has the class %q, and nothing makes it solid; give the class in %s, or the tile, a property solid, true or false", class, p.file)
	case wallLike(class):
		t.warn(at, "has the class %q, and nothing makes it solid; give the tile a property solid, true or false", class)
	}
}

// solidProperty reads the property "solid", whatever its type, and finds those that were meant to be it. marked: it says one thing or the other.
func (c *compiler) solidProperty(at Place, t *tile, p properties) (solid, marked bool) {
	for _, name := range sortedNames(p) {
		at := at
		at.Property = name
		v := p[name]
		on, plain := truth(v.text)
		plain = plain && v.kind != "class" && v.kind != "list"
		switch {
		case name == "solid" && !plain:
			t.wall = true
			t.fail(at, "is %.40q of the type %s, which is neither true nor false; make it a bool", v.text, v.kind)
			return false, true
		case name == "solid":
			if v.kind != "bool" {
				t.warn(at, "is of the type %s; it is read as %v: make it a bool", v.kind, on)
			}
			solid, marked = on, true
		}
	}
	return solid, marked
}

// misnamed finds properties that were meant to make a tile solid: another spelling of "solid" always, other words where nothing else settles it.
func (c *compiler) misnamed(at Place, t *tile, p properties, settled bool) {
	for _, name := range sortedNames(p) {
		at.Property = name
		if name != "solid" && saysWall(name, p[name]) && (!settled || meant(name, "solid") != "") {
			t.wall = true
			t.fail(at, "is not read, and players would walk through the tile; the property that is read is \"solid\", a bool: rename it")
		}
	}
}

// shapes reads a tile's collision shapes. Players walk on a grid of whole tiles: one rectangle that is the tile makes it solid, all other
// shapes would let them into what the author sees as a wall, or keep them out of what is none.
func (c *compiler) shapes(at Place, e *element, t *tile, solid, marked bool) {
	full, part := false, ""
	for _, g := range e.kids {
		if g.name != "objectgroup" {
			continue
		}
		for _, o := range g.kids {
			if o.name != "object" {
				continue
			}
			switch what, covers := collisionShape(o); {
			case covers:
				full = true
			case what == "a point" || what == "a text":
				t.warn(at, "has %s among its collision shapes, which is not read; delete it", what)
			default:
				part = what
			}
		}
	}
	if !full && part == "" {
		return
	}
	t.wall = true
	switch {
	case marked && !solid:
		t.fail(at, "has a collision shape, and the property solid says false; remove one of the two")
	case solid && part != "" && !full:
		t.warn(at, "has %s for a collision shape; the whole tile is solid, as its property solid says: delete the shape", part)
	case full:
		t.solid = true
	default:
		t.fail(at, "has %s for a collision shape, and only whole tiles are solid; give the tile the property solid (a bool), or draw a rectangle over all of it", part)
	}
}

// collisionShape tells what a shape is in words, and whether it is the whole tile.
func collisionShape(o *element) (what string, covers bool) {
	for _, k := range []struct{ element, what string }{
		{"ellipse", "an ellipse"}, {"capsule", "a capsule"}, {"polygon", "a polygon"}, {"polyline", "a line"}, {"point", "a point"}, {"text", "a text"},
	} {
		if o.kid(k.element) != nil {
			return k.what, false
		}
	}
	if o.get("gid") != "" || o.get("template") != "" {
		return "a tile or template", false
	}
	var v [5]float64
	for i, name := range []string{"x", "y", "width", "height", "rotation"} {
		text := o.get(name)
		if text == "" {
			continue
		}
		n, err := parseNumber(text)
		if err != nil {
			return fmt.Sprintf("a rectangle whose %s is %.20q", name, text), false
		}
		v[i] = n
	}
	const unit = float64(tilemap.TilePx) / mover.UnitsPerTile
	near := func(a, b float64) bool { return math.Abs(a-b) < unit/2 }
	switch {
	case math.Mod(v[4], 360) != 0:
		return "a rotated rectangle", false
	case near(v[0], 0) && near(v[1], 0) && near(v[2], tilemap.TilePx) && near(v[3], tilemap.TilePx):
		return "", true
	}
	return "a rectangle that is not the tile's own", false
}

func (t *tile) fail(at Place, format string, args ...any) {
	t.findings = append(t.findings, Finding{Error, at, fmt.Sprintf(format, args...)})
}

func (t *tile) warn(at Place, format string, args ...any) {
	t.findings = append(t.findings, Finding{Warning, at, fmt.Sprintf(format, args...)})
}

// tileFindings says what there is to say of the tiles that the map uses: once for all tiles of which the same is true.
func (c *compiler) tileFindings() {
	if c.set == nil {
		return
	}
	ids := make([]int, 0, len(c.set.tiles))
	for id := range c.set.tiles {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var order []Finding // without their tiles
	tiles := map[Finding][]string{}
	note := func(id int, f Finding) {
		f.Tile = ""
		if tiles[f] == nil {
			order = append(order, f)
		}
		tiles[f] = append(tiles[f], strconv.Itoa(id))
	}
	at := c.set.at
	for _, id := range ids {
		t := c.set.tiles[id]
		if t.stands {
			for _, f := range t.findings {
				note(id, f)
			}
		}
		if !t.stands && !t.displayed {
			continue
		}
		for _, name := range t.unread {
			at := at
			at.Property = name
			note(id, Finding{Warning, at, "is not read: of tiles, only \"solid\" is; delete it if it was to stop players"})
		}
		if t.animated && t.displayed {
			note(id, Finding{Warning, at, "is animated, and clients draw it still; remove the animation"})
		}
	}
	for _, f := range order {
		const most = 12
		list := tiles[f]
		f.Tile = strings.Join(list[:min(len(list), most)], ", ")
		if len(list) > most {
			f.Tile += fmt.Sprintf(" and %d more", len(list)-most)
		}
		c.add(f)
	}
}
