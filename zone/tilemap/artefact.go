package tilemap

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/realmwire/realmwire/zone/mover"
)

const artefactFormat = 1

// artefact is the JSON that clients get. The order of the fields is the order in the file, and part of its identity.
type artefact struct {
	Format  int               `json:"format"`
	Name    string            `json:"name"`
	Title   string            `json:"title"`
	Width   int32             `json:"width"`
	Height  int32             `json:"height"`
	TilePx  int               `json:"tile_px"`
	Layers  []Layer           `json:"layers"`
	Solid   []byte            `json:"solid"` // base64; row-major, the first tile of eight in the lowest bit
	Portals []Portal          `json:"portals"`
	Spawns  []Spawn           `json:"spawns"`
	Props   map[string]string `json:"props"`
}

// seal checks the map, writes its artefact and takes the hash. Equal maps give equal bytes.
func (m *Map) seal() error {
	slices.SortFunc(m.Portals, func(a, b Portal) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Spawns, func(a, b Spawn) int { return cmp.Compare(a.Name, b.Name) })
	if m.Portals == nil {
		m.Portals = []Portal{}
	}
	if m.Props == nil {
		m.Props = map[string]string{}
	}
	a := artefact{
		Format: artefactFormat, Name: m.Name, Title: m.Title, Width: m.Width, Height: m.Height, TilePx: TilePx,
		Layers: m.Layers, Solid: m.solid, Portals: m.Portals, Spawns: m.Spawns, Props: m.Props,
	}
	if err := a.check(); err != nil {
		return fmt.Errorf("map %s: %w", m.Name, err)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a); err != nil {
		return fmt.Errorf("map %s: encode artefact: %w", m.Name, err)
	}
	m.setArtefact(bytes.TrimSuffix(buf.Bytes(), []byte("\n")))
	if len(m.artefact) > MaxArtefact {
		return fmt.Errorf("map %s: its artefact is %d bytes, at most %d are allowed; make the map smaller", m.Name, len(m.artefact), MaxArtefact)
	}
	return nil
}

func (m *Map) setArtefact(raw []byte) {
	sum := sha256.Sum256(raw)
	m.artefact, m.hash = raw, hex.EncodeToString(sum[:])
}

// Parse reads an artefact, which may come from anywhere: it checks every bound. The map keeps a reference to raw.
// Compare its Hash with the one that was asked for.
func Parse(raw []byte) (*Map, error) {
	if len(raw) > MaxArtefact {
		return nil, fmt.Errorf("map artefact of %d bytes refused: at most %d are allowed", len(raw), MaxArtefact)
	}
	var a artefact
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("map artefact is not readable: %w", err)
	}
	if err := a.check(); err != nil {
		return nil, fmt.Errorf("map artefact %q refused: %w", a.Name, err)
	}
	m := &Map{
		Name: a.Name, Title: a.Title, Width: a.Width, Height: a.Height,
		Layers: a.Layers, Portals: a.Portals, Spawns: a.Spawns, Props: a.Props, solid: a.Solid,
	}
	m.setArtefact(raw)
	return m, nil
}

func (a *artefact) check() error {
	switch {
	case a.Format != artefactFormat:
		return fmt.Errorf("format is %d, this program reads format %d; update it", a.Format, artefactFormat)
	case !ValidName(a.Name):
		return fmt.Errorf("name %q is not 1 to %d of a-z, 0-9 and '-'", a.Name, MaxName)
	case len(a.Title) > MaxTitle:
		return fmt.Errorf("title is longer than %d bytes", MaxTitle)
	case a.Width < 1 || a.Height < 1 || a.Width > MaxSide || a.Height > MaxSide:
		return fmt.Errorf("size is %d×%d tiles, each side must be 1 to %d", a.Width, a.Height, MaxSide)
	case a.TilePx != TilePx:
		return fmt.Errorf("tiles are %d px wide, only %d is supported", a.TilePx, TilePx)
	case len(a.Solid) != bitsetLen(a.Width, a.Height):
		return fmt.Errorf("solid has %d bytes, %d×%d tiles need %d", len(a.Solid), a.Width, a.Height, bitsetLen(a.Width, a.Height))
	case len(a.Layers) < 1 || len(a.Layers) > len(DrawnLayers):
		return fmt.Errorf("there are %d layers, 1 to %d are expected", len(a.Layers), len(DrawnLayers))
	case len(a.Portals)+len(a.Spawns) > MaxObjects:
		return fmt.Errorf("there are more than %d portals and spawns", MaxObjects)
	}
	for _, l := range a.Layers {
		if !slices.Contains(DrawnLayers, l.Name) || len(l.Tiles) != int(a.Width*a.Height) {
			return fmt.Errorf("layer %q is unknown or has %d tiles instead of %d", l.Name, len(l.Tiles), a.Width*a.Height)
		}
	}
	return errors.Join(a.checkObjects(), CheckProps(a.Props))
}

func (a *artefact) checkObjects() error {
	right, bottom := a.Width*mover.UnitsPerTile, a.Height*mover.UnitsPerTile
	inside := func(x, y int32) bool { return x >= 0 && y >= 0 && x < right && y < bottom }
	var start bool
	seen := make(map[string]bool, len(a.Spawns))
	for _, s := range a.Spawns {
		if s.Name == "" || len(s.Name) > MaxName || seen[s.Name] {
			return fmt.Errorf("spawn %q: a name is needed, once, of at most %d bytes", s.Name, MaxName)
		}
		if !inside(s.X, s.Y) {
			return fmt.Errorf("spawn %q lies outside the map", s.Name)
		}
		seen[s.Name] = true
		start = start || s.Name == StartSpawn
	}
	if !start {
		return fmt.Errorf("there is no spawn point %q", StartSpawn)
	}
	clear(seen)
	for _, p := range a.Portals {
		if p.Name == "" || len(p.Name) > MaxName || seen[p.Name] {
			return fmt.Errorf("portal %q: a name is needed, once, of at most %d bytes", p.Name, MaxName)
		}
		if !inside(p.X, p.Y) || p.W < 1 || p.H < 1 || p.W > right-p.X || p.H > bottom-p.Y {
			return fmt.Errorf("portal %q is empty or lies outside the map", p.Name)
		}
		if !ValidName(p.ToZone) || p.ToPoint == "" || len(p.ToPoint) > MaxName {
			return fmt.Errorf("portal %q has no target zone or point", p.Name)
		}
		seen[p.Name] = true
	}
	return nil
}

// CheckProps returns an error where the properties of a map or an object are too many or too long.
func CheckProps(props map[string]string) error {
	if len(props) > MaxProps {
		return fmt.Errorf("there are %d properties, at most %d are allowed", len(props), MaxProps)
	}
	for k, v := range props {
		if len(k) > MaxProp || len(v) > MaxProp {
			return fmt.Errorf("property %.40q is longer than %d bytes", k, MaxProp)
		}
	}
	return nil
}
