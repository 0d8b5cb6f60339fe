package gen_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen"
)

// TestTypeScriptRows holds what the schemas with clients in TypeScript leave out: integers beyond what numbers hold.
func TestTypeScriptRows(t *testing.T) {
	dir := t.TempDir()
	src := "package game\n\n//realmwire:component position\ntype Place struct {\n" +
		"X, Y int32 `rw:\"predict=motion drag=0.5 floor=-7\"`\nMask uint64\nDebt int64\nWide int64 `rw:\"min=-2305843009213693952 max=5\"`\n}\n\n" +
		"//realmwire:component\ntype Secret struct{ Code uint8 }\n\n" +
		"//realmwire:entity id=1 best\ntype Blob struct {\nSecret Secret `rw:\"owner\"`\nPlace Place\n}\n"
	if err := os.WriteFile(filepath.Join(dir, "game.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	c := gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "game.ts")}
	if _, err := gen.Run(c); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(c.TypeScript)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"{ min: -9223372036854775808n, max: 9223372036854775807n }, { min: -9223372036854775808n, max: 9223372036854775807n }, { min: -2305843009213693952n, max: 5 }]",
		"{ class: 'motion', first: 0, count: 2, drag: 32768, floor: -7 }, { class: 'plain', first: 2, count: 1 }",
		"return [v.place.x, v.place.y, BigInt.asIntN(64, v.place.mask), v.place.debt, v.place.wide];",
		"mask: BigInt.asUintN(64, n[2] as bigint), debt: n[3] as bigint, wide: n[4] as bigint } };",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("missing: %s", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", text)
	}
}
