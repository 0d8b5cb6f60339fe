package snapshot_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// goldenBest is a talk over a bad network to a client of the best tier: what arrived, and what it must have made of it.
type goldenBest struct {
	Schema   string        `json:"schema"` // the package that declares it
	Messages []bestMessage `json:"messages"`
}

type bestMessage struct {
	Message string       `json:"message"` // hex
	Refused bool         `json:"refused,omitempty"`
	Brought []bestEntity `json:"brought,omitempty"` // the entities with a version of this tick, by slot
	Count   int          `json:"count"`             // of entities after it
}

type bestEntity struct {
	ID    uint32 `json:"id"`
	State string `json:"state"` // whole, as the client sees it, packed, hex
}

// TestGoldenBest holds the section of the best tier to its bytes, for other languages to compare with.
func TestGoldenBest(t *testing.T) {
	s := newBodySim(t, 21, 1, false)
	c := s.clients[0]
	g := goldenBest{Schema: "protocol/internal/bodies"}
	sections := 0
	for range 90 {
		s.step(true)
		s.interest(c, true)
		msg, _ := c.view.Encode(nil, snapshot.Header{}, 700)
		if s.rng.IntN(10) == 0 {
			continue // lost
		}
		_, err := c.replica.Apply(msg)
		m := bestMessage{Message: hex.EncodeToString(msg), Refused: err != nil, Count: c.replica.Len()}
		for e := range c.replica.All {
			if e.Tick == s.tick {
				var w bits.Writer
				e.State.Write(&w, e.Own)
				m.Brought = append(m.Brought, bestEntity{uint32(e.ID), hex.EncodeToString(w.Bytes())})
			}
		}
		g.Messages = append(g.Messages, m)
		if msg[0] == snapshot.TypeBest {
			sections++
		}
		if s.rng.IntN(10) > 0 {
			c.view.Ack(c.replica.Ack())
		}
	}
	if sections < 40 {
		t.Fatalf("only %d sections", sections)
	}
	got, err := json.MarshalIndent(g, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	const path = "testdata/best.json"
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the wire has moved: %s differs; if the new bytes are right, run with -update", path)
	}
}
