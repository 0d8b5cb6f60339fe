package kcp

import (
	"net"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

// Every timer of a session and of a handshake, and the test that holds it to its time; none of them sleeps.
//
//	keep-alive, and none while something else is sent   TestKeepAliveLeavesOnTime
//	timeout                                             TestTimeoutIsExact
//	acknowledgement: at once, or within 100 ms          TestAcknowledgementsLeaveOnTime
//	close: four tellings at growing distances           TestCloseIsRepeatedOnTime
//	lingering behind reliable messages                  TestLingeringEndsOnTime
//	challenge of a new path: every 200 ms at most       TestPathChallengeIsRepeatedOnTime
//	handshake: retries, and starting over               TestHandshakeIsRepeatedOnTime
//	a client's new socket after silence                 TestClientRebindsOnTime
//	the reliable lane's own repetition and holding      TestReliableLaneAsksToBeWoken, repeat_test.go, reliable_test.go
//	cookies and refusals                                TestCookieAges, TestRefusalsAreBoundedAndForgottenWithTheirCookies
//	a server's timers, which only wake sessions         fleet_test.go by session; hostile_test.go with real sockets

// one is a session on its own, and its peer's way to seal for it.
type one struct {
	*session
	now  time.Time
	peer *session
}

func newOne(t *testing.T, timeout time.Duration) *one {
	t.Helper()
	w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{}, timeout)
	return &one{session: w.ends[1], peer: w.ends[0], now: w.now}
}

// emits advances the session at a time after its start and reports whether a datagram leaves.
func (o *one) emits(after time.Duration) bool {
	now := o.now.Add(after)
	o.advance(now)
	_, _, ok := o.emit(now, make([]byte, 0, transport.MaxDatagram))
	return ok
}

// hears lets the session get what its peer has to send.
func (o *one) hears(t *testing.T, after time.Duration) {
	t.Helper()
	now := o.now.Add(after)
	d, _, ok := o.peer.emit(now, make([]byte, 0, transport.MaxDatagram))
	if !ok {
		t.Fatal("the peer has nothing to send")
	}
	if _, ok := o.hear(now, o.path.Remote, d); !ok {
		t.Fatal("a datagram was not taken")
	}
}

// leaves wants nothing to leave until a time, the session to ask to be woken then, and a datagram to leave.
func (o *one) leaves(t *testing.T, what string, at time.Duration) {
	t.Helper()
	if o.emits(at - 1) {
		t.Errorf("%s leaves before %v", what, at)
	}
	if wake := o.wake().Sub(o.now); wake != at {
		t.Errorf("%s: the session asks to be woken at %v, not %v", what, wake, at)
	}
	if !o.emits(at) {
		t.Errorf("%s does not leave at %v", what, at)
	}
}

func TestKeepAliveLeavesOnTime(t *testing.T) {
	for timeout, every := range map[time.Duration]time.Duration{10 * time.Second: 2 * time.Second, time.Minute: 2 * time.Second, 5 * time.Second: time.Second} {
		o := newOne(t, timeout)
		o.leaves(t, "the first keep-alive", every)
		o.lastHeard = o.now.Add(every) // as if it were answered
		o.leaves(t, "the second", 2*every)
		if err := o.send(transport.Latest, []byte("state")); err != nil || !o.emits(2*every+every/2) {
			t.Fatalf("nothing was sent: %v", err)
		}
		o.leaves(t, "one after a message", 3*every+every/2)
	}
}

func TestTimeoutIsExact(t *testing.T) {
	const timeout = 10 * time.Second
	o := newOne(t, timeout)
	_ = o.peer.send(transport.Latest, []byte("the last word"))
	const heard = 1234 * time.Millisecond
	o.hears(t, heard)
	for at := time.Duration(0); at < heard+timeout; at += time.Second {
		o.emits(at) // keep-alives do not put it off
	}
	o.emits(heard + timeout - 1)
	if o.end.ended {
		t.Fatalf("ended early: %s", o.end.code)
	}
	if wake := o.wake().Sub(o.now); wake != heard+timeout {
		t.Errorf("the session asks to be woken at %v", wake)
	}
	if o.emits(heard+timeout) || !o.end.dead || o.end.code != transport.Timeout {
		t.Errorf("at its timeout: %+v", o.end)
	}
}

func TestAcknowledgementsLeaveOnTime(t *testing.T) {
	o := newOne(t, 10*time.Second)
	_ = o.peer.send(transport.Latest, []byte("state"))
	o.hears(t, 7*time.Millisecond)
	_ = o.peer.send(transport.Latest, []byte("another, which puts nothing off"))
	o.hears(t, 50*time.Millisecond)
	o.leaves(t, "an acknowledgement alone", 107*time.Millisecond)
	o.peer.ping = true
	o.hears(t, 200*time.Millisecond)
	if !o.emits(200 * time.Millisecond) {
		t.Error("a ping is not answered at once")
	}
	_ = o.peer.send(transport.Latest, []byte("state"))
	o.hears(t, 300*time.Millisecond)
	_ = o.send(transport.Latest, []byte("a datagram to ride on"))
	if !o.emits(310*time.Millisecond) || o.emits(400*time.Millisecond) {
		t.Error("an acknowledgement did not ride with the message that left")
	}
}

func TestCloseIsRepeatedOnTime(t *testing.T) {
	o := newOne(t, 10*time.Second)
	o.close(o.now.Add(time.Second), transport.Kicked, "bye")
	if !o.emits(time.Second) {
		t.Fatal("the end is not told at once")
	}
	for _, at := range []time.Duration{1040 * time.Millisecond, 1120 * time.Millisecond, 1240 * time.Millisecond} {
		if o.end.dead {
			t.Fatalf("dead before %v", at)
		}
		o.leaves(t, "a telling", at)
	}
	if !o.end.dead || o.emits(20*time.Second) {
		t.Error("the end is told for ever")
	}
}

// TestLingeringEndsOnTime: a reliable message that is never acknowledged delays the close by half a second, one that is not at all.
func TestLingeringEndsOnTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // the reliable lane's core reads the process clock
		o := newOne(t, 10*time.Second)
		o.now = time.Now()
		o.lastHeard, o.lastSent = o.now, o.now
		if err := o.send(transport.Reliable, []byte("never acknowledged")); err != nil {
			t.Fatal(err)
		}
		o.emits(0)
		o.close(o.now, transport.Kicked, "bye")
		for at := time.Duration(0); at < lingerFor; at += 5 * time.Millisecond {
			o.emits(at)
			if o.end.tellings > 0 {
				t.Fatalf("the end was told after %v", at)
			}
			time.Sleep(5 * time.Millisecond)
		}
		if o.emits(lingerFor); o.end.tellings != 1 {
			t.Errorf("%d tellings after %v", o.end.tellings, lingerFor)
		}
	})
}

func TestPathChallengeIsRepeatedOnTime(t *testing.T) {
	o := newOne(t, 10*time.Second)
	moved := netip.MustParseAddrPort("198.51.100.7:4000")
	var challenged []time.Duration
	for at := time.Duration(0); at <= time.Second; at += 10 * time.Millisecond {
		now := o.now.Add(at)
		_ = o.peer.send(transport.Latest, make([]byte, 200))
		d, _, _ := o.peer.emit(now, make([]byte, 0, transport.MaxDatagram))
		o.hear(now, moved, d)
		for {
			_, to, ok := o.emit(now, make([]byte, 0, transport.MaxDatagram))
			if !ok {
				break
			}
			if to == moved {
				challenged = append(challenged, at)
			}
		}
	}
	want := []time.Duration{0, driver.PathRetry, 2 * driver.PathRetry, 3 * driver.PathRetry, 4 * driver.PathRetry, 5 * driver.PathRetry}
	if !slices.Equal(challenged, want) {
		t.Errorf("the new path was challenged at %v, not at %v", challenged, want)
	}
}

func TestHandshakeIsRepeatedOnTime(t *testing.T) {
	start := time.Unix(1000, 0)
	cfg := DialConfig{Addr: "example:1", Ticket: testTicket(t, ticket.SuiteAESGCM), Secret: make([]byte, 32), Suite: ticket.SuiteAESGCM}
	d, err := newDialing(cfg, [randomSize]byte{1}, netip.AddrPort{}, start)
	if err != nil {
		t.Fatal(err)
	}
	// sends collects when datagrams leave until a time, and of which type.
	sends := func(until time.Duration) (at []time.Duration, types []byte) {
		for {
			due := d.sendAt
			if due.Sub(start) > until {
				return at, types
			}
			if d.emit(due.Add(-1)) != nil {
				t.Errorf("a datagram leaves before %v", due.Sub(start))
			}
			out := d.emit(due)
			at, types = append(at, due.Sub(start)), append(types, out[0])
		}
	}
	const ms = time.Millisecond
	at, types := sends(4 * time.Second)
	if want := []time.Duration{0, 100 * ms, 300 * ms, 700 * ms, 1500 * ms, 2500 * ms, 3500 * ms}; !slices.Equal(at, want) || slices.Contains(types, typeResponse) {
		t.Errorf("requests leave at %v, types %x", at, types)
	}
	challenge := appendChallenge(nil, d.proofKey, transcript{clientRandom: d.random, stamp: 1})
	start = start.Add(4 * time.Second)
	d.receive(start, challenge)
	at, types = sends(5 * time.Second)
	if want := []time.Duration{0, 100 * ms, 300 * ms, 700 * ms, 1500 * ms, 2500 * ms, 3500 * ms, 3600 * ms, 3800 * ms, 4200 * ms, 5000 * ms}; !slices.Equal(at, want) ||
		!slices.Equal(types[:7], []byte{typeResponse, typeResponse, typeResponse, typeResponse, typeResponse, typeResponse, typeRequest}) {
		t.Errorf("after a challenge datagrams leave at %v, types %x", at, types)
	}
}

// TestClientRebindsOnTime: a third of the timeout without a word, and again after each third, a client speaks from a new port.
func TestClientRebindsOnTime(t *testing.T) {
	server, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	sock, err := net.DialUDP("udp", nil, server.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	const timeout = 9 * time.Second
	o := newOne(t, timeout)
	o.path.Remote = server.LocalAddr().(*net.UDPAddr).AddrPort()
	cl := &client{sock: sock, buf: make([]byte, 0, transport.MaxDatagram)}
	cl.conn = &conn{host: cl, session: o.session}
	cl.conn.calls.Start(silent{})
	defer func() { _ = cl.sock.Close() }()
	var moved []time.Duration
	for at := time.Duration(0); at < timeout; at += 100 * time.Millisecond {
		before := cl.sock
		cl.took(o.now.Add(at), nil)
		if cl.sock != before {
			moved = append(moved, at)
		}
	}
	if want := []time.Duration{3 * time.Second, 6 * time.Second}; !slices.Equal(moved, want) {
		t.Errorf("the client moved at %v, not at %v", moved, want)
	}
	if cl.took(o.now.Add(timeout), nil) || o.end.code != transport.Timeout {
		t.Errorf("the client lives past its timeout: %+v", o.end)
	}
}

// TestReliableLaneAsksToBeWoken: while KCP's core has something to emit, every 10 ms; while it only waits, every 25; at rest, never.
func TestReliableLaneAsksToBeWoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newPair(t, ticket.SuiteAESGCM, netsim.Profile{Latency: 100 * time.Millisecond}, 10*time.Second)
		w.now = time.Now()
		for _, s := range w.ends {
			s.lastHeard, s.lastSent = w.now, w.now
		}
		s := w.ends[0]
		if err := s.send(transport.Reliable, make([]byte, 300)); err != nil {
			t.Fatal(err)
		}
		begun := w.now
		wakes := map[time.Duration]bool{} // how far ahead the lane asks to be woken while nothing is acknowledged
		last := time.Time{}
		w.pump(0)
		for w.now.Sub(begun) < 150*time.Millisecond {
			if s.nextTick != last {
				last = s.nextTick
				wakes[last.Sub(w.now)] = true
			}
			time.Sleep(time.Millisecond)
			w.step()
			if w.now.Sub(begun) == 3*time.Millisecond { // too soon for the core to emit again
				if err := s.send(transport.Reliable, make([]byte, 300)); err != nil {
					t.Fatal(err)
				}
				w.pump(0)
			}
		}
		if len(wakes) != 2 || !wakes[updateEvery] || !wakes[watchEvery] {
			t.Errorf("under way it asks to be woken so far ahead: %v", wakes)
		}
		for w.now.Sub(begun) < time.Second {
			time.Sleep(time.Millisecond)
			w.step()
		}
		for end, s := range w.ends {
			if !s.nextTick.IsZero() || s.backlog() != 0 {
				t.Errorf("end %d: at rest, with %d bytes under way, the lane asks to be woken in %v", end, s.backlog(), s.nextTick.Sub(w.now))
			}
		}
		if len(w.got[1]) != 2 {
			t.Errorf("%d messages arrived", len(w.got[1]))
		}
	})
}
