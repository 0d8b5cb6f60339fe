package gen

import (
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

func init() {
	tsKinds[schema.Int] = tsInt{}
	tsKinds[schema.Word] = tsWord{}
}

type tsInt struct{ tsByCodec }

func (tsInt) typ(t schema.Type) string {
	switch {
	case t.Enum != nil:
		return t.Enum.Name
	case t.Bits > maxSafeBits:
		return "bigint"
	}
	return "number"
}

func (tsInt) codec(_ *tsEmitter, t schema.Type) string {
	if t.Monotonic {
		return fmt.Sprintf("codec.counter(%d, %d, %d)", t.Min, t.Max, t.Bits)
	}
	m, n := call(t, "int")
	if t.Enum != nil {
		m += "<" + t.Enum.Name + ">"
	}
	return fmt.Sprintf("codec.%s(%d%s, %d%s, %d, %d, %d)", m, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium)
}

func (k tsInt) inPlace(t schema.Type) tsInPlace {
	if t.Monotonic {
		return nil
	}
	return k
}

func (tsInt) zero(t schema.Type) string {
	_, n := call(t, "")
	return fmt.Sprintf("%d%s", max(t.Min, min(0, t.Max)), n)
}

func (tsInt) write(t schema.Type, val string) string {
	m, n := call(t, "int")
	return fmt.Sprintf("w.%s(%s, %d%s, %d%s, %d);", m, val, t.Min, n, t.Max, n, t.Bits)
}

func (tsInt) read(t schema.Type) string {
	m, n := call(t, "int")
	return enumCast(t, fmt.Sprintf("r.%s(%d%s, %d%s, %d)", m, t.Min, n, t.Max, n, t.Bits))
}

func (tsInt) writeDelta(t schema.Type, v, b string) string {
	m, n := call(t, "intDelta")
	return fmt.Sprintf("w.%s(%s, %s, %d%s, %d%s, %d, %d, %d);", m, v, b, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium)
}

func (tsInt) readDelta(t schema.Type, b string) string {
	m, n := call(t, "intDelta")
	return enumCast(t, fmt.Sprintf("r.%s(%s, %d%s, %d%s, %d, %d, %d)", m, b, t.Min, n, t.Max, n, t.Bits, t.Small, t.Medium))
}

func (tsInt) equal(_ schema.Type, a, b string) string { return a + " === " + b }

func (tsInt) fromIntegers(t schema.Type, n tsIntegers) string {
	if n.row {
		return n.as(0, tsType(t))
	}
	return enumCast(t, n.number(0))
}

// call names the BitReader and BitWriter method for an integer: a bigint one where a number is too small.
func call(t schema.Type, name string) (method, suffix string) {
	if t.Bits <= maxSafeBits {
		return name, ""
	}
	return "big" + strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):], "n"
}

func enumCast(t schema.Type, expr string) string {
	if t.Enum == nil {
		return expr
	}
	return expr + " as " + t.Enum.Name
}

type tsWord struct{}

func (tsWord) typ(schema.Type) string { return "bigint" }

func (tsWord) codec(_ *tsEmitter, t schema.Type) string {
	return fmt.Sprintf("codec.word(%t)", t.Signed)
}

func (k tsWord) inPlace(schema.Type) tsInPlace { return k }

func (tsWord) zero(schema.Type) string { return "0n" }

func (tsWord) write(_ schema.Type, val string) string { return fmt.Sprintf("w.word(%s);", val) }

func (tsWord) read(t schema.Type) string { return fmt.Sprintf("r.word(%t)", t.Signed) }

func (k tsWord) writeDelta(t schema.Type, v, b string) string { return writeIfChanged(k, t, v, b) }

func (k tsWord) readDelta(t schema.Type, b string) string { return readIfChanged(k, t, b) }

func (tsWord) equal(_ schema.Type, a, b string) string { return a + " === " + b }

func (tsWord) integers(val string, t schema.Type) []string {
	if !t.Signed {
		return []string{fmt.Sprintf("BigInt.asIntN(64, %s)", val)}
	}
	return []string{val}
}

func (tsWord) fromIntegers(t schema.Type, n tsIntegers) string {
	if !t.Signed {
		return fmt.Sprintf("BigInt.asUintN(64, %s)", n.as(0, "bigint"))
	}
	return n.as(0, "bigint")
}
