package tiled

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The bounds of a file's tree. Files are a game's own, but a broken one must not take the machine's memory.
const (
	maxDepth    = 64
	maxElements = 1 << 19
	maxAttrs    = 64 // of one element
)

// element is one of a file's elements with all that is in it: what the loader does not know is to be found, too.
type element struct {
	name  string
	attrs []attr
	kids  []*element
	text  string
	line  int
}

type attr struct{ name, value string }

// get is the value of an attribute; "" where it is not there.
func (e *element) get(name string) string {
	v, _ := e.lookup(name)
	return v
}

func (e *element) lookup(name string) (string, bool) {
	for _, a := range e.attrs {
		if a.name == name {
			return a.value, true
		}
	}
	return "", false
}

// kid is the first child of a name, or nil.
func (e *element) kid(name string) *element {
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// parse reads a whole file as a tree.
func parse(raw []byte) (*element, error) {
	if bytes.HasPrefix(raw, []byte{0x1f, 0x8b}) {
		return nil, errors.New("it is compressed with gzip; in Tiled, save it as .tmx")
	}
	text, err := utf8Text(raw)
	if err != nil {
		return nil, err
	}
	if err := notXML(text); err != nil {
		return nil, err
	}
	dec := xml.NewDecoder(bytes.NewReader(text))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	p := parser{dec: dec}
	for {
		tok, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF) && p.root != nil:
			return p.root, nil
		case err != nil:
			return nil, p.syntax(err)
		}
		if err := p.take(tok); err != nil {
			return nil, err
		}
	}
}

// notXML knows what people hand over instead.
func notXML(text []byte) error {
	switch text = bytes.TrimSpace(text); {
	case len(text) == 0:
		return errors.New("it is empty; save it again in Tiled")
	case text[0] == '{', text[0] == '[':
		return errors.New("it is JSON, as Tiled writes .tmj, .tsj and .tj files; only Tiled's XML is read: " +
			"in Tiled, save a map as .tmx, a tileset as .tsx, a template as .tx")
	case bytes.HasPrefix(text, []byte("return {")), bytes.HasPrefix(text, []byte("(function")):
		return errors.New("it is an export to a script; in Tiled, save the map itself as .tmx")
	case text[0] != '<':
		return errors.New("it is no XML; in Tiled, save the map as .tmx")
	}
	return nil
}

type parser struct {
	dec   *xml.Decoder
	root  *element
	open  []*element
	text  [][]byte // of the open elements
	count int
}

func (p *parser) take(tok xml.Token) error {
	switch t := tok.(type) {
	case xml.StartElement:
		return p.start(t)
	case xml.EndElement:
		last := len(p.open) - 1
		p.open[last].text = string(p.text[last])
		p.open, p.text = p.open[:last], p.text[:last]
	case xml.CharData:
		if last := len(p.open) - 1; last >= 0 {
			p.text[last] = append(p.text[last], t...)
		} else if len(bytes.TrimSpace(t)) > 0 {
			return fmt.Errorf("line %d: there is text outside of the file's element; save it again in Tiled", p.line())
		}
	case xml.Directive:
		// Old versions of Tiled name a document type. One with declarations of its own could add attributes that nobody sees.
		if bytes.ContainsAny(t, "[<") || !bytes.HasPrefix(bytes.TrimSpace(t), []byte("DOCTYPE")) {
			return fmt.Errorf("line %d: it declares entities or attributes of its own, which are not read; save it again in Tiled", p.line())
		}
	}
	return nil
}

func (p *parser) start(t xml.StartElement) error {
	e := &element{name: t.Name.Local, line: p.line()}
	last := len(p.open) - 1
	p.count++
	switch {
	case last < 0 && p.root != nil:
		return fmt.Errorf("line %d: there is a second <%s> after the file's end; save it again in Tiled", e.line, e.name)
	case last >= maxDepth:
		return fmt.Errorf("line %d: its elements are nested more than %d deep", e.line, maxDepth)
	case p.count > maxElements:
		return fmt.Errorf("line %d: it has more than %d elements", e.line, maxElements)
	case len(t.Attr) > maxAttrs:
		return fmt.Errorf("line %d: <%s> has more than %d attributes", e.line, e.name, maxAttrs)
	}
	for _, a := range t.Attr {
		name := a.Name.Local
		if a.Name.Space != "" {
			name = a.Name.Space + ":" + name
		}
		if name == "xmlns" || a.Name.Space == "xmlns" {
			continue
		}
		if _, twice := e.lookup(name); twice {
			return fmt.Errorf("line %d: <%s> has the attribute %s twice; delete one", e.line, e.name, name)
		}
		e.attrs = append(e.attrs, attr{name, a.Value})
	}
	if last < 0 {
		p.root = e
	} else {
		parent := p.open[last]
		if parent.name == "data" && len(parent.kids) > 0 {
			// Tiles as elements are refused, and chunks; one is enough to know, and there may be a million.
			if err := p.dec.Skip(); err != nil {
				return p.syntax(err)
			}
			p.count--
			return nil
		}
		parent.kids = append(parent.kids, e)
	}
	p.open, p.text = append(p.open, e), append(p.text, nil)
	return nil
}

func (p *parser) line() int {
	line, _ := p.dec.InputPos()
	return line
}

// syntax says what is wrong with the XML, and what to do.
func (p *parser) syntax(err error) error {
	var bad *xml.SyntaxError
	cut := errors.Is(err, io.EOF) || errors.As(err, &bad) && strings.Contains(bad.Msg, "unexpected EOF")
	switch {
	case cut && p.root == nil:
		return errors.New("it is no XML; in Tiled, save the map as .tmx")
	case cut:
		return fmt.Errorf("line %d: it ends in the middle: it was cut; copy it again, or save it again in Tiled", p.line())
	case bad != nil && strings.Contains(bad.Msg, "entity"):
		return fmt.Errorf("line %d: %s; write & as &amp;, or save the file again in Tiled", bad.Line, bad.Msg)
	case bad != nil:
		return fmt.Errorf("line %d: %s; save it again in Tiled", bad.Line, bad.Msg)
	}
	return fmt.Errorf("%w; save it again in Tiled", err)
}
