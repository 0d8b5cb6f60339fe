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

// A game judges by what the player saw, within limits: a client may say anything, or nothing.
func TestInputsKeepTheView(t *testing.T) {
	at := func(tick uint32, fraction uint8) snapshot.ViewTick {
		return snapshot.ViewTick{Tick: tick, Fraction: fraction}
	}
	q := Inputs[step, *step]{Repeat: 2, MaxViewAge: 10}
	for _, c := range []struct {
		newest uint32
		view   snapshot.ViewTick
	}{
		{100, at(97, 5)}, {101, at(98, 7)}, {102, at(91, 31)}, {103, at(93, 0)}, {104, at(103, 31)}, {105, at(104, 1)}, {106, at(0, 0)}, {110, at(105, 3)},
	} {
		msg := snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: 90, Newest: c.newest, View: c.view}, []step{{1}})
		if _, _, err := q.Read(msg, 100); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		tick uint32
		want snapshot.ViewTick
		why  string
	}{
		{99, at(98, 0), "no input ever came"},
		{100, at(97, 5), "what the client said"},
		{101, at(98, 7), "what the client said"},
		{102, at(92, 0), "older than the limit"},
		{103, at(93, 0), "as old as the limit"},
		{104, at(103, 0), "later than the state before the tick"},
		{105, at(104, 0), "later than the state before the tick"},
		{106, at(105, 0), "the client said nothing"},
		{107, at(106, 0), "repeated, of one that said nothing"},
		{110, at(105, 3), "what the client said"},
		{111, at(106, 3), "repeated: the view goes on"},
		{112, at(107, 3), "repeated: the view goes on"},
		{113, at(112, 0), "no longer repeated"},
	} {
		q.Next(c.tick)
		if got := q.View(); got != c.want {
			t.Errorf("tick %d, %s: a view of %+v, want %+v", c.tick, c.why, got, c.want)
		}
	}
	if q.OldViews != 1 {
		t.Errorf("%d views counted as too old, want 1", q.OldViews)
	}
	if q.Reset(); q.View() != at(0, 0) {
		t.Errorf("after a reset a view of %+v is left", q.View())
	}
	var first Inputs[step, *step]
	first.Next(1)
	if v := first.View(); v.Tick != 0 {
		t.Errorf("before the first state a view of %+v", v)
	}
}
