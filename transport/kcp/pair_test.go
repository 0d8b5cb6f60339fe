package kcp

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/transport/ticket"
)

// pair is two sessions and the network between them, all driven by hand: an hour of play takes a moment. It carries the
// latest lane and control frames; the reliable lane reads the process clock, and is simulated under synctest.
type pair struct {
	now   time.Time
	ends  [2]*session // 0 the client, 1 the server
	links [2]*netsim.Link
	addr  [2]netip.AddrPort // each end's own
	wire  []inFlight
	got   [2][]string // messages delivered to each end
	bytes [2]int      // sent by each end
}

type inFlight struct {
	at   time.Time
	to   int
	from netip.AddrPort
	dest netip.AddrPort
	data []byte
}

func newPair(tb testing.TB, suite ticket.Suite, p netsim.Profile, timeout time.Duration) *pair {
	tb.Helper()
	up, down, err := deriveSealers(suite, make([]byte, 32), transcript{stamp: 1})
	if err != nil {
		tb.Fatal(err)
	}
	upIn, downIn, err := deriveSealers(suite, make([]byte, 32), transcript{stamp: 1})
	if err != nil {
		tb.Fatal(err)
	}
	w := &pair{now: time.Unix(1000, 0)}
	w.addr = [2]netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:1000"), netip.MustParseAddrPort("192.0.2.2:7777")}
	token := byte(0)
	newToken := func() [pathTokenSize]byte { token++; return [pathTokenSize]byte{token} }
	w.ends[0] = newSession(sessionConfig{id: 5, out: up, in: downIn, remote: w.addr[1], timeout: timeout, newToken: newToken}, w.now)
	w.ends[1] = newSession(sessionConfig{id: 5, out: down, in: upIn, remote: w.addr[0], timeout: timeout, newToken: newToken}, w.now)
	w.links[0], w.links[1] = netsim.NewLink(p, 1), netsim.NewLink(p, 2)
	return w
}

// pump puts what an end emits on the wire.
func (w *pair) pump(end int) {
	w.ends[end].advance(w.now)
	for {
		d, to, ok := w.ends[end].emit(w.now, make([]byte, 0, transport.MaxDatagram))
		if !ok {
			return
		}
		if len(d) > transport.MaxDatagram {
			panic("datagram over the limit")
		}
		w.bytes[end] += len(d)
		times, n := w.links[end].Plan(w.now, len(d))
		for _, at := range times[:n] {
			w.wire = append(w.wire, inFlight{at: at, to: 1 - end, from: w.addr[end], dest: to, data: bytes.Clone(d)})
		}
	}
}

// step moves time on by a millisecond.
func (w *pair) step() { w.stepBy(time.Millisecond) }

func (w *pair) stepBy(d time.Duration) {
	w.now = w.now.Add(d)
	var later []inFlight
	arrived := w.wire
	w.wire = nil
	for _, d := range arrived {
		if d.at.After(w.now) {
			later = append(later, d)
			continue
		}
		if d.dest != w.addr[d.to] {
			continue // sent to an address that the peer has left
		}
		msgs, _ := w.ends[d.to].hear(w.now, d.from, d.data)
		for _, m := range msgs {
			w.got[d.to] = append(w.got[d.to], string(m.msg))
		}
	}
	w.wire = append(w.wire, later...)
	for end := range w.ends {
		if wake := w.ends[end].wake(); !wake.After(w.now) || w.ends[end].wants(w.now) || w.ends[end].path.Challenging() {
			w.pump(end)
		}
	}
}

func (w *pair) run(d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); {
		w.step()
	}
}

// hear is receive for a datagram whose header nobody has read yet.
func (s *session) hear(now time.Time, from netip.AddrPort, datagram []byte) ([]delivery, bool) {
	h, ok := readHeader(datagram)
	if !ok {
		return nil, false
	}
	return s.receive(now, from, h, datagram)
}
