package gen_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/realmwire/realmwire/protocol/gen"
)

const pong = `package pong

//realmwire:component position
type Place struct {
	X, Y int32 ` + "`rw:\"min=0 max=4095\"`" + `
}

//realmwire:entity id=1
type Ball struct{ Place Place }

//realmwire:input
type Input struct{ Up, Down bool }
`

// A schema becomes codecs for three languages; `realmwire gen` does the same.
func ExampleRun() {
	dir, err := os.MkdirTemp("", "pong-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.WriteFile(filepath.Join(dir, "pong.go"), []byte(pong), 0o600); err != nil {
		fmt.Println(err)
		return
	}
	s, err := gen.Run(gen.Config{Dir: dir, TypeScript: filepath.Join(dir, "pong.ts"), GDScript: filepath.Join(dir, "pong.gd")})
	if err != nil {
		fmt.Println(err)
		return
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("package %s, %d entity kind\n", s.Package, len(s.Entities))
	for _, f := range files {
		fmt.Println(f.Name())
	}
	// Output:
	// package pong, 1 entity kind
	// pong.gd
	// pong.go
	// pong.ts
	// pong_gen.go
	// pong_schema.json
}
