package schema

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
)

// Packages whose types a schema may use.
const (
	geomPath     = "github.com/realmwire/realmwire/protocol/geom"
	optionalPath = "github.com/realmwire/realmwire/protocol/optional"
	snapshotPath = "github.com/realmwire/realmwire/protocol/snapshot"
)

// known is what a schema may use of them. Reading the packages themselves would need their source, which is in the module
// cache or nowhere; a test compares the two.
var known = map[string]string{
	geomPath: `package geom
type Vec2 struct{ X, Y float32 }
type Vec3 struct{ X, Y, Z float32 }
type Quat struct{ X, Y, Z, W float32 }`,
	optionalPath: `package optional
type Of[T any] struct { Has bool; Value T }`,
	snapshotPath: `package snapshot
type ID uint32`,
}

// imports knows these packages, and no other.
type imports struct {
	fset *token.FileSet
	done map[string]*types.Package
}

func (im *imports) Import(path string) (*types.Package, error) {
	src, ok := known[path]
	if !ok {
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
	if !ok || n.Obj().Pkg() == nil || known[n.Obj().Pkg().Path()] == "" {
		return "", ""
	}
	return n.Obj().Pkg().Path(), n.Obj().Name()
}
