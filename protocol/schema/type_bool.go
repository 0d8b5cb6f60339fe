package schema

import "go/types"

// Bool is a bit.
const Bool Kind = "bool"

func init() {
	register(Bool, kind{
		declared:  "bool",
		match:     func(t types.Type, _ tag) bool { return isBasic(t, types.Bool) },
		scan:      func(*scanner, scanned) (Type, error) { return Type{Kind: Bool}, nil },
		canonical: func(*Type) string { return "bool" },
		mostBits:  func(*Type) int64 { return 1 },
		plain:     always,
		integers:  func(*Type) []Range { return []Range{{0, 1}} },
		saysSame:  true,
	})
}
