package mover_test

import (
	"fmt"

	"github.com/realmwire/realmwire/zone/mover"
)

// corridor is a row of six open tiles.
type corridor struct{}

func (corridor) Solid(tx, ty int32) bool { return ty != 0 || tx < 0 || tx > 5 }

// Somebody walks to the right, and stops at the wall. A predictor in any language comes to the same places.
func ExampleStep() {
	walk := mover.Params{Speed: 3 * mover.UnitsPerTile, TickHz: 20, HalfW: 96, HalfH: 80}
	at := mover.State{X: 128, Y: 128}
	for tick := uint32(1); tick <= 40; tick++ {
		at = mover.Step(corridor{}, at, mover.Input{X: mover.MaxInput}, walk, tick)
		if tick%10 == 0 {
			fmt.Printf("tick %d: %d units\n", tick, at.X)
		}
	}
	// Output:
	// tick 10: 512 units
	// tick 20: 896 units
	// tick 30: 1280 units
	// tick 40: 1440 units
}
