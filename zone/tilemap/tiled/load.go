// Package tiled reads the files of the Tiled map editor and compiles them to the maps of [tilemap]. Servers and tools need
// it; clients read the compiled artefact, and do without.
//
// What Tiled shows and the game would not is never passed over in silence: it is a [Finding], an error where a wall would be
// walkable, a tile another one, or something lost that the author wrote, and else a warning.
package tiled

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// The layers of a Tiled file that are not drawn.
const (
	layerBarriers = "barriers"
	layerSpawns   = "spawns"
	layerPortals  = "portals"
)

// Load reads a Tiled map (orthogonal, 16×16 px tiles, one tileset) and compiles it. The map's name is the file's name
// without .tmx, its title the map property "title". Layers, which may lie in groups:
//
//   - tile layers "terrain" and "barriers" (needed), "decor" and "overhead" (optional). Any tile in barriers is solid,
//     and so are tiles of the other layers but overhead whose tileset property "solid" is true, of their own or by their
//     class, or whose collision shape is a rectangle that covers the tile. Nothing in overhead is solid; a property "solid"
//     of that layer, false, says that this is meant;
//   - object layer "spawns" (needed, points; one is named "start") and "portals" (rectangles with the string
//     properties to_zone and, unless "start" is meant, to_point). All other object layers are returned as Objects.
//
// Objects may be instances of templates (.tx). Defaults of their class come from the .tiled-project nearest to the map, in its
// folder or above. Members of a class property are properties "stats.hp", items of a list "drops.0".
//
// The error lists everything that is wrong, with file, layer and object, and how to fix it. [Check] tells the warnings, too.
func Load(fsys fs.FS, name string) (*tilemap.Loaded, error) {
	r := Check(fsys, name)
	if err := r.Err(); err != nil {
		return nil, fmt.Errorf("load map:\n%w", err)
	}
	return r.Map, nil
}

// Check reads a map as [Load] does, and returns everything that it found.
func Check(fsys fs.FS, name string) *Report {
	c := compiler{fsys: fsys, file: name, at: Place{File: name}}
	if c.src = c.open(c.at, name, "map"); c.src != nil {
		c.compile()
	}
	if c.failed() {
		return &c.Report
	}
	m, err := tilemap.New(*c.out.Map, c.solid)
	if err != nil {
		c.fail(c.at, "%v", err)
		return &c.Report
	}
	c.out.Map = m
	c.Map = &c.out
	return &c.Report
}

// compiler turns a Tiled file into a map and gathers what there is to say about it.
type compiler struct {
	Report
	fsys fs.FS
	file string
	at   Place // the file
	src  *element

	width, height int     // tiles
	px, py        float64 // size of a tile
	set           *tileset
	tilesetFile   string
	types         *project // nil: nobody has asked yet
	inherited     int      // values that classes have given
	templates     map[string]*element

	out        tilemap.Loaded
	solid      []bool         // by tile, row-major
	ids        map[int]string // the layers of objects
	refs       []reference
	labels     labels
	startTried bool
}

// reference is a property that names an object by its id.
type reference struct {
	at Place
	id string
}

// labels are classes of which no project says what they mean.
type labels struct {
	classes []string
	first   Place
}

func (c *compiler) compile() {
	name := strings.TrimSuffix(path.Base(c.file), path.Ext(c.file))
	if !tilemap.ValidName(name) {
		c.fail(c.at, "the file's name becomes the map's, and must be 1 to %d of a-z, 0-9 and '-'; rename it", tilemap.MaxName)
	}
	c.out.Map = &tilemap.Map{Name: name, Title: name}
	sound := c.head()
	c.tilesets()
	c.mapProperties()
	if !sound {
		return // in another grid, or of another size, nothing else would be true
	}
	c.layers()
	c.afterwards()
}

// head checks what the map says of itself, and reports whether its layers can be read.
func (c *compiler) head() bool {
	sound := true
	if o := c.src.get("orientation"); o != "orthogonal" {
		c.fail(c.at, "is %s, only orthogonal maps are supported; change the orientation in the map's properties", o)
		sound = false
	}
	px, py := c.integer(c.at, c.src, "tilewidth", 0), c.integer(c.at, c.src, "tileheight", 0)
	if px != tilemap.TilePx || py != tilemap.TilePx {
		c.fail(c.at, "has tiles of %d×%d px, they must be %d×%d; change the tile size in the map's properties", px, py, tilemap.TilePx, tilemap.TilePx)
	}
	if c.integer(c.at, c.src, "infinite", 0) != 0 {
		c.fail(c.at, "is an infinite map; clear 'Infinite' in the map's properties")
		sound = false
	}
	c.px, c.py = float64(px), float64(py)
	c.width, c.height = c.integer(c.at, c.src, "width", 0), c.integer(c.at, c.src, "height", 0)
	if c.width < 1 || c.height < 1 || c.width > tilemap.MaxSide || c.height > tilemap.MaxSide {
		c.fail(c.at, "is %d×%d tiles, each side must be 1 to %d; resize it", c.width, c.height, tilemap.MaxSide)
		sound = false
	}
	if color := c.src.get("backgroundcolor"); color != "" {
		c.warn(c.at, "its background colour %s is not drawn; clear it, and paint terrain where it would show", color)
	}
	if sound = sound && px > 0 && py > 0; sound {
		c.out.Width, c.out.Height = int32(c.width), int32(c.height)
		c.solid = make([]bool, c.width*c.height)
	}
	return sound
}

// mapProperties takes the map's own properties: its title, and what the game and the clients get.
func (c *compiler) mapProperties() {
	own := c.properties(c.at, c.src)
	class := c.src.get("class")
	c.noteClass(c.at, class, c.inherit(c.at, own, class, "map"))
	for name, v := range own {
		at := c.at
		at.Property = name
		c.noteReferences(at, &v)
	}
	props := c.flat(c.at, own)
	c.out.Props = props
	title, ok := props["title"]
	at := c.at
	at.Property = "title"
	switch {
	case ok && title != "":
		c.out.Title = title
		delete(props, "title")
	case !ok:
		for _, name := range sortedNames(own) {
			if meant(name, "title") != "" {
				at.Property = name
				c.warn(at, "is not the map's title, which is the property \"title\"; rename it")
			}
		}
	}
	if len(c.out.Title) > tilemap.MaxTitle {
		c.fail(at, "the title is longer than %d bytes; shorten it", tilemap.MaxTitle)
	}
}

// noteClass remembers a class that might have defaults which nobody knows.
func (c *compiler) noteClass(at Place, class string, known bool) {
	if known || class == "" || c.types.broken {
		return
	}
	if len(c.labels.classes) == 0 {
		c.labels.first = at
	}
	if class = fmt.Sprintf("%q", class); !slices.Contains(c.labels.classes, class) {
		c.labels.classes = append(c.labels.classes, class)
	}
}

// noteReferences remembers the objects that a property names.
func (c *compiler) noteReferences(at Place, v *value) {
	switch v.kind {
	case "object":
		if v.text != "0" {
			c.refs = append(c.refs, reference{at, v.text})
		}
	case "class":
		for _, name := range sortedNames(v.members) {
			m := v.members[name]
			c.noteReferences(at, &m)
		}
	case "list":
		for i := range v.items {
			c.noteReferences(at, &v.items[i])
		}
	}
}

// afterwards says what is known only when all has been read.
func (c *compiler) afterwards() {
	for _, ref := range c.refs {
		id, err := strconv.Atoi(ref.id)
		switch layer, ok := c.ids[id]; {
		case err != nil: // has been said
		case !ok:
			c.warn(ref.at, "names object %s, which the map does not have; mend it", ref.id)
		case layer == layerSpawns || layer == layerPortals:
			c.warn(ref.at, "names object %s of the layer %s, and games know those by name only; give the object a text with the name instead", ref.id, layer)
		}
	}
	if n := len(c.labels.classes); n > 0 {
		const most = 8
		others := ""
		if n > 1 {
			others = " (others have " + strings.Join(c.labels.classes[1:min(n, most)], ", ")
			if n > most {
				others += fmt.Sprintf(" and %d more", n-most)
			}
			others += ")"
		}
		c.warn(c.labels.first, "has the class %s%s, and no .tiled-project lies beside the map or above it: what classes give by default is not known; "+
			"embed the project with the maps", c.labels.classes[0], others)
	}
}
