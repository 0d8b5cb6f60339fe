package schema

import (
	"fmt"
	"go/types"
)

// Octets are at most Max bytes.
const Octets Kind = "octets"

func init() {
	register(Octets, kind{
		declared: "[]byte",
		match: func(t types.Type, _ tag) bool {
			u, ok := t.Underlying().(*types.Slice)
			return ok && ofBytes(u)
		},
		scan:      func(_ *scanner, f scanned) (Type, error) { return bounded(Octets, f, MaxStringLen) },
		canonical: func(t *Type) string { return fmt.Sprintf("octets %d", t.Max) },
		mostBits:  func(t *Type) int64 { return int64(t.Bits) + 8*t.Max },
		flat:      func(*Type) bool { return false },
	})
}

// ofBytes reports whether a slice's elements are bytes, and no type of their own.
func ofBytes(u *types.Slice) bool {
	b, ok := types.Unalias(u.Elem()).(*types.Basic)
	return ok && b.Kind() == types.Uint8
}
