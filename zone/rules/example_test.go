package rules_test

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// A player's inputs as they arrive, with one packet lost: packets repeat the last few inputs, so nothing is missing. When
// no more inputs arrive, the last one is repeated for a few ticks, then dropped.
func ExampleInputs() {
	var q rules.Inputs[rpg.Input, *rpg.Input]
	q.Repeat = 2
	right, left := rpg.Input{MoveX: 127}, rpg.Input{MoveX: -127}
	packet := func(newest uint32, newestFirst ...rpg.Input) []byte {
		return snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: newest}, newestFirst)
	}
	for _, p := range [][]byte{packet(1, right), packet(3, left, right, right)} { // that of tick 2 was lost
		if _, _, err := q.Read(p, 1); err != nil {
			fmt.Println(err)
			return
		}
	}
	for tick := uint32(1); tick <= 6; tick++ {
		fmt.Print(q.Next(tick).MoveX, " ")
	}
	// Output: 127 127 -127 -127 -127 0
}
