package schema_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/realmwire/realmwire/protocol/schema"
)

const duel = `package duel

//realmwire:component position
type Place struct{ X, Y int32 }

//realmwire:entity id=1
type Fighter struct{ Place Place }

//realmwire:input
type Input struct{ Strike bool }
`

// read reads a schema from Go source.
func read(source string) (*schema.Schema, error) {
	dir, err := os.MkdirTemp("", "duel-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.WriteFile(filepath.Join(dir, "duel.go"), []byte(source), 0o600); err != nil {
		return nil, err
	}
	return schema.Scan(dir, schema.FirstGameID)
}

// Whether players of the last release can play on: `realmwire compat` prints the same report.
func ExampleCompare() {
	before, err := read(duel)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, after := range []string{
		duel + "\n//realmwire:message id=64\ntype Cheer struct{ Loud bool }\n",
		strings.Replace(duel, "Strike bool", "Strike, Parry bool", 1),
	} {
		s, err := read(after)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(schema.Compare(before.Lock(), s.Lock()).Compatible())
	}
	// Output:
	// true
	// false
}
