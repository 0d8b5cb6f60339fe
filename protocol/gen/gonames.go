package gen

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"github.com/realmwire/realmwire/protocol/schema"
)

// goNames are the errors of names in Go: those of the generated file against those of the files beside it.
func goNames(c Config, s *schema.Schema, text []byte) ([]error, error) {
	fset := token.NewFileSet()
	made, err := parser.ParseFile(fset, c.Go, text, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read the generated Go: %w", err)
	}
	there, err := beside(fset, c, s.Package)
	if err != nil {
		return nil, err
	}
	g := &goScope{fset: fset, own: declarations([]*ast.File{made}), theirs: declarations(there), locals: map[string]bool{}, universe: map[string]bool{}}
	g.uses(made)
	g.importedNames(there)
	g.packageNames(s)
	g.methods(s)
	for _, name := range typeNames(s) {
		if at, theirs := g.theirs.top[name]; theirs && g.locals[name] && g.own.top[name] == token.NoPos {
			g.fail(at, "%s: the generated code has variables of that name; rename it", name)
		}
	}
	return g.errs, nil
}

// beside are the files of the package but for the generated one, as far as they are Go.
func beside(fset *token.FileSet, c Config, pkg string) ([]*ast.File, error) {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("list the package: %w", err)
	}
	own, err := os.Stat(c.Go)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("look at the generated file: %w", err)
	}
	var out []*ast.File
	for _, e := range entries {
		p := filepath.Join(c.Dir, e.Name())
		info, err := os.Stat(p)
		if filepath.Ext(p) != ".go" || err != nil || !info.Mode().IsRegular() || own != nil && os.SameFile(info, own) {
			continue
		}
		if f, _ := parser.ParseFile(fset, p, nil, parser.SkipObjectResolution); f != nil && f.Name != nil && f.Name.Name == pkg {
			out = append(out, f)
		}
	}
	return out, nil
}

// declared are names of a package.
type declared struct {
	top     map[string]token.Pos
	twice   []string
	methods map[string]map[string]token.Pos // by type
}

func declarations(files []*ast.File) declared {
	out := declared{top: map[string]token.Pos{}, methods: map[string]map[string]token.Pos{}}
	top := func(id *ast.Ident) {
		if _, there := out.top[id.Name]; there {
			out.twice = append(out.twice, id.Name)
		}
		out.top[id.Name] = id.Pos()
	}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil {
					if d.Name.Name != "init" && d.Name.Name != "_" {
						top(d.Name)
					}
					continue
				}
				on := receiver(d)
				if out.methods[on] == nil {
					out.methods[on] = map[string]token.Pos{}
				}
				out.methods[on][d.Name.Name] = d.Name.Pos()
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch spec := spec.(type) {
					case *ast.TypeSpec:
						top(spec.Name)
					case *ast.ValueSpec:
						for _, id := range spec.Names {
							if id.Name != "_" {
								top(id)
							}
						}
					}
				}
			}
		}
	}
	return out
}

// receiver is the type that a method is of.
func receiver(d *ast.FuncDecl) (name string) {
	if len(d.Recv.List) > 0 {
		ast.Inspect(d.Recv.List[0].Type, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && name == "" {
				name = id.Name
			}
			return name == ""
		})
	}
	return name
}

// goScope compares the generated file with those beside it.
type goScope struct {
	fset        *token.FileSet
	own, theirs declared
	imports     []string
	locals      map[string]bool // variables of the generated functions
	universe    map[string]bool // what they use of the language's own names
	errs        []error
}

func (g *goScope) fail(at token.Pos, format string, args ...any) {
	g.errs = append(g.errs, wrong(g.fset.PositionFor(at, false), format, args...))
}

// uses notes what the generated file means by names that others may take from it.
func (g *goScope) uses(f *ast.File) {
	for _, i := range f.Imports {
		if p, err := strconv.Unquote(i.Path.Value); err == nil {
			g.imports = append(g.imports, path.Base(p))
		}
	}
	members := map[*ast.Ident]bool{}
	local := func(ids ...*ast.Ident) {
		for _, id := range ids {
			g.locals[id.Name] = true
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			members[n.Sel] = true
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok {
				members[id] = true
			}
		case *ast.Field: // parameters, results and receivers: the file declares no struct
			local(n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, e := range n.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						local(id)
					}
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok {
					local(id)
				}
			}
		case *ast.ValueSpec:
			local(n.Names...)
		case *ast.Ident:
			if !members[n] && types.Universe.Lookup(n.Name) != nil {
				g.universe[n.Name] = true
			}
		}
		return true
	})
}

// importedNames compares what the files beside it import with what the generated file declares: the one stands in a file, the
// other in all of them.
func (g *goScope) importedNames(files []*ast.File) {
	for _, f := range files {
		for _, i := range f.Imports {
			from, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				continue
			}
			name := path.Base(from)
			if i.Name != nil {
				name = i.Name.Name
			}
			if _, clash := g.own.top[name]; clash {
				g.fail(i.Pos(), "%s: the generated code declares that name; import the package under another", name)
			}
			if name == "." && path.Base(from) == "snapshot" {
				g.fail(i.Pos(), "the package has a Schema, and so has the generated code; import it under a name")
			}
		}
	}
}

// packageNames compares what stands outside of functions.
func (g *goScope) packageNames(s *schema.Schema) {
	for name, at := range g.theirs.top {
		switch _, clash := g.own.top[name]; {
		case clash:
			g.fail(at, "%s: the generated code declares that name; rename it", name)
		case g.universe[name]:
			g.fail(at, "%s: the generated code uses Go's own %s; rename it", name, name)
		}
	}
	for _, name := range g.imports {
		if at, clash := g.theirs.top[name]; clash {
			g.fail(at, "%s: the generated code imports a package of that name; rename it", name)
		}
	}
	for _, name := range g.own.twice {
		of, at := "the package", s.Pos
		for _, d := range s.Structs {
			for _, f := range d.Fields {
				if helper(d, f) == name {
					of, at = d.Name+"."+f.Name, f.Pos
				}
			}
			if lowerFirst(d.Name)+"Motion" == name {
				of, at = d.Name, d.Pos
			}
		}
		g.errs = append(g.errs, wrong(at, "%s: the generated code calls two things %s; rename it", of, name))
	}
}

// methods compares the methods of the generated code with fields, and with methods that the game gives the type.
func (g *goScope) methods(s *schema.Schema) {
	for _, defs := range [][]*schema.Def{s.Structs, s.Entities} {
		for _, d := range defs {
			made := g.own.methods[d.Name]
			for _, f := range d.Fields {
				if _, clash := made[f.Name]; clash {
					g.errs = append(g.errs, wrong(f.Pos, "%s.%s: the generated code has a method of that name; rename the field", d.Name, f.Name))
				}
			}
			for name, at := range g.theirs.methods[d.Name] {
				if _, clash := made[name]; clash {
					g.fail(at, "%s.%s: the generated code has a method of that name; rename yours", d.Name, name)
				}
			}
		}
	}
}

// typeNames are the names of types in this package that generated functions convert to.
func typeNames(s *schema.Schema) []string {
	var out []string
	for _, defs := range [][]*schema.Def{s.Structs, s.Entities} {
		for _, d := range defs {
			out = append(out, d.Name)
			for _, f := range d.Fields {
				for t := &f.Type; t != nil; t = t.Elem {
					if token.IsIdentifier(t.Go) {
						out = append(out, t.Go)
					}
				}
			}
		}
	}
	return out
}
