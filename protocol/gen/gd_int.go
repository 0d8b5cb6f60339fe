package gen

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/schema"
)

func init() {
	gdKinds[schema.Int] = gdInt{}
	gdKinds[schema.Word] = gdWord{}
}

type gdInt struct{ gdWhole }

func (gdInt) typ(g *gdEmitter, t schema.Type) string {
	if t.Enum != nil && !t.Enum.Flags {
		return g.name(t.Enum.Name)
	}
	return "int"
}

func (gdInt) zero(g *gdEmitter, t schema.Type) string {
	if t.Enum != nil && !t.Enum.Flags {
		for i, c := range t.Enum.Values {
			if c.Number == 0 {
				return g.name(t.Enum.Name) + "." + enumValues(t.Enum)[i]
			}
		}
		return g.cast(t, "0")
	}
	return fmt.Sprint(max(t.Min, min(0, t.Max)))
}

func (gdInt) note(t schema.Type) string { return gdFlags(t) }

// gdFlags is what there is to say over a field of flags.
func gdFlags(t schema.Type) string {
	if t.Enum == nil || !t.Enum.Flags {
		return ""
	}
	return "A set of flags, joined by |."
}

func (gdInt) write(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%sw.ranged(%s, %d, %d, %d)", in, val, t.Min, t.Max, t.Bits)
}

func (gdInt) read(g *gdEmitter, in, val string, t schema.Type, _ int) {
	g.line("%s%s = %s", in, val, g.cast(t, fmt.Sprintf("r.ranged(%d, %d, %d)", t.Min, t.Max, t.Bits)))
}

func (gdInt) writeChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	if t.Monotonic {
		g.line("%sw.counter_delta(%s, %s, %d, %d)", in, v, b, t.Min, t.Max)
		return
	}
	g.line("%sw.ranged_delta(%s, %s, %d, %d, %d, %d, %d)", in, v, b, t.Min, t.Max, t.Bits, t.Small, t.Medium)
}

func (gdInt) readChanged(g *gdEmitter, in, v, b string, t schema.Type, _ int) {
	if t.Monotonic {
		g.line("%s%s = r.counter_delta(%s, %d, %d)", in, v, b, t.Min, t.Max)
		return
	}
	g.line("%s%s = %s", in, v, g.cast(t, fmt.Sprintf("r.ranged_delta(%s, %d, %d, %d, %d, %d)", b, t.Min, t.Max, t.Bits, t.Small, t.Medium)))
}

func (gdInt) fromInteger(g *gdEmitter, t schema.Type, array string, at int) string {
	return g.cast(t, fmt.Sprintf("%s[%d]", array, at))
}

type gdWord struct{ gdWhole }

func (gdWord) typ(*gdEmitter, schema.Type) string { return "int" }

func (gdWord) zero(*gdEmitter, schema.Type) string { return "0" }

func (gdWord) note(t schema.Type) string {
	if note := gdFlags(t); note != "" {
		return note
	}
	if t.Signed {
		return ""
	}
	return "Unsigned: the sign is its highest bit."
}

func (gdWord) write(g *gdEmitter, in, val string, _ schema.Type, _ int) {
	g.line("%sw.uint(%s, 64)", in, val)
}

func (gdWord) read(g *gdEmitter, in, val string, _ schema.Type, _ int) {
	g.line("%s%s = r.uint(64)", in, val)
}
