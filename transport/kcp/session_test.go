package kcp

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

const second = time.Second

func TestLatestLaneKeepsOnlyTheNewest(t *testing.T) {
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{Latency: 10 * time.Millisecond}, 10*second)
	for i := range 3 {
		if err := w.ends[0].send(transport.Latest, fmt.Appendf(nil, "state %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	w.run(50 * time.Millisecond)
	if len(w.got[1]) != 1 || w.got[1][0] != "state 2" {
		t.Errorf("got %q, want the newest only", w.got[1])
	}
	if got := w.ends[0].snapshotStats().Replaced; got != 2 {
		t.Errorf("%d were replaced, want 2", got)
	}
}

func TestRoundTripAndLossAreMeasured(t *testing.T) {
	for _, suite := range suites {
		w := newPair(t, suite, netsim.Profile{Latency: 40 * time.Millisecond, Jitter: 4 * time.Millisecond, Loss: 0.2}, 10*second)
		for range 400 {
			for end := range w.ends {
				if err := w.ends[end].send(transport.Latest, make([]byte, 200)); err != nil {
					t.Fatal(err)
				}
			}
			w.run(20 * time.Millisecond)
		}
		for i, s := range w.ends {
			st := s.snapshotStats()
			if st.RTT < 75*time.Millisecond || st.RTT > 100*time.Millisecond {
				t.Errorf("%s: end %d measured a round trip of %v over 80 ms", suite, i, st.RTT)
			}
			if st.Loss < 0.08 || st.Loss > 0.35 {
				t.Errorf("%s: end %d measured %.2f loss of 0.20", suite, i, st.Loss)
			}
		}
		if n := len(w.got[0]); n < 280 || n > 360 {
			t.Errorf("%s: %d of 400 messages came over 20 %% loss", suite, n)
		}
	}
}

func TestNothingIsDeliveredTwiceOrAltered(t *testing.T) {
	w := newPair(t, ticket.SuiteAESCTRHMAC, netsim.Profile{
		Latency: 5 * time.Millisecond, Jitter: 20 * time.Millisecond, Duplicate: 0.5, Reorder: 0.3, Loss: 0.1,
	}, 10*second)
	for i := range 500 {
		if err := w.ends[0].send(transport.Latest, fmt.Appendf(nil, "%d", i)); err != nil {
			t.Fatal(err)
		}
		w.run(3 * time.Millisecond)
	}
	w.run(second / 5)
	seen := map[string]bool{}
	for _, m := range w.got[1] {
		if seen[m] {
			t.Fatalf("%q came twice", m)
		}
		seen[m] = true
	}
	if len(seen) < 400 {
		t.Errorf("only %d of 500 came", len(seen))
	}
}

func TestIdleSessionLivesOnKeepAlivesAndIsCheap(t *testing.T) {
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{Latency: 30 * time.Millisecond, Loss: 0.05}, 10*second)
	w.run(5 * time.Minute)
	for i, s := range w.ends {
		if !s.end.open() {
			t.Fatalf("end %d ended: %s %q", i, s.end.code, s.end.text)
		}
		if perSecond := w.bytes[i] / 300; perSecond > 60 {
			t.Errorf("end %d sends %d bytes per second while idle", i, perSecond)
		}
	}
}

func TestSilenceEndsBothEnds(t *testing.T) {
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, 10*second)
	w.run(5 * second)
	w.links[0], w.links[1] = netsim.NewLink(netsim.Profile{Loss: 1}, 1), netsim.NewLink(netsim.Profile{Loss: 1}, 1)
	w.run(8 * second)
	for i, s := range w.ends {
		if s.end.dead {
			t.Errorf("end %d gave up early", i)
		}
	}
	w.run(4 * second)
	for i, s := range w.ends {
		if !s.end.dead || s.end.code != transport.Timeout {
			t.Errorf("end %d: dead %v, code %s", i, s.end.dead, s.end.code)
		}
	}
}

func TestCloseIsToldOverALossyPath(t *testing.T) {
	told := 0
	const runs = 200
	for i := range runs {
		w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, 10*second)
		p := netsim.Profile{Latency: 20 * time.Millisecond, Loss: 0.3}
		w.links[0], w.links[1] = netsim.NewLink(p, uint64(i)), netsim.NewLink(p, uint64(1000+i))
		w.ends[1].close(w.now, transport.Kicked, "bad manners")
		w.run(2 * second)
		if !w.ends[1].end.dead {
			t.Fatal("the closing end is not dead after two seconds")
		}
		if e := w.ends[0].end; e.ended && e.code == transport.Kicked && e.text == "bad manners" && e.dead {
			told++
		}
	}
	if told < runs*95/100 {
		t.Errorf("%d of %d peers were told over 30 %% loss", told, runs)
	}
}

func TestPeerMovesToAnotherAddress(t *testing.T) {
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{Latency: 10 * time.Millisecond}, 10*second)
	play := func(d time.Duration) {
		for end := w.now.Add(d); w.now.Before(end); w.run(50 * time.Millisecond) {
			_ = w.ends[0].send(transport.Latest, []byte("input"))
			_ = w.ends[1].send(transport.Latest, []byte("snapshot"))
		}
	}
	play(second)
	before := len(w.got[0])
	moved := netip.MustParseAddrPort("198.51.100.7:4000")
	w.addr[0] = moved
	play(second)
	if w.ends[1].path.Remote != moved {
		t.Fatalf("the server sends to %v, the client is at %v", w.ends[1].path.Remote, moved)
	}
	if got := len(w.got[0]) - before; got < 15 {
		t.Errorf("only %d of 20 snapshots came after the move", got)
	}
}

// TestCopiedDatagramDoesNotAimTraffic: somebody who copies a datagram and sends it first, from a forged address, gets one
// challenge sent there, no larger than what he paid, and nothing else.
func TestCopiedDatagramDoesNotAimTraffic(t *testing.T) {
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, 10*second)
	w.run(second)
	server := w.ends[1]
	victim := netip.MustParseAddrPort("203.0.113.9:53")
	paid, aimed := 0, 0
	for range 50 {
		_ = w.ends[0].send(transport.Latest, []byte("input"))
		_ = server.send(transport.Latest, make([]byte, 1000))
		w.ends[0].advance(w.now)
		d, _, ok := w.ends[0].emit(w.now, nil)
		if !ok {
			t.Fatal("nothing was emitted")
		}
		paid += len(d)
		if _, ok := server.hear(w.now, victim, bytes.Clone(d)); !ok {
			t.Fatal("an authentic datagram was dropped")
		}
		server.advance(w.now)
		for {
			d, to, ok := server.emit(w.now, nil)
			if !ok {
				break
			}
			if to == victim {
				aimed += len(d)
			}
		}
		w.now = w.now.Add(20 * time.Millisecond)
	}
	if server.path.Remote == victim {
		t.Fatal("the session moved to an address that never answered")
	}
	if aimed > paid || aimed > 50*40 {
		t.Errorf("%d bytes were aimed at the victim for %d paid", aimed, paid)
	}
	if aimed == 0 {
		t.Error("the new path was never challenged: this test proves nothing")
	}
}

func TestMalformedFrameEndsTheSession(t *testing.T) {
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, 10*second)
	c := w.ends[0]
	c.counter++
	d := c.cfg.out.seal(append(appendSealedHeader(nil, 5, c.counter), 0x77), c.counter)
	if msgs, ok := w.ends[1].hear(w.now, w.addr[0], d); !ok || len(msgs) != 0 {
		t.Fatalf("received %v, %v", msgs, ok)
	}
	w.run(second)
	if e := w.ends[0].end; !e.ended || e.code != transport.ProtocolError {
		t.Errorf("the peer was told %v %s", e.ended, e.code)
	}
}

func TestReplayedAndForeignDatagramsHaveNoEffect(t *testing.T) {
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, 10*second)
	_ = w.ends[0].send(transport.Latest, []byte("once"))
	d, _, _ := w.ends[0].emit(w.now, nil)
	server := w.ends[1]
	if msgs, ok := server.hear(w.now, w.addr[0], bytes.Clone(d)); !ok || len(msgs) != 1 {
		t.Fatal("the first copy was not taken")
	}
	before := *server
	other := bytes.Clone(d)
	other[1]++ // another connection
	bent := bytes.Clone(d)
	bent[5]++ // a fresh counter, under which the tag is wrong
	for name, b := range map[string][]byte{
		"replayed": bytes.Clone(d), "cut": d[:len(d)-1], "of another connection": other, "with a bent counter": bent,
		"sent back to its sender": nil,
	} {
		if name == "sent back to its sender" {
			if _, ok := w.ends[0].hear(w.now, w.addr[1], bytes.Clone(d)); ok {
				t.Error("a reflected datagram was taken")
			}
			continue
		}
		if _, ok := server.hear(w.now.Add(second), netip.MustParseAddrPort("203.0.113.9:1"), b); ok {
			t.Errorf("a datagram that is %s was taken", name)
		}
	}
	if server.replay != before.replay || server.path != before.path || server.lastHeard != before.lastHeard || server.stats != before.stats {
		t.Error("a dropped datagram changed the session")
	}
}

func TestLatestPathAllocatesNothing(t *testing.T) {
	for _, suite := range suites {
		w := newPair(t, suite, netsim.Profile{}, 10*second)
		msg, buf := make([]byte, 600), make([]byte, 0, transport.MaxDatagram)
		n := testing.AllocsPerRun(500, func() {
			w.now = w.now.Add(time.Millisecond)
			if err := w.ends[1].send(transport.Latest, msg); err != nil {
				t.Fatal(err)
			}
			w.ends[1].advance(w.now)
			d, _, ok := w.ends[1].emit(w.now, buf)
			if !ok {
				t.Fatal("nothing was emitted")
			}
			if msgs, ok := w.ends[0].hear(w.now, w.addr[1], d); !ok || len(msgs) != 1 {
				t.Fatal("nothing was received")
			}
			if d, _, ok := w.ends[0].emit(w.now, buf); ok {
				w.ends[1].hear(w.now, w.addr[0], d)
			}
		})
		if n != 0 {
			t.Errorf("%s: %v allocations for a message sent and received", suite, n)
		}
	}
}

func BenchmarkLatestMessage(b *testing.B) {
	for _, suite := range suites {
		b.Run(suite.String(), func(b *testing.B) {
			w := newPair(b, suite, netsim.Profile{}, 10*second)
			msg, buf := make([]byte, 600), make([]byte, 0, transport.MaxDatagram)
			b.ReportAllocs()
			for b.Loop() {
				w.now = w.now.Add(time.Millisecond)
				_ = w.ends[1].send(transport.Latest, msg)
				w.ends[1].advance(w.now)
				d, _, ok := w.ends[1].emit(w.now, buf)
				if _, opened := w.ends[0].hear(w.now, w.addr[1], d); !ok || !opened {
					b.Fatal("the message did not arrive")
				}
				w.ends[0].advance(w.now) // and acknowledges every 100 ms
				if d, _, ok := w.ends[0].emit(w.now, buf); ok {
					w.ends[1].hear(w.now, w.addr[0], d)
				}
			}
		})
	}
}
