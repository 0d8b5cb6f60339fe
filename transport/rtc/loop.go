package rtc

import (
	"time"

	"github.com/realmwire/realmwire/transport"
)

const (
	// lingerFor is how long what was accepted is given to arrive before the peer is told of the end, and the telling too.
	lingerFor = 500 * time.Millisecond
	// drainPoll is how often that is looked at.
	drainPoll = 5 * time.Millisecond
)

// now is the package's only clock.
func now() time.Time { return time.Now() }

// finish waits for the end of the session and does what is left to do.
func (c *conn) finish() {
	<-c.over
	c.handClosed()
	if !c.byPeer {
		c.drain()
		_, _ = c.reliable.raw.WriteDataChannel([]byte(closeText(c.code, c.text)), true)
		c.drain()
	}
	_ = c.pc.GracefulClose()
	c.readers.Wait()
	c.onEnd()
}

// drain waits, not for long, until the peer has acknowledged everything on the reliable channel.
func (c *conn) drain() {
	deadline := now().Add(lingerFor)
	for c.reliable.dc.BufferedAmount() > 0 && now().Before(deadline) {
		time.Sleep(drainPoll)
	}
}

// iceTimeouts are how long pion waits before it calls a silent peer disconnected, and then failed: together the timeout.
func iceTimeouts(timeout time.Duration) (disconnected, failed, keepAlive time.Duration) {
	return timeout / 2, timeout / 2, min(2*time.Second, timeout/5)
}

// pickTimeout returns d, or def where d is not positive.
func pickTimeout(d, def time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return def
}

var _ transport.Conn = (*conn)(nil)
