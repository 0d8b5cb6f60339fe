// Package tiled reads the files of the Tiled map editor and compiles them to the maps of [tilemap]. Servers and tools need
// it; clients read the compiled artefact, and do without.
package tiled

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	gotiled "github.com/lafriks/go-tiled"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// The layers of a Tiled file that are not drawn.
const (
	layerBarriers = "barriers"
	layerSpawns   = "spawns"
	layerPortals  = "portals"
)

const maxFile = 32 << 20

// Load reads a Tiled map (orthogonal, 16×16 px tiles, one tileset) and compiles it. The zone's name is the file's name
// without .tmx, its title the map property "title". Layers:
//
//   - tile layers "terrain" and "barriers" (needed), "decor" and "overhead" (optional). Any tile in barriers is solid,
//     and so are tiles of the other layers but overhead whose tileset property "solid" is true;
//   - object layer "spawns" (needed, points; one is named "start") and "portals" (rectangles with the string
//     properties to_zone and, unless "start" is meant, to_point). All other object layers are returned as Objects.
//
// The error lists everything that is wrong, with file, layer and object, and how to fix it.
func Load(fsys fs.FS, name string) (*tilemap.Loaded, error) {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("load map: %w", err)
	}
	if len(raw) > maxFile {
		return nil, fmt.Errorf("load map: %s is %d bytes, at most %d are allowed", name, len(raw), maxFile)
	}
	if err := precheck(name, raw); err != nil {
		return nil, fmt.Errorf("load map:\n%w", err)
	}
	src, err := gotiled.LoadReader(path.Dir(name), bytes.NewReader(raw), gotiled.WithFileSystem(fsys))
	if err != nil {
		return nil, fmt.Errorf("load map: %s: %w; open it in Tiled, check that its tilesets are beside it, and save it with CSV layers", name, err)
	}
	c := compiler{file: name, src: src}
	out := c.compile()
	if err := errors.Join(c.errs...); err != nil {
		return nil, fmt.Errorf("load map:\n%w", err)
	}
	if out.Map, err = tilemap.New(*out.Map, c.solid); err != nil {
		return nil, fmt.Errorf("load map: %s: %w", name, err)
	}
	return out, nil
}

// compiler turns a parsed Tiled file into a map and gathers what is wrong with it.
type compiler struct {
	file  string
	src   *gotiled.Map
	errs  []error
	out   tilemap.Loaded
	solid []bool          // by tile, row-major
	walls map[uint16]bool // tile indices (1-based) with the solid property
}

func (c *compiler) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("%s: "+format, append([]any{c.file}, args...)...))
}

func (c *compiler) compile() *tilemap.Loaded {
	name := strings.TrimSuffix(path.Base(c.file), path.Ext(c.file))
	if !tilemap.ValidName(name) {
		c.fail("the file's name becomes the zone's, and must be 1 to %d of a-z, 0-9 and '-'; rename it", tilemap.MaxName)
	}
	c.out.Map = &tilemap.Map{Name: name, Title: name, Width: int32(c.src.Width), Height: int32(c.src.Height), Props: map[string]string{}}
	if c.src.Properties != nil {
		for _, p := range *c.src.Properties {
			c.out.Props[p.Name] = p.Value
		}
	}
	if title := c.out.Props["title"]; title != "" {
		c.out.Title = title
		delete(c.out.Props, "title")
	}
	if len(c.src.Tilesets) != 1 {
		c.fail("uses %d tilesets; a map uses exactly one, the atlas", len(c.src.Tilesets))
		return &c.out
	}
	c.findSolidTiles()
	c.tileLayers()
	c.objectLayers()
	return &c.out
}

func (c *compiler) findSolidTiles() {
	c.walls = map[uint16]bool{}
	for _, t := range c.src.Tilesets[0].Tiles {
		if t.Properties.GetBool("solid") {
			c.walls[uint16(t.ID)+1] = true
		}
	}
}

func (c *compiler) tileLayers() {
	c.solid = make([]bool, c.out.Width*c.out.Height)
	byName := map[string]*gotiled.Layer{}
	for _, l := range c.src.Layers {
		switch {
		case !slices.Contains(tilemap.DrawnLayers, l.Name) && l.Name != layerBarriers:
			c.fail("layer %q: unknown tile layer; rename it to terrain, decor, overhead or barriers, or delete it", l.Name)
		case byName[l.Name] != nil:
			c.fail("layer %q: there are two of that name; merge them", l.Name)
		case l.OffsetX != 0 || l.OffsetY != 0:
			c.fail("layer %q: is shifted by %d,%d px; set its offset to 0", l.Name, l.OffsetX, l.OffsetY)
		}
		byName[l.Name] = l
	}
	for _, need := range []string{tilemap.LayerTerrain, layerBarriers} {
		if byName[need] == nil {
			c.fail("layer %q is missing; add a tile layer of that name", need)
		}
	}
	for _, name := range tilemap.DrawnLayers {
		if l := byName[name]; l != nil {
			tiles := c.tiles(l, name != tilemap.LayerOverhead)
			c.out.Layers = append(c.out.Layers, tilemap.Layer{Name: name, Tiles: tiles})
		}
	}
	if l := byName[layerBarriers]; l != nil {
		for i, t := range c.tiles(l, false) {
			if t != 0 {
				c.solid[i] = true
			}
		}
	}
}

// tiles turns a layer into atlas indices and, if asked, marks its solid tiles.
func (c *compiler) tiles(l *gotiled.Layer, markSolid bool) []uint16 {
	count := c.src.Tilesets[0].TileCount
	out := make([]uint16, len(l.Tiles))
	for i, t := range l.Tiles {
		x, y := i%c.src.Width, i/c.src.Width
		switch {
		case t.IsNil():
			continue
		case int64(t.ID) >= int64(count):
			c.fail("layer %q: tile %d at column %d, row %d is not in the tileset, which has %d; erase it or mend the tileset", l.Name, t.ID, x, y, count)
			return out // one is enough: a wrong tileset would give thousands
		case t.HorizontalFlip || t.VerticalFlip || t.DiagonalFlip:
			c.fail("layer %q: the tile at column %d, row %d is flipped or rotated, which clients do not draw; place it again unflipped", l.Name, x, y)
			return out
		}
		out[i] = uint16(t.ID) + 1
		if markSolid && c.walls[out[i]] {
			c.solid[i] = true
		}
	}
	return out
}

func (c *compiler) objectLayers() {
	total := 0
	for _, g := range c.src.ObjectGroups {
		total += len(g.Objects)
		for _, o := range g.Objects {
			c.object(g, o)
		}
	}
	if total > tilemap.MaxObjects {
		c.fail("has %d objects, at most %d are allowed; delete some", total, tilemap.MaxObjects)
	}
	if _, ok := c.out.Spawn(tilemap.StartSpawn); !ok && len(c.errs) == 0 {
		c.fail("layer %q: there is no spawn point %q; add a point object of that name to the object layer", layerSpawns, tilemap.StartSpawn)
	}
}

func (c *compiler) object(g *gotiled.ObjectGroup, o *gotiled.Object) {
	fail := func(format string, args ...any) {
		c.fail("layer %q, object %q (id %d): "+format, append([]any{g.Name, o.Name, o.ID}, args...)...)
	}
	x, y := o.X+float64(g.OffsetX), o.Y+float64(g.OffsetY)
	switch {
	case o.GID != 0 || o.Rotation != 0 || len(o.Ellipses)+len(o.Polygons)+len(o.PolyLines) > 0 || o.Text != nil || o.TemplateSource != "":
		fail("must be a plain point or rectangle, not rotated; delete it and draw it again")
		return
	case x < 0 || y < 0 || x+o.Width > float64(c.src.Width*tilemap.TilePx) || y+o.Height > float64(c.src.Height*tilemap.TilePx) ||
		x >= float64(c.src.Width*tilemap.TilePx) || y >= float64(c.src.Height*tilemap.TilePx):
		fail("lies outside the map; move it inside")
		return
	case len(o.Name) > tilemap.MaxName:
		fail("its name is longer than %d bytes; shorten it", tilemap.MaxName)
		return
	}
	props := make(map[string]string, len(o.Properties))
	for _, p := range o.Properties {
		props[p.Name] = p.Value
	}
	if err := tilemap.CheckProps(props); err != nil {
		fail("%v", err)
	}
	kind := o.Class
	if kind == "" {
		kind = o.Type //nolint:staticcheck // class is what Tiled 1.9 wrote; before, and again since 1.10, it is type
	}
	obj := tilemap.Object{Layer: g.Name, Name: o.Name, Kind: kind, X: units(x), Y: units(y), W: units(o.Width), H: units(o.Height), Props: props}
	switch g.Name {
	case layerSpawns:
		c.spawn(obj, fail)
	case layerPortals:
		c.portal(obj, fail)
	default:
		c.out.Objects = append(c.out.Objects, obj)
	}
}

// units turns pixels, in which Tiled counts with fractions, into movement units.
func units(px float64) int32 {
	return int32(px*mover.UnitsPerTile/tilemap.TilePx + 0.5)
}

func (c *compiler) spawn(o tilemap.Object, fail func(string, ...any)) {
	s := tilemap.Spawn{Name: o.Name, X: o.X + o.W/2, Y: o.Y + o.H/2}
	tx, ty := s.X>>mover.TileShift, s.Y>>mover.TileShift
	_, taken := c.out.Spawn(o.Name)
	switch {
	case o.Name == "":
		fail("has no name; give it one")
	case taken:
		fail("there are two spawn points of that name; rename one")
	case c.blocked(tx, ty):
		fail("stands in the solid tile at column %d, row %d; move it", tx, ty)
	default:
		c.out.Spawns = append(c.out.Spawns, s)
	}
}

// blocked reports whether a tile is solid; what lies outside the map is.
func (c *compiler) blocked(tx, ty int32) bool {
	return uint32(tx) >= uint32(c.out.Width) || uint32(ty) >= uint32(c.out.Height) || c.solid[ty*c.out.Width+tx]
}

func (c *compiler) portal(o tilemap.Object, fail func(string, ...any)) {
	p := tilemap.Portal{Name: o.Name, X: o.X, Y: o.Y, W: o.W, H: o.H, ToZone: o.Props["to_zone"], ToPoint: o.Props["to_point"]}
	if p.ToPoint == "" {
		p.ToPoint = tilemap.StartSpawn
	}
	switch {
	case o.Name == "":
		fail("has no name; give it one")
	case slices.ContainsFunc(c.out.Portals, func(q tilemap.Portal) bool { return q.Name == o.Name }):
		fail("there are two portals of that name; rename one")
	case p.W < 1 || p.H < 1:
		fail("is a point; a portal is a rectangle that players walk into")
	case p.ToZone == "":
		fail("leads nowhere; add a string property to_zone with the name of the zone it leads to")
	case !tilemap.ValidName(p.ToZone):
		fail("leads to %q, which cannot be a zone's name; mend to_zone", p.ToZone)
	case len(p.ToPoint) > tilemap.MaxName:
		fail("its to_point is longer than %d bytes; mend it", tilemap.MaxName)
	default:
		c.out.Portals = append(c.out.Portals, p)
	}
}
