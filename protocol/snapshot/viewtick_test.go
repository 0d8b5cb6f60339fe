package snapshot_test

import (
	"math"
	"testing"

	"github.com/realmwire/realmwire/protocol/internal/demo"
	"github.com/realmwire/realmwire/protocol/snapshot"
)

func TestViewTickAt(t *testing.T) {
	for ticks, want := range map[float64]snapshot.ViewTick{
		math.Inf(-1): {}, -1: {}, 0: {}, 0.99: {}, 1: {Tick: 1}, 7.5: {Tick: 7, Fraction: 16}, 7 + 1.0/64: {Tick: 7, Fraction: 1}, 7.99: {Tick: 8},
		1<<32 - 1: {Tick: 1<<32 - 1}, 1 << 40: {Tick: 1<<32 - 1, Fraction: 31}, math.Inf(1): {Tick: 1<<32 - 1, Fraction: 31},
	} {
		if got := snapshot.ViewTickAt(ticks); got != want {
			t.Errorf("%v ticks: %+v, want %+v", ticks, got, want)
		}
	}
	if got := snapshot.ViewTickAt(math.NaN()); got != (snapshot.ViewTick{}) {
		t.Errorf("not a number: %+v", got)
	}
}

func TestViewTickClamp(t *testing.T) {
	at := func(tick uint32, fraction uint8) snapshot.ViewTick {
		return snapshot.ViewTick{Tick: tick, Fraction: fraction}
	}
	for _, c := range []struct{ v, want snapshot.ViewTick }{
		{at(0, 0), at(20, 0)},
		{at(1, 5), at(10, 0)},
		{at(9, 31), at(10, 0)},
		{at(10, 1), at(10, 1)},
		{at(19, 31), at(19, 31)},
		{at(20, 0), at(20, 0)},
		{at(20, 1), at(20, 0)},
		{at(1<<32-1, 31), at(20, 0)},
	} {
		if got := c.v.Clamp(10, 20); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.v, got, c.want)
		}
	}
	if !at(4, 31).Before(at(5, 0)) || at(5, 0).Before(at(5, 0)) || !at(5, 0).Before(at(5, 1)) {
		t.Error("the order of views is wrong")
	}
	if got := at(1<<32-2, 3).Later(5); got != at(1<<32-1, 3) {
		t.Errorf("later than the last tick: %+v", got)
	}
	if got := at(0, 0).Later(5); got != at(0, 0) {
		t.Errorf("later than nothing: %+v", got)
	}
}

// What a header cannot say is said as the nearest that it can.
func TestViewsAreWritten(t *testing.T) {
	at := func(tick uint32, fraction uint8) snapshot.ViewTick {
		return snapshot.ViewTick{Tick: tick, Fraction: fraction}
	}
	for _, c := range []struct {
		newest  uint32
		v, want snapshot.ViewTick
	}{
		{1000, at(0, 0), at(0, 0)},
		{1000, at(990, 7), at(990, 7)},
		{1000, at(1000, 0), at(1000, 0)},
		{1000, at(1000, 1), at(1000, 0)},
		{1000, at(1<<32-1, 31), at(1000, 0)},
		{1000, at(872, 1), at(872, 1)}, // 127 and 31/32 before
		{1000, at(872, 0), at(872, 1)},
		{1000, at(1, 0), at(872, 1)},
		{1, at(1, 0), at(1, 0)},
		{128, at(1, 0), at(1, 0)},
		{1<<32 - 1, at(1<<32-2, 31), at(1<<32-2, 31)},
	} {
		var q snapshot.Inputs[demo.Input, *demo.Input]
		msg := snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: 1, Newest: c.newest, View: c.v}, make([]demo.Input, 1))
		h, fresh, err := q.Read(msg, c.newest)
		if err != nil || h.View != c.want || fresh != 1 {
			t.Errorf("for tick %d, %+v: %+v, want %+v (%v)", c.newest, c.v, h.View, c.want, err)
		}
		if _, v, ok := q.Take(c.newest); !ok || v != c.want {
			t.Errorf("for tick %d, %+v: the server keeps %+v, want %+v", c.newest, c.v, v, c.want)
		}
	}
}

// Each input of a packet was given a tick after the one before, on a view that went on by a tick; the first to come counts.
func TestViewsOfEarlierInputs(t *testing.T) {
	var q snapshot.Inputs[demo.Input, *demo.Input]
	read := func(newest uint32, v snapshot.ViewTick, n int) {
		t.Helper()
		if _, _, err := q.Read(snapshot.WriteInputs(nil, snapshot.InputHeader{Newest: newest, View: v}, make([]demo.Input, n)), 1); err != nil {
			t.Fatal(err)
		}
	}
	read(5, snapshot.ViewTick{Tick: 2, Fraction: 9}, 5)
	read(8, snapshot.ViewTick{Tick: 6, Fraction: 30}, 8)
	for tick, want := range map[uint32]snapshot.ViewTick{
		1: {Tick: 1}, 2: {Tick: 1}, 3: {Tick: 1}, 4: {Tick: 1, Fraction: 9}, 5: {Tick: 2, Fraction: 9},
		6: {Tick: 4, Fraction: 30}, 7: {Tick: 5, Fraction: 30}, 8: {Tick: 6, Fraction: 30},
	} {
		if _, v, ok := q.Take(tick); !ok || v != want {
			t.Errorf("tick %d: %+v, want %+v", tick, v, want)
		}
	}
}

// A packet whose newest input is near the acknowledged tick is 25 bits shorter for it, at every tick there is.
func TestNearInputsAreShort(t *testing.T) {
	size := func(ack, newest uint32) int {
		return len(snapshot.WriteInputs(nil, snapshot.InputHeader{AckTick: ack, Newest: newest, View: snapshot.ViewTick{Tick: newest}}, make([]demo.Input, 1)))
	}
	for _, ack := range []uint32{0, 2, 1 << 31, 1<<32 - 128} {
		if near, far := size(ack, ack+127), size(ack, ack-1); near != far-3 {
			t.Errorf("acknowledged %d: %d bytes near, %d far", ack, near, far)
		}
	}
}

// A client is told the tick rate until it acknowledges a snapshot that told it, and again when it changes.
func TestViewTellsTheTickRate(t *testing.T) {
	for _, ordered := range []bool{false, true} {
		world := snapshot.NewWorld()
		view := snapshot.NewView(world, snapshot.ViewConfig{Ordered: ordered})
		replica := snapshot.NewReplica(&demo.Schema)
		tick := uint32(0)
		told := func(hz uint8) uint8 {
			t.Helper()
			tick++
			world.Commit(tick)
			msg, _ := view.Encode(nil, snapshot.Header{TickHz: hz}, 1000)
			h, err := replica.Apply(msg)
			if err != nil {
				t.Fatal(err)
			}
			return h.TickHz
		}
		check := func(what string, got, want uint8) {
			t.Helper()
			if got != want {
				t.Errorf("ordered %t, %s: said %d Hz, want %d", ordered, what, got, want)
			}
		}
		again := func(hz uint8) uint8 { // what is said again while nothing is acknowledged
			if ordered {
				return 0
			}
			return hz
		}
		check("the first", told(20), 20)
		check("not acknowledged", told(20), again(20))
		view.Ack(1, 0)
		check("acknowledged", told(20), 0)
		check("later", told(20), 0)
		check("another rate", told(60), 60)
		view.Ack(4, 0)
		check("an older snapshot acknowledged", told(60), again(60))
		view.Ack(6, 0)
		check("acknowledged", told(60), 0)
		check("back to the first", told(20), 20)
	}
}
