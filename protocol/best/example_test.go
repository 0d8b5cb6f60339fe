package best_test

import (
	"fmt"

	"github.com/realmwire/realmwire/protocol/best"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// A codec tells a client where three bodies are now, by what it acknowledged of them one and two ticks ago. Games do not: the
// generator writes the layout, and package snapshot keeps the history.
func Example() {
	codec := best.MustNew(best.Layout{
		Fields: []best.Field{{Min: 0, Max: 65535}, {Min: 0, Max: 65535}, {Min: 0, Max: 1}},
		Groups: []best.Group{{Class: best.Motion, Count: 2}, {Class: best.Plain, First: 2, Count: 1}},
	})
	history := &snapshot.BestHistory{
		BestNames: snapshot.BestNames{Ahead: 1, Lags: 0b11},
		Versions: []snapshot.BestVersion{
			{Lag: 0, Rows: []int64{130, 205, 0, 700, 40, 1, 5000, 5000, 0}},
			{Lag: 1, Rows: []int64{120, 200, 0, 700, 40, 1, 4990, 5010, 0}},
		},
		Rest: []uint8{0, 127, 0},
	}
	now := []int64{140, 210, 0, 700, 40, 1, 5010, 4990, 0} // on as before, but for one that lies there
	stream, err := codec.Encode(nil, history, now)
	if err != nil {
		panic(err)
	}
	got := make([]int64, len(now))
	if err := codec.Decode(stream, history, got); err != nil {
		panic(err)
	}
	fmt.Println(len(stream), "bytes:", got)
	// Output: 10 bytes: [140 210 0 700 40 1 5010 4990 0]
}
