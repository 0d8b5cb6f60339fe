package schema

import (
	"errors"
	"go/types"
)

// Struct is another struct, inline.
const Struct Kind = "struct"

func init() {
	register(Struct, kind{
		declared: "structs of these",
		match: func(t types.Type, _ tag) bool {
			_, ok := t.Underlying().(*types.Struct)
			return ok
		},
		scan: func(s *scanner, f scanned) (Type, error) {
			named, ok := f.typ.(*types.Named)
			if !ok {
				return Type{}, errors.New("give the struct a name of its own")
			}
			def := s.structDef(named.Obj().Name(), f.at)
			if def == nil {
				return Type{}, unsendable(f.spelled)
			}
			return Type{Kind: Struct, Struct: def}, nil
		},
		canonical: func(t *Type) string { return "struct " + t.Struct.Name },
		mostBits:  func(t *Type) int64 { return t.Struct.MostBits() },
		flat:      func(t *Type) bool { return t.Struct.Flat() },
		plain:     func(t *Type) bool { return t.Struct.Plain() },
	})
}
