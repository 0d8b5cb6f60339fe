package httpguard

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// chunk is how much must be taken within stall: about 3 kB a second, which any network that a game is played over carries.
const chunk = 64 << 10

// stall is a variable for tests without virtual time.
var stall = 20 * time.Second

// conn is an accepted connection. Each chunk written must leave in time, unless whoever writes sets deadlines of his own: without, a client that
// asks for much and reads nothing keeps a goroutine and its buffers for ever.
type conn struct {
	net.Conn
	l    *Listener
	addr netip.Addr

	// The listener's lock guards these.
	wide    netip.Prefix
	counted bool
	busy    bool
	since   time.Time // of the present state

	own atomic.Bool // the writer has a deadline of its own
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (n int, err error) {
	for {
		part := b[n:min(len(b), n+chunk)]
		if !c.own.Load() {
			_ = c.Conn.SetWriteDeadline(now().Add(stall))
		}
		m, err := c.Conn.Write(part)
		n += m
		if err != nil || n == len(b) {
			return n, err
		}
	}
}

// NetConn is the connection that was accepted.
func (c *conn) NetConn() net.Conn { return c.Conn }

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error {
	c.own.Store(!t.IsZero())
	return c.Conn.SetWriteDeadline(t)
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	c.own.Store(!t.IsZero())
	return c.Conn.SetDeadline(t)
}

// CloseWrite lets the peer have what was written, and an end after it.
func (c *conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.l.mu.Lock()
	c.l.leaveLocked(c)
	c.l.mu.Unlock()
	return c.Conn.Close()
}
