package httpguard

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/internal/netprefix"
)

// site is a server in virtual time, on pipes whose client ends have addresses.
type site struct {
	t       *testing.T
	l       *Listener
	srv     *http.Server
	conns   chan net.Conn
	done    chan struct{}
	refused []netip.Addr
	open    []net.Conn
}

// far is the server's end of a pipe.
type far struct {
	net.Conn
	from netip.AddrPort
}

func (f far) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(f.from) }

func (s *site) Accept() (net.Conn, error) {
	select {
	case c := <-s.conns:
		return c, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}
func (s *site) Close() error   { return nil }
func (s *site) Addr() net.Addr { return &net.TCPAddr{} }

func inSite(t *testing.T, cfg Config, h http.Handler, test func(t *testing.T, s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &site{t: t, conns: make(chan net.Conn), done: make(chan struct{})}
		cfg.Refused = func(a netip.Addr) { s.refused = append(s.refused, a) }
		s.l = Listen(s, cfg)
		s.srv = NewServer(h, slog.New(slog.DiscardHandler))
		go func() { _ = Serve(s.srv, s.l) }()
		test(t, s)
		close(s.done)
		_ = s.srv.Close()
		for _, c := range s.open {
			_ = c.Close()
		}
		synctest.Wait()
		if n := s.l.Held(); n != 0 || s.l.held.Networks() != 0 {
			t.Errorf("%d connections are counted after the end, in %d networks", n, s.l.held.Networks())
		}
	})
}

// dial makes a connection from an address.
func (s *site) dial(from string) net.Conn {
	near, end := net.Pipe()
	s.conns <- far{end, netip.AddrPortFrom(netip.MustParseAddr(from), 5000)}
	s.open = append(s.open, near)
	synctest.Wait()
	return near
}

// alive tells whether a connection still answers; a moment passes.
func alive(c net.Conn) bool {
	_ = c.SetDeadline(time.Now().Add(time.Millisecond))
	_, err := c.Read(make([]byte, 1))
	return errors.Is(err, context.DeadlineExceeded) || strings.Contains(fmt.Sprint(err), "timeout")
}

// get asks for a path and reads the answer's head.
func get(t *testing.T, c net.Conn, path string) *http.Response {
	t.Helper()
	_ = c.SetDeadline(time.Time{})
	go fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

func TestConnectionsOfANetworkAreBounded(t *testing.T) {
	bounds := netprefix.Bounds{Narrow: 3, Middle: 5, Wide: 7}
	for name, c := range map[string]struct {
		from func(i int) string
		want int
	}{
		"one address": {func(int) string { return "203.0.113.1" }, 3},
		"a /24":       {func(i int) string { return fmt.Sprintf("203.0.113.%d", i) }, 7},
		"a /64":       {func(i int) string { return fmt.Sprintf("2001:db8::%x", i) }, 3},
		"a /56":       {func(i int) string { return fmt.Sprintf("2001:db8:0:%x::1", i) }, 5},
		"a /48":       {func(i int) string { return fmt.Sprintf("2001:db8:0:%x00::1", i) }, 7},
	} {
		t.Run(name, func(t *testing.T) {
			inSite(t, Config{Bounds: bounds}, http.NotFoundHandler(), func(t *testing.T, s *site) {
				for i := range 20 {
					s.dial(c.from(i))
				}
				if s.l.Held() != c.want || len(s.refused) != 20-c.want {
					t.Errorf("%d are held and %d refused, want %d held", s.l.Held(), len(s.refused), c.want)
				}
				if other := s.dial("198.51.100.7"); !alive(other) {
					t.Error("another network's connection was refused")
				}
			})
		})
	}
	exempt := func(a netip.Addr) bool { return a == netip.MustParseAddr("10.0.0.1") }
	inSite(t, Config{Bounds: bounds, Exempt: exempt}, http.NotFoundHandler(), func(t *testing.T, s *site) {
		for range 20 {
			if !alive(s.dial("10.0.0.1")) {
				t.Fatal("a proxy's connection was refused")
			}
		}
	})
}

// Connections that say nothing, or have had their answer, give way to their network's newcomers; those that wait for an answer do not, nor what
// has become a WebSocket.
func TestIdleConnectionsGiveWay(t *testing.T) {
	hold := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/wait", func(http.ResponseWriter, *http.Request) { <-hold })
	mux.HandleFunc("/socket", func(w http.ResponseWriter, _ *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		go func() { <-hold; _ = c.Close() }()
	})
	inSite(t, Config{Bounds: netprefix.Bounds{Narrow: 4, Middle: 4, Wide: 4}}, mux, func(t *testing.T, s *site) {
		hold = make(chan struct{})
		waits, socket, served, silent := s.dial("203.0.113.1"), s.dial("203.0.113.1"), s.dial("203.0.113.1"), s.dial("203.0.113.1")
		_, _ = io.WriteString(waits, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n")
		_, _ = io.WriteString(socket, "GET /socket HTTP/1.1\r\nHost: x\r\n\r\n")
		if resp := get(t, served, "/"); resp.StatusCode != 404 {
			t.Fatal(resp.Status)
		} else {
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		synctest.Wait()
		if alive(s.dial("203.0.113.1")) {
			t.Error("one that has just come gave way")
		}
		time.Sleep(patience)
		first, second := s.dial("203.0.113.1"), s.dial("203.0.113.1")
		if alive(silent) || alive(served) || !alive(first) || !alive(second) {
			t.Error("the idle ones did not give way")
		}
		time.Sleep(patience)
		third, fourth := s.dial("203.0.113.1"), s.dial("203.0.113.1")
		if !alive(waits) || !alive(socket) || !alive(third) || !alive(fourth) {
			t.Error("one that waits for its answer, or a WebSocket, gave way")
		}
		if n := s.l.Counters.GaveWay.Load(); n != 4 {
			t.Errorf("%d gave way", n)
		}
		close(hold)
	})
}

// A client that asks for something large and reads nothing is let go; one that reads slowly gets it all, however long that takes.
func TestAnswerMustBeTaken(t *testing.T) {
	const size = 1 << 20
	for name, large := range map[string]http.HandlerFunc{
		"by the connection": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, size)) },
		"by the request": func(w http.ResponseWriter, r *http.Request) {
			_, _ = Timed(w, r, time.Second).Write(make([]byte, size))
		},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan struct{}, 2)
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { large(w, r); ended <- struct{}{} })
			inSite(t, Config{}, h, func(t *testing.T, s *site) {
				ended = make(chan struct{}, 2)
				begun := time.Now()
				c := s.dial("203.0.113.1")
				_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
				<-ended
				if d := time.Since(begun); d != stall {
					t.Errorf("the handler wrote for %v", d)
				}
				synctest.Wait()
				if s.l.Held() != 0 {
					t.Error("the connection is still there")
				}
			})
			inSite(t, Config{}, h, func(t *testing.T, s *site) {
				ended = make(chan struct{}, 2)
				resp := get(t, s.dial("203.0.113.1"), "/")
				got := 0
				for b := make([]byte, 8<<10); ; { // 4 kB a second
					n, err := resp.Body.Read(b)
					got += n
					if err != nil {
						break
					}
					time.Sleep(time.Duration(n) * time.Second / 4096)
				}
				if got != size {
					t.Errorf("a slow client got %d bytes of %d", got, size)
				}
				<-ended
			})
		})
	}
}

// A client that announces a body and sends none is let go, although no handler reads it.
func TestBodyMustCome(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.NotFound(Timed(w, r, 10*time.Second), r)
	})
	inSite(t, Config{}, h, func(t *testing.T, s *site) {
		c := s.dial("203.0.113.1")
		begun := time.Now()
		_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
		_, _ = io.Copy(io.Discard, c)
		if d := time.Since(begun); d > 11*time.Second {
			t.Errorf("it was waited for %v", d)
		}
	})
}

// The same over HTTP/2, where the connection goes on and the stream is stuck: the client grants it no window.
func TestAnswerMustBeTakenOverHTTP2(t *testing.T) {
	shorten(t)
	wrote := make(chan error, 1)
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := Timed(w, r, time.Second).Write(bytes.Repeat([]byte("x"), 8<<20))
		wrote <- err
	})
	srv := httptest.NewUnstartedServer(h)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	client := srv.Client()
	client.Transport.(*http.Transport).TLSClientConfig.MinVersion = tls.VersionTLS12
	resp, err := client.Get(srv.URL) //nolint:noctx // a test's
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Fatal(resp.Proto)
	}
	select {
	case err := <-wrote: // the body is never read, so that the window closes
		if err == nil {
			t.Error("all of it was taken")
		}
	case <-time.After(30 * time.Second):
		t.Error("the handler is stuck")
	}
}

// shorten makes the time in which an answer must be taken short.
func shorten(t *testing.T) {
	before := stall
	stall = 200 * time.Millisecond
	t.Cleanup(func() { stall = before })
}
