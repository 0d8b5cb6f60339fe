package kcp

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
)

// TestFleet plays thousands of connections, each over a bad network of its own, with partitions, changes of address, and an
// end from either side or none. A seed replays one connection: run it alone with its number as the first.
func TestFleet(t *testing.T) {
	const first = 0
	connections := uint64(2000)
	if raced {
		connections = 200
	}
	ends := map[string]int{}
	for seed := uint64(first); seed < first+connections; seed++ {
		synctest.Test(t, func(t *testing.T) {
			v := newVoyage(t, seed)
			v.sail()
			ends[v.outcome()]++
		})
		if t.Failed() {
			t.Fatalf("connection %d failed", seed)
		}
	}
	t.Logf("ends: %v", ends)
	if ends["both closed"] < int(connections)/2 || ends["cut off"] < int(connections)/20 {
		t.Errorf("the fleet did not meet what it should: %v", ends)
	}
}

const voyageStep = 5 * time.Millisecond

// voyage is one connection of the fleet.
type voyage struct {
	t    *testing.T
	seed uint64
	rng  *rand.Rand
	w    *pair

	sent     [2]uint32 // reliable messages, by the end that sent them
	states   [2]uint32
	received [2]uint32 // reliable messages, by the end that got them
	newest   [2]map[uint32]bool
	closed   [2]bool
	cut      bool // for good
}

func newVoyage(t *testing.T, seed uint64) *voyage {
	rng := rand.New(rand.NewPCG(seed, 77))
	share := func(limit float64) float64 { return max(0, rng.Float64()*2-1) * limit } // half of them have none
	p := netsim.Profile{
		Latency: time.Duration(rng.IntN(120)) * time.Millisecond, Jitter: time.Duration(rng.IntN(30)) * time.Millisecond,
		Loss: share(0.25), Duplicate: share(0.1), Reorder: share(0.1), Burst: netsim.Burst{Enter: share(0.02), Leave: 0.2, Loss: 1},
	}
	if rng.IntN(4) == 0 {
		p.Rate = 20_000 + rng.IntN(200_000)
	}
	if rng.IntN(8) == 0 {
		p.Partition = netsim.Partition{Every: 4 * time.Second, For: time.Duration(rng.IntN(1500)) * time.Millisecond}
	}
	suite := suites[rng.IntN(len(suites))]
	v := &voyage{t: t, seed: seed, rng: rng, w: newPair(t, suite, p, 3*time.Second)}
	v.w.now = time.Now()
	v.w.links = [2]*netsim.Link{netsim.NewLink(p, seed), netsim.NewLink(p, seed+1<<32)}
	for end := range v.newest {
		v.newest[end] = map[uint32]bool{}
		s := v.w.ends[end]
		s.lastHeard, s.lastSent = v.w.now, v.w.now
	}
	return v
}

// sail runs the connection until both ends are dead.
func (v *voyage) sail() {
	lasts := time.Duration(1+v.rng.IntN(6)) * time.Second
	moveAt, cutAt := time.Duration(v.rng.Int64N(int64(2*lasts))), time.Duration(v.rng.Int64N(int64(8*lasts)))
	ender := v.rng.IntN(3) // 2: both at once
	for at := time.Duration(0); !v.w.ends[0].end.dead || !v.w.ends[1].end.dead; at += voyageStep {
		if at > lasts+20*time.Second {
			v.t.Fatalf("connection %d: alive long after its end: %+v", v.seed, v.w.ends)
		}
		if at >= moveAt && at < moveAt+voyageStep {
			v.w.addr[0] = netip.AddrPortFrom(v.w.addr[0].Addr(), v.w.addr[0].Port()+1)
		}
		if at >= cutAt && at < cutAt+voyageStep && at < lasts {
			v.cut = true
			gone := netsim.Profile{Loss: 1}
			v.w.links = [2]*netsim.Link{netsim.NewLink(gone, 1), netsim.NewLink(gone, 2)}
		}
		for end, s := range v.w.ends {
			if at >= lasts && !v.closed[end] && (ender == end || ender == 2) {
				v.closed[end] = true
				s.close(v.w.now, transport.Kicked, "the end")
			}
			v.speak(end, s)
			v.w.pump(end)
		}
		time.Sleep(voyageStep)
		v.w.stepBy(voyageStep)
		v.check()
	}
}

// speak sends something now and then, on either lane.
func (v *voyage) speak(end int, s *session) {
	message := func(kind byte, n uint32, size int) []byte {
		b := binary.LittleEndian.AppendUint32([]byte{kind}, n)
		return append(b, make([]byte, size)...)
	}
	if v.rng.IntN(10) == 0 {
		size := v.rng.IntN(60)
		if v.rng.IntN(20) == 0 {
			size = v.rng.IntN(20_000)
		}
		switch err := s.send(transport.Reliable, message('R', v.sent[end], size)); {
		case err == nil:
			v.sent[end]++
		case !errors.Is(err, transport.ErrClosed) && !errors.Is(err, transport.ErrBackpressure):
			v.t.Fatal(err)
		}
	}
	if v.rng.IntN(8) == 0 && s.send(transport.Latest, message('L', v.states[end], v.rng.IntN(800))) == nil {
		v.states[end]++
	}
}

// check holds the invariants after each step.
func (v *voyage) check() {
	for end, s := range v.w.ends {
		for _, m := range v.w.got[end] {
			n := binary.LittleEndian.Uint32([]byte(m[1:5]))
			switch {
			case m[0] == 'R' && n != v.received[end]:
				v.t.Fatalf("connection %d: end %d got reliable message %d, expected %d", v.seed, end, n, v.received[end])
			case m[0] == 'R':
				v.received[end]++
			case v.newest[end][n]:
				v.t.Fatalf("connection %d: end %d got state %d twice", v.seed, end, n)
			default:
				v.newest[end][n] = true
			}
		}
		v.w.got[end] = nil
		if b := s.backlog(); b > transport.MaxReliableBacklog {
			v.t.Fatalf("connection %d: a backlog of %d bytes", v.seed, b)
		}
		if r := s.reliable; r != nil && (len(r.out) > maxQueuedOutput || len(r.repeats.kept) > repeatKept || r.inFlight > kcpWindow) {
			v.t.Fatalf("connection %d: %d bytes to be sealed, %d kept, %d in flight", v.seed, len(r.out), len(r.repeats.kept), r.inFlight)
		}
	}
}

// outcome says how it ended, and fails where the ends disagree without a reason.
func (v *voyage) outcome() string {
	a, b := v.w.ends[0].end, v.w.ends[1].end
	for end := range v.received {
		if v.received[end] > v.sent[1-end] {
			v.t.Errorf("connection %d: end %d got %d messages of %d", v.seed, end, v.received[end], v.sent[1-end])
		}
	}
	switch {
	case a.code == b.code && a.code == transport.Kicked:
		return "both closed"
	case v.cut && (a.code == transport.Timeout || b.code == transport.Timeout):
		return "cut off"
	case a.code == transport.Timeout || b.code == transport.Timeout:
		return "lost the end" // every one of its tellings was lost, or the network was away too long
	}
	v.t.Errorf("connection %d: one end says %s, the other %s", v.seed, a.code, b.code)
	return "disagree"
}
