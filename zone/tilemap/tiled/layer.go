package tiled

import (
	"fmt"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// layer is one layer with what its groups add to it.
type layer struct {
	*element
	at       Place
	title    string // its own name, without its groups'
	x, y     float64
	shown    bool
	opacity  float64
	tint     string
	mode     string
	parallax bool
}

func (c *compiler) layers() {
	all := c.layersIn(c.src, &layer{at: c.at, shown: true, opacity: 1}, "")
	byName := map[string]*layer{}
	for _, l := range all {
		if l.name == "layer" {
			c.tileLayer(l, byName)
		}
	}
	for _, need := range []string{tilemap.LayerTerrain, layerBarriers} {
		if byName[need] == nil {
			c.fail(c.at, "layer %q is missing; add a tile layer of that name", need)
		}
	}
	c.order(all)
	for _, name := range tilemap.DrawnLayers {
		if l := byName[name]; l != nil {
			c.out.Layers = append(c.out.Layers, tilemap.Layer{Name: name, Tiles: c.drawn(l)})
		}
	}
	if l := byName[layerBarriers]; l != nil {
		c.barriers(l)
	}
	if l := byName[tilemap.LayerOverhead]; l != nil {
		c.overheadWalls(l)
	}
	c.tileFindings()
	c.objectLayers(all)
}

// layersIn flattens groups: all the layers of an element, lowest first.
func (c *compiler) layersIn(parent *element, outer *layer, path string) []*layer {
	var out []*layer
	for _, e := range parent.kids {
		if e.name != "layer" && e.name != "objectgroup" && e.name != "imagelayer" && e.name != "group" {
			continue
		}
		l := &layer{element: e, title: e.get("name"), tint: outer.tint, mode: outer.mode}
		l.at = Place{File: c.file, Layer: fmt.Sprintf("%q", path+l.title)}
		if l.title == "" && e.get("id") != "" {
			l.at.Layer += " (id " + e.get("id") + ")"
		}
		l.x, l.y = outer.x+c.number(l.at, e, "offsetx", 0), outer.y+c.number(l.at, e, "offsety", 0)
		l.shown = c.visible(l.at, e) && outer.shown
		l.opacity = outer.opacity * c.number(l.at, e, "opacity", 1)
		if tint := strings.ToLower(e.get("tintcolor")); tint != "" && strings.Trim(tint, "#f") != "" {
			l.tint = tint
		}
		if mode := e.get("mode"); mode != "" && mode != "normal" {
			l.mode = mode
		}
		l.parallax = outer.parallax || c.number(l.at, e, "parallaxx", 1) != 1 || c.number(l.at, e, "parallaxy", 1) != 1
		if e.name == "group" {
			c.unreadProperties(l.at, e, "layer", "of a group is not read")
			out = append(out, c.layersIn(e, l, path+l.title+"/")...)
			continue
		}
		if e.name == "imagelayer" && l.shown {
			c.fail(l.at, "image layers are not supported; delete it")
		}
		out = append(out, l)
	}
	return out
}

// visible reads whether Tiled shows something.
func (c *compiler) visible(at Place, e *element) bool {
	text := e.get("visible")
	switch text {
	case "", "1":
		return true
	case "0":
		return false
	}
	at.Property = "visible"
	c.fail(at, "is %.40q; Tiled writes 0 or 1: show or hide it there, and save", text)
	return true
}

// tileLayer checks all of a tile layer but its tiles.
func (c *compiler) tileLayer(l *layer, byName map[string]*layer) {
	known := slices.Contains(tilemap.DrawnLayers, l.title) || l.title == layerBarriers
	x, y := c.integer(l.at, l.element, "x", 0), c.integer(l.at, l.element, "y", 0)
	w, h := c.integer(l.at, l.element, "width", c.width), c.integer(l.at, l.element, "height", c.height)
	switch {
	case !known:
		word := meant(l.title, tilemap.LayerTerrain, tilemap.LayerDecor, tilemap.LayerOverhead, layerBarriers)
		if word == "" {
			word = "terrain, decor, overhead or barriers"
		}
		c.fail(l.at, "unknown tile layer; rename it to %s, or delete it", word)
		return
	case byName[l.title] != nil:
		c.fail(l.at, "there are two of that name; merge them")
	case l.x != 0 || l.y != 0:
		c.fail(l.at, "is shifted by %v,%v px; set its offset, and those of its groups, to 0", l.x, l.y)
	case x != 0 || y != 0:
		c.fail(l.at, "is shifted by %d,%d tiles; save the map again in Tiled", x, y)
	case w != c.width || h != c.height:
		c.fail(l.at, "is %d×%d tiles, and the map %d×%d; resize the map in Tiled", w, h, c.width, c.height)
	case l.parallax:
		c.fail(l.at, "moves at another speed than the map, which clients do not show; set its parallax factor, and those of its groups, to 1")
	}
	byName[l.title] = l
	c.unreadProperties(l.at, l.element, "layer", "of a tile layer is not read")
	if l.title == layerBarriers {
		return // it is never drawn: hidden or shown, its tiles are solid
	}
	if !l.shown {
		c.warn(l.at, "is hidden in Tiled; it is drawn all the same, and its solid tiles stop players: show it, or delete it")
	}
	for _, look := range []struct {
		on   bool
		text string
	}{
		{l.opacity != 1, fmt.Sprintf("has an opacity of %v", l.opacity)},
		{l.tint != "", fmt.Sprintf("is tinted %s", l.tint)},
		{l.mode != "", fmt.Sprintf("has the blend mode %.40q", l.mode)},
	} {
		if look.on {
			c.warn(l.at, "%s, and clients draw it without; remove that, or change the picture", look.text)
		}
	}
}

// unreadProperties says that the properties of something are not read. One that looks like a wall is an error.
func (c *compiler) unreadProperties(at Place, e *element, use, what string) {
	own := c.properties(at, e)
	class := e.get("class")
	c.noteClass(at, class, c.inherit(at, own, class, use))
	for _, name := range sortedNames(own) {
		at := at
		at.Property = name
		if name == "solid" && e.name == "layer" && e.get("name") == tilemap.LayerOverhead && own[name].text == "false" {
			continue // read by overheadWalls
		}
		if saysWall(name, own[name]) {
			c.fail(at, "%s, and nothing would be solid by it; paint tiles into the layer barriers, or make the tiles of the tileset solid", what)
			continue
		}
		c.warn(at, "%s; delete it", what)
	}
}

// order warns of drawn layers that lie in another order than clients draw them.
func (c *compiler) order(all []*layer) {
	highest, above := -1, ""
	for _, l := range all {
		i := slices.Index(tilemap.DrawnLayers, l.title)
		if l.name != "layer" || i < 0 {
			continue
		}
		if i < highest {
			c.warn(l.at, "lies above %s in Tiled, and clients draw it below; move it down", above)
			continue
		}
		highest, above = i, l.title
	}
}
