package kcp

import (
	"fmt"
	"net"
	"time"

	"github.com/realmwire/realmwire/transport"
)

// client is the client's end: one session, one socket, one goroutine that reads and keeps the time.
type client struct {
	cfg  DialConfig
	conn *conn

	// Guarded by conn.mu. Only the goroutine replaces sock.
	sock      *net.UDPConn
	deadline  time.Time // until which the goroutine reads
	buf       []byte    // the datagram being made
	reboundAt time.Time
}

// startClient runs an established session.
func startClient(cfg DialConfig, sock *net.UDPConn, s *session, first []delivery, h transport.Handler) (transport.Conn, error) {
	cl := &client{cfg: cfg, sock: sock, buf: make([]byte, 0, transport.MaxDatagram)}
	c := &conn{host: cl, session: s}
	c.calls.Start(h)
	cl.conn = c
	if !s.end.open() { // the greeting was a refusal
		err := &transport.CloseError{Code: s.end.code, Text: s.end.text}
		c.mu.Lock()
		cl.changed(c)
		c.mu.Unlock()
		_ = sock.Close()
		return nil, fmt.Errorf("kcp: %s refused us: %w", cfg.Addr, err)
	}
	c.hand(first)
	c.mu.Lock()
	cl.changed(c)
	c.mu.Unlock()
	go cl.run()
	return c, nil
}

// pump advances the session and writes what should leave. conn.mu is held.
func (cl *client) pump(t time.Time) {
	s := cl.conn.session
	s.advance(t)
	for {
		d, _, ok := s.emit(t, cl.buf[:0])
		if !ok {
			break
		}
		_, _ = cl.sock.Write(d) // a datagram that cannot leave is a lost one; silence is what ends a session
	}
	wake, _ := cl.conn.Wake()
	if wake.IsZero() {
		wake = t // the goroutine must tell the handler, or stop
	}
	if cl.deadline.IsZero() || wake.Before(cl.deadline) {
		cl.deadline = wake
		_ = cl.sock.SetReadDeadline(wake)
	}
}

// took handles what the goroutine read, or that it read nothing; it reports whether the session lives on.
func (cl *client) took(t time.Time, datagram []byte) bool {
	c := cl.conn
	c.mu.Lock()
	var msgs []delivery
	if h, ok := readHeader(datagram); ok {
		msgs, _ = c.session.receive(t, c.session.path.Remote, h, datagram)
	}
	cl.deadline = time.Time{}
	cl.rebind(t)
	cl.pump(t)
	end := &c.session.end
	tell := end.ended && !end.notified
	if tell {
		end.notified = true
	}
	code, text, dead := end.code, end.text, end.dead
	c.mu.Unlock()
	c.hand(msgs)
	if tell {
		c.calls.Closed(c, code, text)
	}
	return !dead
}

// rebind opens a new socket when nothing was heard for long: the old one may be bound to a network that the machine has
// left. The server follows the session to its new address once that is proven. conn.mu is held.
func (cl *client) rebind(t time.Time) {
	s := cl.conn.session
	quiet := s.cfg.timeout / 3
	if !s.end.open() || t.Sub(s.lastHeard) < quiet || t.Sub(cl.reboundAt) < quiet {
		return
	}
	cl.reboundAt = t
	fresh, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(s.path.Remote))
	if err != nil {
		return // no network at all; try again later
	}
	_ = cl.sock.Close()
	cl.sock = fresh
	s.ping = true
}

// ticked implements host; a client's one goroutine sees to all of it in took.
func (cl *client) ticked(*conn) {}
