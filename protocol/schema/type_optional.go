package schema

import (
	"fmt"
	"go/types"
)

// Optional is an Elem, or nothing; all words of its tag are the value's.
const Optional Kind = "optional"

const optionalPath = "github.com/realmwire/realmwire/protocol/optional"

func init() {
	register(Optional, kind{
		declared: "optional.Of",
		known:    []knownType{{optionalPath, "Of[T any]", "struct { Has bool; Value T }"}},
		scan: func(s *scanner, f scanned) (Type, error) {
			out, err := s.wireType(f.typ.(*types.Named).TypeArgs().At(0), f.tag, f.at)
			if err == nil && out.Kind == Optional {
				err = fmt.Errorf("an optional of %s has two ways to be absent; leave one out", out.Go)
			}
			return Type{Kind: Optional, Elem: &out}, err
		},
		canonical: func(t *Type) string { return "optional " + t.Elem.canonical() },
		mostBits:  func(t *Type) int64 { return min(1+t.Elem.MostBits(), hugeBits) },
		flat:      func(t *Type) bool { return t.Elem.Flat() },
	})
}
