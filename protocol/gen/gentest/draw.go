package gentest

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"github.com/realmwire/realmwire/protocol/schema"
)

// any draws the Go type and the tag of a field.
func (s *source) any() (typ, tag string) {
	switch s.rng.IntN(5) {
	case 0:
		typ, tag = s.listed()
		return "[]" + typ, fmt.Sprintf("len=%d %s", 1+s.rng.IntN(3), tag)
	case 1:
		typ, tag = s.elem()
		return fmt.Sprintf("[%d]%s", 1+s.rng.IntN(3), typ), tag
	case 2:
		typ, tag = s.elem()
		if s.rng.IntN(3) == 0 {
			typ, tag = s.listed()
			typ, tag = "[]"+typ, fmt.Sprintf("len=%d %s", 1+s.rng.IntN(3), tag)
		}
		return "optional.Of[" + typ + "]", tag
	}
	return s.elem()
}

// listed draws an element of a list. A list of uint8 is bytes, whatever its tag says of them.
func (s *source) listed() (typ, tag string) {
	for {
		if typ, tag = s.elem(); typ != "uint8" {
			return typ, tag
		}
	}
}

func (s *source) elem() (typ, tag string) {
	if s.rng.IntN(4) == 0 {
		return fmt.Sprintf("P%d", s.rng.IntN(plainStructs)), ""
	}
	return s.leaf()
}

// leaves draw the Go type and the tag of a value of each kind that is made of no others.
var leaves = map[schema.Kind]func(s *source) (typ, tag string){
	schema.Bool: func(*source) (string, string) { return "bool", "" },
	schema.Int: func(s *source) (string, string) {
		switch s.rng.IntN(6) {
		case 0:
			return s.oneOf("Mood", "Way", "Rank"), ""
		case 1:
			if s.rng.IntN(4) == 0 {
				return "Keys", "bits=3"
			}
			return s.oneOf("Keys", "Marks", "Rights"), ""
		}
		return s.integer()
	},
	schema.Word:   func(s *source) (string, string) { return s.oneOf("int64", "uint64"), "" },
	schema.String: func(s *source) (string, string) { return "string", fmt.Sprintf("max=%d", 1+s.rng.IntN(9)) },
	schema.Octets: func(s *source) (string, string) { return "[]byte", fmt.Sprintf("max=%d", 1+s.rng.IntN(5)) },
	schema.Ref:    func(*source) (string, string) { return "snapshot.ID", "" },
	schema.Turn: func(s *source) (string, string) {
		return s.oneOf("float32", "float64"), fmt.Sprintf("angle bits=%d", 1+s.rng.IntN(20))
	},
	schema.Quat:   func(s *source) (string, string) { return "geom.Quat", fmt.Sprintf("bits=%d", 4+s.rng.IntN(12)) },
	schema.Vector: func(s *source) (string, string) { return s.oneOf("geom.Vec2", "geom.Vec3"), s.steps(1<<23 - 1) },
	schema.Fixed: func(s *source) (string, string) {
		if s.rng.IntN(2) == 0 {
			return "float32", s.steps(1<<23 - 1)
		}
		return "float64", s.steps(1 << 40)
	},
}

// leafKinds are those of leaves, in an order that a seed repeats, and integers again, which have the most forms.
var leafKinds = append(slices.Sorted(maps.Keys(leaves)), schema.Int, schema.Int, schema.Int)

func (s *source) leaf() (typ, tag string) {
	return leaves[leafKinds[s.rng.IntN(len(leafKinds))]](s)
}

// wish draws a field of an input, which holds no slices.
func (s *source) wish() (typ, tag string) {
	for typ == "" || typ == "[]byte" {
		typ, tag = s.leaf()
	}
	switch s.rng.IntN(4) {
	case 0:
		return "[2]" + typ, tag
	case 1:
		return "optional.Of[" + typ + "]", tag
	}
	return typ, tag
}

// integer draws a sized integer with or without a range.
func (s *source) integer() (typ, tag string) {
	size := 8 << s.rng.IntN(4)
	lo, hi := int64(-1)<<(size-1), int64(1)<<(size-1)-1
	typ = fmt.Sprintf("int%d", size)
	unsigned := s.rng.IntN(2) == 0
	if unsigned {
		typ, lo = "u"+typ, 0
	}
	a, b := lo/2+s.rng.Int64N(hi/4), lo/2+s.rng.Int64N(hi/4)
	a, b = a>>s.rng.UintN(uint(size)), b>>s.rng.UintN(uint(size))
	if a == b {
		b++
	}
	tag = fmt.Sprintf("min=%d max=%d", min(a, b), max(a, b))
	switch {
	case unsigned && size < 64 && s.rng.IntN(2) == 0:
		tag += " monotonic"
	case s.rng.IntN(4) == 0:
		tag += " small=1"
	case size < 64 && s.rng.IntN(4) == 0:
		tag = ""
	}
	return typ, tag
}

// steps draws a range and a step of at most so many steps on either side of zero.
func (s *source) steps(most int64) string {
	step, _ := new(big.Rat).SetString(s.oneOf("0.01", "1/64", "0.5", "1/3", "2.5", "7", "0.001"))
	a, b := s.rng.Int64N(2*most)-most, s.rng.Int64N(2*most)-most
	a, b = a>>s.rng.IntN(40), b>>s.rng.IntN(40)
	if a == b {
		b++
	}
	at := func(n int64) string { return new(big.Rat).Mul(step, new(big.Rat).SetInt64(n)).RatString() }
	return fmt.Sprintf("min=%s max=%s step=%s", at(min(a, b)), at(max(a, b)), step.RatString())
}
