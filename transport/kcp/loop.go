package kcp

import (
	"context"
	"errors"
	"net"
	"os"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/driver"
	"github.com/realmwire/realmwire/transport/udp"
)

// now is the package's only clock, read where a caller or a datagram comes in.
func now() time.Time { return time.Now() }

// handle takes datagrams from the socket's reading goroutine.
func (s *Server) handle(batch []udp.Datagram) { s.datagrams(now(), batch) }

// Close tells every peer that the server is shutting down, waits shortly for that to leave, and stops. The driver
// goes on; it is its owner's. Every handler has been told Closed when Close returns.
func (s *Server) Close() error {
	s.mu.Lock()
	empty := s.door.Close()
	all := make([]*conn, 0, len(s.sessions))
	for _, c := range s.sessions {
		all = append(all, c)
	}
	s.mu.Unlock()
	if empty == nil {
		return nil
	}
	driver.Dismiss(s.driver, all, empty)
	s.driver.Socket().Handle(nil, udp.Own)
	for _, c := range all { // those that did not end in time
		c.calls.Closed(c, transport.ServerShutdown, transport.ShuttingDown)
	}
	return nil
}

// handshake drives a dialing over sock until it has a session, or the context or the time ends it.
func handshake(ctx context.Context, d *dialing, sock *net.UDPConn) (*session, []delivery, error) {
	start := now()
	ctx, cancel := context.WithDeadline(ctx, start.Add(d.cfg.HandshakeTimeout))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = sock.SetReadDeadline(aLongTimeAgo) })
	defer stop()
	buf := make([]byte, udp.MaxPayload)
	var last error
	for {
		t := now()
		if out := d.emit(t); out != nil {
			if _, err := sock.Write(out); err != nil {
				last = err
			}
		}
		_ = sock.SetReadDeadline(d.sendAt)
		if ctx.Err() != nil {
			return nil, nil, d.noAnswer(ctx, t.Sub(start), last)
		}
		n, err := sock.Read(buf)
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				last = err
				pause(ctx, firstRetry) // refused ports answer at once; the server may be about to come up
			}
			continue
		}
		last = nil
		if s, msgs := d.receive(now(), buf[:n]); s != nil {
			return s, msgs, nil
		}
	}
}

// aLongTimeAgo is a deadline that has passed.
var aLongTimeAgo = time.Unix(1, 0)

// pause sleeps for d or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// changed implements host: a client sends at once.
func (cl *client) changed(*conn) { cl.pump(now()) }

// run reads until the session is dead.
func (cl *client) run() {
	buf := make([]byte, udp.MaxPayload)
	for {
		n, err := cl.sock.Read(buf)
		if err != nil {
			n = 0
			if !errors.Is(err, os.ErrDeadlineExceeded) {
				time.Sleep(time.Millisecond) // such as a refused port, while the server is away
			}
		}
		if !cl.took(now(), buf[:n]) {
			cl.conn.mu.Lock()
			_ = cl.sock.Close()
			cl.conn.mu.Unlock()
			return
		}
	}
}
