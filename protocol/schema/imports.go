package schema

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	gopath "path"
	"slices"
	"strings"
)

// knownType is a type of another package that a schema may use. The source of those packages is in the module cache or
// nowhere, so what stands here is not read from there; a test compares the two.
type knownType struct {
	path, name string // the name with its type parameters
	underlying string
}

// knows reports whether a kind is declared with a type of a known package.
func (k *kind) knows(path, name string) bool {
	return slices.ContainsFunc(k.known, func(o knownType) bool {
		bare, _, _ := strings.Cut(o.name, "[")
		return o.path == path && bare == name
	})
}

// source is what is known of a package, as Go; empty for packages that a schema may not use.
func source(path string) string {
	var out strings.Builder
	for _, name := range Kinds() {
		for _, t := range kinds[name].known {
			if t.path == path {
				fmt.Fprintf(&out, "type %s %s\n", t.name, t.underlying)
			}
		}
	}
	if out.Len() == 0 {
		return ""
	}
	return "package " + gopath.Base(path) + "\n" + out.String()
}

// imports knows these packages, and no other.
type imports struct {
	fset *token.FileSet
	done map[string]*types.Package
}

func (im *imports) Import(path string) (*types.Package, error) {
	src := source(path)
	if src == "" {
		return nil, fmt.Errorf("%s is not followed", path)
	}
	if p := im.done[path]; p != nil {
		return p, nil
	}
	f, err := parser.ParseFile(im.fset, path, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("parse what is known of %s: %w", path, err)
	}
	p, err := (&types.Config{}).Check(path, im.fset, []*ast.File{f}, nil)
	if err != nil {
		return nil, fmt.Errorf("check what is known of %s: %w", path, err)
	}
	if im.done == nil {
		im.done = map[string]*types.Package{}
	}
	im.done[path] = p
	return p, nil
}

// foreign names a type of a known package: its path and its name there.
func foreign(t types.Type) (path, name string) {
	n, ok := t.(*types.Named)
	if !ok || n.Obj().Pkg() == nil || source(n.Obj().Pkg().Path()) == "" {
		return "", ""
	}
	return n.Obj().Pkg().Path(), n.Obj().Name()
}
