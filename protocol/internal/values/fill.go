package values

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
)

// Fill sets v to a random value: often one at an end of a range, outside it, between steps, or no number at all.
func Fill(rng *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			Fill(rng, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			Fill(rng, v.Index(i))
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rng.IntN(10), 10))
		for i := range v.Len() {
			Fill(rng, v.Index(i))
		}
	case reflect.Bool:
		v.SetBool(rng.IntN(2) == 0)
	case reflect.String:
		v.SetString(text(rng))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float(rng))
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(int64(integer(rng)))
	default:
		v.SetUint(integer(rng))
	}
}

func integer(rng *rand.Rand) uint64 {
	u := rng.Uint64() >> rng.UintN(64)
	switch rng.IntN(4) {
	case 0:
		return -u
	case 1:
		return rng.Uint64N(8)
	}
	return u
}

func float(rng *rand.Rand) float64 {
	special := []float64{0, math.Copysign(0, -1), 0.5, -0.5, 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 1e30, -1e30, math.Pi, -math.Pi, math.MaxFloat64}
	switch rng.IntN(4) {
	case 0:
		return special[rng.IntN(len(special))]
	case 1: // halves of many steps
		return float64(rng.IntN(4001)-2000) / 64
	case 2:
		return rng.NormFloat64() * 1000
	}
	return rng.NormFloat64()
}

func text(rng *rand.Rand) string {
	letters := []rune("abcXYZ 09é世🌍\ufeff") // no NUL: Godot has no text with one
	out := make([]rune, rng.IntN(9))
	for i := range out {
		out[i] = letters[rng.IntN(len(letters))]
	}
	return string(out)
}

// End is what a value is filled with to the last: the least, the greatest, or no number.
type End int

// The ends.
const (
	Least End = iota
	Greatest
	None
)

// FillEnd sets everything in v to an end, or beyond it where the type's own range goes further. Texts and lists are empty, or
// longer than they may be.
func FillEnd(end End, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			FillEnd(end, v.Field(i))
		}
	case reflect.Slice:
		if end != Least {
			v.Set(reflect.MakeSlice(v.Type(), 70, 70))
		}
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			FillEnd(end, v.Index(i))
		}
	case reflect.Bool:
		v.SetBool(end != Least)
	case reflect.String:
		if end != Least {
			v.SetString(strings.Repeat("é世🌍", 20))
		}
	case reflect.Float32, reflect.Float64:
		v.SetFloat([]float64{math.Inf(-1), math.Inf(1), math.NaN()}[end])
	default:
		fillEndInteger(end, v)
	}
}

func fillEndInteger(end End, v reflect.Value) {
	size := v.Type().Bits()
	switch {
	case end == None:
		v.SetZero()
	case v.CanUint() && end == Greatest:
		v.SetUint(1<<size - 1)
	case v.CanInt() && end == Greatest:
		v.SetInt(1<<(size-1) - 1)
	case v.CanInt():
		v.SetInt(-1 << (size - 1))
	}
}

// Change sets some of what v is made of to something else, often near by.
func Change(rng *rand.Rand, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			Change(rng, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			Change(rng, v.Index(i))
		}
	case reflect.Slice:
		for i := range v.Len() {
			Change(rng, v.Index(i))
		}
		if rng.IntN(3) == 0 {
			v.SetLen(rng.IntN(v.Len() + 1))
		} else if rng.IntN(3) == 0 {
			e := reflect.New(v.Type().Elem()).Elem()
			Fill(rng, e)
			v.Set(reflect.Append(v, e))
		}
	default:
		changeLeaf(rng, v)
	}
}

func changeLeaf(rng *rand.Rand, v reflect.Value) {
	switch kind := v.Kind(); {
	case rng.IntN(2) == 0:
	case rng.IntN(3) == 0:
		Fill(rng, v)
	case v.CanInt():
		v.SetInt(v.Int() + int64(rng.IntN(65)-32))
	case v.CanUint():
		v.SetUint(v.Uint() + uint64(rng.IntN(9)) - 2)
	case kind == reflect.Float32 || kind == reflect.Float64:
		v.SetFloat(v.Float() + rng.NormFloat64()/16)
	}
}
