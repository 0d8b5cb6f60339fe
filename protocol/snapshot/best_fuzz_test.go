package snapshot_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/bodies"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// talk is a run of snapshots of the best tier to a client that loses nothing, the last after the client has the others.
func talk(ticks int) [][]byte {
	s := newBodySim(nil, 9, 1, false)
	c := s.clients[0]
	var out [][]byte
	for range ticks {
		s.step(true)
		s.interest(c, true)
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 1100)
		out = append(out, append([]byte(nil), msg...))
		if _, err := c.replica.Apply(msg); err == nil {
			c.view.Ack(c.replica.Ack())
		}
	}
	return out
}

// FuzzApplyBest gives a client in the middle of a talk hostile snapshots, also as the talk's next one spoilt at one place:
// nothing may panic, what is refused changes nothing, and what was due next still applies.
func FuzzApplyBest(f *testing.F) {
	const lead = 10
	good := talk(lead + 4)
	for i, m := range good[lead:] {
		f.Add(m, uint16(0), byte(0))
		f.Add(good[lead], uint16(40+7*i), byte(1<<i))
	}
	f.Fuzz(func(t *testing.T, in []byte, at uint16, flip byte) {
		r := snapshot.NewBestReplica(&bodies.Schema)
		for _, m := range good[:lead] {
			if _, err := r.Apply(m); err != nil {
				t.Fatal(err)
			}
		}
		if len(in) > 0 {
			in = append([]byte(nil), in...)
			in[int(at)%len(in)] ^= flip
		}
		before := portrait(r)
		if _, err := r.Apply(in); err == nil {
			return
		}
		if portrait(r) != before {
			t.Fatal("a refused snapshot changed the replica")
		}
		if _, err := r.Apply(good[lead]); err != nil && !errors.Is(err, snapshot.ErrStale) {
			t.Fatalf("after a refused snapshot the next is refused: %v", err)
		}
	})
}

// portrait is all that a replica shows.
func portrait(r *snapshot.Replica) string {
	out := fmt.Sprint(r.Tick(), r.Len())
	for e := range r.All {
		out += fmt.Sprint(e.ID, e.Tick, e.Own, e.State)
	}
	return out
}
