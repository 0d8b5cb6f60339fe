package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

// byItself reports whether generated code reads and writes a type in place; the others it hands to a codec that it puts
// together from those of the SDK (fields.ts).
func byItself(t schema.Type) bool {
	switch t.Kind {
	case schema.Bool, schema.Word, schema.String, schema.Struct:
		return true
	case schema.Int:
		return !t.Monotonic
	}
	return false
}

// codecName is the constant that holds a field's codec.
func codecName(d *schema.Def, f schema.Field) string { return lowerFirst(d.Name) + f.Name }

// codecs writes the constants for the codecs of a struct's fields.
func (g *tsEmitter) codecs(d *schema.Def) {
	for _, f := range d.Fields {
		if !byItself(f.Type) {
			g.line("const %s = %s;", codecName(d, f), g.codec(f.Type))
		}
	}
}

// codec is the expression that makes a type's codec.
func (g *tsEmitter) codec(t schema.Type) string {
	switch t.Kind {
	case schema.Bool:
		return "codec.bool"
	case schema.Int:
		if t.Monotonic {
			return fmt.Sprintf("codec.counter(%d, %d, %d)", t.Min, t.Max, t.Bits)
		}
		m, n := call(t, "int")
		if t.Enum != nil {
			m += "<" + t.Enum.Name + ">"
		}
		return fmt.Sprintf("codec.%s(%d%s, %d%s, %d, %d, %d)", m, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium)
	case schema.Word:
		return fmt.Sprintf("codec.word(%t)", t.Signed)
	case schema.String:
		return fmt.Sprintf("codec.string(%d, %d)", t.Max, t.Bits)
	case schema.Octets:
		return fmt.Sprintf("codec.octets(%d, %d)", t.Max, t.Bits)
	case schema.Struct:
		if g.delta[t.Struct] {
			return fmt.Sprintf("codec.struct(%s)", t.Struct.Name)
		}
		return fmt.Sprintf("codec.whole(%s)", t.Struct.Name)
	case schema.List:
		return fmt.Sprintf("codec.list(%d, %d, %d, %d, %s)", t.Max, t.Bits, t.Small, t.Medium, g.codec(*t.Elem))
	case schema.Array:
		return fmt.Sprintf("codec.array(%d, %s)", t.Len, g.codec(*t.Elem))
	case schema.Optional:
		return fmt.Sprintf("codec.optional(%s)", g.codec(*t.Elem))
	case schema.Fixed:
		return fmt.Sprintf("codec.fixed(%s, %d, %d, %d)", stepArgs(t), t.Bits, t.Small, t.Medium)
	case schema.Turn:
		return fmt.Sprintf("codec.turn(%d, %d, %d)", t.Bits, t.Small, t.Medium)
	case schema.Vector:
		return fmt.Sprintf("codec.vec%d(%s)", t.Len, g.codec(*t.Elem))
	case schema.Quat:
		return fmt.Sprintf("codec.quat(%d, %d, %d)", t.Bits, t.Small, t.Medium)
	case schema.Ref:
		return "codec.ref"
	}
	panic("gen: unknown kind")
}

// zero is the initial value of a type that generated code writes by itself.
func zero(t schema.Type) string {
	switch t.Kind {
	case schema.Bool:
		return "false"
	case schema.Int:
		v := max(t.Min, min(0, t.Max))
		if t.Bits > maxSafeBits {
			return fmt.Sprintf("%dn", v)
		}
		return fmt.Sprint(v)
	case schema.Word:
		return "0n"
	case schema.String:
		return "''"
	case schema.Struct:
		return t.Struct.Name + ".create()"
	}
	panic("gen: unknown kind")
}

// call names the BitReader and BitWriter method for an integer: a bigint one where a number is too small.
func call(t schema.Type, name string) (method, suffix string) {
	if t.Bits > maxSafeBits {
		return "big" + strings.ToUpper(name[:1]) + name[1:], "n"
	}
	return name, ""
}

func enumCast(t schema.Type, expr string) string {
	if t.Enum == nil {
		return expr
	}
	return expr + " as " + t.Enum.Name
}

// zero is the initial value of a field.
func (g *tsEmitter) zero(d *schema.Def, f schema.Field) string {
	if byItself(f.Type) {
		return zero(f.Type)
	}
	return codecName(d, f) + ".create()"
}

func (g *tsEmitter) write(d *schema.Def, f schema.Field) string {
	t, val := f.Type, "v."+lowerFirst(f.Name)
	if !byItself(t) {
		return fmt.Sprintf("%s.write(w, %s);", codecName(d, f), val)
	}
	switch t.Kind {
	case schema.Bool:
		return fmt.Sprintf("w.bool(%s);", val)
	case schema.Word:
		return fmt.Sprintf("w.word(%s);", val)
	case schema.String:
		return fmt.Sprintf("w.string(%s, %d, %d);", val, t.Max, t.Bits)
	case schema.Struct:
		return fmt.Sprintf("%s.write(w, %s);", t.Struct.Name, val)
	}
	m, n := call(t, "int")
	return fmt.Sprintf("w.%s(%s, %d%s, %d%s, %d);", m, val, t.Min, n, t.Max, n, t.Bits)
}

func (g *tsEmitter) read(d *schema.Def, f schema.Field) string {
	t := f.Type
	if !byItself(t) {
		return codecName(d, f) + ".read(r)"
	}
	switch t.Kind {
	case schema.Bool:
		return "r.bool()"
	case schema.Word:
		return fmt.Sprintf("r.word(%t)", t.Signed)
	case schema.String:
		return fmt.Sprintf("r.string(%d, %d)", t.Max, t.Bits)
	case schema.Struct:
		return t.Struct.Name + ".read(r)"
	}
	m, n := call(t, "int")
	return enumCast(t, fmt.Sprintf("r.%s(%d%s, %d%s, %d)", m, t.Min, n, t.Max, n, t.Bits))
}

func (g *tsEmitter) writeDelta(d *schema.Def, f schema.Field) string {
	t, v, b := f.Type, "v."+lowerFirst(f.Name), "base."+lowerFirst(f.Name)
	if !byItself(t) {
		return fmt.Sprintf("%s.writeDelta(w, %s, %s);", codecName(d, f), v, b)
	}
	switch t.Kind {
	case schema.Int:
		m, n := call(t, "intDelta")
		return fmt.Sprintf("w.%s(%s, %s, %d%s, %d%s, %d, %d, %d);", m, v, b, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium)
	case schema.Bool:
		return fmt.Sprintf("w.bool(%s !== %s);", v, b)
	case schema.Struct:
		return fmt.Sprintf("if (w.changed(!%s.equal(%s, %s))) %s.writeDelta(w, %s, %s);", t.Struct.Name, v, b, t.Struct.Name, v, b)
	}
	return fmt.Sprintf("if (w.changed(%s !== %s)) %s", v, b, g.write(d, f))
}

func (g *tsEmitter) readDelta(d *schema.Def, f schema.Field) string {
	t, b := f.Type, "base."+lowerFirst(f.Name)
	if !byItself(t) {
		return fmt.Sprintf("%s.readDelta(r, %s)", codecName(d, f), b)
	}
	switch t.Kind {
	case schema.Int:
		m, n := call(t, "intDelta")
		return enumCast(t, fmt.Sprintf("r.%s(%s, %d%s, %d%s, %d, %d, %d)", m, b, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium))
	case schema.Bool:
		return fmt.Sprintf("%s !== r.bool()", b)
	case schema.Struct:
		return fmt.Sprintf("r.bool() ? %s.readDelta(r, %s) : %s", t.Struct.Name, b, b)
	}
	return fmt.Sprintf("r.bool() ? %s : %s", g.read(d, f), b)
}

// equal is the expression for: a and b have the same there.
func (g *tsEmitter) equalField(d *schema.Def, f schema.Field, a, b string) string {
	n := lowerFirst(f.Name)
	switch {
	case !byItself(f.Type):
		return fmt.Sprintf("%s.equal(%s.%s, %s.%s)", codecName(d, f), a, n, b, n)
	case f.Type.Kind == schema.Struct:
		return fmt.Sprintf("%s.equal(%s.%s, %s.%s)", f.Type.Struct.Name, a, n, b, n)
	}
	return fmt.Sprintf("%s.%s === %s.%s", a, n, b, n)
}
