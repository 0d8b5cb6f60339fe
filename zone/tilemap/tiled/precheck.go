package tiled

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// shape is as much of a Tiled file as is looked at before the Tiled library reads it: that library does not say which
// layer it failed on, takes sizes on trust, and reads the chunks of an infinite map as one garbled layer.
type shape struct {
	XMLName     xml.Name
	Orientation string `xml:"orientation,attr"`
	Width       int    `xml:"width,attr"`
	Height      int    `xml:"height,attr"`
	TileWidth   int    `xml:"tilewidth,attr"`
	TileHeight  int    `xml:"tileheight,attr"`
	Infinite    int    `xml:"infinite,attr"`
	Tilesets    []struct {
		FirstGID uint32 `xml:"firstgid,attr"`
	} `xml:"tileset"`
	Layers      []shapeLayer `xml:"layer"`
	ImageLayers []shapeLayer `xml:"imagelayer"`
	Groups      []shapeLayer `xml:"group"`
}

type shapeLayer struct {
	Name string `xml:"name,attr"`
	Data struct {
		Encoding    string `xml:"encoding,attr"`
		Compression string `xml:"compression,attr"`
		Text        string `xml:",chardata"`
	} `xml:"data"`
}

// flipBits are the bits of a tile number in a Tiled file that turn the tile.
const flipBits = 0xf0000000

func precheck(file string, raw []byte) error {
	var s shape
	if err := xml.Unmarshal(raw, &s); err != nil {
		return fmt.Errorf("%s: is not a Tiled map: %w", file, err)
	}
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("%s: "+format, append([]any{file}, args...)...))
	}
	switch {
	case s.XMLName.Local != "map":
		fail("is not a Tiled map but a <%s>; save the map as .tmx", s.XMLName.Local)
	case s.Orientation != "orthogonal":
		fail("is %s, only orthogonal maps are supported; change the orientation in the map's properties", s.Orientation)
	case s.TileWidth != tilemap.TilePx || s.TileHeight != tilemap.TilePx:
		fail("has tiles of %d×%d px, they must be %d×%d; change the tile size in the map's properties", s.TileWidth, s.TileHeight, tilemap.TilePx, tilemap.TilePx)
	case s.Infinite != 0:
		fail("is an infinite map; clear 'Infinite' in the map's properties")
	case s.Width < 1 || s.Height < 1 || s.Width > tilemap.MaxSide || s.Height > tilemap.MaxSide:
		fail("is %d×%d tiles, each side must be 1 to %d; resize it", s.Width, s.Height, tilemap.MaxSide)
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	for _, l := range s.ImageLayers {
		fail("layer %q: image layers are not supported; delete it", l.Name)
	}
	for _, l := range s.Groups {
		fail("layer %q: group layers are not supported; move its layers out of it", l.Name)
	}
	first := uint32(1)
	if len(s.Tilesets) > 0 {
		first = s.Tilesets[0].FirstGID
	}
	for _, l := range s.Layers {
		if err := l.check(s.Width, s.Height, first); err != nil {
			fail("layer %q: %w", l.Name, err)
		}
	}
	return errors.Join(errs...)
}

func (l *shapeLayer) check(width, height int, first uint32) error {
	if l.Data.Encoding != "csv" {
		return fmt.Errorf("is stored as %q; choose the tile layer format CSV in the map's properties", l.Data.Encoding)
	}
	cells := strings.Split(l.Data.Text, ",")
	if len(cells) != width*height {
		return fmt.Errorf("has %d tiles, %d×%d need %d; open the map in Tiled and save it again", len(cells), width, height, width*height)
	}
	for i, cell := range cells {
		gid, err := strconv.ParseUint(strings.TrimSpace(cell), 10, 32)
		if err != nil {
			return fmt.Errorf("%.20q at column %d, row %d is not a tile number; open the map in Tiled and save it again", cell, i%width, i/width)
		}
		if bare := uint32(gid) &^ flipBits; gid != 0 && bare < first {
			return fmt.Errorf("tile %d at column %d, row %d is in no tileset; erase it or add the tileset", bare, i%width, i/width)
		}
	}
	return nil
}
