package kcp

import (
	"crypto/rand"
	"net/netip"
	"sync"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
)

// host is what a conn lives in: a Server or a client.
type host interface {
	// changed is called with conn.mu held when the session has something new to send or has ended.
	changed(c *conn)
	// ticked is called without it when a timer of the session has gone off.
	ticked(c *conn)
}

// conn is a session together with its handler. It implements transport.Conn.
type conn struct {
	host host

	mu      sync.Mutex // guards what follows, up to the blank line; never held while the handler runs
	session *session
	place   driver.Place

	calls transport.Calls

	// Guarded by Server.mu.
	nonce uint64 // of the ticket, while the server still waits for the peer's first datagram
	live  bool   // it takes a live session's place; else that of one which is only refused
}

// Kind implements transport.Conn.
func (c *conn) Kind() transport.Kind { return transport.KCP }

// RemoteAddr implements transport.Conn.
func (c *conn) RemoteAddr() netip.AddrPort {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.path.Remote
}

// Send implements transport.Conn. On a server it may wait for Flush, a few milliseconds at most; a client sends at once.
func (c *conn) Send(lane transport.Lane, msg []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.session.send(lane, msg)
	if err == nil {
		c.host.changed(c)
	}
	return err
}

// MaxLatest implements transport.Conn.
func (c *conn) MaxLatest() int { return transport.MaxLatestMessage }

// Backlog implements transport.Conn.
func (c *conn) Backlog() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.backlog()
}

// Stats implements transport.Conn.
func (c *conn) Stats() transport.Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.snapshotStats()
}

// Close implements transport.Conn.
func (c *conn) Close(code transport.CloseCode, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.session.end.open() {
		return
	}
	c.session.close(now(), code, text)
	c.host.changed(c)
}

// hand gives received messages to the handler.
func (c *conn) hand(msgs []delivery) {
	for _, m := range msgs {
		c.calls.Message(c, m.lane, m.msg)
	}
}

// Lock implements driver.Session, as do the methods below.
func (c *conn) Lock()                 { c.mu.Lock() }
func (c *conn) Unlock()               { c.mu.Unlock() }
func (c *conn) Advance(now time.Time) { c.session.advance(now) }
func (c *conn) AfterTimer()           { c.host.ticked(c) }
func (c *conn) Place() *driver.Place  { return &c.place }
func (c *conn) Break()                { c.session.end.vanish(transport.Network, transport.Broke) }

func (c *conn) Emit(now time.Time, b []byte) ([]byte, netip.AddrPort, bool) {
	return c.session.emit(now, b)
}

func (c *conn) Wake() (time.Time, bool) {
	if end := &c.session.end; end.ended && !end.notified {
		return time.Time{}, true // the handler must be told
	}
	return c.session.wake(), !c.session.end.dead
}

// randomToken makes a path challenge.
func randomToken() (t [pathTokenSize]byte) {
	rand.Read(t[:])
	return t
}
