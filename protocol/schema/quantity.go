package schema

import (
	"errors"
	"fmt"
	"math/big"
)

// Limits of quantities. A float32 tells 2^23 steps on either side of zero apart, and no more.
const (
	maxSteps       = 1 << 40
	maxSingleSteps = 1<<23 - 1
	maxTurnBits    = 20
	minQuatBits    = 4
	maxQuatBits    = 15
	exact          = 1 << 53 // integers that a float64 holds
)

var errSteps = errors.New(`a float is sent as a count of steps: rw:"min=-100 max=100 step=0.01" (or rw:"angle bits=10" for an angle in radians)`)

// fixed is a float that is sent as a whole number of steps. See docs/wire.md#steps.
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

// turn is an angle in radians, sent as a share of a full turn. See docs/wire.md#angles.
func turn(tg tag, single bool) (Type, error) {
	n, err := tg.within("bits", 1, maxTurnBits, 0)
	if err == nil && n == 0 {
		err = fmt.Errorf("an angle needs its bits: rw:\"angle bits=10\" is a turn in 1,024 (at most %d bits)", maxTurnBits)
	}
	if err != nil {
		return Type{}, err
	}
	t := Type{Single: single}
	t.setRange(0, 1<<n-1)
	t.Kind = Turn
	return t, t.shortForms(tg)
}

// geometry is a type of package geom.
func geometry(name string, tg tag) (Type, error) {
	if name == "Quat" {
		return quat(tg)
	}
	if !tg.has("min") || !tg.has("max") || !tg.has("step") {
		return Type{}, errors.New(`a vector is sent in steps along each axis: rw:"min=-100 max=100 step=0.01"`)
	}
	axis, err := fixed(tg, true)
	axis.Go = "float32"
	return Type{Kind: Vector, Len: map[string]int{"Vec2": 2, "Vec3": 3}[name], Elem: &axis}, err
}

// quat is a rotation, sent as the smallest three of its parts. See docs/wire.md#rotations.
func quat(tg tag) (Type, error) {
	n, err := tg.within("bits", minQuatBits, maxQuatBits, 0)
	if err == nil && n == 0 {
		err = fmt.Errorf("a rotation needs the bits of each of its three parts: rw:\"bits=9\" (%d to %d)", minQuatBits, maxQuatBits)
	}
	if err != nil {
		return Type{}, err
	}
	var t Type
	t.setRange(0, 1<<n-2) // an odd count of values, so that zero is one of them
	t.Kind = Quat
	return t, t.shortForms(tg)
}
