package schema

import (
	"cmp"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// constDecl is a constant as it stands in the source.
type constDecl struct {
	name *ast.Ident
	expr ast.Expr // its own, or the one that it repeats
}

func (s *scanner) collectConstants(gen *ast.GenDecl) {
	var exprs []ast.Expr
	for _, spec := range gen.Specs {
		v := spec.(*ast.ValueSpec)
		if len(v.Values) > 0 {
			exprs = v.Values
		}
		for i, name := range v.Names {
			if i < len(exprs) {
				s.consts = append(s.consts, constDecl{name, exprs[i]})
			}
		}
	}
}

// manner is how a type's constants are written, which tells what they are for.
type manner struct {
	values   []Constant
	counted  bool // with iota
	shifted  bool // with 1 << iota, or several with 1 << 3
	negative bool
	beyond   bool // above the greatest int64
	powers   bool // all but 0 are powers of two
}

// constantsOf finds the constants of a named integer type.
func (s *scanner) constantsOf(named *types.Named) manner {
	unsigned := named.Underlying().(*types.Basic).Info()&types.IsUnsigned != 0
	type found struct {
		Constant
		derived bool
	}
	var all []found
	m, bits := manner{powers: true}, 0
	for _, c := range s.consts {
		obj, ok := s.pkg.Scope().Lookup(c.name.Name).(*types.Const)
		if !ok || obj.Pos() != c.name.Pos() || !types.Identical(obj.Type(), named) {
			continue
		}
		n, exact := constant.Int64Val(obj.Val())
		if !exact && unsigned {
			var u uint64
			u, exact = constant.Uint64Val(obj.Val())
			n, m.beyond = int64(u), true
		}
		if !exact {
			s.fail(c.name.Pos(), "%s: the value of this constant of %s is not known here, since other packages are not followed; write it as a number",
				c.name.Name, named.Obj().Name())
			continue
		}
		counted, shifted := usesIota(c.expr)
		m.counted = m.counted || counted && !shifted
		if isBit(c.expr) {
			bits++
		}
		m.shifted = m.shifted || shifted || bits > 1
		m.negative = m.negative || !unsigned && n < 0
		m.powers = m.powers && n&(n-1) == 0
		all = append(all, found{Constant{c.name.Name, n, s.place(c.name.Pos())}, !counted && s.mentions(c.expr, named)})
	}
	// What is made of another constant (a default, the last, a set of flags) is a second name for the number of one that is
	// not, wherever it stands.
	slices.SortStableFunc(all, func(a, b found) int {
		switch {
		case a.derived == b.derived:
			return 0
		case a.derived:
			return 1
		}
		return -1
	})
	for _, f := range all {
		if !slices.ContainsFunc(m.values, func(c Constant) bool { return c.Number == f.Number }) {
			m.values = append(m.values, f.Constant)
		}
	}
	slices.SortFunc(m.values, func(a, b Constant) int {
		if unsigned {
			return cmp.Compare(uint64(a.Number), uint64(b.Number))
		}
		return cmp.Compare(a.Number, b.Number)
	})
	return m
}

// usesIota reports whether an expression counts, and whether it shifts by what it counts.
func usesIota(e ast.Expr) (counted, shifted bool) {
	isIota := func(n ast.Node) bool { id, ok := n.(*ast.Ident); return ok && id.Name == "iota" }
	has := func(e ast.Expr) (yes bool) {
		ast.Inspect(e, func(n ast.Node) bool { yes = yes || isIota(n); return !yes })
		return yes
	}
	ast.Inspect(e, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && b.Op == token.SHL {
			shifted = shifted || has(b.Y)
		}
		return true
	})
	return has(e), shifted
}

// isBit reports whether an expression is one bit that is written out, as 1 << 3.
func isBit(e ast.Expr) bool {
	b, ok := ast.Unparen(e).(*ast.BinaryExpr)
	if !ok || b.Op != token.SHL {
		return false
	}
	one, ok := ast.Unparen(b.X).(*ast.BasicLit)
	return ok && one.Value == "1"
}

// mentions reports whether an expression is made of constants of a type.
func (s *scanner) mentions(e ast.Expr, named *types.Named) (yes bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok {
			c, is := s.pkg.Scope().Lookup(id.Name).(*types.Const)
			yes = yes || is && types.Identical(c.Type(), named)
		}
		return !yes
	})
	return yes
}
