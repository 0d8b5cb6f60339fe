package rtc_test

import (
	"net"
	"net/netip"
	"sync"
	"testing"

	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/rtc"
)

// relay stands between one client and the server, which it takes for the client. It can forge the sender of what it passes on:
// these datagrams come from a second socket, the victim's. What is sent there is counted and goes nowhere.
type relay struct {
	front        *net.UDPConn
	home, victim *place

	mu     sync.Mutex
	client netip.AddrPort
	up     func(b []byte) // what is done with a datagram of the client
	work   sync.WaitGroup
}

func newRelay(t *testing.T, s *server) *relay {
	t.Helper()
	front, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	a := &attacker{t: t, s: s}
	r := &relay{front: front, home: a.place(), victim: a.place()}
	r.up = func(b []byte) { r.home.send(t, b) }
	stop := make(chan struct{})
	t.Cleanup(func() { _ = front.Close(); close(stop); r.work.Wait() })
	r.work.Go(func() {
		for buf := make([]byte, 2000); ; {
			n, from, err := front.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			r.mu.Lock()
			r.client = from
			r.up(buf[:n])
			r.mu.Unlock()
		}
	})
	r.work.Go(func() {
		for {
			select {
			case b := <-r.home.arrived:
				r.mu.Lock()
				_, _ = front.WriteToUDPAddrPort(b, r.client)
				r.mu.Unlock()
			case <-stop:
				return
			}
		}
	})
	return r
}

func (r *relay) does(up func(b []byte)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.up = up
}

// TestRelayCannotAimTrafficElsewhere: somebody on the path copies what a client sends, under the address of a victim.
func TestRelayCannotAimTrafficElsewhere(t *testing.T) {
	for name, scene := range map[string]struct {
		early bool // from the first datagram on, not only once the session stands
		up    func(t *testing.T, r *relay, b []byte)
	}{
		"copies from the first datagram on": {true, func(t *testing.T, r *relay, b []byte) { r.home.send(t, b); r.victim.send(t, b) }},
		"copies":                            {false, func(t *testing.T, r *relay, b []byte) { r.home.send(t, b); r.victim.send(t, b) }},
		"originals, and copies home":        {false, func(t *testing.T, r *relay, b []byte) { r.victim.send(t, b); r.home.send(t, b) }},
		"originals alone":                   {false, func(t *testing.T, r *relay, b []byte) { r.victim.send(t, b) }},
	} {
		t.Run(name, func(t *testing.T) {
			var r *relay
			s := newServerBehind(t, rtc.ServerConfig{HandshakeTimeout: wait}, func(s *server) string {
				r = newRelay(t, s)
				return r.front.LocalAddr().String()
			})
			forge := func(b []byte) { scene.up(t, r, b) }
			if scene.early {
				r.does(forge)
			}
			client, server := s.join(func(string, string) {})
			r.does(forge)
			for range 5 {
				conntest.SendNumbered(t, client, server, 20)
				conntest.SendNumbered(t, server, client, 20)
			}
			if at := server.Conn.RemoteAddr().String(); at != r.home.LocalAddr().String() {
				t.Errorf("the session is at %s, its client at %s", at, r.home.LocalAddr())
			}
			if sent, got := r.victim.sent.Load(), r.victim.got.Load(); got > sent || sent == 0 {
				t.Errorf("the victim got %d bytes for %d", got, sent)
			}
			r.does(func(b []byte) { r.home.send(t, b) })
			conntest.SendNumbered(t, client, server, 20)
			conntest.SendNumbered(t, server, client, 20)
			if c := s.rtc.Counters(); c.Moved.Load() != 0 {
				t.Errorf("counters %+v", c)
			}
		})
	}
}
