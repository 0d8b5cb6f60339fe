package tiled

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// plain is the good map as its author would have it: nothing is to be said of it.
var plain = strings.Replace(good, `<layer id="2" name="overhead" width="4" height="3"><data encoding="csv">7,`,
	`<layer id="2" name="overhead" width="4" height="3"><data encoding="csv">9,`, 1)

const emptyProject = `{"propertyTypes": []}`

// files are a game's Maps with the plain map; edits are pairs of a text and what stands in its place, in the map or the tileset.
func files(t *testing.T, edits ...string) fstest.MapFS {
	t.Helper()
	tmx, set := plain, tsx
	for i := 0; i < len(edits); i += 2 {
		switch {
		case strings.Contains(tmx, edits[i]):
			tmx = strings.Replace(tmx, edits[i], edits[i+1], 1)
		case strings.Contains(set, edits[i]):
			set = strings.Replace(set, edits[i], edits[i+1], 1)
		default:
			t.Fatalf("neither the map nor the tileset has %q", edits[i])
		}
	}
	return fstest.MapFS{
		"maps/meadow.tmx":         {Data: []byte(tmx)},
		"maps/atlas.tsx":          {Data: []byte(set)},
		"maps/game.tiled-project": {Data: []byte(emptyProject)},
	}
}

func with(f fstest.MapFS, more map[string]string) fstest.MapFS {
	for name, text := range more {
		if text == "" {
			delete(f, name)
			continue
		}
		f[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return f
}

func listed(r *Report) string {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%v: %v\n", f.Severity, f)
	}
	return b.String()
}

// expect finds one finding that has all of the words, and is of the severity.
func expect(t *testing.T, r *Report, s Severity, words ...string) {
	t.Helper()
	for _, f := range r.Findings {
		all := f.Severity == s
		for _, w := range words {
			all = all && strings.Contains(f.String(), w)
		}
		if all {
			return
		}
	}
	t.Errorf("there is no %v with %q:\n%s", s, words, listed(r))
}

func TestNothingIsSaidOfAPlainMap(t *testing.T) {
	r := Check(files(t), "maps/meadow.tmx")
	if r.Map == nil || len(r.Findings) > 0 {
		t.Fatalf("findings:\n%s", listed(r))
	}
	if got, want := strings.Join(r.Files, " "), "maps/meadow.tmx maps/atlas.tsx maps/game.tiled-project"; got != want {
		t.Errorf("files are %s, want %s", got, want)
	}
}

const slime = `<object id="4" name="Slime" type="slime" x="0" y="0" width="32" height="16">`

// Each row is one thing that Tiled shows and the game would not: an error keeps the zone from starting, a warning does not.
func TestCheckFinds(t *testing.T) {
	tile6 := `<tile id="6"><properties><property name="solid" type="bool" value="true"/></properties></tile>`
	shape := func(object string) []string {
		return []string{tile6, `<tile id="6"><objectgroup draworder="index" id="2">` + object + `</objectgroup></tile>`}
	}
	solid := func(attrs string) []string {
		return []string{`<property name="solid" type="bool" value="true"/>`, `<property ` + attrs + `/>`}
	}
	npc := func(object string) []string {
		return []string{`<objectgroup id="6" name="npcs">`, `<objectgroup id="6" name="npcs">` + object}
	}
	prop := func(p string) []string { return []string{`<property name="count" type="int" value="2"/>`, p} }
	layer := func(name, attrs string) []string {
		return []string{`name="` + name + `"`, `name="` + name + `" ` + attrs}
	}
	const atlas, meadow = "maps/atlas.tsx", "maps/meadow.tmx"
	for name, c := range map[string]struct {
		edits []string
		s     Severity
		words []string
	}{
		// Collision shapes on tiles.
		"partial shape":           {shape(`<object id="1" x="0" y="8" width="16" height="8"/>`), Error, []string{atlas, "tile 6", "rectangle", "property solid"}},
		"shape beyond the tile":   {shape(`<object id="1" x="-16" y="0" width="32" height="16"/>`), Error, []string{atlas, "tile 6", "rectangle"}},
		"ellipse shape":           {shape(`<object id="1" x="0" y="0" width="16" height="16"><ellipse/></object>`), Error, []string{atlas, "tile 6", "an ellipse"}},
		"capsule shape":           {shape(`<object id="1" x="0" y="0" width="16" height="16"><capsule/></object>`), Error, []string{atlas, "tile 6", "a capsule"}},
		"polygon shape":           {shape(`<object id="1" x="0" y="0"><polygon points="0,0 16,0 16,16"/></object>`), Error, []string{atlas, "tile 6", "a polygon"}},
		"line shape":              {shape(`<object id="1" x="0" y="0"><polyline points="0,0 16,0"/></object>`), Error, []string{atlas, "tile 6", "a line"}},
		"rotated shape":           {shape(`<object id="1" x="0" y="0" width="16" height="16" rotation="45"/>`), Error, []string{atlas, "tile 6", "rotated"}},
		"shape of NaN":            {shape(`<object id="1" x="NaN" y="0" width="16" height="16"/>`), Error, []string{atlas, "tile 6", "NaN"}},
		"point on a tile":         {shape(`<object id="1" x="8" y="8"><point/></object>`), Warning, []string{atlas, "tile 6", "a point"}},
		"shape on a solid tile":   {[]string{`value="true"/></properties></tile>`, `value="true"/></properties><objectgroup><object id="1" x="2" y="2" width="4" height="4"/></objectgroup></tile>`}, Warning, []string{atlas, "tile 6", "whole tile"}},
		"shape and solid=false":   {[]string{`value="false"/></properties></tile>`, `value="false"/></properties><objectgroup><object id="1" x="0" y="0" width="16" height="16"/></objectgroup></tile>`}, Error, []string{atlas, "tile 8", "solid says false"}},
		"solid in overhead":       {[]string{`<data encoding="csv">9,0`, `<data encoding="csv">7,0`}, Warning, []string{meadow, `layer "overhead"`, "tile 6", "column 0, row 0", "barriers"}},
		"solid=true of overhead":  {[]string{`name="overhead" width="4" height="3">`, `name="overhead" width="4" height="3"><properties><property name="solid" type="bool" value="true"/></properties>`}, Error, []string{`layer "overhead"`, `"solid"`}},
		"solid=true of a layer":   {[]string{`name="terrain" width="4" height="3">`, `name="terrain" width="4" height="3"><properties><property name="Solid" type="bool" value="true"/></properties>`}, Error, []string{`layer "terrain"`, `"Solid"`, "barriers"}},
		"solid=true of a tileset": {[]string{`<image source`, `<properties><property name="solid" type="bool" value="true"/></properties><image source`}, Error, []string{atlas, `"solid"`, "whole tileset"}},
		"property of a layer":     {[]string{`name="terrain" width="4" height="3">`, `name="terrain" width="4" height="3"><properties><property name="fog" value="1"/></properties>`}, Warning, []string{`layer "terrain"`, `"fog"`}},
		"collides":                {solid(`name="collides" type="bool" value="true"`), Error, []string{atlas, "tile 6", `"collides"`, `"solid"`}},
		"collision=full":          {solid(`name="Collision" value="full"`), Error, []string{atlas, "tile 6", `"Collision"`, `"solid"`}},
		"walkable=false":          {solid(`name="walkable" type="bool" value="false"`), Error, []string{atlas, "tile 6", `"walkable"`, `"solid"`}},
		"other properties":        {solid(`name="walkable" type="bool" value="true"`), Warning, []string{atlas, "tile 6", `"walkable"`, "not read"}},
		"collides of a layer":     {[]string{`name="terrain" width="4" height="3">`, `name="terrain" width="4" height="3"><properties><property name="collides" type="bool" value="true"/></properties>`}, Error, []string{`layer "terrain"`, `"collides"`, "barriers"}},

		// The spellings of solid.
		"Solid":             {solid(`name="Solid" type="bool" value="true"`), Error, []string{atlas, "tile 6", `"Solid"`, `"solid"`, "rename"}},
		"SOLID":             {solid(`name="SOLID" type="bool" value="true"`), Error, []string{atlas, "tile 6", `"SOLID"`}},
		"solid with spaces": {solid(`name=" solid " type="bool" value="true"`), Error, []string{atlas, "tile 6", `" solid "`}},
		"solid=yes":         {solid(`name="solid" type="bool" value="yes"`), Error, []string{atlas, "tile 6", `"solid"`, "yes"}},
		"solid text yes":    {solid(`name="solid" value="yes"`), Error, []string{atlas, "tile 6", `"solid"`, "bool"}},
		"solid text":        {solid(`name="solid" value="true"`), Warning, []string{atlas, "tile 6", `"solid"`, "bool"}},
		"solid number":      {solid(`name="solid" type="int" value="1"`), Warning, []string{atlas, "tile 6", `"solid"`, "bool"}},
		"solid number 2":    {solid(`name="solid" type="int" value="2"`), Error, []string{atlas, "tile 6", `"solid"`, "bool"}},
		"solid class":       {solid(`name="solid" type="class" propertytype="S"`), Error, []string{atlas, "tile 6", `"solid"`, "bool"}},

		// The tileset.
		"tiles of 32 px":       {[]string{`name="atlas" tilewidth="16" tileheight="16"`, `name="atlas" tilewidth="32" tileheight="32"`}, Error, []string{atlas, "32×32", "16×16"}},
		"tiles of 16×32 px":    {[]string{`name="atlas" tilewidth="16" tileheight="16"`, `name="atlas" tilewidth="16" tileheight="32"`}, Error, []string{atlas, "16×32"}},
		"spacing":              {[]string{`name="atlas"`, `name="atlas" spacing="1"`}, Error, []string{atlas, "1 px between"}},
		"margin":               {[]string{`name="atlas"`, `name="atlas" margin="2"`}, Error, []string{atlas, "2 px around"}},
		"tile offset":          {[]string{`<image source`, `<tileoffset x="0" y="4"/><image source`}, Error, []string{atlas, "0,4 px"}},
		"transparent colour":   {[]string{`<image source`, `<image trans="ff00ff" source`}, Warning, []string{atlas, "ff00ff"}},
		"columns":              {[]string{`columns="16"`, `columns="8"`}, Error, []string{atlas, "8 columns", "room for 16"}},
		"more than the image":  {[]string{`tilecount="32"`, `tilecount="64"`}, Error, []string{atlas, "64 tiles", "room for 32"}},
		"no count, no size":    {[]string{` tilecount="32" columns="16"`, "", ` width="256" height="32"`, ""}, Error, []string{atlas, "how many tiles"}},
		"image of no size":     {[]string{` width="256" height="32"`, ""}, Warning, []string{atlas, "how large"}},
		"no image":             {[]string{`<image source="atlas.png" width="256" height="32"/>`, ""}, Warning, []string{atlas, "no image"}},
		"part of the image":    {[]string{`<tile id="6">`, `<tile id="6" x="0" y="0" width="8" height="8">`}, Error, []string{atlas, "tile 6"}},
		"tile below 0":         {[]string{`<tile id="8">`, `<tile id="-8">`}, Error, []string{atlas, "tile -8", "below 0"}},
		"tile twice":           {[]string{`<tile id="8">`, `<tile id="6">`}, Error, []string{atlas, "tile 6", "twice"}},
		"animation":            {[]string{`<tile id="8">`, `<tile id="8"><animation><frame tileid="0" duration="9"/></animation>`}, Warning, []string{atlas, "tile 8", "animated"}},
		"two tilesets":         {[]string{`<tileset firstgid="1" source="atlas.tsx"/>`, `<tileset firstgid="1" source="atlas.tsx"/><tileset firstgid="33" source="atlas.tsx"/>`}, Error, []string{meadow, "2 tilesets"}},
		"no tileset":           {[]string{`<tileset firstgid="1" source="atlas.tsx"/>`, ``}, Error, []string{meadow, "0 tilesets"}},
		"first tile 0":         {[]string{`firstgid="1"`, `firstgid="0"`}, Error, []string{meadow, "number 0"}},
		"tile 4294967295":      {[]string{"1,7,1", "1,268435455,1"}, Error, []string{`layer "terrain"`, "not in the tileset"}},
		"turned hexagon bit":   {[]string{"1,7,1", "1,268435463,1"}, Error, []string{`layer "terrain"`, "flipped"}},
		"solid and rotated":    {[]string{"1,7,1", "1,1610612743,1"}, Error, []string{`layer "terrain"`, "flipped"}},
		"huge firstgid":        {[]string{`firstgid="1"`, `firstgid="99999999999"`}, Error, []string{meadow, `"firstgid"`, "99999999999"}},
		"image of a negative":  {[]string{`width="256" height="32"`, `width="-256" height="32"`}, Error, []string{atlas, "-256"}},
		"words of tomorrow":    {[]string{`<image source`, `<hologram/><image source`}, Warning, []string{atlas, "hologram"}},
		"attribute, capitals":  {layer("terrain", `Visible="0"`), Warning, []string{meadow, `"Visible"`, "write visible"}},
		"attribute, tomorrow":  {layer("terrain", `glow="1"`), Warning, []string{meadow, `"glow"`}},
		"path with backslash":  {[]string{`source="atlas.tsx"`, `source="..\maps\atlas.tsx"`}, Warning, []string{meadow, `..\maps\atlas.tsx`, "backslash", "../maps/atlas.tsx"}},
		"absolute path":        {[]string{`source="atlas.tsx"`, `source="/home/me/atlas.tsx"`}, Error, []string{meadow, "/home/me/atlas.tsx", "one machine"}},
		"drive letter":         {[]string{`source="atlas.tsx"`, `source="C:\game\atlas.tsx"`}, Error, []string{meadow, `C:\game\atlas.tsx`, "one machine"}},
		"URL":                  {[]string{`source="atlas.tsx"`, `source="file:///atlas.tsx"`}, Error, []string{meadow, "file:///atlas.tsx"}},
		"path out of the game": {[]string{`source="atlas.tsx"`, `source="../../atlas.tsx"`}, Error, []string{meadow, "../../atlas.tsx", "leads out"}},
		"missing tileset":      {[]string{`source="atlas.tsx"`, `source="gone.tsx"`}, Error, []string{meadow, "maps/gone.tsx"}},
		"capitals of a file":   {[]string{`source="atlas.tsx"`, `source="Atlas.TSX"`}, Error, []string{meadow, "maps/Atlas.TSX", "maps/atlas.tsx", "capitals"}},
		"tileset is a map":     {[]string{`source="atlas.tsx"`, `source="meadow.tmx"`}, Error, []string{meadow, "not a Tiled tileset but a <map>"}},
		"JSON tileset":         {[]string{`source="atlas.tsx"`, `source="atlas.tsj"`}, Error, []string{meadow, "atlas.tsj", ".tsx"}},

		// Layers.
		"hidden":              {layer("terrain", `visible="0"`), Warning, []string{`layer "terrain"`, "hidden"}},
		"hidden, in words":    {layer("terrain", `visible="false"`), Error, []string{`layer "terrain"`, "visible", "false"}},
		"hidden objects":      {layer("npcs", `visible="0"`), Warning, []string{`layer "npcs"`, "hidden"}},
		"hidden object":       {[]string{`type="slime"`, `type="slime" visible="0"`}, Warning, []string{`object "Slime" (id 4)`, "hidden"}},
		"opacity":             {layer("terrain", `opacity="0.5"`), Warning, []string{`layer "terrain"`, "opacity of 0.5"}},
		"opacity NaN":         {layer("terrain", `opacity="NaN"`), Error, []string{`layer "terrain"`, "opacity", "NaN"}},
		"tint":                {layer("terrain", `tintcolor="#ff0000"`), Warning, []string{`layer "terrain"`, "#ff0000"}},
		"blend mode":          {layer("terrain", `mode="multiply"`), Warning, []string{`layer "terrain"`, "multiply"}},
		"parallax":            {layer("terrain", `parallaxx="0.5"`), Error, []string{`layer "terrain"`, "parallax"}},
		"parallax, barriers":  {layer("barriers", `parallaxy="2"`), Error, []string{`layer "barriers"`, "parallax"}},
		"parallax, objects":   {layer("npcs", `parallaxy="2"`), Warning, []string{`layer "npcs"`, "parallax"}},
		"offset":              {layer("barriers", `offsetx="0.5"`), Error, []string{`layer "barriers"`, "0.5,0 px"}},
		"offset NaN":          {layer("npcs", `offsetx="NaN"`), Error, []string{`layer "npcs"`, "offsetx", "NaN"}},
		"offset Inf":          {layer("npcs", `offsety="-Inf"`), Error, []string{`layer "npcs"`, "offsety", "Inf"}},
		"offset in tiles":     {layer("terrain", `x="1"`), Error, []string{`layer "terrain"`, "1,0 tiles"}},
		"other size":          {[]string{`name="terrain" width="4" height="3"`, `name="terrain" width="3" height="4"`}, Error, []string{`layer "terrain"`, "3×4", "4×3"}},
		"another order":       {[]string{`<layer id="1"`, `<layer id="9" name="decor"><data encoding="csv">0,0,0,0,0,0,0,0,0,0,0,0</data></layer><layer id="1"`}, Warning, []string{`layer "terrain"`, "above decor"}},
		"Terrain":             {[]string{`name="terrain"`, `name="Terrain"`}, Error, []string{`layer "Terrain"`, "rename it to terrain"}},
		"barrier":             {[]string{`name="barriers"`, `name="Barrier "`}, Error, []string{`layer "Barrier "`, "rename it to barriers"}},
		"Spawns":              {[]string{`name="spawns"`, `name="Spawns"`}, Error, []string{`layer "Spawns"`, `"spawns"`}},
		"PORTALS":             {[]string{`name="portals"`, `name="PORTALS"`}, Error, []string{`layer "PORTALS"`, `"portals"`}},
		"portal":              {[]string{`name="portals"`, `name="portal"`}, Error, []string{`layer "portal"`, `"portals"`}},
		"objects as barriers": {[]string{`name="npcs"`, `name="Barriers"`}, Error, []string{`layer "Barriers"`, "tile"}},
		"objects for walls":   {[]string{`name="npcs"`, `name="Collisions"`}, Error, []string{`layer "Collisions"`, "barriers"}},
		"perhaps walls":       {[]string{`name="npcs"`, `name="wall-torches"`}, Warning, []string{`layer "wall-torches"`, "barriers"}},
		"image layer":         {[]string{`<layer id="1"`, `<imagelayer id="9" name="sky"><image source="sky.png"/></imagelayer><layer id="1"`}, Error, []string{`layer "sky"`, "image layers"}},
		"no name":             {[]string{`<layer id="1" name="terrain"`, `<layer id="1"`}, Error, []string{`layer "" (id 1)`, "unknown"}},
		"offset of a group":   {[]string{`<layer id="1"`, `<group name="g" offsetx="8">` + `<layer id="1"`, "</layer>", "</layer></group>"}, Error, []string{`layer "g/terrain"`, "8,0 px"}},
		"hidden group":        {[]string{`<layer id="1"`, `<group name="g" visible="0">` + `<layer id="1"`, "</layer>", "</layer></group>"}, Warning, []string{`layer "g/terrain"`, "hidden"}},
		"opacity of a group":  {[]string{`<layer id="1"`, `<group name="g" opacity="0.5">` + `<layer id="1"`, "</layer>", "</layer></group>"}, Warning, []string{`layer "g/terrain"`, "0.5"}},
		"gzip":                {[]string{`encoding="csv"`, `encoding="base64" compression="gzip"`}, Error, []string{`layer "terrain"`, "gzip", "CSV"}},
		"zstd":                {[]string{`encoding="csv"`, `encoding="base64" compression="zstd"`}, Error, []string{`layer "terrain"`, "zstd", "CSV"}},
		"XML":                 {[]string{` encoding="csv">`, `><tile gid="1"/>`}, Error, []string{`layer "terrain"`, "XML", "CSV"}},
		"chunks":              {[]string{` encoding="csv">`, ` encoding="csv"><chunk x="0" y="0" width="16" height="16"/>`}, Error, []string{`layer "terrain"`, "Infinite"}},
		"CSV in capitals":     {[]string{`encoding="csv"`, `encoding="CSV"`}, Error, []string{`layer "terrain"`, `"CSV"`}},
		"no data":             {[]string{`name="terrain" width="4" height="3"><data`, `name="terrain" width="4" height="3"></layer><layer name="decor"><data`}, Error, []string{`layer "terrain"`, "0 times"}},
		"more tiles":          {[]string{"1,1,1,1\n", "1,1,1,1,\n"}, Error, []string{`layer "terrain"`, "13 tiles"}},
		"background":          {[]string{`infinite="0"`, `infinite="0" backgroundcolor="#000000"`}, Warning, []string{meadow, "#000000"}},
		"oblique":             {[]string{"orthogonal", "oblique"}, Error, []string{meadow, "oblique"}},
		"size NaN":            {[]string{`width="4"`, `width="NaN"`}, Error, []string{meadow, `"width"`, "NaN"}},
		"negative size":       {[]string{`width="4"`, `width="-4"`}, Error, []string{meadow, "-4×3"}},
		"tiles of no size":    {[]string{`tilewidth="16"`, `tilewidth="0"`}, Error, []string{meadow, "0×16"}},

		// Objects.
		"x NaN":              {[]string{slime, strings.Replace(slime, `x="0"`, `x="NaN"`, 1)}, Error, []string{`object "Slime" (id 4)`, `"x"`, "NaN"}},
		"x Inf":              {[]string{slime, strings.Replace(slime, `x="0"`, `x="+Inf"`, 1)}, Error, []string{`object "Slime" (id 4)`, `"x"`, "Inf"}},
		"x hexadecimal":      {[]string{slime, strings.Replace(slime, `x="0"`, `x="0x1p3"`, 1)}, Error, []string{`object "Slime" (id 4)`, `"x"`, "0x1p3"}},
		"x with comma":       {[]string{slime, strings.Replace(slime, `x="0"`, `x="1,5"`, 1)}, Error, []string{`object "Slime" (id 4)`, `"x"`, "1,5"}},
		"x huge":             {[]string{slime, strings.Replace(slime, `x="0"`, `x="1e300"`, 1)}, Error, []string{`object "Slime" (id 4)`, `"x"`, "1e300"}},
		"negative width":     {[]string{slime, strings.Replace(slime, `width="32"`, `width="-2"`, 1)}, Error, []string{`object "Slime" (id 4)`, "-2×16"}},
		"wider than the map": {[]string{slime, strings.Replace(slime, `width="32"`, `width="65"`, 1)}, Error, []string{`object "Slime" (id 4)`, "outside"}},
		"shifted outside":    {layer("npcs", `offsety="-0.3"`), Error, []string{`object "Slime" (id 4)`, "outside", "0,-0.3 px"}},
		"capsule":            {npc(`<object id="9" name="c" x="1" y="1" width="9" height="9"><capsule/></object>`), Error, []string{`object "c" (id 9)`, "a capsule"}},
		"polygon":            {npc(`<object id="9" name="c" x="1" y="1"><polygon points="0,0 1,1 0,1"/></object>`), Error, []string{`object "c" (id 9)`, "a polygon"}},
		"polyline":           {npc(`<object id="9" name="c" x="1" y="1"><polyline points="0,0 1,1"/></object>`), Error, []string{`object "c" (id 9)`, "a line"}},
		"text":               {npc(`<object id="9" name="c" x="1" y="1" width="9" height="9"><text>Hi</text></object>`), Error, []string{`object "c" (id 9)`, "a text"}},
		"tile object":        {npc(`<object id="9" name="c" gid="7" x="1" y="17" width="16" height="16"/>`), Error, []string{`object "c" (id 9)`, "a tile"}},
		"rotation NaN":       {npc(`<object id="9" name="c" x="1" y="1" rotation="NaN"/>`), Error, []string{`object "c" (id 9)`, "rotation", "NaN"}},
		"a class for walls":  {[]string{`type="slime"`, `type="Wall"`}, Warning, []string{`object "Slime" (id 4)`, "Wall", "barriers"}},
		"a solid object":     {prop(`<property name="solid" type="bool" value="true"/>`), Warning, []string{`object "Slime" (id 4)`, `"solid"`, "barriers"}},
		"two of one id":      {npc(`<object id="4" name="c" x="1" y="1"/>`), Warning, []string{`object "Slime" (id 4)`, "id of another"}},
		"Start":              {[]string{`name="start"`, `name="Start"`}, Error, []string{`object "Start" (id 1)`, `"start"`, "rename"}},
		"To_Zone":            {[]string{`name="to_zone"`, `name="To_Zone"`}, Error, []string{`object "cave" (id 3)`, `"To_Zone"`, `"to_zone"`}},
		"toPoint":            {[]string{`name="to_point"`, `name="toPoint"`}, Error, []string{`object "cave" (id 3)`, `"toPoint"`, `"to_point"`}},
		"to Start":           {[]string{`value="gate"`, `value="Start"`}, Error, []string{`object "cave" (id 3)`, `"Start"`, `"start"`}},
		"unread of a portal": {[]string{`<property name="to_zone"`, `<property name="key" value="gold"/><property name="to_zone"`}, Warning, []string{`object "cave" (id 3)`, `"key"`}},
		"Title":              {[]string{`name="title"`, `name="Title"`}, Warning, []string{meadow, `"Title"`, `"title"`}},

		// Properties.
		"bool no":          {prop(`<property name="b" type="bool" value="no"/>`), Error, []string{`object "Slime" (id 4)`, `"b"`, "neither true nor false"}},
		"int with letters": {prop(`<property name="n" type="int" value="12a"/>`), Error, []string{`"n"`, "12a"}},
		"int of 33 bits":   {prop(`<property name="n" type="int" value="4294967296"/>`), Error, []string{`"n"`, "4294967296"}},
		"float NaN":        {prop(`<property name="n" type="float" value="nan"/>`), Error, []string{`"n"`, "nan"}},
		"colour without #": {prop(`<property name="c" type="color" value="ff0000"/>`), Error, []string{`"c"`, "ff0000", "#"}},
		"colour":           {prop(`<property name="c" type="color" value="reddish"/>`), Error, []string{`"c"`, "reddish"}},
		"Int":              {prop(`<property name="n" type="Int" value="1"/>`), Error, []string{`"n"`, `"Int"`, "int"}},
		"type of tomorrow": {prop(`<property name="n" type="vector3" value="1"/>`), Error, []string{`"n"`, "vector3"}},
		"no object":        {prop(`<property name="o" type="object" value="77"/>`), Warning, []string{`"o"`, "77"}},
		"a portal's id":    {prop(`<property name="o" type="object" value="3"/>`), Warning, []string{`"o"`, "object 3", "portals", "by name"}},
		"property twice":   {prop(`<property name="n" value="1"/><property name="n" value="2"/>`), Error, []string{`"n"`, "twice"}},
		"no property name": {prop(`<property value="1"/>`), Error, []string{`object "Slime" (id 4)`, "no name"}},
		"name of a member": {prop(`<property name="s.hp" value="1"/><property name="s" type="class" propertytype="S"><properties><property name="hp" value="2"/></properties></property>`), Error, []string{`"s.hp"`, "rename"}},
		"unknown class":    {prop(`<property name="s" type="class" propertytype="S"><properties><property name="hp" value="2"/></properties></property>`), Warning, []string{`"s"`, `"S"`, "game.tiled-project"}},
		"long list":        {prop(`<property name="l" type="list">` + strings.Repeat(`<item value="1"/>`, 65) + `</property>`), Error, []string{`object "Slime" (id 4)`, "properties"}},
		"long text":        {prop(`<property name="l">` + strings.Repeat("la\n", 400) + `</property>`), Error, []string{`object "Slime" (id 4)`, "longer"}},
		"member NaN":       {prop(`<property name="s" type="class"><properties><property name="hp" type="float" value="NaN"/></properties></property>`), Error, []string{`"s.hp"`, "NaN"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := files(t, c.edits...)
			r := Check(f, meadow)
			expect(t, r, c.s, c.words...)
			if failed := r.Err() != nil; failed != (r.Map == nil) || c.s == Error && !failed {
				t.Errorf("a map %v beside\n%s", r.Map, listed(r))
			}
			if _, err := Load(f, meadow); (err != nil) != (r.Err() != nil) {
				t.Errorf("Load says %v, and Check\n%s", err, listed(r))
			}
		})
	}
}

// What Tiled shows and the game honours: nothing is said, and the map has it.
func TestCheckHonours(t *testing.T) {
	tile6 := `<tile id="6"><properties><property name="solid" type="bool" value="true"/></properties></tile>`
	solidAt10 := func(m *tilemap.Loaded) bool { return m.Solid(1, 0) }
	props := func(name, want string) func(m *tilemap.Loaded) bool {
		return func(m *tilemap.Loaded) bool { return m.Objects[0].Props[name] == want }
	}
	prop := func(p string) []string { return []string{`<property name="count" type="int" value="2"/>`, p} }
	solid := func(value string) []string {
		return []string{`<property name="solid" type="bool" value="true"/>`, `<property name="solid" type="bool" value="` + value + `"/>`}
	}
	for name, c := range map[string]struct {
		edits []string
		holds func(m *tilemap.Loaded) bool
	}{
		"True":            {solid("True"), solidAt10},
		"TRUE":            {solid("TRUE"), solidAt10},
		"1":               {solid("1"), solidAt10},
		"False":           {solid("False"), func(m *tilemap.Loaded) bool { return !m.Solid(1, 0) }},
		"0":               {solid("0"), func(m *tilemap.Loaded) bool { return !m.Solid(1, 0) }},
		"no value":        {[]string{`type="bool" value="true"`, `type="bool"`}, func(m *tilemap.Loaded) bool { return !m.Solid(1, 0) }},
		"as content":      {[]string{`type="bool" value="true"/>`, `type="bool">true</property>`}, solidAt10},
		"full shape":      {[]string{tile6, `<tile id="6"><objectgroup draworder="index" id="2"><object id="1" x="0" y="0" width="16" height="16"/></objectgroup></tile>`}, solidAt10},
		"nearly full":     {[]string{tile6, `<tile id="6"><objectgroup><object id="1" x="-0.01" y="0" width="16.01" height="15.99"/></objectgroup></tile>`}, solidAt10},
		"no shape at all": {[]string{tile6, `<tile id="6"><objectgroup draworder="index" id="2"/></tile>`}, func(m *tilemap.Loaded) bool { return !m.Solid(1, 0) }},
		"old properties":  {[]string{tile6, `<tile id="6"><objectgroup><properties><property name="solid" type="bool" value="true"/></properties></objectgroup></tile>`}, solidAt10},
		"a shape that is not used": {
			[]string{`<tile id="8">`, `<tile id="20"><objectgroup><object id="1" x="3" y="3" width="2" height="2"/></objectgroup></tile><tile id="8">`}, solidAt10,
		},
		"meant in overhead": {
			[]string{`name="overhead" width="4" height="3"><data encoding="csv">9`, `name="overhead" width="4" height="3"><properties><property name="solid" type="bool" value="false"/></properties><data encoding="csv">7`},
			func(m *tilemap.Loaded) bool { return !m.Solid(0, 0) },
		},
		"hidden barriers":  {[]string{`name="barriers"`, `name="barriers" visible="0" opacity="0.3"`}, func(m *tilemap.Loaded) bool { return m.Solid(3, 2) }},
		"turned barriers":  {[]string{"0,0,0,5<", "0,0,0,3221225477<"}, func(m *tilemap.Loaded) bool { return m.Solid(3, 2) }},
		"no tilecount":     {[]string{` tilecount="32" columns="16"`, ""}, solidAt10},
		"embedded tileset": {[]string{`<tileset firstgid="1" source="atlas.tsx"/>`, strings.Replace(strings.TrimPrefix(tsx, `<?xml version="1.0" encoding="UTF-8"?>`), `<tileset `, `<tileset firstgid="1" `, 1)}, solidAt10},
		"document type":    {[]string{`<map version`, `<!DOCTYPE map SYSTEM "http://mapeditor.org/dtd/1.0/map.dtd"><map version`}, solidAt10},
		"comments":         {[]string{"1,9,1,1,", "1,9,<!-- here -->1,1,"}, solidAt10},
		"CDATA":            {[]string{"1,9,1,1,", "<![CDATA[1,9,1,1,]]>"}, solidAt10},
		"class in 1.9":     {[]string{`type="slime"`, `class="slime"`}, func(m *tilemap.Loaded) bool { return m.Objects[0].Kind == "slime" }},
		"editor's words":   {[]string{`<properties><property name="title"`, `<editorsettings><chunksize width="16" height="16"/></editorsettings><properties><property name="title"`}, solidAt10},
		"wang sets":        {[]string{`<image source`, `<wangsets><wangset name="w" type="corner" tile="-1"><wangcolor name="a" color="#ff0000" tile="-1" probability="1"/><wangtile tileid="0" wangid="0,1,0,1,0,1,0,1"/></wangset></wangsets><transformations hflip="1"/><image source`}, solidAt10},
		"entities":         {[]string{`value="The Meadow"`, `value="Rock &amp; &#82;oll &lt;3"`}, func(m *tilemap.Loaded) bool { return m.Title == "Rock & Roll <3" }},
		"hidden picture":   {[]string{`<layer id="1"`, `<imagelayer id="9" name="sketch" visible="0"/><layer id="1"`}, solidAt10},
		"groups":           {[]string{`<layer id="1"`, `<group id="8" name="a"><group id="9" name="b"><layer id="1"`, "</layer>", "</layer></group></group>"}, func(m *tilemap.Loaded) bool { return m.Layers[0].Name == "terrain" && m.Solid(1, 0) }},
		"offset of objects": {[]string{`name="npcs"`, `name="npcs" offsetx="0.5" offsety="1.25"`}, func(m *tilemap.Loaded) bool {
			return m.Objects[0].X == 8 && m.Objects[0].Y == 20 && m.Objects[0].W == 512
		}},
		"offset of groups":   {[]string{`<objectgroup id="6" name="npcs">`, `<group name="g" offsetx="3"><objectgroup id="6" name="npcs" offsetx="-2.5">`, "</map>", "</group></map>"}, func(m *tilemap.Loaded) bool { return m.Objects[0].X == 8 && m.Objects[0].Layer == "npcs" }},
		"title of two lines": {[]string{`<property name="title" value="The Meadow"/>`, "<property name=\"title\">The Meadow\nof Sheep</property>"}, func(m *tilemap.Loaded) bool { return m.Title == "The Meadow\nof Sheep" && m.Props["title"] == "" }},
		"text of lines":      {prop("<property name=\"says\">Hello there!\nMind the slimes.</property>"), props("says", "Hello there!\nMind the slimes.")},
		"text of CRLF lines": {prop("<property name=\"says\">Hello\r\nyou</property>"), props("says", "Hello\nyou")},
		"text as CDATA":      {prop("<property name=\"says\"><![CDATA[a < b\n& c]]></property>"), props("says", "a < b\n& c")},
		"value over content": {prop("<property name=\"says\" value=\"a\">b</property>"), props("says", "a")},
		"string":             {prop(`<property name="p" type="string" value=" a "/>`), props("p", " a ")},
		"int":                {prop(`<property name="p" type="int" value="-7"/>`), props("p", "-7")},
		"int without value":  {prop(`<property name="p" type="int"/>`), props("p", "0")},
		"float":              {prop(`<property name="p" type="float" value="1e-3"/>`), props("p", "1e-3")},
		"bool":               {prop(`<property name="p" type="bool" value="True"/>`), props("p", "true")},
		"bool 0":             {prop(`<property name="p" type="bool" value="0"/>`), props("p", "false")},
		"color":              {prop(`<property name="p" type="color" value="#80ff0000"/>`), props("p", "#80ff0000")},
		"no color":           {prop(`<property name="p" type="color" value=""/>`), props("p", "")},
		"file":               {prop(`<property name="p" type="file" value="../sounds/a.ogg"/>`), props("p", "../sounds/a.ogg")},
		"object":             {prop(`<property name="p" type="object" value="4"/>`), func(m *tilemap.Loaded) bool { return m.Objects[0].Props["p"] == "4" && m.Objects[0].ID == 4 }},
		"enum":               {prop(`<property name="p" propertytype="Element" value="Fire,Ice"/>`), props("p", "Fire,Ice")},
		"enum number":        {prop(`<property name="p" type="int" propertytype="Element" value="3"/>`), props("p", "3")},
		"list": {prop(`<property name="l" type="list"><item type="int" value="10"/><item value="text"/><item type="list"><item type="bool" value="True"/></item></property>`), func(m *tilemap.Loaded) bool {
			p := m.Objects[0].Props
			return p["l.0"] == "10" && p["l.1"] == "text" && p["l.2.0"] == "true" && len(p) == 3
		}},
		"list of lines":       {prop("<property name=\"l\" type=\"list\"><item>a\nb</item></property>"), props("l.0", "a\nb")},
		"empty list":          {prop(`<property name="l" type="list"/>`), func(m *tilemap.Loaded) bool { return len(m.Objects[0].Props) == 0 }},
		"white is no tint":    {[]string{`name="terrain"`, `name="terrain" tintcolor="#FFFFFF" opacity="1" visible="1" locked="1" mode="normal" parallaxx="1" offsetx="0" x="0"`}, solidAt10},
		"rotation of a round": {[]string{`type="slime"`, `type="slime" rotation="360"`}, solidAt10},
	} {
		t.Run(name, func(t *testing.T) {
			r := Check(files(t, c.edits...), "maps/meadow.tmx")
			if r.Map == nil || len(r.Findings) > 0 {
				t.Fatalf("findings:\n%s", listed(r))
			}
			if !c.holds(r.Map) {
				t.Errorf("the map is %+v with %+v", r.Map.Map, r.Map.Objects)
			}
		})
	}
}

// A point is where it is, whatever size the file gives it; an object at the edge of a pixel is rounded once.
func TestPositions(t *testing.T) {
	r := Check(files(t, `name="npcs">`, `name="npcs"><object id="8" name="dot" x="10" y="10" width="8" height="8"><point/></object><object id="9" name="edge" x="63.98" y="47.98" width="0.02" height="0.02"/>`),
		"maps/meadow.tmx")
	if r.Map == nil {
		t.Fatalf("findings:\n%s", listed(r))
	}
	if dot := r.Map.Objects[0]; dot.W != 0 || dot.H != 0 || dot.X != 160 {
		t.Errorf("the point is %+v", dot)
	}
	if edge := r.Map.Objects[1]; edge.X+edge.W > r.Map.Width*256 {
		t.Errorf("the object at the edge is %+v", edge)
	}
}

// Where the picture is at hand, its own size counts, as in Tiled: an atlas that has grown has other tiles under the same numbers.
// The bounds: of what a map may hold, and of what a project may nest.
func TestLimits(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `<object id="%d" x="1" y="1"/>`, 100+i)
		}
		return b.String()
	}
	nested := func(members string) map[string]string {
		return map[string]string{"maps/game.tiled-project": `{"propertyTypes": [{"name": "slime", "type": "class", "members": [` + members + `]}]}`}
	}
	list := strings.Repeat(`{"type": "list", "value": [`, 20) + strings.Repeat(`]}`, 20)
	for name, c := range map[string]struct {
		files fstest.MapFS
		words []string
	}{
		"objects":          {files(t, `name="npcs">`, `name="npcs">`+many(tilemap.MaxObjects)), []string{"1028 objects"}},
		"many objects":     {files(t, `name="npcs">`, `name="npcs">`+many(5000)), []string{"5004 objects"}},
		"name":             {files(t, `name="Slime"`, `name="`+strings.Repeat("S", 33)+`"`), []string{"(id 4)", "32 bytes"}},
		"title":            {files(t, "The Meadow", strings.Repeat("m", 65)), []string{`"title"`, "64 bytes"}},
		"to_point":         {files(t, `value="gate"`, `value="`+strings.Repeat("g", 33)+`"`), []string{`object "cave" (id 3)`, "to_point"}},
		"unnamed portal":   {files(t, `name="cave"`, `name=""`), []string{`layer "portals", object "" (id 3)`, "no name"}},
		"artefact":         {files(t, `<property name="music" value="calm"/>`, `<property name="`+strings.Repeat("x", 1025)+`" value="1"/>`), []string{"longer than 1024"}},
		"tile 65535":       {with(files(t, "1,7,1", "1,65536,1"), map[string]string{"maps/atlas.tsx": strings.Replace(tsx, `width="256" height="32"`, `width="256" height="131072"`, 1)}), []string{`layer "terrain"`, "tile 65535", "beyond"}},
		"a class in one":   {with(files(t), nested(`{"name": "a", "type": "class", "propertyType": "slime"}`)), []string{"maps/game.tiled-project", `"slime.a"`, "nested"}},
		"lists":            {with(files(t), nested(`{"name": "a", `+list[1:])), []string{"maps/game.tiled-project", `"slime.a"`, "nested"}},
		"two classes":      {with(files(t), nested(strings.Repeat(`{"name": "a", "type": "class", "propertyType": "slime"},`, 9)+`{"name": "b", "type": "class", "propertyType": "slime"}`)), []string{"maps/game.tiled-project", "values by default"}},
		"a large file":     {with(files(t), map[string]string{"maps/atlas.tsx": strings.Repeat(" ", maxFile+1)}), []string{"maps/meadow.tmx", "maps/atlas.tsx", "32 MB"}},
		"project of bytes": {with(files(t), map[string]string{"maps/game.tiled-project": "\xff"}), []string{"maps/game.tiled-project", "UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			expect(t, Check(c.files, "maps/meadow.tmx"), Error, c.words...)
		})
	}
	cells := strings.TrimSuffix(strings.Repeat("65535,", tilemap.MaxSide*tilemap.MaxSide), ",")
	large := files(t, "\n1,7,1,1,\n1,9,1,1,\n1,1,1,1\n", cells, "9,0,0,0,0,0,0,0,0,0,0,0", cells, "0,0,0,0,0,0,0,0,0,0,0,5", strings.ReplaceAll(cells, "65535", "0"),
		`width="256" height="32"`, `width="256" height="131072"`, `tilecount="32"`, `tilecount="131072"`)
	tmx := large["maps/meadow.tmx"]
	tmx.Data = []byte(strings.ReplaceAll(string(tmx.Data), `width="4" height="3"`, `width="1024" height="1024"`))
	expect(t, Check(large, "maps/meadow.tmx"), Error, "maps/meadow.tmx", "artefact", "smaller")
	r := Check(with(files(t, "1,7,1", "1,65535,1"), map[string]string{"maps/atlas.tsx": strings.Replace(strings.Replace(tsx, `width="256" height="32"`, `width="256" height="131072"`, 1), `tilecount="32"`, `tilecount="131072"`, 1)}), "maps/meadow.tmx")
	if r.Map == nil || r.Map.Layers[0].Tiles[1] != 65535 {
		t.Errorf("the last tile is refused:\n%s", listed(r))
	}
}

// A picture for every tile is no atlas, with gaps in the numbers or without.
// Names that say what a file is: it is refused before anybody looks into it.
// A tileset with a hundred faults of a kind is one line.
