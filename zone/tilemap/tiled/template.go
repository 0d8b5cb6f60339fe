package tiled

import "slices"

var shapeElements = []string{"ellipse", "capsule", "point", "polygon", "polyline", "text"}

// instance is an object with what its template gives, if it has one.
func (c *compiler) instance(l *layer, e *element) (*element, bool) {
	source := e.get("template")
	if source == "" {
		return e, true
	}
	at := l.at
	at.Object = objectName(e)
	name, ok := c.resolve(at, c.file, source)
	if !ok {
		return e, false
	}
	base, known := c.templates[name]
	if !known {
		if file := c.open(at, name, "template"); file != nil {
			if base = file.kid("object"); base == nil {
				c.fail(Place{File: name}, "is a template without an object; save it again in Tiled")
			}
		}
		if c.templates == nil {
			c.templates = map[string]*element{}
		}
		c.templates[name] = base
	}
	if base == nil {
		if known {
			c.fail(at, "its template %s cannot be read; mend it, or detach the object from it (right-click > Detach)", name)
		}
		return e, false
	}
	return merge(base, e), true
}

// merge lays an instance over its template, as Tiled does: attributes that it has, its shape, its properties by name.
func merge(base, own *element) *element {
	out := &element{name: own.name, line: own.line}
	out.attrs = slices.Clone(own.attrs)
	sized := ownSize(own)
	out.attrs = slices.DeleteFunc(out.attrs, func(a attr) bool {
		return a.value == "" || a.name == "template" || !sized && (a.name == "width" || a.name == "height")
	})
	for _, a := range base.attrs {
		if _, ok := out.lookup(a.name); !ok && a.name != "id" && a.name != "x" && a.name != "y" && a.name != "template" {
			out.attrs = append(out.attrs, a)
		}
	}
	isShape := func(e *element) bool { return slices.Contains(shapeElements, e.name) }
	set := map[string]bool{}
	for _, k := range own.kids {
		out.kids = append(out.kids, k)
		if k.name == "properties" {
			for _, p := range k.kids {
				set[p.get("name")] = true
			}
		}
	}
	inherited := &element{name: "properties", line: own.line}
	for _, k := range base.kids {
		switch {
		case k.name == "properties":
			for _, p := range k.kids {
				if !set[p.get("name")] {
					inherited.kids = append(inherited.kids, p)
				}
			}
		case isShape(k) && !slices.ContainsFunc(own.kids, isShape):
			out.kids = append(out.kids, k)
		}
	}
	out.kids = append(out.kids, inherited)
	return out
}

// ownSize reports whether an instance has another size than its template: only one with both sides, in Tiled. What is no size is kept, and
// refused later.
func ownSize(e *element) bool {
	sides := 0
	for _, name := range []string{"width", "height"} {
		text := e.get(name)
		if text == "" {
			continue
		}
		v, err := parseNumber(text)
		if err != nil || v < 0 {
			return true
		}
		if v > 0 {
			sides++
		}
	}
	return sides == 2
}
