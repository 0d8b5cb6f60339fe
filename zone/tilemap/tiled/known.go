package tiled

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// grammar is what an element may have: Tiled's format up to 1.12. All of it is honoured, refused or warned of where it is read, but for what
// serves the editor alone. Elements without a row below (wang sets, terrains, chunk sizes) are the editor's with all that is in them.
type grammar struct{ attrs, kids string }

const layerAttrs = "id name class x y width height opacity visible locked tintcolor offsetx offsety parallaxx parallaxy mode"

var grammars = map[string]grammar{
	"map": {
		"version tiledversion class orientation renderorder compressionlevel width height tilewidth tileheight hexsidelength staggeraxis " +
			"staggerindex skewx skewy parallaxoriginx parallaxoriginy backgroundcolor nextlayerid nextobjectid infinite",
		"properties editorsettings tileset layer objectgroup imagelayer group",
	},
	"group":       {layerAttrs, "properties layer objectgroup imagelayer group"},
	"layer":       {layerAttrs, "properties data"},
	"imagelayer":  {layerAttrs + " repeatx repeaty", "properties image"},
	"objectgroup": {layerAttrs + " color draworder", "properties object"},
	"data":        {"encoding compression", "tile chunk"},
	"object": {
		"id name type class x y width height rotation gid visible opacity template",
		"properties ellipse capsule point polygon polyline text",
	},
	"tileset": {
		"version tiledversion firstgid source name class tilewidth tileheight spacing margin tilecount columns objectalignment " +
			"tilerendersize fillmode backgroundcolor",
		"image tileoffset grid properties terraintypes wangsets transformations tile editorsettings",
	},
	"image":      {"format id source trans width height", "data"},
	"tileoffset": {"x y", ""},
	"tile":       {"id type class terrain probability x y width height", "properties image objectgroup animation"},
	"properties": {"", "property"},
	"property":   {"name type propertytype value", "properties item"},
	"item":       {"type propertytype value", "properties item"},
	"template":   {"version tiledversion", "tileset object"},
}

// unknown warns of what Tiled's format did not have when the loader was written, once for each word: what a later version shows by
// it, the game does not.
func (r *Report) unknown(at Place, root *element) {
	said := map[string]bool{}
	var walk func(e *element)
	walk = func(e *element) {
		g, ok := grammars[e.name]
		if !ok {
			return // only the editor's: wang sets, terrains, chunk sizes
		}
		for _, a := range e.attrs {
			r.unknownWord(at, said, e, a.name, "attribute", strings.Fields(g.attrs))
		}
		for _, k := range e.kids {
			if e.name == "data" || r.unknownWord(at, said, e, k.name, "element", strings.Fields(g.kids)) {
				continue
			}
			walk(k)
		}
	}
	walk(root)
}

func (r *Report) unknownWord(at Place, said map[string]bool, e *element, word, what string, known []string) bool {
	if slices.Contains(known, word) {
		return false
	}
	key := e.name + " " + what + " " + word
	if said[key] {
		return true
	}
	said[key] = true
	mean := "the game does not show what it stands for; remove it in Tiled if it matters"
	if i := slices.IndexFunc(known, func(k string) bool { return fold(k) == fold(word) }); i >= 0 {
		mean = "Tiled does not read it; write " + known[i]
	}
	r.warn(at, "line %d: <%s> has the %s %.40q, which this version does not know: %s", e.line, e.name, what, word, mean)
	return true
}

// fold makes spellings alike that people take for one word.
func fold(word string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '_' || r == '\t' || r == '\n' {
			return -1
		}
		return r
	}, word))
}

func alike(a, b string) bool {
	return strings.TrimSuffix(fold(a), "s") == strings.TrimSuffix(fold(b), "s")
}

// meant is the word of a list that somebody meant who wrote another, or "": other capitals, separators, or a plural.
func meant(word string, words ...string) string {
	for _, w := range words {
		if word == w {
			return ""
		}
	}
	for _, w := range words {
		if alike(word, w) {
			return w
		}
	}
	return ""
}

// The names that authors, and other engines, give to what stops players, and to what does not.
var (
	wallWords = []string{
		"wall", "solid", "collision", "collider", "collide", "collidable", "obstacle", "impassable", "unwalkable", "blocked", "blocking", "blocker",
	}
	openWords = []string{"walkable", "passable"}
)

func wallWord(word string) bool {
	return slices.ContainsFunc(wallWords, func(w string) bool { return alike(word, w) })
}

func openWord(word string) bool {
	return slices.ContainsFunc(openWords, func(w string) bool { return alike(word, w) })
}

// wallLike is wallWord for words within others: Collision_Layer, StoneWall.
func wallLike(word string) bool {
	return slices.ContainsFunc([]string{"wall", "collision", "collider", "solid", "obstacle", "blocker", "blocking"},
		func(w string) bool { return strings.Contains(fold(word), w) })
}

// saysWall reports whether a property that nobody reads says that something stops players.
func saysWall(name string, v value) bool {
	on, plain := truth(v.text)
	return wallWord(name) && (on || !plain) || openWord(name) && plain && !on
}

var numberForm = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$`)

// maxNumber bounds coordinates and sizes, so that sums and products of them are exact.
const maxNumber = 1 << 24

func parseNumber(text string) (float64, error) {
	if !numberForm.MatchString(text) {
		return 0, fmt.Errorf("%.40q is not a number", text)
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(v) > maxNumber {
		return 0, fmt.Errorf("%.40q is beyond ±%d", text, maxNumber)
	}
	return v, nil
}

// number reads an attribute with a fraction; what is wrong with it becomes an error.
func (r *Report) number(at Place, e *element, name string, def float64) float64 {
	text, ok := e.lookup(name)
	if !ok {
		return def
	}
	v, err := parseNumber(text)
	if err != nil {
		at.Property = name
		r.fail(at, "%v; mend it in Tiled, or in the file's line %d", err, e.line)
		return def
	}
	return v
}

// integer reads an attribute without a fraction.
func (r *Report) integer(at Place, e *element, name string, def int) int {
	text, ok := e.lookup(name)
	if !ok {
		return def
	}
	v, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		at.Property = name
		r.fail(at, "%.40q is not a whole number; mend it in Tiled, or in the file's line %d", text, e.line)
		return def
	}
	return int(v)
}
