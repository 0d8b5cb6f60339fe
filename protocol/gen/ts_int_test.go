package gen

import (
	"testing"

	"github.com/realmwire/realmwire/protocol/schema"
)

// TestNumbersAreSafe: a range is a number in TypeScript where every value of it is one exactly, however few values it has.
func TestNumbersAreSafe(t *testing.T) {
	const safe = 1<<53 - 1
	for _, c := range []struct {
		min, max int64
		bits     uint
		typ      string
	}{
		{0, safe, 53, "number"},
		{-safe, 0, 53, "number"},
		{-safe, safe, 54, "bigint"},
		{0, safe + 1, 54, "bigint"},
		{safe + 1, safe + 2, 1, "bigint"},
		{-safe - 2, -safe - 1, 1, "bigint"},
		{-19882953557087096, -15145555848416148, 53, "bigint"},
	} {
		typ := schema.Type{Kind: schema.Int, Min: c.min, Max: c.max, Bits: c.bits}
		if got := tsType(typ); got != c.typ {
			t.Errorf("%d to %d: %s, want %s", c.min, c.max, got, c.typ)
		}
	}
}
