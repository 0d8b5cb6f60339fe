package schema

import (
	"fmt"
	"go/types"
)

// Turn is an angle in radians, sent as a share of a full turn in Bits bits. See docs/wire.md#angles.
const Turn Kind = "turn"

const maxTurnBits = 20

func init() {
	register(Turn, kind{
		declared:  "angles with bits=",
		flags:     []string{"angle"},
		match:     func(t types.Type, tg tag) bool { return isFloat(t) && tg.has("angle") },
		scan:      turn,
		canonical: func(t *Type) string { return fmt.Sprintf("turn %d delta=%d,%d", t.Bits, t.Small, t.Medium) },
		mostBits:  inWidth,
		integers:  inRange,
		saysSame:  true,
	})
}

func turn(_ *scanner, f scanned) (Type, error) {
	f.tag.flag("angle")
	n, err := f.tag.within("bits", 1, maxTurnBits, 0)
	if err == nil && n == 0 {
		err = fmt.Errorf("an angle needs its bits: rw:\"angle bits=10\" is a turn in 1,024 (at most %d bits)", maxTurnBits)
	}
	if err != nil {
		return Type{}, err
	}
	t := Type{Single: isBasic(f.typ, types.Float32)}
	t.setRange(0, 1<<n-1)
	t.Kind = Turn
	return t, t.shortForms(f.tag)
}
