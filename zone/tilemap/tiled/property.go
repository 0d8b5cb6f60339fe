package tiled

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/realmwire/realmwire/zone/tilemap"
)

// properties are what an author gave something, by name.
type properties map[string]value

// value is one property's: a scalar's text, a class's members or a list's items.
type value struct {
	kind    string // type as Tiled names it: string, int, float, bool, color, file, object, class, list
	class   string // the project's name for the type, of an enum or a class
	text    string
	members properties
	items   []value
}

var (
	colorForm = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$`)
	// scalars are what a property without a value is.
	scalars = map[string]string{"string": "", "int": "0", "float": "0", "bool": "false", "color": "", "file": "", "object": "0"}
)

// properties reads the <properties> of an element.
func (c *compiler) properties(at Place, parent *element) properties {
	out := properties{}
	for _, group := range parent.kids {
		if group.name != "properties" {
			continue
		}
		for _, p := range group.kids {
			if p.name != "property" {
				continue
			}
			at, name := at, p.get("name")
			if at.Property != "" {
				at.Property += "." // a member of a class
			}
			at.Property += name
			_, twice := out[name]
			switch {
			case name == "":
				c.fail(at, "a property has no name (line %d); give it one, or delete it", p.line)
				continue
			case twice:
				c.fail(at, "is there twice (line %d); delete one", p.line)
			}
			out[name] = c.value(at, p)
		}
	}
	return out
}

// value reads a <property>, or an <item> of a list.
func (c *compiler) value(at Place, e *element) value {
	v := value{kind: e.get("type"), class: e.get("propertytype"), text: e.get("value")}
	if v.kind == "" {
		v.kind = "string"
	}
	if v.text == "" && strings.TrimSpace(e.text) != "" {
		v.text = e.text // a text of several lines is the element's content
	}
	switch v.kind {
	case "class":
		v.members = c.properties(at, e)
		v.text = ""
	case "list":
		v.text = ""
		for _, k := range e.kids {
			if k.name == "item" {
				v.items = append(v.items, c.value(at, k))
			}
		}
	default:
		c.scalar(at, &v)
	}
	return v
}

// scalar checks a value's text, and writes what may be spelt in several ways in one.
func (c *compiler) scalar(at Place, v *value) {
	empty, known := scalars[v.kind]
	if !known {
		if kind := meant(v.kind, "string", "int", "float", "bool", "color", "file", "object", "class", "list"); kind != "" {
			c.fail(at, "its type is %.40q; Tiled writes %s", v.kind, kind)
			return
		}
		c.fail(at, "its type %.40q is not known; give it another", v.kind)
		return
	}
	if v.text == "" {
		v.text = empty
		return
	}
	switch v.kind {
	case "int", "object":
		if _, err := strconv.ParseInt(v.text, 10, 32); err != nil {
			c.fail(at, "%.40q is not a whole number of 32 bits; mend it", v.text)
		}
	case "float":
		if _, err := strconv.ParseFloat(v.text, 64); err != nil || !numberForm.MatchString(v.text) {
			c.fail(at, "%.40q is not a number; mend it", v.text)
		}
	case "bool":
		on, ok := truth(v.text)
		if !ok {
			c.fail(at, "%.40q is neither true nor false; tick or untick it in Tiled", v.text)
			return
		}
		v.text = strconv.FormatBool(on)
	case "color":
		if !colorForm.MatchString(v.text) {
			c.fail(at, "%.40q is not a colour; write #rrggbb or #aarrggbb", v.text)
		}
	}
}

// truth reads the spellings of a bool that scripts write. (Tiled takes every other text for true.)
func truth(text string) (on, ok bool) {
	switch strings.ToLower(text) {
	case "true", "1":
		return true, true
	case "false", "0", "":
		return false, true
	}
	return false, false
}

// flat writes properties as the game gets them: members of classes by their path with dots, items of lists by their number.
func (c *compiler) flat(at Place, p properties) map[string]string {
	out := make(map[string]string, len(p))
	for _, name := range sortedNames(p) {
		v := p[name]
		c.flatten(at, out, name, &v)
		if len(out) > tilemap.MaxProps {
			break // it is refused, and a list may have a hundred thousand items
		}
	}
	if err := tilemap.CheckProps(out); err != nil {
		c.fail(at, "%v; members of classes and items of lists count: shorten them, or delete some", err)
	}
	return out
}

func (c *compiler) flatten(at Place, out map[string]string, path string, v *value) {
	switch {
	case len(out) > tilemap.MaxProps:
	case v.kind == "class":
		for _, name := range sortedNames(v.members) {
			m := v.members[name]
			c.flatten(at, out, path+"."+name, &m)
		}
	case v.kind == "list":
		for i := range v.items {
			c.flatten(at, out, path+"."+strconv.Itoa(i), &v.items[i])
		}
	default:
		if _, taken := out[path]; taken {
			at.Property = path
			c.fail(at, "is the name of a property and of a member of another; rename one")
		}
		out[path] = v.text
	}
}

func sortedNames(p properties) []string {
	names := make([]string, 0, len(p))
	for name := range p {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
