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

type tsInt struct{}

func (tsInt) typ(t schema.Type) string {
	switch {
	case t.Enum != nil:
		return t.Enum.Name
	case tsBig(t):
		return "bigint"
	}
	return "number"
}

func (tsInt) codec(_ *tsEmitter, t schema.Type) string {
	if t.Monotonic {
		return fmt.Sprintf("codec.counter(%d, %d, %d)", t.Min, t.Max, t.Bits)
	}
	m, n := call(t, "int")
	if t.Enum != nil && !t.Enum.Flags {
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

// integers of flags are numbers where a number holds them: that is how rows have them.
func (tsInt) integers(val string, t schema.Type) []string {
	if tsBig(t) && tsSafe(t) {
		return []string{"Number(" + val + ")"}
	}
	return []string{val}
}

func (tsInt) fromIntegers(t schema.Type, n tsIntegers) string {
	if tsBig(t) && tsSafe(t) {
		return "BigInt(" + n.number(0) + ")"
	}
	if n.row {
		return n.as(0, tsType(t))
	}
	return enumCast(t, n.number(0))
}

// call names the BitReader and BitWriter method for an integer: a bigint one where a number is too small.
func call(t schema.Type, name string) (method, suffix string) {
	if !tsBig(t) {
		return name, ""
	}
	return "big" + strings.ToUpper(name[:min(1, len(name))]) + name[min(1, len(name)):], "n"
}

// tsBig reports whether an integer is a bigint: a number does not hold it, or, of flags, the operators of numbers do not.
func tsBig(t schema.Type) bool {
	return !tsSafe(t) || t.Enum != nil && tsWide(t.Enum)
}

// tsSafe reports whether a number holds every value of an integer, and every difference of two. Few bits are not enough: a narrow range
// may lie far from zero.
func tsSafe(t schema.Type) bool {
	return t.Bits <= maxSafeBits && t.Min >= -maxSafe && t.Max <= maxSafe
}

// tsWide reports whether an enum is of flags that need a bigint: & and | of numbers take 32 bits, the last of them the sign.
func tsWide(e *schema.Enum) bool {
	wide := e.Flags && e.Size > 32
	for _, c := range e.Values {
		wide = wide || e.Flags && (c.Number < 0 || c.Number >= 1<<31)
	}
	return wide
}

func enumCast(t schema.Type, expr string) string {
	if t.Enum == nil || t.Enum.Flags {
		return expr
	}
	return expr + " as " + t.Enum.Name
}

type tsWord struct{}

func (tsWord) typ(t schema.Type) string {
	if t.Enum != nil {
		return t.Enum.Name
	}
	return "bigint"
}

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
