package schema

import "fmt"

// Quat is a rotation, sent as the smallest three of its parts, each 0..Max in Bits bits. See docs/wire.md#rotations.
const Quat Kind = "quat"

const (
	minQuatBits = 4
	maxQuatBits = 15
)

func init() {
	register(Quat, kind{
		declared:  "geom.Quat",
		known:     []knownType{{geomPath, "Quat", "struct{ X, Y, Z, W float32 }"}},
		scan:      quat,
		canonical: func(t *Type) string { return fmt.Sprintf("quat %d delta=%d,%d", t.Bits, t.Small, t.Medium) },
		mostBits:  func(t *Type) int64 { return 2 + 3*int64(t.Bits) },
		integers: func(t *Type) []Range {
			return []Range{{0, 3}, {0, t.Max}, {0, t.Max}, {0, t.Max}}
		},
		saysSame: true,
	})
}

func quat(_ *scanner, f scanned) (Type, error) {
	n, err := f.tag.within("bits", minQuatBits, maxQuatBits, 0)
	if err == nil && n == 0 {
		err = fmt.Errorf("a rotation needs the bits of each of its three parts: rw:\"bits=9\" (%d to %d)", minQuatBits, maxQuatBits)
	}
	if err != nil {
		return Type{}, err
	}
	var t Type
	t.setRange(0, 1<<n-2) // an odd count of values, so that zero is one of them
	t.Kind = Quat
	return t, t.shortForms(f.tag)
}
