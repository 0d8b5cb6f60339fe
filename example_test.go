package realmwire_test

import (
	"context"
	"fmt"

	"github.com/realmwire/realmwire"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// The whole of a server's main: `go run . up` then runs everything.
func ExampleMain() {
	realmwire.Main(rpg.Game)
}

// A program with a main of its own runs any command, here the check that generated code is fresh; with "up" it would serve until
// the context is done.
func ExampleRun() {
	err := realmwire.Run(context.Background(), []string{"gen", "--check", "zone/games/rpg"}, rpg.Game)
	fmt.Println("error:", err)
	// Output: error: <nil>
}
