// Package tilemap holds the ground a zone is played on: maps, and the artefact that clients fetch and cache by its hash.
// Package tiled, below it, makes maps from the files of the Tiled editor.
//
// Positions and sizes are in movement units, [mover.UnitsPerTile] to a tile, y down.
package tilemap

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/realmwire/realmwire/zone/mover"
)

// The limits of a map. A file or an artefact beyond them is refused.
const (
	MaxSide     = 1024    // tiles, either way
	MaxObjects  = 1024    // objects of all layers together
	MaxArtefact = 8 << 20 // bytes
	MaxName     = 32      // bytes of a zone's, portal's or spawn's name
	MaxTitle    = 64      // bytes
	MaxProps    = 64      // properties of a map or an object
	MaxProp     = 1024    // bytes of one property's name or value
)

// TilePx is the side of a tile in pixels; no other size is supported.
const TilePx = 16

// StartSpawn is the name of the spawn point where new characters enter; every map has it.
const StartSpawn = "start"

// The names of the drawn layers, lowest first. Players are drawn between decor and overhead.
const (
	LayerTerrain  = "terrain"
	LayerDecor    = "decor"
	LayerOverhead = "overhead"
)

// DrawnLayers are the names of the layers that a map may have, lowest first. It is not to be changed.
var DrawnLayers = []string{LayerTerrain, LayerDecor, LayerOverhead}

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

// ValidName reports whether a name can be a map's or a zone's: 1 to [MaxName] of a-z, 0-9 and '-', not beginning with '-'.
func ValidName(name string) bool { return nameForm.MatchString(name) }

// Layer is one drawn layer: Tiles is row-major, Width × Height long; 0 is empty, n is the n-th tile of the atlas.
type Layer struct {
	Name  string   `json:"name"`
	Tiles []uint16 `json:"tiles"`
}

// Portal is a rectangle that leads to a spawn point of another zone. X, Y is its top left corner.
type Portal struct {
	Name    string `json:"name"`
	X       int32  `json:"x"`
	Y       int32  `json:"y"`
	W       int32  `json:"w"`
	H       int32  `json:"h"`
	ToZone  string `json:"to_zone"`
	ToPoint string `json:"to_point"`
}

// Contains reports whether a point lies in the portal.
func (p *Portal) Contains(x, y int32) bool {
	return x >= p.X && y >= p.Y && x < p.X+p.W && y < p.Y+p.H
}

// Spawn is a named point on which a character appears.
type Spawn struct {
	Name string `json:"name"`
	X    int32  `json:"x"`
	Y    int32  `json:"y"`
}

// Map is a compiled map. It is immutable and safe for concurrent use. It implements [mover.Grid].
type Map struct {
	Name, Title   string
	Width, Height int32 // tiles
	Layers        []Layer
	Portals       []Portal // sorted by name
	Spawns        []Spawn  // sorted by name
	Props         map[string]string

	solid    []byte
	artefact []byte
	hash     string
}

var _ mover.Grid = (*Map)(nil)

// Object is something on a map that only the server knows: an NPC, a trigger. Kind is its class in Tiled.
// X, Y is the top left corner (a point has W = H = 0). Props has the defaults of its class and template, too; members of a class
// property are "stats.hp", items of a list "drops.0", and a property of the type object is the ID of another.
type Object struct {
	ID                int32 // in the file
	Layer, Name, Kind string
	X, Y, W, H        int32
	Props             map[string]string
}

// Loaded is a map with what clients are not told.
type Loaded struct {
	*Map
	Objects []Object // of all object layers but spawns and portals, in the order of the file
}

// Solid implements [mover.Grid]; what lies outside the map is solid.
func (m *Map) Solid(tx, ty int32) bool {
	if uint32(tx) >= uint32(m.Width) || uint32(ty) >= uint32(m.Height) {
		return true
	}
	bit := ty*m.Width + tx
	return m.solid[bit>>3]&(1<<(bit&7)) != 0
}

// Artefact is the canonical JSON that clients fetch. The caller must not change it.
func (m *Map) Artefact() []byte { return m.artefact }

// Hash is the SHA-256 of the artefact in lowercase hex: the identity of the map.
func (m *Map) Hash() string { return m.hash }

// Spawn finds a spawn point by name.
func (m *Map) Spawn(name string) (Spawn, bool) {
	for _, s := range m.Spawns {
		if s.Name == name {
			return s, true
		}
	}
	return Spawn{}, false
}

// PortalAt returns the index in Portals of the portal that contains the point, or -1.
func (m *Map) PortalAt(x, y int32) int {
	for i := range m.Portals {
		if m.Portals[i].Contains(x, y) {
			return i
		}
	}
	return -1
}

// CheckLinks returns an error for every portal that leads to a zone or point that does not exist. zones are the maps by the names of
// the zones that are played on them, which need not be the maps' own: two zones may share a map.
func CheckLinks(zones map[string]*Map) []error {
	var errs []error
	for _, zone := range slices.Sorted(maps.Keys(zones)) {
		m := zones[zone]
		for _, p := range m.Portals {
			to, ok := zones[p.ToZone]
			if !ok {
				errs = append(errs, fmt.Errorf("zone %s, map %s: portal %q leads to zone %q, which this game does not have; mend its to_zone", zone, m.Name, p.Name, p.ToZone))
				continue
			}
			if _, ok := to.Spawn(p.ToPoint); !ok {
				errs = append(errs, fmt.Errorf("zone %s, map %s: portal %q leads to point %q, which the map of zone %s does not have; mend its to_point or add the spawn point",
					zone, m.Name, p.Name, p.ToPoint, p.ToZone))
			}
		}
	}
	return errs
}

// New compiles a map of what m says, and of which of its tiles are solid, row-major; the error says what is wrong with it.
func New(m Map, solid []bool) (*Map, error) {
	if m.Width < 1 || m.Height < 1 || m.Width > MaxSide || m.Height > MaxSide || len(solid) != int(m.Width*m.Height) {
		return nil, fmt.Errorf("map %q: size %d×%d with %d tiles, each side must be 1 to %d", m.Name, m.Width, m.Height, len(solid), MaxSide)
	}
	m.solid = make([]byte, bitsetLen(m.Width, m.Height))
	for i, s := range solid {
		if s {
			m.solid[i>>3] |= 1 << (i & 7)
		}
	}
	if err := m.seal(); err != nil {
		return nil, err
	}
	return &m, nil
}

// Blank makes an open map without tiles, with the start point in its middle: for a game that draws its own ground.
func Blank(name, title string, width, height int32) (*Map, error) {
	if width < 1 || height < 1 || width > MaxSide || height > MaxSide {
		return nil, fmt.Errorf("blank map %q: size %d×%d, each side must be 1 to %d tiles", name, width, height, MaxSide)
	}
	m := &Map{
		Name: name, Title: title, Width: width, Height: height,
		Layers: []Layer{{Name: LayerTerrain, Tiles: make([]uint16, width*height)}},
		Spawns: []Spawn{{Name: StartSpawn, X: width * mover.UnitsPerTile / 2, Y: height * mover.UnitsPerTile / 2}},
		solid:  make([]byte, bitsetLen(width, height)),
	}
	return m, m.seal()
}

func bitsetLen(width, height int32) int { return int(width*height+7) / 8 }
