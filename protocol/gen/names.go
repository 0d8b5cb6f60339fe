package gen

import (
	"errors"
	"fmt"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// Every name that a generated file declares is checked against the others of its scope, and against what that file uses
// itself: two names of Go may be one in another language, and a struct may be called as a type of the SDK. What a file uses is
// not listed here: it is what remains of the file when all names of the schema are taken out (see [stranger]).

// claim is a name in a generated file, and whose it is.
type claim struct {
	name string
	of   string // "Look.UserID", as errors call it
	at   token.Position
}

// scope is a place where names must differ.
type scope struct {
	what   string // "in GDScript"
	claims []claim
	used   map[string]bool // what the generated code itself means by a name there
}

// clashes are the errors of a scope.
func (s *scope) clashes() []error {
	var errs []error
	first := map[string]claim{}
	for _, c := range s.claims {
		other, twice := first[c.name]
		switch {
		case !twice:
			first[c.name] = c
		case other.of != c.of || other.at != c.at:
			errs = append(errs, wrong(c.at, "%s is called %s %s, and so is %s (%s); rename one of them", c.of, c.name, s.what, other.of, where(other.at)))
			continue
		}
		switch {
		case s.used[c.name] && strings.HasSuffix("."+c.of, "."+c.name):
			errs = append(errs, wrong(c.at, "%s: the generated code means something else by that name %s; rename it", c.of, s.what))
		case s.used[c.name]:
			errs = append(errs, wrong(c.at, "%s is called %s %s, which means something else in the generated code; rename it", c.of, c.name, s.what))
		}
	}
	return errs
}

func wrong(at token.Position, format string, args ...any) error {
	return &schema.Error{Pos: at, Text: fmt.Sprintf(format, args...)}
}

func where(at token.Position) string {
	return fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)
}

// checkNames is an error where a name of the schema cannot be had in a language that is generated.
func checkNames(c Config, s *schema.Schema, goText []byte) error {
	errs, err := goNames(c, s, goText)
	if err != nil {
		return err
	}
	if c.TypeScript != "" || c.GDScript != "" {
		if plain := plainNames(s); len(plain) > 0 {
			return errors.Join(append(errs, plain...)...) // nothing else can be said of such names
		}
	}
	if c.TypeScript != "" {
		errs = append(errs, tsNames(s)...)
	}
	if c.GDScript != "" {
		errs = append(errs, gdNames(s, c.FirstMessageID)...)
	}
	return errors.Join(errs...)
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// plainNames refuses what clients' languages do not take, or do not take as the name of a type.
func plainNames(s *schema.Schema) []error {
	var errs []error
	check := func(of, name string, at token.Position) {
		if !plainName.MatchString(name) {
			errs = append(errs, wrong(at, "%s: clients' code spells names with the letters A to Z, digits and _ alone; rename it", of))
		}
	}
	typ := func(name string, at token.Position) {
		check(name, name, at)
		if c := name[0]; c >= 'a' && c <= 'z' || c == '_' {
			errs = append(errs, wrong(at, "%s: in clients' code types begin with a capital letter; call it %s", name, strings.ToUpper(name[:1])+name[1:]))
		}
	}
	check("package "+s.Package, s.Package, s.Pos)
	for _, e := range s.Enums {
		typ(e.Name, e.Pos)
		for _, v := range e.Values {
			check(v.Name, v.Name, v.Pos)
		}
	}
	for _, d := range slices.Concat(s.Structs, s.Entities) {
		typ(d.Name, d.Pos)
		for _, f := range d.Fields {
			check(d.Name+"."+f.Name, f.Name, f.Pos)
		}
	}
	return errs
}

// strange is in all names of a stranger, in any spelling that a language gives them, and in no others.
const strange = "qz7"

// stranger is a schema as s is, whose names mean nothing.
func stranger(s *schema.Schema) *schema.Schema {
	out := &schema.Schema{Package: strange}
	enums, defs := map[*schema.Enum]*schema.Enum{}, map[*schema.Def]*schema.Def{}
	n := 0
	name := func() string { n++; return fmt.Sprintf("Q%sN%d", strange[1:], n) }
	for _, e := range s.Enums {
		to := *e
		to.Name, to.Doc, to.Values = name(), "", nil
		for _, c := range e.Values {
			to.Values = append(to.Values, schema.Constant{Name: name(), Number: c.Number})
		}
		enums[e] = &to
		out.Enums = append(out.Enums, &to)
	}
	typ := func(t schema.Type) schema.Type {
		for p := &t; ; p = p.Elem {
			p.Enum, p.Struct = enums[p.Enum], defs[p.Struct]
			if p.Elem == nil {
				return t
			}
			elem := *p.Elem
			p.Elem = &elem
		}
	}
	def := func(d *schema.Def) *schema.Def {
		to := *d
		// A position is found by the names of its fields.
		to.Name, to.Doc, to.Fields, to.Position = name(), "", nil, false
		for _, f := range d.Fields {
			f.Name, f.Doc, f.Type = name(), "", typ(f.Type)
			to.Fields = append(to.Fields, f)
		}
		defs[d] = &to
		return &to
	}
	for _, d := range s.Structs {
		out.Structs = append(out.Structs, def(d))
	}
	for _, d := range s.Entities {
		out.Entities = append(out.Entities, def(d))
	}
	for _, d := range s.Messages {
		out.Messages = append(out.Messages, defs[d])
	}
	out.Input = defs[s.Input]
	return out
}

// words are the identifiers of a text that are no members of something: those behind a point are.
var words = regexp.MustCompile(`(?m)'[^'\n]*'|"[^"\n]*"|#.*$|//.*$|/\*.*?\*/|\.[A-Za-z_]\w*|[A-Za-z_]\w*`)

// ownWords are those that a stranger's text uses by itself.
func ownWords(text string) map[string]bool {
	out := map[string]bool{}
	for _, w := range words.FindAllString(text, -1) {
		if c := w[0]; (c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z') && !strings.Contains(strings.ToLower(w), strange) {
			out[w] = true
		}
	}
	return out
}
