package netsim_test

import (
	"fmt"
	"time"

	"github.com/realmwire/realmwire/transport/netsim"
)

// What a path that loses one datagram in five does to a hundred of them. The same seed gives the same fates.
func ExampleLink() {
	var bad netsim.Profile
	if err := bad.UnmarshalText([]byte("latency=50ms loss=20%")); err != nil {
		fmt.Println(err)
		return
	}
	link := netsim.NewLink(bad, 1)
	start := time.Unix(0, 0)
	arrived := 0
	for i := range 100 {
		sent := start.Add(time.Duration(i) * time.Millisecond)
		arrivals, copies := link.Plan(sent, 200)
		if copies > 0 && arrivals[0].Sub(sent) == 50*time.Millisecond {
			arrived++
		}
	}
	fmt.Println(arrived == 100-int(link.Counters.Lost), link.Counters.Lost > 10)
	// Output: true true
}
