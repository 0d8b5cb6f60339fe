package schema

import (
	"go/constant"
	"go/types"
)

// enum finds the constants of a named integer type; nil when it has none.
func (s *scanner) enum(named *types.Named) *Enum {
	name := named.Obj().Name()
	if e, ok := s.enums[name]; ok {
		return e
	}
	byValue := map[int64]string{}
	scope := s.pkg.Scope()
	for _, n := range scope.Names() {
		c, ok := scope.Lookup(n).(*types.Const)
		if !ok || !types.Identical(c.Type(), named) {
			continue
		}
		if v, exact := constant.Int64Val(c.Val()); exact {
			byValue[v] = n
		}
	}
	if len(byValue) < 2 {
		return nil
	}
	e := &Enum{Name: name}
	if d := s.find(name); d != nil {
		e.Doc = d.doc
	}
	for v := range int64(len(byValue)) {
		n, ok := byValue[v]
		if !ok {
			s.fail(named.Obj().Pos(), "%s: its constants must count 0, 1, 2 … without a gap; %d is missing", name, v)
			return nil
		}
		e.Values = append(e.Values, n)
	}
	s.enums[name] = e
	s.out.Enums = append(s.out.Enums, e)
	return e
}
