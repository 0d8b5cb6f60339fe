package schema

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
)

const directive = "//realmwire:"

// Error is one thing wrong with a schema, with its place and how to fix it.
type Error struct {
	Pos  token.Position
	Text string
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s:%d: %s", filepath.Base(e.Pos.Filename), e.Pos.Line, e.Text)
}

// Scan reads the schema that the Go package in dir declares. Its errors, joined, name file, line, field and the fix.
// Files whose names end in _gen.go or _test.go are no part of it. Messages count from firstMessageID, which is [FirstGameID]
// for a game.
func Scan(dir string, firstMessageID int) (*Schema, error) {
	s := &scanner{fset: token.NewFileSet(), defs: map[string]*Def{}, enums: map[string]*Enum{}}
	files, err := s.folder(dir)
	if err != nil {
		return nil, err
	}
	s.onePackage(files)
	if len(s.errs) > 0 {
		return nil, errors.Join(s.errs...)
	}
	s.pkgPos = files.seen[0].ast.Name.Pos()
	s.out = &Schema{Package: files.seen[0].ast.Name.Name, Pos: s.place(s.pkgPos)}
	s.check(files.seen)
	for _, f := range files.seen {
		s.collect(f.ast)
	}
	s.lost(files)
	s.build()
	s.rules(firstMessageID)
	if len(s.errs) > 0 {
		return nil, errors.Join(s.errs...)
	}
	return s.out, nil
}

// scanner is one Scan under way. What each step does is in the file named after it.
type scanner struct {
	fset   *token.FileSet
	pkg    *types.Package
	pkgPos token.Pos // where its name stands
	decls  []declared
	consts []constDecl
	taken  map[*ast.Comment]bool // directives that stand over a type
	defs   map[string]*Def
	enums  map[string]*Enum
	open   []string // structs being built, to find cycles
	out    *Schema
	errs   []error
}

func (s *scanner) fail(at token.Pos, format string, args ...any) {
	s.failAt(s.place(at), format, args...)
}

func (s *scanner) failAt(at token.Position, format string, args ...any) {
	// What is quoted from a source may have lines; an error has one.
	text := strings.Join(strings.FieldsFunc(fmt.Sprintf(format, args...), func(r rune) bool { return r == '\n' || r == '\r' }), " ")
	s.errs = append(s.errs, &Error{Pos: at, Text: text})
}

// place is where something stands, whatever //line comments say.
func (s *scanner) place(at token.Pos) token.Position { return s.fset.PositionFor(at, false) }

// where is a place as errors name it.
func (s *scanner) where(at token.Pos) string {
	p := s.place(at)
	return fmt.Sprintf("%s:%d", filepath.Base(p.Filename), p.Line)
}

// check type-checks what it can. Few imports are known, and generated methods may not exist yet, so errors are expected;
// what a schema needs (named types, constants, fields) resolves without them.
func (s *scanner) check(files []sourceFile) {
	recursive := func(err error) {
		var e types.Error
		if errors.As(err, &e) && strings.HasPrefix(e.Msg, "invalid recursive type") {
			s.fail(e.Pos, "%s; a value on the wire has a bounded size", strings.Join(strings.Fields(e.Msg), " "))
		}
	}
	conf := types.Config{Error: recursive, Importer: &imports{fset: s.fset}, IgnoreFuncBodies: true, FakeImportC: true}
	var asts []*ast.File
	for _, f := range files {
		asts = append(asts, f.ast)
	}
	s.pkg, _ = conf.Check(s.out.Package, s.fset, asts, nil)
}
