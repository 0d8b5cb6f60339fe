package schema

import (
	"fmt"
	"go/types"
)

// Array is Len elements, each an Elem; all words of its tag are theirs.
const Array Kind = "array"

func init() {
	register(Array, kind{
		declared: "arrays",
		match: func(t types.Type, _ tag) bool {
			_, ok := t.Underlying().(*types.Array)
			return ok
		},
		scan: func(s *scanner, f scanned) (Type, error) {
			u := f.typ.Underlying().(*types.Array)
			if u.Len() < 1 || u.Len() > MaxFixedLen {
				return Type{}, fmt.Errorf("%s has %d elements; 1 to %d can be sent, more as a slice with max=", f.spelled, u.Len(), MaxFixedLen)
			}
			elem, err := s.elem(u.Elem(), f)
			return Type{Kind: Array, Len: int(u.Len()), Elem: elem}, err
		},
		canonical: func(t *Type) string { return fmt.Sprintf("array %d of %s", t.Len, t.Elem.canonical()) },
		mostBits:  func(t *Type) int64 { return min(int64(t.Len)*t.Elem.MostBits(), hugeBits) },
		flat:      func(t *Type) bool { return t.Elem.Flat() },
		plain:     func(t *Type) bool { return t.Elem.Plain() },
	})
}
