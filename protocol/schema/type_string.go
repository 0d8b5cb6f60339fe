package schema

import (
	"fmt"
	"go/types"
)

// String is UTF-8 text of at most Max bytes.
const String Kind = "string"

func init() {
	register(String, kind{
		declared:  "string",
		match:     func(t types.Type, _ tag) bool { return isBasic(t, types.String) },
		scan:      text,
		canonical: func(t *Type) string { return fmt.Sprintf("string %d", t.Max) },
		mostBits:  func(t *Type) int64 { return int64(t.Bits) + 8*t.Max },
		plain:     always,
	})
}

func text(_ *scanner, f scanned) (Type, error) {
	n, err := f.tag.within("max", 1, MaxStringLen, 0)
	if err == nil && n == 0 {
		err = fmt.Errorf("a string needs its greatest length in bytes: rw:\"max=24\" (at most %d)", MaxStringLen)
	}
	return Type{Kind: String, Max: n, Bits: width(uint64(n) + 1)}, err
}
