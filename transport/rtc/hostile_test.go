package rtc_test

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
	"github.com/pion/stun/v4"

	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
)

// attacker is a client with a genuine ticket that makes its datagrams by hand.
type attacker struct {
	t      *testing.T
	s      *server
	cert   tls.Certificate
	answer string
}

func (s *server) attacker(claims ticket.Claims) *attacker {
	s.t.Helper()
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		s.t.Fatal(err)
	}
	var fingerprint []string
	for _, b := range sha256.Sum256(cert.Certificate[0]) {
		fingerprint = append(fingerprint, fmt.Sprintf("%02X", b))
	}
	offer := "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=setup:active\r\na=sctp-port:5000\r\n" +
		"a=fingerprint:sha-256 " + strings.Join(fingerprint, ":") + "\r\n"
	a := &attacker{t: s.t, s: s, cert: cert}
	if a.answer, err = s.rtc.Answer(s.ticketOf(claims), offer); err != nil {
		s.t.Fatal(err)
	}
	return a
}

// place is an address that the attacker can send from. What comes there is counted.
type place struct {
	*net.UDPConn
	sent, got atomic.Int64
	arrived   chan []byte
}

func (a *attacker) place() *place {
	a.t.Helper()
	to, err := net.ResolveUDPAddr("udp", a.s.addr)
	if err != nil {
		a.t.Fatal(err)
	}
	c, err := net.DialUDP("udp", nil, to)
	if err != nil {
		a.t.Fatal(err)
	}
	p := &place{UDPConn: c, arrived: make(chan []byte, 1000)}
	done := make(chan struct{})
	a.t.Cleanup(func() { _ = c.Close(); <-done })
	go func() {
		defer close(done)
		for buf := make([]byte, 2000); ; {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			p.got.Add(int64(n))
			select {
			case p.arrived <- append([]byte(nil), buf[:n]...):
			default:
			}
		}
	}()
	return p
}

func (p *place) send(t *testing.T, b []byte) {
	t.Helper()
	n, err := p.Write(b)
	if err != nil {
		t.Error(err)
	}
	p.sent.Add(int64(n))
}

// check is an authentic connectivity check.
func (a *attacker) check() []byte {
	a.t.Helper()
	m, err := stun.Build(stun.BindingRequest, stun.TransactionID, stun.NewUsername(attribute(a.answer, "ice-ufrag")+":theirs"),
		stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{0x7f, 0, 0, 1}},
		stun.NewShortTermIntegrity(attribute(a.answer, "ice-pwd")), stun.Fingerprint)
	if err != nil {
		a.t.Fatal(err)
	}
	return m.Raw
}

// claim sends a check from a place and reports whether it was answered.
func (a *attacker) claim(p *place) bool {
	a.t.Helper()
	p.send(a.t, a.check())
	select {
	case <-p.arrived:
		return true
	case <-time.After(300 * time.Millisecond):
		return false
	}
}

// split is a network for pion's DTLS: what comes at home is read, and what leaves goes where away says.
type split struct {
	*net.UDPConn
	write func(b []byte)
	home  *place
	until chan struct{}
}

func (s *split) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case d := <-s.home.arrived:
		return copy(b, d), s.RemoteAddr(), nil
	case <-s.until:
		return 0, nil, net.ErrClosed
	}
}

func (s *split) WriteTo(b []byte, _ net.Addr) (int, error) {
	s.write(b)
	return len(b), nil
}

func (s *split) Close() error                { return nil }
func (s *split) SetDeadline(time.Time) error { return nil }

// shake begins a handshake from home, which goes on until the test ends. rest is given what follows the first flight.
func (a *attacker) shake(home *place, rest func(b []byte)) {
	a.t.Helper()
	const helloAt, clientHello = 13, 1
	network := &split{UDPConn: home.UDPConn, home: home, until: make(chan struct{}), write: func(b []byte) {
		if b[helloAt] == clientHello {
			home.send(a.t, b)
		} else {
			rest(b)
		}
	}}
	conn, err := dtls.ClientWithOptions(network, home.RemoteAddr(), dtls.WithCertificates(a.cert), dtls.WithInsecureSkipVerify(true),
		dtls.WithExtendedMasterSecret(dtls.RequireExtendedMasterSecret))
	if err != nil {
		a.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), wait)
	ended := make(chan struct{})
	go func() { _ = conn.HandshakeContext(ctx); close(ended) }()
	a.t.Cleanup(func() { close(network.until); cancel(); _ = conn.Close(); <-ended })
}

// TestHandshakeThatEndsElsewhereProvesNothing: a client shows in a handshake that it hears what is sent to it, and then
// forges the sender of the last flight. The server would take the victim's address for the one that was shown.
func TestHandshakeThatEndsElsewhereProvesNothing(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{HandshakeTimeout: wait})
	a := s.attacker(ticket.Claims{})
	home, victim := a.place(), a.place()
	if !a.claim(home) || !a.claim(victim) {
		t.Fatal("checks were not answered")
	}
	var late sync.Once
	a.shake(home, func(b []byte) {
		late.Do(func() { time.Sleep(1100 * time.Millisecond) }) // an address that was heard shortly before stays
		victim.send(t, b)
	})
	select {
	case <-victim.arrived: // the answer to the check
	case <-time.After(wait):
	}
	for deadline := time.Now().Add(wait); victim.got.Load() < 100; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the server has not ended its handshake: %+v", s.rtc.Counters())
		}
	}
	// Each of these empty records asks for the server's last flight again.
	flight := []byte(strings.Repeat("\x16\xfe\xfd"+strings.Repeat("\x00", 10), 80))
	for range 20 {
		victim.send(t, flight)
		time.Sleep(5 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	if sent, got := victim.sent.Load(), victim.got.Load(); got > 3*sent {
		t.Errorf("the victim got %d bytes for %d", got, sent)
	}
	if c := s.rtc.Counters(); c.Handshakes.Load() != 0 || c.Unpaid.Load() == 0 {
		t.Errorf("counters %+v", c)
	}
}

// TestAddressesAreNotTaken: whoever has an address keeps it from those who forge it, but not from its own player's next session.
func TestAddressesAreNotTaken(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{HandshakeTimeout: wait})
	first := s.attacker(ticket.Claims{Account: 1})
	at := first.place()
	if !first.claim(at) {
		t.Fatal("the first check was not answered")
	}
	if s.attacker(ticket.Claims{Account: 2}).claim(at) {
		t.Error("another account took the address")
	}
	again := s.attacker(ticket.Claims{Account: 1})
	if !again.claim(at) {
		t.Error("a player who starts again on the same port is not answered")
	}
	if first.claim(at) {
		t.Error("the older session took the address back")
	}
	if !again.claim(at) {
		t.Error("the newer session lost the address")
	}
}

// TestCloseWhileAHandshakeRuns: it ends, and nothing of it is left, which the package's check of goroutines holds as well.
func TestCloseWhileAHandshakeRuns(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{HandshakeTimeout: time.Hour})
	a := s.attacker(ticket.Claims{})
	home := a.place()
	if !a.claim(home) {
		t.Fatal("the check was not answered")
	}
	answered := make(chan struct{})
	var once sync.Once
	a.shake(home, func([]byte) { once.Do(func() { close(answered) }) })
	select {
	case <-answered: // the client has the server's flight, and keeps its own
	case <-time.After(wait):
		t.Fatalf("no handshake: %+v", s.rtc.Counters())
	}
	if err := s.rtc.Close(); err != nil {
		t.Error(err)
	}
	if n := s.rtc.Sessions(); n != 0 {
		t.Errorf("%d sessions", n)
	}
	if err := s.rtc.Close(); err != nil {
		t.Error("closed twice:", err)
	}
}

// TestSilentPeersKeepNobodyOut: 64 holders of tickets begin a handshake and say no more, and as many have an answer and never come. A
// player gets in all the same, long before they would be given up.
func TestSilentPeersKeepNobodyOut(t *testing.T) {
	s := newServer(t, rtc.ServerConfig{HandshakeTimeout: wait, MaxPeers: 80})
	for i := range 64 {
		a := s.attacker(ticket.Claims{Account: uint64(1 + i)})
		p := a.place()
		if !a.claim(p) {
			t.Fatal("no answer to a check")
		}
		a.shake(p, func([]byte) {})
	}
	for i := range 16 {
		s.attacker(ticket.Claims{Account: uint64(100 + i)})
	}
	time.Sleep(1100 * time.Millisecond) // for which they may stand still
	s.join(func(_, _ string) {})
	if n := s.rtc.Counters().GaveWay.Load(); n < 2 {
		t.Errorf("%d gave way, an offer and a handshake should", n)
	}
}
