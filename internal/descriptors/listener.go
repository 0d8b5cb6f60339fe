package descriptors

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Listen is l for a process that may run out of descriptors. What it accepts with the last of them is for short answers: see Handler.
func Listen(l net.Listener, log *slog.Logger) net.Listener {
	return &listener{Listener: l, pool: process(), log: log}
}

type listener struct {
	net.Listener
	pool *pool
	log  *slog.Logger
}

// Accept implements net.Listener. The system's refusal is no end: it waits until there is a descriptor again.
func (l *listener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		switch {
		case err == nil && !l.pool.scarce(c):
			return c, nil
		case err == nil:
			l.pool.warn(l.log, nil)
			for { // others wait in the system's queue meanwhile
				if s := l.pool.admit(c); s != nil {
					return s, nil
				}
				pause()
			}
		case !exhausted(err):
			return nil, err
		default:
			l.pool.warn(l.log, err)
			if !l.pool.makeRoom() {
				pause()
			}
		}
	}
}

// shortConn is a connection with one of the last descriptors. It ends soon.
type shortConn struct {
	net.Conn
	pool  *pool
	since time.Time
	heard atomic.Bool // the peer has said something
	end   *time.Timer
	once  sync.Once
}

// Read implements net.Conn.
func (s *shortConn) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if n > 0 {
		s.heard.Store(true)
	}
	return n, err
}

// Close implements net.Conn.
func (s *shortConn) Close() (err error) {
	s.once.Do(func() {
		s.end.Stop()
		err = s.Conn.Close()
		s.pool.left(s)
	})
	return err
}

// short tells whether a connection, or what it wraps, is for a short answer.
func short(c net.Conn) bool {
	for {
		if _, ok := c.(*shortConn); ok {
			return true
		}
		outer, ok := c.(interface{ NetConn() net.Conn })
		if !ok {
			return false
		}
		c = outer.NetConn()
	}
}

type shortKey struct{}

// Mark is a server's ConnContext: Handler needs it.
func Mark(ctx context.Context, c net.Conn) context.Context {
	if short(c) {
		return context.WithValue(ctx, shortKey{}, true)
	}
	return ctx
}

// Handler answers health checks also with the last descriptors, and there tells everybody else to come again.
func Handler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Value(shortKey{}) == nil {
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Connection", "close")
		if strings.HasSuffix(r.URL.Path, "/healthz") { // a gateway may be below a path
			h.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Retry-After", "2")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte(`{"title":"busy","status":503,"detail":"The server has as many connections as its system allows; try again in a moment."}` + "\n"))
	})
}
