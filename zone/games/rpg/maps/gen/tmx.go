package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// solidTiles stop a walker; they are marked so in atlas.tsx.
var solidTiles = []int{
	water, deepWater, stoneWall, stoneWallTop, treeBottom, bush, rock, fenceH, fenceV, houseWall, houseRoof, cliff, dungeonWall,
	crate, barrel, sign,
}

var tileNames = []string{
	"grass", "grass-flowers", "grass-tall", "dirt", "path", "sand", "water", "deep-water", "stone-floor", "stone-floor-cracked",
	"stone-wall", "stone-wall-top", "tree-bottom", "tree-top", "bush", "rock", "fence-h", "fence-v", "house-wall", "house-roof",
	"door", "portal", "stairs-down", "torch", "bridge", "cliff", "dungeon-floor", "dungeon-wall", "bones", "crate", "barrel", "sign",
}

const (
	header     = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	tilePx     = 16
	atlasTiles = 384 // as many as the picture has room for: web/public/atlas.png, 256×384 px
)

// tmx writes the canvas as a Tiled map.
func (c *canvas) tmx() string {
	var b strings.Builder
	id, objectID := 0, 0
	b.WriteString(header)
	total := 0
	for _, objects := range c.objects {
		total += len(objects)
	}
	fmt.Fprintf(&b, `<map version="1.10" tiledversion="1.10.2" orientation="orthogonal" renderorder="right-down" width="%d" height="%d" tilewidth="%d" tileheight="%d" infinite="0" nextlayerid="8" nextobjectid="%d">`+"\n",
		c.w, c.h, tilePx, tilePx, total+1)
	fmt.Fprintf(&b, " <properties>\n  <property name=\"title\" value=\"%s\"/>\n </properties>\n", c.title)
	b.WriteString(" <tileset firstgid=\"1\" source=\"atlas.tsx\"/>\n")
	for _, l := range []*layer{&c.terrain, &c.decor, &c.overhead, &c.barriers} {
		id++
		hidden, props := "", ""
		if l.name == "barriers" {
			hidden = ` visible="0"`
		}
		if l.name == "overhead" { // roofs and the tops of walls, behind which people walk
			props = "  <properties>\n   <property name=\"solid\" type=\"bool\" value=\"false\"/>\n  </properties>\n"
		}
		fmt.Fprintf(&b, " <layer id=\"%d\" name=\"%s\" width=\"%d\" height=\"%d\"%s>\n%s  <data encoding=\"csv\">\n", id, l.name, c.w, c.h, hidden, props)
		for y := range c.h {
			for x := range c.w {
				fmt.Fprintf(&b, "%d", l.tiles[y*c.w+x])
				if y*c.w+x < c.w*c.h-1 {
					b.WriteByte(',')
				}
			}
			b.WriteByte('\n')
		}
		b.WriteString("</data>\n </layer>\n")
	}
	for _, name := range []string{"spawns", "portals", "npcs"} {
		id++
		fmt.Fprintf(&b, " <objectgroup id=\"%d\" name=\"%s\">\n", id, name)
		for _, o := range c.objects[name] {
			objectID++
			o.write(&b, objectID)
		}
		b.WriteString(" </objectgroup>\n")
	}
	b.WriteString("</map>\n")
	return b.String()
}

func (o *object) write(b *strings.Builder, id int) {
	fmt.Fprintf(b, `  <object id="%d" name="%s"`, id, o.name)
	if o.kind != "" {
		fmt.Fprintf(b, ` type="%s"`, o.kind)
	}
	fmt.Fprintf(b, ` x="%g" y="%g"`, o.x*tilePx, o.y*tilePx)
	if o.w == 0 {
		b.WriteString(">\n   <point/>\n  </object>\n")
		return
	}
	fmt.Fprintf(b, " width=\"%g\" height=\"%g\">\n   <properties>\n", o.w*tilePx, o.h*tilePx)
	for _, p := range o.props {
		kind := ""
		if p[0] == "count" {
			kind = ` type="int"`
		}
		fmt.Fprintf(b, "    <property name=\"%s\"%s value=\"%s\"/>\n", p[0], kind, p[1])
	}
	b.WriteString("   </properties>\n  </object>\n")
}

// tsx writes the tileset.
func tsx() string {
	var b strings.Builder
	b.WriteString(header)
	fmt.Fprintf(&b, `<tileset version="1.10" tiledversion="1.10.2" name="atlas" tilewidth="%d" tileheight="%d" tilecount="%d" columns="16">`+"\n", tilePx, tilePx, atlasTiles)
	fmt.Fprintf(&b, " <image source=\"../../../../web/public/atlas.png\" width=\"256\" height=\"%d\"/>\n", atlasTiles/16*tilePx)
	for i, name := range tileNames {
		solid := slices.Contains(solidTiles, i+1)
		fmt.Fprintf(&b, " <tile id=\"%d\" type=\"%s\">\n", i, name)
		fmt.Fprintf(&b, "  <properties>\n   <property name=\"solid\" type=\"bool\" value=\"%t\"/>\n  </properties>\n </tile>\n", solid)
	}
	b.WriteString("</tileset>\n")
	return b.String()
}

// npcClasses are the classes that an object in the layer npcs may have.
var npcClasses = []string{"slime", "rat", "villager", "elder"}

// tiledProject writes the project in which the maps are opened: with it Tiled knows the classes of NPCs, and what they have by default.
func tiledProject() string {
	type member struct {
		Name  string `json:"name"`
		Type  string `json:"type"`
		Value int    `json:"value"`
	}
	type class struct {
		Color    string   `json:"color"`
		DrawFill bool     `json:"drawFill"`
		ID       int      `json:"id"`
		Members  []member `json:"members"`
		Name     string   `json:"name"`
		Type     string   `json:"type"`
		UseAs    []string `json:"useAs"`
	}
	var file struct {
		Folders       []string `json:"folders"`
		PropertyTypes []class  `json:"propertyTypes"`
	}
	file.Folders = []string{"."}
	for i, name := range npcClasses {
		file.PropertyTypes = append(file.PropertyTypes, class{
			Color: "#ffa0a0a4", DrawFill: true, ID: i + 1, Name: name, Type: "class", UseAs: []string{"object"},
			Members: []member{{Name: "count", Type: "int", Value: 1}},
		})
	}
	text, err := json.MarshalIndent(file, "", "    ")
	if err != nil {
		panic(err) // the types are plain
	}
	return string(text) + "\n"
}
