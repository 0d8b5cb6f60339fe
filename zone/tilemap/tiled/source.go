package tiled

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

const maxFile = 32 << 20

var drive = regexp.MustCompile(`^([A-Za-z]:|[A-Za-z][A-Za-z0-9+.-]+:/|:/)`)

// resolve turns a path that a file holds into one of the file system, or says why it cannot be one.
func (c *compiler) resolve(at Place, from, source string) (string, bool) {
	slashed := source
	if strings.Contains(source, `\`) {
		slashed = strings.ReplaceAll(source, `\`, "/")
		c.warn(at, "the path \"%s\" has a backslash, which is a separator on Windows only; it is read as \"%s\": write it so", source, slashed)
	}
	full := path.Join(path.Dir(from), slashed)
	switch {
	case strings.HasPrefix(slashed, "/") || drive.MatchString(slashed):
		c.fail(at, "the path \"%s\" holds on one machine only; put the file beside the map, and name it from there", source)
	case full == ".." || strings.HasPrefix(full, "../"):
		c.fail(at, "the path \"%s\" leads out of the folder that the game's maps come from; put the file into that folder", source)
	default:
		return full, true
	}
	return "", false
}

// read reads a file of the game. at is where the file is named, which is the file itself for the map.
func (c *compiler) read(at Place, name string) ([]byte, bool) {
	raw, err := readFile(c.fsys, name)
	switch {
	case !fs.ValidPath(name) || err != nil && strings.Contains(name, `\`):
		c.fail(at, "%q is no path in the game's Maps; write it from their folder, with /, without ./ and ../", name)
	case errors.Is(err, errTooLarge):
		c.fail(at, "%s is larger than %d MB; make it smaller", name, maxFile>>20)
	case err == nil || errors.Is(err, fs.ErrNotExist):
		// Windows and macOS find a file in other capitals too, and the game's program, which holds the files in itself, does not.
		if exact := c.realName(name); exact != "" && exact != name {
			c.fail(at, "there is no file %s, but %s; capitals count: rename one", name, exact)
			return nil, false
		}
		if err != nil {
			c.fail(at, "there is no file %s; the game's Maps hold what lies in the folder that it embeds: put it there", name)
			return nil, false
		}
		if !slices.Contains(c.Files, name) {
			c.Files = append(c.Files, name)
		}
		return raw, true
	default:
		c.fail(at, "%s cannot be read: %v", name, err)
	}
	return nil, false
}

var errTooLarge = errors.New("too large")

// readFile reads no more than a map may be: what is named may be anything, a device too.
func readFile(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(f, maxFile+1))
	if n > maxFile {
		return nil, errTooLarge
	}
	return buf.Bytes(), err
}

// realName is a file's name as its folders have it, if it is there in these capitals or others; else "".
func (c *compiler) realName(name string) string {
	dir := "."
	for part := range strings.SplitSeq(name, "/") {
		entries, err := fs.ReadDir(c.fsys, dir)
		if err != nil {
			return ""
		}
		found := ""
		for _, e := range entries {
			if e.Name() == part {
				found = part
				break
			}
			if strings.EqualFold(e.Name(), part) {
				found = e.Name()
			}
		}
		if found == "" {
			return ""
		}
		dir = path.Join(dir, found)
	}
	return dir
}

// open reads and parses a file with the root element that is wanted: a map, tileset or template.
func (c *compiler) open(at Place, name, root string) *element {
	if mend := notTiledXML(name); mend != "" {
		c.fail(at, "%s is %s", name, mend)
		return nil
	}
	raw, ok := c.read(at, name)
	if !ok {
		return nil
	}
	own := Place{File: name}
	e, err := parse(raw)
	switch {
	case err != nil:
		c.fail(own, "is not a Tiled %s: %v", root, err)
		return nil
	case e.name != root:
		c.fail(own, "is not a Tiled %s but a <%s>; name the right file, or save it in Tiled as one", root, e.name)
		return nil
	}
	c.unknown(own, e)
	return e
}

// notTiledXML says what a file is that its name tells not to be XML, and how to save it; "" for others.
func notTiledXML(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".tmj", ".json", ".js":
		return "JSON, which is not read; in Tiled, save the map as .tmx (File > Save As), its tileset as .tsx"
	case ".tsj":
		return "a tileset in JSON, which is not read; in Tiled, save it as .tsx (Tileset > Export As), and use that in the map"
	case ".tj":
		return "a template in JSON, which is not read; in Tiled, save it as .tx, or detach the object from it (right-click > Detach)"
	case ".lua":
		return "an export to Lua; in Tiled, save the map itself as .tmx"
	case ".gz":
		return "compressed; in Tiled, save it as .tmx"
	}
	return ""
}
