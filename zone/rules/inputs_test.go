package rules

import (
	"testing"

	"github.com/realmwire/realmwire/protocol/bits"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

// step is the smallest input there is.
type step struct{ N uint8 }

func (s *step) Write(w *bits.Writer)               { w.Uint(uint64(s.N), 8) }
func (s *step) Read(r *bits.Reader)                { s.N = uint8(r.Uint(8)) }
func (s *step) WriteDelta(w *bits.Writer, _ *step) { s.Write(w) }
func (s *step) ReadDelta(r *bits.Reader, _ *step)  { s.Read(r) }

func TestInputsBridgeShortGaps(t *testing.T) {
	q := Inputs[step, *step]{Repeat: 2}
	give := func(tick uint32, n uint8) {
		t.Helper()
		if _, _, err := q.Read(snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: tick}, []step{{n}}), 1); err != nil {
			t.Fatal(err)
		}
	}
	give(2, 7)
	give(6, 9)
	for i, want := range []struct {
		n       uint8
		starved bool
	}{{0, true}, {7, false}, {7, true}, {7, true}, {0, true}, {9, false}, {9, true}} {
		if got := q.Next(uint32(i + 1)); got.N != want.n || q.Starved() != want.starved {
			t.Errorf("tick %d: input %d, starved %t; want %d, %t", i+1, got.N, q.Starved(), want.n, want.starved)
		}
	}
}
