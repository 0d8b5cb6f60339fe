package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

func (g *gdEmitter) typ(t schema.Type) string {
	switch t.Kind {
	case schema.Bool:
		return "bool"
	case schema.Int:
		if t.Enum != nil {
			return g.name(t.Enum.Name)
		}
		return "int"
	case schema.Word:
		return "int"
	case schema.String:
		return "String"
	case schema.Octets:
		return "PackedByteArray"
	case schema.Struct:
		return g.name(t.Struct.Name)
	case schema.List, schema.Array:
		return "Array[" + g.typ(*t.Elem) + "]"
	case schema.Fixed, schema.Turn:
		return "float"
	case schema.Vector:
		return fmt.Sprintf("Vector%d", t.Len)
	case schema.Quat:
		return "Quaternion"
	case schema.Ref:
		return "int"
	case schema.Optional: // has_ and its name says whether there is one
		return g.typ(*t.Elem)
	}
	panic("gen: unknown kind")
}

func (g *gdEmitter) zero(t schema.Type) string {
	switch t.Kind {
	case schema.Bool:
		return "false"
	case schema.Int:
		if t.Enum != nil {
			return g.name(t.Enum.Name) + "." + enumValues(t.Enum)[0]
		}
		return fmt.Sprint(max(t.Min, min(0, t.Max)))
	case schema.Word:
		return "0"
	case schema.String:
		return `""`
	case schema.Octets:
		return "PackedByteArray()"
	case schema.Struct:
		return g.name(t.Struct.Name) + ".new()"
	case schema.List:
		return "[]"
	case schema.Fixed:
		if t.Min <= 0 && t.Max >= 0 {
			return "0.0"
		}
		return fmt.Sprintf("RealmwireQuantity.from_steps(%d, %d, %d)", max(t.Min, min(0, t.Max)), t.Num, t.Den)
	case schema.Turn:
		return "0.0"
	case schema.Vector:
		if axis := g.zero(*t.Elem); axis != "0.0" {
			return fmt.Sprintf("Vector%d(%s)", t.Len, repeat(axis, t.Len))
		}
		return fmt.Sprintf("Vector%d.ZERO", t.Len)
	case schema.Quat:
		return "Quaternion.IDENTITY"
	case schema.Ref:
		return "0"
	case schema.Array:
		return "[" + repeat(g.zero(*t.Elem), t.Len) + "]"
	case schema.Optional:
		return g.zero(*t.Elem)
	}
	panic("gen: unknown kind")
}

// cast makes an integer an enum's value, where it is to be one.
func (g *gdEmitter) cast(t schema.Type, expr string) string {
	if t.Enum == nil {
		return expr
	}
	return expr + " as " + g.name(t.Enum.Name)
}

func repeat(text string, n int) string { return strings.TrimSuffix(strings.Repeat(text+", ", n), ", ") }
