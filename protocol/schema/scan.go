package schema

import (
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"go/types"
	"os"
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
// Files whose names end in _gen.go or _test.go are skipped. Messages count from firstMessageID, which is [FirstGameID]
// for a game.
func Scan(dir string, firstMessageID int) (*Schema, error) {
	fset := token.NewFileSet()
	files, err := parse(fset, dir)
	if err != nil {
		return nil, err
	}
	s := &scanner{fset: fset, defs: map[string]*Def{}, enums: map[string]*Enum{}, out: &Schema{Package: files[0].Name.Name}}
	s.check(files)
	for _, f := range files {
		s.collect(f)
	}
	s.build()
	s.rules(firstMessageID)
	if len(s.errs) > 0 {
		return nil, errors.Join(s.errs...)
	}
	return s.out, nil
}

func parse(fset *token.FileSet, dir string) ([]*ast.File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the package to generate for: %w", err)
	}
	var files []*ast.File
	for _, e := range entries {
		name := e.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_gen.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if ok, err := build.Default.MatchFile(dir, name); err != nil || !ok {
			continue
		}
		f, err := parser.ParseFile(fset, filepath.Join(dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, fmt.Errorf("parse %s: %w", name, err)
		}
		files = append(files, f)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no Go files in %s: name the folder of the package that declares the schema", dir)
	}
	return files, nil
}

// scanner is one Scan under way. What each step does is in the file named after it.
type scanner struct {
	fset  *token.FileSet
	pkg   *types.Package
	decls []declared
	defs  map[string]*Def
	enums map[string]*Enum
	open  []string // structs being built, to find cycles
	out   *Schema
	errs  []error
}

func (s *scanner) fail(at token.Pos, format string, args ...any) {
	s.errs = append(s.errs, &Error{Pos: s.fset.Position(at), Text: fmt.Sprintf(format, args...)})
}

// check type-checks what it can. Few imports are known, and generated methods may not exist yet, so errors are expected;
// what a schema needs (named types, constants, fields) resolves without them.
func (s *scanner) check(files []*ast.File) {
	conf := types.Config{Error: func(error) {}, Importer: &imports{fset: s.fset}, IgnoreFuncBodies: true}
	s.pkg, _ = conf.Check(s.out.Package, s.fset, files, nil)
}
