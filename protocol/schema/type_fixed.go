package schema

import (
	"errors"
	"fmt"
	"go/types"
	"math/big"
)

// Fixed is a float as a count of steps of Num/Den, Min..Max in Bits bits. See docs/wire.md#steps.
const Fixed Kind = "fixed"

// Limits of steps. A float32 tells 2^23 of them on either side of zero apart, and no more.
const (
	maxSteps       = 1 << 40
	maxSingleSteps = 1<<23 - 1
	exact          = 1 << 53 // integers that a float64 holds
)

func init() {
	register(Fixed, kind{
		declared: "floats with step=",
		match:    func(t types.Type, tg tag) bool { return isFloat(t) && !tg.has("angle") },
		scan:     func(_ *scanner, f scanned) (Type, error) { return fixed(f.tag, isBasic(f.typ, types.Float32)) },
		canonical: func(t *Type) string {
			return fmt.Sprintf("fixed %d..%d step=%d/%d delta=%d,%d", t.Min, t.Max, t.Num, t.Den, t.Small, t.Medium)
		},
		mostBits: inWidth,
		integers: inRange,
		saysSame: true,
	})
}

var errSteps = errors.New(`a float is sent as a count of steps: rw:"min=-100 max=100 step=0.01" (or rw:"angle bits=10" for an angle in radians)`)

func fixed(tg tag, single bool) (Type, error) {
	t := Type{Kind: Fixed, Single: single}
	if !tg.has("min") || !tg.has("max") || !tg.has("step") {
		return t, errSteps
	}
	step, err := tg.rational("step")
	if err != nil {
		return t, err
	}
	if step.Sign() <= 0 || !step.Num().IsInt64() || !step.Denom().IsInt64() || step.Num().Int64() >= exact || step.Denom().Int64() >= exact {
		return t, fmt.Errorf("step=%s must be above zero, with few digits", step.RatString())
	}
	t.Num, t.Den = step.Num().Int64(), step.Denom().Int64()
	lo, err := steps(tg, "min", step, single)
	if err != nil {
		return t, err
	}
	hi, err := steps(tg, "max", step, single)
	if err != nil {
		return t, err
	}
	if lo >= hi {
		return t, errors.New("min= is not below max=")
	}
	if most := max(-lo, hi); most > exact/t.Num {
		return t, fmt.Errorf("%d steps of %s have too many digits; choose a rounder step=", most, step.RatString())
	}
	t.setRange(lo, hi)
	t.Kind = Fixed
	return t, t.shortForms(tg)
}

// steps is the end of a range, which must be whole, in steps.
func steps(tg tag, key string, step *big.Rat, single bool) (int64, error) {
	v, err := tg.rational(key)
	if err != nil {
		return 0, err
	}
	n := new(big.Rat).Quo(v, step)
	if !n.IsInt() {
		floor := new(big.Int).Div(n.Num(), n.Denom())
		near := new(big.Rat).Mul(new(big.Rat).SetInt(floor), step)
		digits, _ := step.FloatPrec()
		return 0, fmt.Errorf("%s=%s is not a whole number of steps of %s; take %s=%s", key, v.RatString(), step.RatString(), key, near.FloatString(digits))
	}
	most := int64(maxSteps)
	if single {
		most = maxSingleSteps
	}
	if !n.Num().IsInt64() || n.Num().Int64() > most || n.Num().Int64() < -most {
		hint := "choose a greater step= or a smaller range"
		if single {
			hint += ", or a float64"
		}
		return 0, fmt.Errorf("%s=%s is %s steps from zero, and at most %d can be told apart; %s", key, v.RatString(), n.Num(), most, hint)
	}
	return n.Num().Int64(), nil
}
