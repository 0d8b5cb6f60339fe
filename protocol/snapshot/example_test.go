package snapshot_test

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// A world of one rock, told to one client. The second snapshot is lost; the third is built upon what was acknowledged, and makes up for it.
func Example() {
	world := snapshot.NewWorld()
	id, rock := snapshot.NewTable[demo.Rock](world).Spawn()
	view := snapshot.NewView(world, snapshot.ViewConfig{}) // the server's picture of the client
	view.Enter(id, false)
	replica := snapshot.NewReplica(&demo.Schema) // the client's end

	for tick := uint32(1); tick <= 3; tick++ {
		rock.Body.X += 10
		world.Commit(tick)
		packet, _ := view.Encode(nil, snapshot.Header{Tick: tick}, 1100)
		if tick == 2 {
			continue // lost
		}
		if _, err := replica.Apply(packet); err != nil {
			fmt.Println(err)
			return
		}
		view.Ack(replica.Ack()) // an input packet carries it back
		for e := range replica.All {
			fmt.Printf("tick %d: the rock is at %d\n", replica.Tick(), e.State.(*demo.Rock).Body.X)
		}
	}
	// Output:
	// tick 1: the rock is at 10
	// tick 3: the rock is at 30
}
