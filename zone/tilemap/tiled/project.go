package tiled

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// project is what a Tiled project says of classes: the defaults of their properties, which Tiled shows but does not write into maps.
type project struct {
	file    string // "": there is none
	broken  bool   // there is one that says nothing; an error tells why
	classes []projectType
}

type projectType struct {
	Name    string          `json:"name"`
	Type    string          `json:"type"`
	UseAs   []string        `json:"useAs"`
	Members []projectMember `json:"members"`
}

type projectMember struct {
	Name         string          `json:"name"`
	Type         string          `json:"type"`
	PropertyType string          `json:"propertyType"`
	Value        json.RawMessage `json:"value"`
}

// The bounds of classes within classes: a project that was written by hand may have one in itself, twice.
const (
	maxNesting  = 16
	maxDefaults = 1 << 16 // values, of all that is inherited in a map
)

// project finds the project that the map belongs to: the nearest one in its folder or above, or else in the tileset's or above.
func (c *compiler) project() *project {
	if c.types != nil {
		return c.types
	}
	c.types = &project{}
	for _, from := range []string{c.file, c.tilesetFile} {
		if from == "" {
			continue
		}
		for dir := path.Dir(from); ; dir = path.Dir(dir) {
			if found := c.projectsIn(dir); len(found) > 0 {
				c.readProject(dir, found)
				return c.types
			}
			if dir == "." || dir == "/" {
				break
			}
		}
	}
	return c.types
}

func (c *compiler) projectsIn(dir string) []string {
	entries, err := fs.ReadDir(c.fsys, dir)
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		if strings.EqualFold(path.Ext(e.Name()), ".tiled-project") && !e.IsDir() {
			found = append(found, e.Name())
		}
	}
	return found
}

func (c *compiler) readProject(dir string, found []string) {
	c.types.file = path.Join(dir, found[0])
	at := Place{File: c.types.file}
	c.types.broken = true
	if len(found) > 1 {
		c.fail(at, "there are %d projects in one folder (%s), and no telling which one says what the classes mean; keep one there",
			len(found), strings.Join(found, ", "))
		return
	}
	raw, ok := c.read(at, c.types.file)
	if !ok {
		return
	}
	text, err := utf8Text(raw)
	if err != nil {
		c.fail(at, "%v", err)
		return
	}
	var file struct {
		PropertyTypes   *[]projectType `json:"propertyTypes"`
		ObjectTypesFile string         `json:"objectTypesFile"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		c.fail(at, "is not a Tiled project: %v; save it again in Tiled", err)
		return
	}
	if file.PropertyTypes == nil && file.ObjectTypesFile != "" {
		c.fail(at, "keeps its classes in %s, as Tiled did before 1.9; open the project in a newer Tiled, and save it", file.ObjectTypesFile)
		return
	}
	if file.PropertyTypes != nil {
		c.types.classes = *file.PropertyTypes
	}
	c.types.broken = false
}

// class finds what the project says of a class, used as an object's, a tile's, a map's, a property's.
func (p *project) class(name, use string) *projectType {
	for i, t := range p.classes {
		if t.Name == name && t.Type == "class" && (t.UseAs == nil || slices.Contains(t.UseAs, use)) {
			return &p.classes[i]
		}
	}
	return nil
}

// like finds a class whose name differs in capitals or separators only.
func (p *project) like(name, use string) *projectType {
	for i, t := range p.classes {
		if t.Name != name && meant(name, t.Name) != "" && t.Type == "class" && (t.UseAs == nil || slices.Contains(t.UseAs, use)) {
			return &p.classes[i]
		}
	}
	return nil
}

// inherit adds to properties what their owner's class gives by default, and to properties of a class type that type's. It reports whether it
// could know: false if the class's project is not there, and says nothing of that.
func (c *compiler) inherit(at Place, own properties, class, use string) (known bool) {
	known = true
	if class != "" {
		p := c.project()
		known = p.file != "" && !p.broken
		if t := p.class(class, use); t != nil {
			for name, v := range c.defaults(t, 0) {
				if _, set := own[name]; !set {
					own[name] = v
				}
			}
		}
	}
	for name, v := range own {
		at := at
		at.Property = name
		c.fill(at, &v, 0)
		own[name] = v
	}
	return known
}

// fill gives a value of a class type the members that are not set in the file.
func (c *compiler) fill(at Place, v *value, depth int) {
	switch {
	case depth > maxNesting:
		return
	case v.kind == "list":
		for i := range v.items {
			c.fill(at, &v.items[i], depth+1)
		}
		return
	case v.kind != "class":
		return
	case v.members == nil:
		v.members = properties{}
	}
	p := c.project()
	t := p.class(v.class, "property")
	switch {
	case t != nil:
		for name, d := range c.defaults(t, depth+1) {
			if _, set := v.members[name]; !set {
				v.members[name] = d
			}
		}
	case p.broken:
	case p.file == "":
		c.warn(at, "is of the class %q, and no .tiled-project lies beside the map or above it: only the members that are set in the file are known; "+
			"embed the project with the maps", v.class)
	default:
		c.warn(at, "is of the class %q, which %s does not have: only the members that are set in the file are known; add the class in Tiled",
			v.class, p.file)
	}
	for name, m := range v.members {
		c.fill(at, &m, depth+1)
		v.members[name] = m
	}
}

// defaults are what a class gives to those that do not set it.
func (c *compiler) defaults(t *projectType, depth int) properties {
	out := properties{}
	for _, m := range t.Members {
		at := Place{File: c.types.file, Property: t.Name + "." + m.Name}
		if depth > maxNesting {
			c.projectFault(at, "classes are nested more than %d deep; take the class out of itself", maxNesting)
			return out
		}
		out[m.Name] = c.memberValue(at, m, depth)
	}
	return out
}

// projectFault reports what is wrong with the project once, however often the class is used.
func (c *compiler) projectFault(at Place, format string, args ...any) {
	if f := (Finding{Error, at, fmt.Sprintf(format, args...)}); !slices.Contains(c.Findings, f) {
		c.add(f)
	}
}

// memberValue reads a default, which the project has as JSON.
func (c *compiler) memberValue(at Place, m projectMember, depth int) value {
	v := value{kind: m.Type, class: m.PropertyType}
	if c.inherited++; c.inherited > maxDefaults {
		c.projectFault(Place{File: c.types.file}, "its classes give this map more than %d values by default; make them smaller", maxDefaults)
		c.types.classes, c.types.broken = nil, true
		return v
	}
	if v.kind == "" {
		v.kind = "string"
	}
	fail := func(err error) value {
		c.projectFault(at, "its default does not fit its type %s: %v; mend it in Tiled", v.kind, err)
		return v
	}
	switch v.kind {
	case "class":
		v.members = properties{}
		var set map[string]json.RawMessage
		if len(m.Value) > 0 {
			if err := json.Unmarshal(m.Value, &set); err != nil {
				return fail(err)
			}
		}
		t := c.types.class(m.PropertyType, "property")
		if t == nil {
			c.projectFault(at, "is of the class %q, which the project does not have; add it in Tiled", m.PropertyType)
			return v
		}
		for _, member := range t.Members {
			if text, ok := set[member.Name]; ok {
				member.Value = text
			}
			if depth > maxNesting {
				c.projectFault(at, "classes are nested more than %d deep; take the class out of itself", maxNesting)
				return v
			}
			v.members[member.Name] = c.memberValue(at, member, depth+1)
		}
	case "list":
		var items []projectMember
		if len(m.Value) > 0 {
			if err := json.Unmarshal(m.Value, &items); err != nil {
				return fail(err)
			}
		}
		for _, item := range items {
			if depth > maxNesting {
				c.projectFault(at, "lists are nested more than %d deep", maxNesting)
				return v
			}
			v.items = append(v.items, c.memberValue(at, item, depth+1))
		}
	default:
		text, err := scalarJSON(m.Value)
		if err != nil {
			return fail(err)
		}
		v.text = text
		c.scalar(at, &v)
	}
	return v
}

// scalarJSON is the text of a JSON string, number or bool, as a map's file would have it.
func scalarJSON(raw json.RawMessage) (string, error) {
	if len(raw) == 0 {
		return "", nil
	}
	switch raw[0] {
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	case '{', '[':
		return "", fmt.Errorf("it is %.20s", raw)
	}
	if string(raw) == "null" {
		return "", nil
	}
	return string(raw), nil
}
