package schema

import (
	"errors"
	"fmt"
	"go/types"
	"math"
	"strconv"
)

// Integers.
const (
	Int  Kind = "int"  // ranged: Min..Max in Bits bits; a counter or an enum's where it says so
	Word Kind = "word" // all 64 bits
)

func init() {
	register(Int, kind{
		declared: "sized integers, enums and flags",
		flags:    []string{"monotonic"},
		match: func(t types.Type, _ tag) bool {
			u, ok := t.Underlying().(*types.Basic)
			return ok && sizes[u.Kind()] != 0
		},
		scan: sized,
		canonical: func(t *Type) string {
			if t.Monotonic {
				return fmt.Sprintf("counter %d..%d", t.Min, t.Max)
			}
			return fmt.Sprintf("int %d..%d delta=%d,%d", t.Min, t.Max, t.Small, t.Medium)
		},
		mostBits: inWidth,
		plain:    always,
		integers: inRange,
		saysSame: true,
	})
	register(Word, kind{ // Int's scan finds it
		canonical: func(t *Type) string { return fmt.Sprintf("word signed=%t", t.Signed) },
		mostBits:  func(*Type) int64 { return 64 },
		plain:     always,
		integers:  func(*Type) []Range { return []Range{{math.MinInt64, math.MaxInt64}} }, // as if they were signed
	})
}

// sized is an integer, an enum or flags.
func sized(s *scanner, f scanned) (Type, error) {
	if named, ok := f.typ.(*types.Named); ok {
		return s.named(named, f)
	}
	return integer(f.typ.Underlying().(*types.Basic), f.tag)
}

var sizes = map[types.BasicKind]uint{
	types.Int8: 8, types.Int16: 16, types.Int32: 32, types.Int64: 64,
	types.Uint8: 8, types.Uint16: 16, types.Uint32: 32, types.Uint64: 64,
}

// integer is a sized integer: all 64 bits, or a range, that of its tag or else its own.
func integer(u *types.Basic, tg tag) (Type, error) {
	size, signed := sizes[u.Kind()], u.Info()&types.IsUnsigned == 0
	monotonic := tg.flag("monotonic")
	lo, hi := limits(size, signed)
	typeLo, typeHi := lo, hi
	if tg.has("bits") {
		if tg.has("min") || tg.has("max") {
			return Type{}, errors.New("bits= is a range of its own; leave it out, or min= and max=")
		}
		n, err := tg.within("bits", 1, int64(size), 0)
		if err != nil {
			return Type{}, err
		}
		if n < int64(size) {
			lo, hi = limits(uint(n), signed)
			tg.words["max"] = strconv.FormatInt(hi, 10)
		}
	}
	if size == 64 && !tg.has("min") && !tg.has("max") {
		if monotonic {
			return Type{}, errMonotonic
		}
		return Type{Kind: Word, Signed: signed}, nil
	}
	for key, dst := range map[string]*int64{"min": &lo, "max": &hi} {
		if n, err := tg.whole(key); err != nil {
			return Type{}, err
		} else if n != nil {
			*dst = *n
		}
	}
	switch {
	case lo >= hi:
		return Type{}, fmt.Errorf("min=%d is not below max=%d", lo, hi)
	case lo < typeLo || hi > typeHi:
		return Type{}, fmt.Errorf("%d..%d does not fit in %s", lo, hi, u.Name())
	case uint64(hi)-uint64(lo) >= 1<<maxWordedBits:
		return Type{}, fmt.Errorf("%d..%d takes more than %d bits; leave the range out to send all 64", lo, hi, maxWordedBits)
	}
	t := Type{Monotonic: monotonic}
	t.setRange(lo, hi)
	if monotonic && (lo < 0 || hi >= 1<<maxCounterBits) {
		return t, errMonotonic
	}
	if monotonic {
		t.Small, t.Medium = 0, 0
		return t, nil
	}
	return t, t.shortForms(tg)
}

// limits is the range of integers of n bits; of unsigned ones, as far as an int64 goes.
func limits(n uint, signed bool) (lo, hi int64) {
	if signed {
		return -1 << (n - 1), 1<<(n-1) - 1
	}
	return 0, int64(1)<<min(n, 63) - 1
}

var errMonotonic = fmt.Errorf("monotonic goes with an unsigned integer of at most %d bits; give it a max= of %d at most", maxCounterBits, int64(1)<<maxCounterBits-1)

// setRange makes t a ranged integer with the widths of its short differences. See docs/wire.md#int-delta.
func (t *Type) setRange(lo, hi int64) {
	t.Kind, t.Min, t.Max = Int, lo, hi
	t.Bits = width(uint64(hi) - uint64(lo) + 1)
	t.Small, t.Medium = 0, 0
	if t.Bits > 8 {
		t.Small = max(4, t.Bits/3)
		t.Medium = (t.Small + t.Bits) / 2
	}
}

// shortForms takes the widths of a value's short differences from its tag.
func (t *Type) shortForms(tg tag) error {
	small, err := tg.whole("small")
	if err != nil {
		return err
	}
	medium, err := tg.whole("medium")
	if err != nil {
		return err
	}
	if small != nil {
		if *small < 0 || *small > int64(t.Bits) {
			return fmt.Errorf("small=%d is not within the %d bits of the value", *small, t.Bits)
		}
		t.Small = uint(*small)
		t.Medium = (t.Small + t.Bits) / 2
	}
	if medium != nil {
		t.Medium = uint(*medium)
	}
	if t.Small > t.Medium || t.Medium > t.Bits {
		return fmt.Errorf("small=%d and medium=%d must rise and stay within the %d bits of the value", t.Small, t.Medium, t.Bits)
	}
	if t.Small == 0 && t.Medium != 0 && small == nil {
		return errors.New("medium= wants a small= beside it, for a value of so few bits")
	}
	return nil
}
