package snapshot_test

import (
	"slices"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// TestWorldKnowsWhoIsAlive spawns and despawns over two tables, and reuses slots.
func TestWorldKnowsWhoIsAlive(t *testing.T) {
	w := snapshot.NewWorld()
	some, others := snapshot.NewTable[demo.Rock](w), snapshot.NewTable[demo.Rock](w)
	var alive []snapshot.ID
	spawn := func(table *snapshot.Table[demo.Rock, *demo.Rock]) {
		id, _ := table.Spawn()
		alive = append(alive, id)
	}
	check := func() {
		t.Helper()
		got := slices.Collect(w.All)
		want := slices.Clone(alive)
		slices.SortFunc(want, func(a, b snapshot.ID) int { return int(uint16(a)) - int(uint16(b)) })
		if !slices.Equal(got, want) {
			t.Fatalf("alive are %x, want %x", got, want)
		}
	}
	check()
	for range 200 {
		spawn(some)
		spawn(others)
	}
	check()
	for len(alive) > 100 {
		i := len(alive) * 7 % 13
		w.Despawn(alive[i])
		w.Despawn(alive[i]) // its name is gone already
		alive = slices.Delete(alive, i, i+1)
	}
	check()
	for range 250 {
		spawn(others) // in the slots of the dead, under other names
	}
	check()
	for first := range w.All {
		if first != slices.Collect(w.All)[0] {
			t.Error("it goes on after it was told to stop")
		}
		break
	}
}
