package gentest_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/realmwire/realmwire/protocol/gen/gentest"
	"github.com/realmwire/realmwire/protocol/schema"
)

// What holds every language to the others must hold every kind of value: as a field of random schemas.
func TestRandomSchemasHoldEveryKind(t *testing.T) {
	seen := map[schema.Kind]bool{}
	for seed := range uint64(20) {
		dir := t.TempDir()
		src := gentest.Source(rand.New(rand.NewPCG(seed, seed)))
		if err := os.WriteFile(filepath.Join(dir, "random.go"), []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := schema.Scan(dir, schema.FirstGameID)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, src)
		}
		for _, d := range s.Structs {
			for _, f := range d.Fields {
				for typ := &f.Type; typ != nil; typ = typ.Elem {
					seen[typ.Kind] = true
				}
			}
		}
	}
	for _, k := range schema.Kinds() {
		if !seen[k] {
			t.Errorf("no random schema has a %s: protocol/gen/gentest/draw.go draws none", k)
		}
	}
}
