package core

import (
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
)

// A whole zone on a bad network: what clients decode is what the server had, and when the network heals they have
// everything as it is.
func TestBadNetwork(t *testing.T) {
	for _, c := range []struct {
		name    string
		ordered bool
		net     network
		seed    uint64
	}{
		{name: "latest", net: network{loss: 0.2, duplicate: 0.1, delay: 40 * time.Millisecond, jitter: 80 * time.Millisecond}, seed: 1},
		{name: "latest, worse", net: network{loss: 0.5, duplicate: 0.2, delay: 90 * time.Millisecond, jitter: 150 * time.Millisecond}, seed: 2},
		{name: "ordered", ordered: true, net: network{loss: 0.2, delay: 40 * time.Millisecond, jitter: 60 * time.Millisecond}, seed: 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newTable(t, Config{Ordered: c.ordered}, c.seed)
			rng := w.net.rng
			*w.net = c.net
			w.net.rng = rng
			for range 24 {
				w.add()
				w.run(3, w.checkSeen)
			}
			w.run(500, w.checkSeen)
			w.net.loss, w.net.duplicate, w.net.jitter = 0, 0, 0
			w.run(100, w.checkSeen)
			for _, p := range w.players {
				w.checkConverged(p)
				if p.applied < 100 || p.view.Checked < 100 || p.view.Desyncs != 0 {
					t.Errorf("client %d applied %d snapshots, %d checked, %d desyncs", p.id, p.applied, p.view.Checked, p.view.Desyncs)
				}
			}
		})
	}
}

// checkConverged holds a client to the newest snapshot that it has: the same entities as the server has in its view, as
// they were in that tick.
func (w *table) checkConverged(p *player) {
	w.t.Helper()
	s := w.core.byConn[p.id]
	if s == nil || s.view == nil {
		w.t.Fatalf("client %d is not in the world", p.id)
	}
	at := p.view.Tick()
	if at+8 < w.core.tick {
		w.t.Fatalf("client %d has tick %d, the server is at %d", p.id, at, w.core.tick)
	}
	n := 0
	for e := range p.view.All {
		n++
		if want := w.history[at][e.ID]; want == nil || !same(e.State, want) {
			w.t.Fatalf("client %d has entity %x as %+v (tick %d), in tick %d it was %+v", p.id, e.ID, e.State, e.Tick, at, want)
		}
	}
	// Entities on the edge may have come or gone since.
	if have := s.view.Len(); n < have-4 || n > have+4 || n < 2 {
		w.t.Fatalf("client %d has %d entities, the server's view %d", p.id, n, have)
	}
}

// Where no input is lost, a prediction is never corrected: server and client step the same integers.
func TestPredictionIsExact(t *testing.T) {
	for _, hz := range []int{10, 20, 30, 60, 128} {
		w := newTable(t, Config{TickHz: hz}, uint64(hz))
		w.net.delay = 30 * time.Millisecond
		for range 6 {
			w.add()
		}
		w.run(2*hz, nil) // clocks settle
		before := make([]int, len(w.players))
		for i, p := range w.players {
			before[i] = p.corrections
			p.starved = 0
		}
		start := map[ConnID]snapshot.State{}
		for _, p := range w.players {
			start[p.id] = copyState(p.view.Own().State)
		}
		w.run(20*hz, nil)
		moved := 0
		for i, p := range w.players {
			if n := p.corrections - before[i]; n != 0 || p.starved != 0 {
				t.Errorf("%d Hz: client %d was corrected %d times and starved %d ticks, though no input was lost", hz, p.id, n, p.starved)
			}
			if !same(p.view.Own().State, start[p.id]) {
				moved++
			}
		}
		if moved < 4 {
			t.Errorf("%d Hz: only %d of 6 players moved; the test shows nothing", hz, moved)
		}
	}
}

// The same seed and events give the same bytes.
func TestSeedReplaysTheWorld(t *testing.T) {
	run := func() []byte {
		w := newTable(t, Config{}, 42)
		w.net.delay, w.net.loss = 20*time.Millisecond, 0.1
		for range 5 {
			w.add()
		}
		w.run(200, nil)
		return w.witnessAll()
	}
	a, b := run(), run()
	if len(a) < 100 || string(a) != string(b) {
		t.Fatalf("two runs of one seed differ (%d and %d bytes)", len(a), len(b))
	}
}

func (w *table) witnessAll() []byte {
	v := snapshot.NewView(w.core.world, snapshot.ViewConfig{Ordered: true, Verify: true})
	for id := range w.core.world.All {
		v.Enter(id, false)
	}
	msg, _ := v.Encode(nil, snapshot.Header{}, 1<<20)
	return msg
}

// In ordered mode no more snapshots are on their way than the path holds and two, so that a stalled client is not sent history.
func TestOrderedSnapshotsStopWhenNotAcknowledged(t *testing.T) {
	w := newTable(t, Config{Ordered: true}, 5)
	p := w.add()
	w.run(40, nil)
	if p.applied < 20 {
		t.Fatalf("only %d snapshots came in 40 ticks", p.applied)
	}
	before := w.core.Count().Snapshot
	w.net.loss = 1 // inputs, and so acknowledgements, are lost; snapshots ride the reliable lane
	w.run(40, nil)
	allowed := w.core.byConn[p.id].pace.outstanding()
	if n := w.core.Count().Snapshot - before; n > uint64(allowed)+1 || allowed > leastOutstanding+2 {
		t.Fatalf("%d snapshots were sent without an acknowledgement, where %d may be on their way", n, allowed)
	}
	w.net.loss = 0
	w.run(40, nil)
	w.checkConverged(p)
	web := w.add()
	w.core.byConn[web.id].transport = transport.WebRTC
	w.run(40, nil)
	if w.core.byConn[web.id].ordered {
		t.Fatal("ordered snapshots are for kcp sessions only")
	}
}
