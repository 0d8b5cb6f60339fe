package tiled

import (
	"fmt"
	"image"
	_ "image/gif" // the formats of pictures whose size can be seen
	_ "image/jpeg"
	_ "image/png"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// tileset is the map's one tileset, the atlas.
type tileset struct {
	at    Place
	first uint32 // number of its first tile in the map's layers
	count int
	tiles map[int]*tile // those of which it says something
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
	} else {
		at.Tileset = fmt.Sprintf("%q", ref.get("name"))
	}
	set := &tileset{at: at, first: uint32(first), tiles: map[int]*tile{}}
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
