package rtc

import (
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/udp"
)

const (
	// drainPoll is how often a client looks whether what it sent has arrived.
	drainPoll = 5 * time.Millisecond
	// abandonWait bounds how long a dial that failed waits for pion to clear up.
	abandonWait = 2 * time.Second
)

// now is the package's only clock.
func now() time.Time { return time.Now() }

// handle takes datagrams from the socket's reading goroutine.
func (s *Server) handle(batch []udp.Datagram) { s.datagrams(now(), batch) }

// guarded runs what is done for one datagram, of which nobody may be known to be the sender.
func (s *Server) guarded(f func()) { guard.Run("rtc: datagram", f) }

// broken ends the session at once: its handshake panicked.
func (s *session) broken() { s.server.driver.Break(now(), s) }

// Close tells every peer that the server is shutting down, waits shortly for that to leave, and stops. The driver goes on;
// it is its owner's. Every handler has been told Closed when Close returns.
func (s *Server) Close() error {
	s.mu.Lock()
	empty := s.door.Close()
	all := make([]*session, 0, len(s.byUfrag))
	for _, p := range s.byUfrag {
		all = append(all, p)
	}
	s.mu.Unlock()
	if empty == nil {
		return nil
	}
	s.cancel()
	driver.Dismiss(s.driver, all, empty)
	s.driver.Socket().Handle(nil, udp.STUN, udp.DTLS)
	s.work.Wait()
	for _, p := range all { // those that did not end in time
		p.calls.Closed(p, transport.ServerShutdown, transport.ShuttingDown)
	}
	return nil
}

// finish waits for the end of a client's session and does what is left to do.
func (c *client) finish() {
	<-c.over
	c.calls.Closed(c, c.code, c.text)
	if !c.byPeer {
		c.drain()
		_, _ = c.reliable.raw.WriteDataChannel([]byte(closeText(c.code, c.text)), true)
		c.drain()
	}
	_ = c.pc.GracefulClose()
	c.readers.Wait()
}

// abandon closes a connection that did not come about. Whoever dialled wants to try again: that pion gets stuck while it closes must not
// keep it for ever.
func abandon(pc *webrtc.PeerConnection) {
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		_ = pc.GracefulClose()
	}()
	timer := time.NewTimer(abandonWait)
	defer timer.Stop()
	select {
	case <-closed:
	case <-timer.C:
	}
}

// drain waits, not for long, until the server has acknowledged everything on the reliable channel.
func (c *client) drain() {
	deadline := now().Add(lingerFor)
	for c.reliable.dc.BufferedAmount() > 0 && now().Before(deadline) {
		time.Sleep(drainPoll)
	}
}

// iceTimeouts are how long pion waits before it calls a silent server disconnected, and then failed: together the timeout.
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

var (
	_ transport.Conn = (*session)(nil)
	_ transport.Conn = (*client)(nil)
)
