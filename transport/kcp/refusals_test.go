package kcp

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/udp"
)

// smallServer takes one session.
type smallServer struct {
	*Server
	addr string
	key  ticket.Key
}

// silent is a handler that nothing happens to.
type silent struct{}

func (silent) Message(transport.Conn, transport.Lane, []byte)         {}
func (silent) Closed(transport.Conn, transport.CloseCode, string)     {}
func accept(transport.Conn, ticket.Claims) (transport.Handler, error) { return silent{}, nil }

func newSmallServer(t *testing.T) *smallServer {
	t.Helper()
	d, err := driver.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	s := &smallServer{addr: d.Socket().Addr().String(), key: ticket.NewKey()}
	s.Server, err = NewServer(d, ServerConfig{Tickets: ticket.NewOpener(s.key, 42, ticket.OpenerConfig{}), Accept: accept, MaxSessions: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func (s *smallServer) grant(t *testing.T, nonce uint64) DialConfig {
	t.Helper()
	c := ticket.Claims{Nonce: nonce, Incarnation: 42, Zone: "z", Suite: ticket.SuiteAESGCM, Expires: time.Now().Add(time.Minute), Secret: [32]byte{byte(nonce)}}
	raw, err := ticket.Seal(s.key, c)
	if err != nil {
		t.Fatal(err)
	}
	return DialConfig{Addr: s.addr, Ticket: raw, Secret: c.Secret[:], Suite: c.Suite}
}

func (s *smallServer) join(t *testing.T, cfg DialConfig) transport.Conn {
	t.Helper()
	c, err := Dial(context.Background(), cfg, silent{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// leave ends a session and waits for its place to be free.
func (s *smallServer) leave(t *testing.T, c transport.Conn) {
	t.Helper()
	c.Close(transport.Normal, "")
	s.await(t, "the place to be free", func() bool { return s.Sessions() == 0 })
}

func (s *smallServer) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s: %+v", what, s.Counters())
		}
	}
}

// refusedAsFull dials and wants to be told that the server is full.
func (s *smallServer) refusedAsFull(t *testing.T, cfg DialConfig) {
	t.Helper()
	_, err := Dial(context.Background(), cfg, silent{})
	var ce *transport.CloseError
	if !errors.As(err, &ce) || ce.Code != transport.Refused {
		t.Fatalf("a full server said %v", err)
	}
}

func TestTicketOutlivesAFullServer(t *testing.T) {
	s := newSmallServer(t)
	first := s.join(t, s.grant(t, 1))
	again := s.grant(t, 2)
	s.refusedAsFull(t, again)
	s.refusedAsFull(t, again)
	s.leave(t, first)
	second := s.join(t, again)
	again.HandshakeTimeout = 300 * time.Millisecond
	if _, err := Dial(context.Background(), again, silent{}); err == nil {
		t.Error("a ticket whose session was accepted made another while the server was full")
	}
	s.leave(t, second)
	if _, err := Dial(context.Background(), again, silent{}); err == nil {
		t.Error("a ticket whose session was accepted made another")
	}
	if c := s.Counters(); c.Accepted.Load() != 2 || c.Refused.Load() != 2 || c.Reused.Load() == 0 {
		t.Errorf("counters %+v", c)
	}
}

// handshakeByHand does a handshake up to the response, which it returns unsent.
func (s *smallServer) handshakeByHand(t *testing.T, cfg DialConfig, random byte) (*net.UDPConn, *dialing, []byte) {
	t.Helper()
	conn, err := net.Dial("udp", s.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	remote := netip.MustParseAddrPort(s.addr)
	d, err := newDialing(cfg, [randomSize]byte{random}, remote, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	write(t, conn, d.emit(time.Now()))
	d.receive(time.Now(), read(t, conn))
	response := d.emit(time.Now())
	if len(response) != responseSize {
		t.Fatalf("a response of %d bytes", len(response))
	}
	return conn.(*net.UDPConn), d, bytes.Clone(response)
}

func write(t *testing.T, c net.Conn, b []byte) {
	t.Helper()
	if _, err := c.Write(b); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, c net.Conn) []byte {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(20 * time.Second))
	buf := make([]byte, udp.MaxPayload)
	n, err := c.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf[:n]
}

// TestRefusedHandshakeMakesNoSession: the response of a refused newcomer, sent again when there is room, would make a session
// under keys that have sealed the refusal. A new handshake with the same ticket makes one.
func TestRefusedHandshakeMakesNoSession(t *testing.T) {
	s := newSmallServer(t)
	first := s.join(t, s.grant(t, 1))
	cfg := s.grant(t, 2)
	conn, d, response := s.handshakeByHand(t, cfg, 1)
	write(t, conn, response)
	if session, _ := d.receive(time.Now(), read(t, conn)); session == nil || session.end.code != transport.Refused {
		t.Fatal("the server did not refuse")
	}
	s.await(t, "the refusal to be over", func() bool {
		s.mu.RLock()
		defer s.mu.RUnlock()
		return len(s.sessions) == 1
	})
	s.leave(t, first)
	before := s.Counters().Dropped.Load()
	write(t, conn, response)
	s.await(t, "the old response to be dropped", func() bool { return s.Counters().Dropped.Load() > before })
	if c := s.Counters(); c.Accepted.Load() != 1 || s.Sessions() != 0 {
		t.Fatalf("an old response made a session: %+v", c)
	}
	s.join(t, cfg)
}

// TestUnheardNewcomerMayComeAgain: who is too many even to be refused was sent nothing, so the same response may succeed.
func TestUnheardNewcomerMayComeAgain(t *testing.T) {
	s := newSmallServer(t)
	first := s.join(t, s.grant(t, 1))
	conn, d, response := s.handshakeByHand(t, s.grant(t, 2), 1)
	crowd := func(n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.refusing += n
	}
	crowd(maxRefusing)
	write(t, conn, response)
	s.await(t, "the newcomer to be dropped", func() bool { return s.Counters().Overflow.Load() == 1 })
	crowd(-maxRefusing)
	s.leave(t, first)
	write(t, conn, response)
	if session, _ := d.receive(time.Now(), read(t, conn)); session == nil || !session.end.open() {
		t.Fatal("the newcomer was not taken when there was room")
	}
}

func TestRefusalsAreBoundedAndForgottenWithTheirCookies(t *testing.T) {
	var r refusals
	start := time.UnixMilli(1_000_000)
	handshake := func(i int, at time.Time) transcript {
		return transcript{stamp: uint64(at.UnixMilli()), cookie: [cookieSize]byte{byte(i), byte(i >> 8), 1}}
	}
	for i := range maxRefusals {
		if !r.room(start) {
			t.Fatalf("no room for number %d", i)
		}
		r.add(handshake(i, start))
	}
	if r.room(start.Add(cookieLife)) {
		t.Error("there is room for one more while every cookie is fresh")
	}
	if !r.has(handshake(7, start)) || r.has(handshake(maxRefusals, start)) {
		t.Error("what was refused is not known, or what was not is")
	}
	later := start.Add(cookieLife + time.Millisecond)
	if !r.room(later) || len(r.told) != 0 || len(r.order) != 0 {
		t.Errorf("%d are kept after their cookies' time", len(r.told))
	}
	if !r.has(handshake(7, start)) { // the clock was set back, and the cookie is fresh again
		t.Error("a forgotten refusal may be used again")
	}
	if r.has(handshake(7, later)) {
		t.Error("a later handshake counts as refused")
	}
}
