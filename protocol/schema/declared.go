package schema

import (
	"go/ast"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// declared is a type that the package declares.
type declared struct {
	spec  *ast.TypeSpec
	doc   string
	words []string // of its directive, the first its kind; empty without one
}

// collect notes the types that a file declares.
func (s *scanner) collect(f *ast.File) {
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		for _, spec := range gen.Specs {
			ts := spec.(*ast.TypeSpec)
			doc := ts.Doc
			if doc == nil {
				doc = gen.Doc
			}
			s.decls = append(s.decls, declare(ts, doc))
		}
	}
}

func declare(ts *ast.TypeSpec, doc *ast.CommentGroup) declared {
	dec := declared{spec: ts}
	if doc == nil {
		return dec
	}
	dec.doc = strings.TrimSpace(doc.Text())
	for _, c := range doc.List {
		if rest, ok := strings.CutPrefix(c.Text, directive); ok {
			dec.words = strings.Fields(rest)
		}
	}
	return dec
}

func (s *scanner) find(name string) *declared {
	for i := range s.decls {
		if s.decls[i].spec.Name.Name == name {
			return &s.decls[i]
		}
	}
	return nil
}

// at is where a struct is declared.
func (s *scanner) at(d *Def) token.Pos {
	if dec := s.find(d.Name); dec != nil {
		return dec.spec.Pos()
	}
	return token.NoPos
}

// build makes the Defs of all types with a directive, and of those that they refer to.
func (s *scanner) build() {
	for _, d := range s.decls {
		if len(d.words) == 0 {
			continue
		}
		if def := s.structDef(d.spec.Name.Name, d.spec.Pos()); def != nil {
			s.apply(d, def)
		}
	}
	slices.SortFunc(s.out.Entities, func(a, b *Def) int { return a.ID - b.ID })
	slices.SortFunc(s.out.Messages, func(a, b *Def) int { return a.ID - b.ID })
}

// apply does what a type's directive says.
func (s *scanner) apply(d declared, def *Def) {
	at := d.spec.Pos()
	for _, w := range d.words[1:] {
		s.word(d, def, w)
	}
	switch d.words[0] {
	case "component":
	case "entity":
		s.out.Structs = slices.DeleteFunc(s.out.Structs, func(o *Def) bool { return o == def })
		s.out.Entities = append(s.out.Entities, def)
	case "input":
		if s.out.Input != nil {
			s.fail(at, "%s: %s is the input already; a game has one", def.Name, s.out.Input.Name)
		}
		s.out.Input = def
	case "message":
		s.out.Messages = append(s.out.Messages, def)
	default:
		s.fail(at, "%s: unknown directive %s%s; there are component, entity, input and message", def.Name, directive, d.words[0])
	}
}

// word takes one word that follows a directive.
func (s *scanner) word(d declared, def *Def, w string) {
	at := d.spec.Pos()
	key, val, _ := strings.Cut(w, "=")
	switch {
	case key == "id":
		id, err := strconv.Atoi(val)
		if err != nil {
			s.fail(at, "%s: id=%s is no number", def.Name, val)
		}
		def.ID = id
	case key == "position" && d.words[0] == "component":
		def.Position = true
	case key == "priority" && d.words[0] == "entity":
		p, err := strconv.ParseFloat(val, 32)
		if err != nil || !(p >= minPriority && p <= maxPriority) {
			s.fail(at, "%s: priority=%s wants a number from %v to %v; 1 is usual", def.Name, val, minPriority, maxPriority)
		}
		def.Priority = p
	case w == "best" && d.words[0] == "entity":
		def.Best = true
	case w == "best":
		s.fail(at, "%s: best stands on entities: it says that the best tier codes an entity's components with hints together", def.Name)
	default:
		s.fail(at, "%s: the directive %s%s does not know %q", def.Name, directive, d.words[0], w)
	}
}
