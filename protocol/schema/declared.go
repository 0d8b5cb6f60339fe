package schema

import (
	"go/ast"
	"go/token"
	"go/types"
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

// collect notes the types and constants that a file declares.
func (s *scanner) collect(f *ast.File) {
	for _, d := range f.Decls {
		gen, ok := d.(*ast.GenDecl)
		switch {
		case ok && gen.Tok == token.CONST:
			s.collectConstants(gen)
		case ok && gen.Tok == token.TYPE:
			for _, spec := range gen.Specs {
				ts := spec.(*ast.TypeSpec)
				doc := ts.Doc
				if doc == nil && (len(gen.Specs) == 1 || !hasDirective(gen.Doc)) {
					doc = gen.Doc // of a group, a directive would not say which of them it means
				}
				s.declare(ts, doc)
			}
		}
	}
}

func (s *scanner) declare(ts *ast.TypeSpec, doc *ast.CommentGroup) {
	name := ts.Name.Name
	if other := s.pkg.Scope().Lookup(name); other != nil && other.Pos() != ts.Name.Pos() {
		s.fail(ts.Name.Pos(), "%s is declared at %s already; rename one of them", name, s.where(other.Pos()))
		return
	}
	dec := declared{spec: ts}
	if doc != nil {
		dec.doc = strings.TrimSpace(doc.Text())
		for _, c := range doc.List {
			rest, ok := cutDirective(c.Text)
			if !ok {
				continue
			}
			if len(dec.words) > 0 {
				s.fail(c.Pos(), "%s has two directives; leave one out", name)
			}
			if dec.words = strings.Fields(rest); len(dec.words) == 0 {
				dec.words = []string{""}
			}
			s.take(c)
		}
	}
	if name == "_" && len(dec.words) > 0 {
		s.fail(ts.Name.Pos(), "a type with a directive needs a name")
		return
	}
	s.decls = append(s.decls, dec)
}

func (s *scanner) take(c *ast.Comment) {
	if s.taken == nil {
		s.taken = map[*ast.Comment]bool{}
	}
	s.taken[c] = true
}

// cutDirective is what a directive says. With a space behind its colon a comment is none: gofmt would put another before it.
func cutDirective(comment string) (string, bool) {
	rest, ok := strings.CutPrefix(comment, directive)
	return rest, ok && !strings.HasPrefix(rest, " ") && !strings.HasPrefix(rest, "\t")
}

func hasDirective(g *ast.CommentGroup) bool {
	return g != nil && slices.ContainsFunc(g.List, func(c *ast.Comment) bool { _, ok := cutDirective(c.Text); return ok })
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

// build makes the Defs of all structs with a directive, and of those that they refer to.
func (s *scanner) build() {
	declares := false
	for _, d := range s.decls {
		switch {
		case len(d.words) == 0:
			continue
		case d.words[0] == "enum" || d.words[0] == "flags":
			s.marked(d)
			continue
		case !slices.Contains(directiveWords, d.words[0]):
			s.unknown(d)
		default:
			if def := s.structDef(d.spec.Name.Name, d.spec.Pos()); def != nil {
				s.apply(d, def)
			}
		}
		declares = true
	}
	if !declares && len(s.errs) == 0 {
		s.fail(s.pkgPos, "package %s declares nothing for the wire: write %scomponent, entity, input or message right above a struct, or name the folder whose structs have that",
			s.out.Package, directive)
	}
	slices.SortFunc(s.out.Entities, func(a, b *Def) int { return a.ID - b.ID })
	slices.SortFunc(s.out.Messages, func(a, b *Def) int { return a.ID - b.ID })
}

func (s *scanner) unknown(d declared) {
	mend := ""
	if w := near(d.words[0], directiveWords); w != "" {
		mend = "; write " + directive + w
	}
	s.fail(d.spec.Pos(), "%s: unknown directive %s%s; there are component, entity, input and message, of structs, and enum and flags, of numbers%s",
		d.spec.Name.Name, directive, d.words[0], mend)
}

// marked checks a directive that says of a number what its constants are.
func (s *scanner) marked(d declared) {
	name := d.spec.Name.Name
	if len(d.words) > 1 {
		s.fail(d.spec.Pos(), "%s: the directive %s%s does not know %q", name, directive, d.words[0], d.words[1])
	}
	named, ok := s.typeOf(name).(*types.Named)
	if ok {
		basic, is := named.Underlying().(*types.Basic)
		ok = is && sizes[basic.Kind()] != 0
	}
	if !ok {
		s.fail(d.spec.Pos(), "%s: %s%s stands over a type made of a sized integer (int8 to uint64)", name, directive, d.words[0])
	}
}

// apply does what a struct's directive says.
func (s *scanner) apply(d declared, def *Def) {
	said := map[string]bool{}
	for _, w := range d.words[1:] {
		key, _, _ := strings.Cut(w, "=")
		if said[key] {
			s.fail(d.spec.Pos(), "%s: the directive says %s twice; leave one out", def.Name, key)
		}
		said[key] = true
		s.word(d, def, w)
	}
	switch d.words[0] {
	case "component":
	case "entity":
		s.out.Structs = slices.DeleteFunc(s.out.Structs, func(o *Def) bool { return o == def })
		s.out.Entities = append(s.out.Entities, def)
	case "input":
		if s.out.Input != nil {
			s.fail(d.spec.Pos(), "%s: %s is the input already; a game has one", def.Name, s.out.Input.Name)
		}
		s.out.Input = def
	case "message":
		s.out.Messages = append(s.out.Messages, def)
	}
}

// word takes one word that follows a directive.
func (s *scanner) word(d declared, def *Def, w string) {
	at := d.spec.Pos()
	key, val, _ := strings.Cut(w, "=")
	switch {
	case key == "id" && d.words[0] != "entity" && d.words[0] != "message":
		s.fail(at, "%s: entities and messages have an id, and a %s has none; take %s out", def.Name, d.words[0], w)
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
		mend := ""
		if o := near(key, optionWords); o != "" && o != key {
			mend = "; did you mean " + o + "?"
		}
		s.fail(at, "%s: the directive %s%s does not know %q%s", def.Name, directive, d.words[0], w, mend)
	}
}
