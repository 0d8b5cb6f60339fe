package tiled

import (
	"fmt"
	"image"
	_ "image/gif" // the formats of pictures whose size can be seen
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// tileset is the map's one tileset, the atlas.
type tileset struct {
	first uint32 // number of its first tile in the map's layers
	count int
	tiles map[int]*tile // those of which it says something
}

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

func (c *compiler) tilesets() {
	var refs []*element
	for _, e := range c.src.kids {
		if e.name == "tileset" {
			refs = append(refs, e)
		}
	}
	if len(refs) != 1 {
		c.fail(c.at, "uses %d tilesets; a map uses exactly one, the atlas: in Tiled, replace the tiles of the others and remove them", len(refs))
	}
	const most = 16
	for _, ref := range refs[:min(len(refs), most)] {
		if set := c.tileset(ref); len(refs) == 1 {
			c.set = set
		}
	}
}

// tileset reads one tileset; nil if its tiles cannot be told.
func (c *compiler) tileset(ref *element) *tileset {
	at := c.at
	first := c.integer(at, ref, "firstgid", 1)
	if first < 1 {
		c.fail(at, "the tileset's first tile has the number %d; save the map again in Tiled", first)
		return nil
	}
	src := ref
	if source := ref.get("source"); source != "" {
		name, ok := c.resolve(at, c.file, source)
		if !ok {
			return nil
		}
		if src = c.open(at, name, "tileset"); src == nil {
			return nil
		}
		c.tilesetFile, at = name, Place{File: name}
	}
	set := &tileset{first: uint32(first), tiles: map[int]*tile{}}
	sound := c.atlas(at, src, set)
	for _, e := range src.kids {
		if e.name == "tile" {
			c.tile(at, e, set)
		}
	}
	if !sound {
		return nil
	}
	return set
}

// atlas checks the tileset itself, and counts its tiles. False: its tiles cannot be told.
func (c *compiler) atlas(at Place, e *element, set *tileset) bool {
	collection := slices.ContainsFunc(e.kids, func(k *element) bool { return k.name == "tile" && k.kid("image") != nil })
	picture := e.kid("image")
	switch {
	case collection:
		c.fail(at, "is a collection of images, and clients draw one atlas; make one picture of them, and a tileset \"Based on Tileset Image\"")
		return false
	case picture == nil:
		c.warn(at, "has no image: Tiled shows none of its tiles; give it the picture that clients draw")
	}
	for _, k := range e.kids {
		if k.name == "tile" && (k.get("x") != "" || k.get("y") != "" || k.get("width") != "" || k.get("height") != "") {
			at := at
			at.Tile = k.get("id")
			c.fail(at, "is a part of its image of its own choosing, and clients cut the atlas into a grid; remove it")
		}
	}
	px, py := c.integer(at, e, "tilewidth", 0), c.integer(at, e, "tileheight", 0)
	if px != tilemap.TilePx || py != tilemap.TilePx {
		c.fail(at, "has tiles of %d×%d px, they must be %d×%d, as the map's; cut its picture anew", px, py, tilemap.TilePx, tilemap.TilePx)
	}
	spacing, margin := c.integer(at, e, "spacing", 0), c.integer(at, e, "margin", 0)
	if spacing != 0 || margin != 0 {
		c.fail(at, "has %d px between its tiles and %d px around them, and clients cut the atlas without; remove both from the picture, and set them to 0",
			spacing, margin)
	}
	if o := e.kid("tileoffset"); o != nil {
		if x, y := c.integer(at, o, "x", 0), c.integer(at, o, "y", 0); x != 0 || y != 0 {
			c.fail(at, "draws its tiles %d,%d px from their places, and clients do not; set the drawing offset to 0", x, y)
		}
	}
	if picture != nil && picture.get("trans") != "" {
		c.warn(at, "makes the colour %s transparent, which clients do not; make the picture itself transparent there", picture.get("trans"))
	}
	c.unreadProperties(at, e, "tileset", "of the whole tileset is not read, only those of its tiles")
	if px != tilemap.TilePx || py != tilemap.TilePx || spacing != 0 || margin != 0 {
		return false // its picture is cut otherwise
	}
	return c.countTiles(at, e, picture, set)
}

// countTiles finds how many tiles there are: the picture's size counts, as in Tiled; old files give no number.
func (c *compiler) countTiles(at Place, e, picture *element, set *tileset) bool {
	count, columns := c.integer(at, e, "tilecount", 0), c.integer(at, e, "columns", 0)
	width, height := 0, 0
	if picture != nil {
		width, height = c.integer(at, picture, "width", 0), c.integer(at, picture, "height", 0)
	}
	if name, w, h, ok := c.pictureSize(at.File, picture); ok {
		const mend = "open it in Tiled, and save it again"
		switch {
		case width > 0 && width != w:
			c.fail(at, "says that its picture is %d px wide, and %s is %d: the numbers of tiles mean others; %s, and its maps", width, picture.get("source"), w, mend)
			return false
		case height > 0 && height != h:
			c.warn(at, "says that its picture is %d px high, and %s is %d: not all tiles are there for both; %s", height, picture.get("source"), h, mend)
			h = min(height, h)
		case (width == 0 || height == 0) && count == 0:
			c.Files = append(c.Files, name) // only the picture says how many tiles there are
		}
		width, height = w, h
	}
	across, down := width/tilemap.TilePx, height/tilemap.TilePx
	switch {
	case count < 0 || columns < 0 || width < 0 || height < 0:
		c.fail(at, "has %d tiles in %d columns on a picture of %d×%d px; open it in Tiled, and save it again", count, columns, width, height)
		return false
	case width > 0 && columns > 0 && columns != across:
		c.fail(at, "has %d columns, but its picture of %d px has room for %d: the numbers of tiles mean others; open it in Tiled, and save it and its maps again",
			columns, width, across)
		return false
	case width > 0 && height > 0 && count > across*down:
		c.fail(at, "has %d tiles, but its picture of %d×%d px has room for %d; open it in Tiled, and save it again", count, width, height, across*down)
		return false
	case width > 0 && height > 0:
		count = across * down
	case count == 0:
		c.fail(at, "says neither how many tiles it has nor how large its picture is; open it in Tiled, and save it again")
		return false
	case picture != nil:
		c.warn(at, "does not say how large its picture is, so that nobody sees whether it has all %d tiles; open it in Tiled, and save it again", count)
	}
	set.count = count
	return true
}

// pictureSize looks at the tileset's picture, where it is at hand: games need not embed it.
func (c *compiler) pictureSize(file string, e *element) (name string, width, height int, ok bool) {
	if e == nil || e.get("source") == "" {
		return "", 0, 0, false
	}
	name = path.Join(path.Dir(file), strings.ReplaceAll(e.get("source"), `\`, "/"))
	if !fs.ValidPath(name) {
		return "", 0, 0, false
	}
	f, err := c.fsys.Open(name)
	if err != nil {
		return "", 0, 0, false
	}
	defer f.Close()
	size, _, err := image.DecodeConfig(io.LimitReader(f, maxFile))
	return name, size.Width, size.Height, err == nil
}

// tile reads one tile's properties, class, collision shapes and animation.
func (c *compiler) tile(at Place, e *element, set *tileset) {
	id := c.integer(at, e, "id", 0)
	at.Tile = strconv.Itoa(id)
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
	if marked || t.solid {
		return
	}
	switch p := c.types; {
	case class == "" || said:
	case !known && !p.broken:
		t.fail(at, "has the class %q, and no .tiled-project lies beside the map or above it: whether the class makes it solid is not known; "+
			"embed the project with the maps, or give the tile a property solid of its own, true or false", class)
	case known:
		if like := p.like(class, "tile"); like != nil && p.class(class, "tile") == nil {
			if on, _ := truth(c.defaults(like, 0)["solid"].text); on {
				t.wall = true
				t.fail(at, "has the class %q, which the project does not have; its class %q is solid: write it so", class, like.Name)
			}
		}
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
		case meant(name, "solid") != "" && (on || !plain):
			t.wall = true
			t.fail(at, "is not read, and the tile would be walkable; the property's name is \"solid\": rename it")
		}
	}
	return solid, marked
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
	at := c.at
	if c.tilesetFile != "" {
		at.File = c.tilesetFile
	}
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
