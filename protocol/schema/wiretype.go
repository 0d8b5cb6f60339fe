package schema

import (
	"fmt"
	"go/token"
	"go/types"
)

// spell is a Go type as the generated code must name it.
func (s *scanner) spell(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p == s.pkg {
			return ""
		}
		return p.Name()
	})
}

// wireType is how a field of a Go type goes on the wire. It takes the words that it understands out of the tag.
func (s *scanner) wireType(t types.Type, tg tag, at token.Pos) (Type, error) {
	t = types.Unalias(t)
	out, err := s.kindOf(t, tg, at)
	out.Go = s.spell(t)
	return out, err
}

func (s *scanner) kindOf(t types.Type, tg tag, at token.Pos) (Type, error) {
	f := scanned{typ: t, tag: tg, at: at, spelled: s.spell(t)}
	path, name := foreign(t)
	for _, kind := range Kinds() {
		k := kinds[kind]
		if path != "" && k.knows(path, name) || path == "" && k.match != nil && k.match(t, tg) {
			return k.scan(s, f)
		}
	}
	switch u := t.Underlying().(type) {
	case *types.Pointer:
		e := s.spell(u.Elem())
		return Type{}, fmt.Errorf("*%s cannot be sent: the game's value and the history would share it; use optional.Of[%s]", e, e)
	case *types.Basic:
		switch {
		case u.Kind() == types.Invalid:
			return Type{}, fmt.Errorf("its type is not known here; use %s", sendable())
		case u.Info()&types.IsInteger != 0:
			return Type{}, fmt.Errorf("%s has no fixed size; use a sized integer (int8 to uint64), with min= and max= where it has a range", u.Name())
		}
		return Type{}, unsendable(u.Name())
	}
	return Type{}, unsendable(f.spelled)
}

func unsendable(spelled string) error {
	return fmt.Errorf("%s cannot be sent; use %s", spelled, sendable())
}

func isBasic(t types.Type, kind types.BasicKind) bool {
	u, ok := t.Underlying().(*types.Basic)
	return ok && u.Kind() == kind
}

func isFloat(t types.Type) bool { return isBasic(t, types.Float32) || isBasic(t, types.Float64) }
