package tiled

import (
	"fmt"
	"math"
	"slices"

	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// maxListed bounds how many objects are looked at: a file may have half a million, and the map is refused then.
const maxListed = 2 * tilemap.MaxObjects

func (c *compiler) objectLayers(all []*layer) {
	c.ids = map[int]string{}
	total := 0
	for _, l := range all {
		if l.name != "objectgroup" {
			continue
		}
		c.objectLayer(l)
		for _, o := range l.kids {
			if o.name != "object" {
				continue
			}
			if total++; total <= maxListed {
				c.object(l, o)
			}
		}
	}
	if total > tilemap.MaxObjects {
		c.fail(c.at, "has %d objects, at most %d are allowed; delete some", total, tilemap.MaxObjects)
	}
	if !c.startTried {
		c.fail(Place{File: c.file, Layer: fmt.Sprintf("%q", layerSpawns)}, "there is no spawn point %q; add a point object of that name to the object layer",
			tilemap.StartSpawn)
	}
}

// objectLayer checks a layer of objects but for the objects.
func (c *compiler) objectLayer(l *layer) {
	if word := meant(l.title, layerSpawns, layerPortals); word != "" {
		c.fail(l.at, "the name that is looked for is %q; rename it", word)
	}
	for _, word := range append([]string{layerBarriers}, tilemap.DrawnLayers...) {
		if l.title == word || meant(l.title, word) != "" {
			c.fail(l.at, "is a layer of objects, and %s are tiles: what is drawn in it would stop nobody; paint it into a tile layer", word)
		}
	}
	switch {
	case wallWord(l.title) && l.kid("object") != nil:
		c.fail(l.at, "objects do not stop players, who would walk through what is drawn here; paint walls as tiles into the layer barriers, or rename this layer")
	case wallLike(l.title):
		c.warn(l.at, "objects do not stop players by themselves; paint walls as tiles into the layer barriers")
	}
	if !l.shown {
		c.warn(l.at, "is hidden in Tiled; its objects count all the same: show it, or delete it")
	}
	if l.parallax {
		c.warn(l.at, "moves at another speed than the map, which the game does not; set its parallax factor, and those of its groups, to 1")
	}
	c.unreadProperties(l.at, l.element, "layer", "of a layer of objects is not read, only those of the objects")
}

func (c *compiler) object(l *layer, e *element) {
	at := l.at
	e, ok := c.instance(l, e)
	at.Object = objectName(e)
	if !ok || !c.plain(at, e) {
		c.tried(l, e)
		return
	}
	before := len(c.Findings)
	x, y := c.number(at, e, "x", 0)+l.x, c.number(at, e, "y", 0)+l.y
	w, h := c.number(at, e, "width", 0), c.number(at, e, "height", 0)
	if e.kid("point") != nil {
		w, h = 0, 0
	}
	right, bottom := float64(c.width)*c.px, float64(c.height)*c.py
	c.tried(l, e)
	switch {
	case len(c.Findings) > before:
		return // a number is none
	case w < 0 || h < 0:
		c.fail(at, "is %v×%v px; a size below nothing is none: delete it and draw it again", w, h)
		return
	case x < 0 || y < 0 || x+w > right || y+h > bottom || x >= right || y >= bottom:
		shift := ""
		if l.x != 0 || l.y != 0 {
			shift = fmt.Sprintf(", shifted by %v,%v px as its layer is", l.x, l.y)
		}
		c.fail(at, "lies outside the map%s; move it inside", shift)
		return
	case len(e.get("name")) > tilemap.MaxName:
		c.fail(at, "its name is longer than %d bytes; shorten it", tilemap.MaxName)
		return
	}
	id := c.integer(at, e, "id", 0)
	if _, taken := c.ids[id]; taken && id != 0 {
		c.warn(at, "has the id of another object; delete it and draw it again")
	}
	c.ids[id] = l.title
	if !c.visible(at, e) {
		c.warn(at, "is hidden in Tiled; it counts all the same: show it, or delete it")
	}
	obj := tilemap.Object{ID: int32(id), Layer: l.title, Name: e.get("name"), Kind: className(e), X: units(x), Y: units(y)}
	obj.W, obj.H = units(x+w)-obj.X, units(y+h)-obj.Y
	own := c.properties(at, e)
	c.noteClass(at, obj.Kind, c.inherit(at, own, obj.Kind, "object"))
	c.likeClass(at, obj.Kind)
	for _, name := range sortedNames(own) {
		v, at := own[name], at
		at.Property = name
		c.noteReferences(at, &v)
		if on, _ := truth(v.text); on && (name == "solid" || meant(name, "solid") != "") {
			c.warn(at, "objects do not stop players by themselves; paint walls as tiles into the layer barriers")
		}
	}
	obj.Props = c.flat(at, own)
	switch l.title {
	case layerSpawns:
		c.unreadObjectProperties(at, own)
		c.spawn(at, obj)
	case layerPortals:
		c.unreadObjectProperties(at, own, "to_zone", "to_point")
		c.portal(at, obj)
	default:
		if wallLike(obj.Kind) && !wallLike(l.title) {
			c.warn(at, "is of the class %q, and objects do not stop players by themselves; paint walls as tiles into the layer barriers", obj.Kind)
		}
		c.out.Objects = append(c.out.Objects, obj)
	}
}

func objectName(e *element) string {
	id := e.get("id")
	if id == "" {
		id = "0"
	}
	return fmt.Sprintf("%q (id %s)", e.get("name"), id)
}

// className is an object's or a tile's class: the attribute was type until Tiled 1.8, class in 1.9, and is type again.
func className(e *element) string {
	if class := e.get("class"); class != "" {
		return class
	}
	return e.get("type")
}

// tried notes that the author has made the spawn point "start", whatever is wrong with it.
func (c *compiler) tried(l *layer, e *element) {
	if l.title == layerSpawns && e.get("name") == tilemap.StartSpawn {
		c.startTried = true
	}
}

// plain refuses what is no point and no rectangle, by what it is.
func (c *compiler) plain(at Place, e *element) bool {
	const mend = "only plain points and rectangles are read: delete it and draw it as one"
	for _, k := range []struct{ element, what string }{
		{"ellipse", "an ellipse"}, {"capsule", "a capsule"}, {"polygon", "a polygon"}, {"polyline", "a line of several points"}, {"text", "a text"},
	} {
		if e.kid(k.element) != nil {
			c.fail(at, "is %s; %s", k.what, mend)
			return false
		}
	}
	if gid := e.get("gid"); gid != "" && gid != "0" {
		c.fail(at, "is a tile that was placed freely, which clients do not draw; paint it into a tile layer, or draw a point or rectangle instead")
		return false
	}
	if turn := c.number(at, e, "rotation", 0); math.Mod(turn, 360) != 0 {
		c.fail(at, "is rotated by %v°; %s", turn, mend)
		return false
	}
	return true
}

// likeClass warns of a class that the project has in other capitals.
func (c *compiler) likeClass(at Place, class string) {
	if class == "" || c.types.class(class, "object") != nil {
		return
	}
	if like := c.types.like(class, "object"); like != nil {
		c.warn(at, "has the class %q, which %s does not have; it has %q: write it so", class, c.types.file, like.Name)
	}
}

// unreadObjectProperties finds what nobody reads on a spawn point or portal. A word that was meant to be one of those that are read is an error.
func (c *compiler) unreadObjectProperties(at Place, own properties, words ...string) {
	for _, name := range sortedNames(own) {
		at := at
		at.Property = name
		switch word := meant(name, words...); {
		case slices.Contains(words, name):
		case word != "":
			c.fail(at, "is not read; the property's name is %q: rename it", word)
		default:
			c.warn(at, "is not read on spawn points and portals; delete it, or give it to an object of another layer")
		}
	}
}

// units turns pixels, in which Tiled counts with fractions, into movement units.
func units(px float64) int32 {
	return int32(px*mover.UnitsPerTile/tilemap.TilePx + 0.5)
}

func (c *compiler) spawn(at Place, o tilemap.Object) {
	s := tilemap.Spawn{Name: o.Name, X: o.X + o.W/2, Y: o.Y + o.H/2}
	tx, ty := s.X>>mover.TileShift, s.Y>>mover.TileShift
	_, taken := c.out.Spawn(o.Name)
	switch {
	case o.Name == "":
		c.fail(at, "has no name; give it one")
	case meant(o.Name, tilemap.StartSpawn) != "":
		c.fail(at, "the name of the point where new characters enter is %q; rename it", tilemap.StartSpawn)
	case taken:
		c.fail(at, "there are two spawn points of that name; rename one")
	case c.blocked(tx, ty):
		c.fail(at, "stands in the solid tile at column %d, row %d; move it", tx, ty)
	default:
		c.out.Spawns = append(c.out.Spawns, s)
	}
}

// blocked reports whether a tile is solid; what lies outside the map is.
func (c *compiler) blocked(tx, ty int32) bool {
	return uint32(tx) >= uint32(c.out.Width) || uint32(ty) >= uint32(c.out.Height) || c.solid[ty*c.out.Width+tx]
}

func (c *compiler) portal(at Place, o tilemap.Object) {
	p := tilemap.Portal{Name: o.Name, X: o.X, Y: o.Y, W: o.W, H: o.H, ToZone: o.Props["to_zone"], ToPoint: o.Props["to_point"]}
	if p.ToPoint == "" {
		p.ToPoint = tilemap.StartSpawn
	}
	switch {
	case o.Name == "":
		c.fail(at, "has no name; give it one")
	case slices.ContainsFunc(c.out.Portals, func(q tilemap.Portal) bool { return q.Name == o.Name }):
		c.fail(at, "there are two portals of that name; rename one")
	case p.W < 1 || p.H < 1:
		c.fail(at, "is a point; a portal is a rectangle that players walk into")
	case p.ToZone == "":
		c.fail(at, "leads nowhere; add a string property to_zone with the name of the zone it leads to")
	case !tilemap.ValidName(p.ToZone):
		c.fail(at, "leads to %q, which cannot be a zone's name; mend to_zone", p.ToZone)
	case meant(p.ToPoint, tilemap.StartSpawn) != "":
		c.fail(at, "leads to the point %q; the one where new characters enter is %q: mend to_point", p.ToPoint, tilemap.StartSpawn)
	case len(p.ToPoint) > tilemap.MaxName:
		c.fail(at, "its to_point is longer than %d bytes; mend it", tilemap.MaxName)
	default:
		c.out.Portals = append(c.out.Portals, p)
	}
}
