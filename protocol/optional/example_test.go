package optional_test

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/optional"
)

// Somebody who may have a target.
func ExampleOf() {
	type hunter struct{ Target optional.Of[uint32] }
	idle, busy := hunter{}, hunter{Target: optional.Some(uint32(7))}
	for _, h := range []hunter{idle, busy} {
		if h.Target.Has {
			fmt.Println("hunts", h.Target.Value)
		} else {
			fmt.Println("rests")
		}
	}
	// Output:
	// rests
	// hunts 7
}
