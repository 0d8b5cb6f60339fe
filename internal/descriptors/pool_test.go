//go:build unix

package descriptors

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// ended tells whether a connection was closed by the other side; a moment passes.
func ended(c net.Conn) bool {
	_ = c.SetDeadline(time.Now().Add(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// The last descriptors go round: who says nothing makes room for the next, who asks has longer, and nobody stays.
func TestShortAnswersGiveWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPool(40, grace)
		defer p.spare.Close()
		var near []net.Conn
		come := func() bool {
			a, b := net.Pipe()
			near = append(near, a)
			return p.admit(b) != nil
		}
		for range p.reserved / 2 {
			if !come() {
				t.Fatal("there is no place at the beginning")
			}
		}
		if come() {
			t.Fatal("there are more places than half of what is reserved")
		}
		_ = near[len(near)-1].Close()
		near = near[:len(near)-1]
		p.mu.Lock()
		asks := p.short[0]
		p.mu.Unlock()
		go func() { _, _ = near[0].Write([]byte("G")) }()
		if _, err := asks.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(grace)
		if !come() || !ended(near[1]) || ended(near[0]) {
			t.Error("not the silent one gave way")
		}
		time.Sleep(longest)
		for i, c := range near {
			if !ended(c) {
				t.Errorf("connection %d is there after %v", i, longest)
			}
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(p.short) != 0 {
			t.Errorf("%d are counted after the end", len(p.short))
		}
	})
}

// fails is a listener that the system refuses a descriptor, until somebody has freed one.
type fails struct {
	net.Listener
	pool *pool
	conn net.Conn
}

func (f *fails) Accept() (net.Conn, error) {
	f.pool.mu.Lock()
	defer f.pool.mu.Unlock()
	if f.pool.spare != nil {
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	return f.conn, nil
}

// Where the system refuses even an ordinary descriptor, the spare one makes room.
func TestSpareDescriptor(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	p := newPool(0, grace)
	l := &listener{Listener: &fails{pool: p, conn: b}, pool: p, log: slog.New(slog.DiscardHandler)}
	if c, err := l.Accept(); err != nil || c != b {
		t.Fatalf("%v, %v", c, err)
	}
	p.left(nil)
	if p.spare == nil {
		t.Error("the spare descriptor is not there again")
	}
	_ = p.spare.Close()
}

// Handler answers health checks and tells all else to come again, for a connection that is short below whatever wraps it.
func TestHandler(t *testing.T) {
	h := Handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for _, c := range []struct {
		conn net.Conn
		path string
		want int
	}{
		{wrapped{&shortConn{}}, "/healthz", 200}, {wrapped{&shortConn{}}, "/v1/realm", 503}, {&shortConn{}, "/", 503}, {wrapped{}, "/v1/realm", 200},
	} {
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(Mark(r.Context(), c.conn)))
		if w.Code != c.want {
			t.Errorf("%T %s: %d, want %d", c.conn, c.path, w.Code, c.want)
		}
	}
}

type wrapped struct{ net.Conn }

func (w wrapped) NetConn() net.Conn { return w.Conn }
