package schema

import (
	"go/token"
	"go/types"
)

// KnownPackage is what the scanner knows of a package.
func KnownPackage(path string) (*types.Package, error) {
	return (&imports{fset: token.NewFileSet()}).Import(path)
}
