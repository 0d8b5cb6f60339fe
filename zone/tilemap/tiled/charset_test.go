package tiled

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf16"
)

func TestCharacterSets(t *testing.T) {
	latin := func(encoding string, extra rune) []byte {
		text := strings.Replace(strings.Replace(plain, "UTF-8", encoding, 1), "The Meadow", "Höhle "+string(extra), 1)
		var out []byte
		for _, r := range text {
			if r == '€' {
				r = 0x80
			}
			out = append(out, byte(r))
		}
		return out
	}
	wide := func(mark bool, high int) []byte {
		text := strings.Replace(strings.Replace(plain, "UTF-8", "UTF-16", 1), "The Meadow", "Höhle 𝄞", 1)
		if mark {
			text = "\ufeff" + text
		}
		var out []byte
		for _, u := range utf16.Encode([]rune(text)) {
			pair := [2]byte{}
			pair[high], pair[1-high] = byte(u>>8), byte(u)
			out = append(out, pair[:]...)
		}
		return out
	}
	load := func(raw []byte) *Report {
		f := files(t)
		f["maps/meadow.tmx"] = &fstest.MapFile{Data: raw}
		return Check(f, "maps/meadow.tmx")
	}
	for name, c := range map[string]struct {
		raw   []byte
		title string
	}{
		"UTF-8 with a mark":     {[]byte("\ufeff" + strings.Replace(plain, "The Meadow", "Höhle", 1)), "Höhle"},
		"no declaration":        {[]byte(strings.Replace(strings.TrimPrefix(plain, `<?xml version="1.0" encoding="UTF-8"?>`), "The Meadow", "Höhle", 1)), "Höhle"},
		"ISO-8859-1":            {latin("ISO-8859-1", 'ß'), "Höhle ß"},
		"iso-8859-1":            {latin("iso-8859-1", 'ß'), "Höhle ß"},
		"windows-1252":          {latin("windows-1252", '€'), "Höhle €"},
		"UTF-16, big":           {wide(true, 0), "Höhle 𝄞"},
		"UTF-16, little":        {wide(true, 1), "Höhle 𝄞"},
		"UTF-16 without a mark": {wide(false, 1), "Höhle 𝄞"},
		"UTF-16 big, no mark":   {wide(false, 0), "Höhle 𝄞"},
	} {
		if r := load(c.raw); len(r.Findings) > 0 || r.Map.Title != c.title {
			t.Errorf("%s: findings:\n%s", name, listed(r))
		}
	}
	for name, c := range map[string]struct {
		raw   []byte
		words []string
	}{
		"KOI8-R":             {[]byte(strings.Replace(plain, "UTF-8", "KOI8-R", 1)), []string{"koi8-r", "UTF-8"}},
		"not what it says":   {latin("UTF-8", 'x'), []string{"line 3", "UTF-8"}},
		"half a letter":      {wide(true, 0)[:201], []string{"UTF-16", "cut"}},
		"half a pair":        {append(wide(true, 0), 0xd8, 0, 0, 'x'), []string{"UTF-16"}},
		"UTF-32":             {[]byte("\xff\xfe\x00\x00<\x00\x00\x00"), []string{"UTF-32", "UTF-8"}},
		"a hole of cp1252":   {append(latin("windows-1252", 'x'), 0x81), []string{"0x81"}},
		"said, but is not":   {[]byte(strings.Replace(plain, "UTF-8", "UTF-16", 1)), []string{"utf-16", "UTF-8"}},
		"nothing":            {nil, []string{"empty"}},
		"blanks":             {[]byte(" \n\t "), []string{"empty"}},
		"only a mark":        {[]byte("\xef\xbb\xbf"), []string{"empty"}},
		"JSON":               {[]byte(`{ "compressionlevel":-1, "height":3, "infinite":false, "layers":[], "type":"map","width":4}`), []string{"JSON", ".tmx"}},
		"a picture":          {[]byte("\x89PNG\r\n\x1a\n"), []string{"not a Tiled map"}},
		"gzip":               {[]byte("\x1f\x8b\x08\x00"), []string{"gzip"}},
		"a page":             {[]byte("<html></html>"), []string{"<html>"}},
		"cut in a tag":       {[]byte(plain[:300]), []string{"cut"}},
		"cut between tags":   {[]byte(plain[:strings.Index(plain, "<layer")]), []string{"cut"}},
		"only a declaration": {[]byte(plain[:38]), []string{"no XML"}},
		"an entity":          {[]byte(strings.Replace(plain, "The Meadow", "&wall;", 1)), []string{"line 3", "&wall;", "&amp;"}},
		"entities declared":  {[]byte(strings.Replace(plain, "<map", `<!DOCTYPE map [<!ENTITY wall "x">]><map`, 1)), []string{"line 2", "declares"}},
		"attributes by DTD":  {[]byte(strings.Replace(plain, "<map", `<!DOCTYPE map [<!ATTLIST layer visible CDATA "0">]><map`, 1)), []string{"line 2", "declares"}},
		"two maps":           {[]byte(plain + "<map/>"), []string{"second <map>"}},
		"text behind":        {[]byte(plain + "x"), []string{"text outside"}},
		"an attribute twice": {[]byte(strings.Replace(plain, `infinite="0"`, `infinite="0" infinite="1"`, 1)), []string{"infinite twice"}},
		"deep":               {[]byte(strings.Replace(plain, "</map>", strings.Repeat("<group>", 80)+strings.Repeat("</group>", 80)+"</map>", 1)), []string{"nested"}},
		"XML 1.1":            {[]byte(strings.Replace(plain, `version="1.0"`, `version="1.1"`, 1)), []string{"1.1"}},
	} {
		r := load(c.raw)
		if r.Map != nil {
			t.Errorf("%s: was accepted", name)
			continue
		}
		expect(t, r, Error, append(c.words, "maps/meadow.tmx")...)
	}
}

func TestOtherFormatsByName(t *testing.T) {
	for _, name := range []string{"maps/meadow.tmj", "maps/meadow.json", "maps/meadow.TMJ", "maps/meadow.lua", "maps/meadow.tmx.gz"} {
		f := fstest.MapFS{name: {Data: []byte(plain)}, "maps/atlas.tsx": {Data: []byte(tsx)}}
		expect(t, Check(f, name), Error, name, ".tmx")
	}
	expect(t, Check(fstest.MapFS{"maps/meadow.tmx": {Mode: fs.ModeDir}}, "maps/meadow.tmx"), Error, "maps/meadow.tmx")
	for _, name := range []string{"./maps/meadow.tmx", "../meadow.tmx", "/maps/meadow.tmx", `maps\meadow.tmx`, ""} {
		expect(t, Check(files(t), name), Error, "no path in the game's Maps", "./ and ../")
	}
	if _, err := Load(fstest.MapFS{"maps/Meadow.tmx": {Data: []byte(plain)}}, "maps/meadow.tmx"); err == nil || !strings.Contains(err.Error(), "maps/Meadow.tmx") {
		t.Errorf("a file with other capitals gives %v", err)
	}
}

// foldFS finds files in any capitals, as Windows and macOS do.
type foldFS struct{ fstest.MapFS }

func (f foldFS) Open(name string) (fs.File, error) {
	for exact := range f.MapFS {
		if strings.EqualFold(exact, name) {
			return f.MapFS.Open(exact)
		}
	}
	return f.MapFS.Open(name)
}

// A disk that does not tell capitals apart must not pass what the game's program, which does, would not find.
func TestCapitalsOfFilesCount(t *testing.T) {
	expect(t, Check(foldFS{files(t, `source="atlas.tsx"`, `source="Atlas.tsx"`)}, "maps/meadow.tmx"), Error, "maps/Atlas.tsx", "but maps/atlas.tsx", "capitals")
	expect(t, Check(foldFS{files(t, `source="atlas.tsx"`, `source="../Maps/atlas.tsx"`)}, "maps/meadow.tmx"), Error, "Maps/atlas.tsx", "but maps/atlas.tsx")
	expect(t, Check(foldFS{files(t)}, "maps/Meadow.tmx"), Error, "maps/Meadow.tmx", "but maps/meadow.tmx")
	if r := Check(foldFS{files(t)}, "maps/meadow.tmx"); len(r.Findings) > 0 {
		t.Errorf("findings:\n%s", listed(r))
	}
}
