package schema

import (
	"errors"
	"fmt"
	"go/types"
	"slices"
)

// Vector is Len floats, each an Elem, which is [Fixed].
const Vector Kind = "vector"

const geomPath = "github.com/realmwire/realmwire/protocol/geom"

func init() {
	register(Vector, kind{
		declared:  "geom.Vec2, geom.Vec3",
		known:     []knownType{{geomPath, "Vec2", "struct{ X, Y float32 }"}, {geomPath, "Vec3", "struct{ X, Y, Z float32 }"}},
		scan:      vector,
		canonical: func(t *Type) string { return fmt.Sprintf("vector %d of %s", t.Len, t.Elem.canonical()) },
		mostBits:  func(t *Type) int64 { return int64(t.Len) * t.Elem.MostBits() },
		integers:  func(t *Type) []Range { return slices.Repeat(t.Elem.Integers(), t.Len) },
		saysSame:  true,
	})
}

func vector(_ *scanner, f scanned) (Type, error) {
	if !f.tag.has("min") || !f.tag.has("max") || !f.tag.has("step") {
		return Type{}, errors.New(`a vector is sent in steps along each axis: rw:"min=-100 max=100 step=0.01"`)
	}
	axis, err := fixed(f.tag, true)
	axis.Go = "float32"
	return Type{Kind: Vector, Len: f.typ.Underlying().(*types.Struct).NumFields(), Elem: &axis}, err
}
