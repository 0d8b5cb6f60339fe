//go:build linux

package godot_test

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// crowd is one client's snapshots in a crowd of walking players, all in view.
type crowd struct {
	Name      string   `json:"name"`
	Players   int      `json:"players"`
	Verify    bool     `json:"verify"`
	Snapshots []string `json:"snapshots"` // hex
}

// record writes what a client of n walking players is sent, acknowledging each snapshot two ticks later.
func record(t *testing.T, name string, n int, verify bool) crowd {
	t.Helper()
	w := snapshot.NewWorld()
	players := snapshot.NewTable[rpg.Player](w)
	v := snapshot.NewView(w, snapshot.ViewConfig{Verify: verify})
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var all []*rpg.Player
	for i := range n {
		id, p := players.Spawn()
		p.Body = rpg.Body{X: 20000 + rng.Int32N(20000), Y: 20000 + rng.Int32N(20000)}
		p.Look = rpg.Look{Name: "Player", Class: rpg.Class(i % 3), Skin: uint8(i % 8)}
		all = append(all, p)
		v.Enter(id, i == 0)
	}
	client := snapshot.NewReplica(&rpg.Schema)
	out := crowd{Name: name, Players: n, Verify: verify}
	for tick := uint32(1); tick <= 400; tick++ {
		for i, p := range all {
			if (int(tick)/20+i)%4 == 0 {
				continue // stands for a second
			}
			p.Body.X += 64 * int32(i%3-1)
			p.Body.Y += 64 * int32(i%2)
		}
		w.Commit(tick)
		msg, _ := v.Encode(nil, snapshot.Header{HasEcho: true}, 1100)
		if _, err := client.Apply(msg); err != nil {
			t.Fatal(err)
		}
		out.Snapshots = append(out.Snapshots, hex.EncodeToString(msg))
		if tick > 2 {
			v.Ack(tick-2, 1<<32-1)
		}
	}
	return out
}

// TestBench prints what a snapshot, a datagram and a prediction cost GDScript here; docs/benchmarks.md has such figures.
func TestBench(t *testing.T) {
	p := stage(t)
	crowds := []crowd{
		record(t, "10 players", 10, false), record(t, "50 players", 50, false),
		record(t, "50 players, verified", 50, true), record(t, "200 players", 200, false),
	}
	data, err := json.Marshal(crowds)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.path("test/crowds.json"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := p.run(context.Background(), nil, "--headless", "--script", "res://test/bench.gd")
	if err != nil || strings.Count(out, "BENCH ") < 6 {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log("\n" + out)
}
