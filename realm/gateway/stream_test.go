package gateway

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/realmwire/realmwire/realm"
)

// ends are a stream's two peers, in virtual time.
type ends struct {
	client, zone net.Conn
	over         chan struct{} // closed when the stream is
	since        time.Time
}

func runStream(t *testing.T, test func(t *testing.T, e *ends)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		client, fromClient := net.Pipe()
		zone, fromZone := net.Pipe()
		e := &ends{client: client, zone: zone, over: make(chan struct{}), since: time.Now()}
		empty := func() *bufio.Reader { return bufio.NewReader(strings.NewReader("")) }
		go func() {
			defer close(e.over)
			(&stream{client: fromClient, zone: fromZone}).run(nil, empty(), empty())
		}()
		test(t, e)
		_ = client.Close()
		_ = zone.Close()
		<-e.over
	})
}

// ended wants the stream to be over after so much time, for both.
func (e *ends) ended(t *testing.T, after time.Duration) {
	t.Helper()
	<-e.over
	if got := time.Since(e.since); got != after {
		t.Errorf("over after %v, want %v", got, after)
	}
	for name, c := range map[string]net.Conn{"client": e.client, "zone process": e.zone} {
		if _, err := io.Copy(io.Discard, c); err != nil && !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("the %s was not let go: %v", name, err)
		}
	}
}

func TestStreamEndsForBoth(t *testing.T) {
	for name, c := range map[string]struct {
		do    func(e *ends)
		after time.Duration
	}{
		"the zone process ends, and the client stays silent": {func(e *ends) { _ = e.zone.Close() }, streamLinger},
		"the client ends, and the zone process stays silent": {func(e *ends) { _ = e.client.Close() }, streamLinger},
		"nobody says anything":                               {func(*ends) {}, streamSilence},
		"the zone process pings a client that is deaf and silent": {func(e *ends) {
			go func() {
				for {
					if _, err := e.zone.Write([]byte("ping")); err != nil {
						return
					}
					time.Sleep(2 * time.Second)
				}
			}()
		}, streamStall + streamLinger},
		"the client floods a zone process that takes nothing": {func(e *ends) {
			go func() { _, _ = io.Copy(e.client, bytes.NewReader(make([]byte, 1<<20))) }()
		}, streamStall + streamLinger},
	} {
		t.Run(name, func(t *testing.T) {
			runStream(t, func(t *testing.T, e *ends) {
				c.do(e)
				e.ended(t, c.after)
			})
		})
	}
}

// What was sent before an end arrives, and the other end's last word too.
func TestStreamCarriesTheLastWords(t *testing.T) {
	runStream(t, func(t *testing.T, e *ends) {
		go func() {
			_, _ = e.zone.Write(bytes.Repeat([]byte("close"), 3000))
			_ = e.zone.Close()
		}()
		got, _ := io.ReadAll(e.client)
		if len(got) != 15000 {
			t.Errorf("%d bytes of the last words came", len(got))
		}
	})
}

// TestStreamStandsForAnHour: pings every other second are all that an idle player's stream carries.
func TestStreamStandsForAnHour(t *testing.T) {
	runStream(t, func(t *testing.T, e *ends) {
		go func() { _, _ = io.Copy(e.client, e.client) }() // pongs
		b := make([]byte, 4)
		for range 1800 {
			time.Sleep(2 * time.Second)
			if _, err := e.zone.Write([]byte("ping")); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(e.zone, b); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// bluntZone takes the place of a zone process's HTTP server: it grants each upgrade, and does with the connection what it is told.
func (s *site) bluntZone(z *zoneProcess, then func(net.Conn)) {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(s.t, err)
	done := make(chan struct{})
	s.t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				_, _ = io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n")
			}
			then(c)
		}
	}()
	z.process.HTTPAddr = l.Addr().String()
	must(s.t, z.Register(s.t.Context(), z.process))
}

// silent upgrades a WebSocket and says nothing.
func (s *site) silent(path string) *net.TCPConn {
	s.t.Helper()
	c, err := net.Dial("tcp", s.server.Listener.Addr().String())
	must(s.t, err)
	s.t.Cleanup(func() { _ = c.Close() })
	must(s.t, c.SetDeadline(time.Now().Add(30*time.Second)))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
	head := make([]byte, len("HTTP/1.1 101"))
	if _, err := io.ReadFull(c, head); err != nil || string(head) != "HTTP/1.1 101" {
		s.t.Fatalf("the upgrade was answered %q, %v", head, err)
	}
	return c.(*net.TCPConn)
}

func (s *site) wsPath(name string) string {
	s.t.Helper()
	token, id := s.character(name)
	return into[realm.Grant](s.t, s.play(token, id), 200).Endpoints[2].URL
}

// A zone process gives up who brings no ticket. The client stays silent and does not hang up: it must be let go all the same.
func TestSilentClientIsLetGo(t *testing.T) {
	s := newSite(t, nil, nil)
	s.bluntZone(s.zone(5), func(c net.Conn) { _ = c.Close() })
	c := s.silent(s.wsPath("Nimue"))
	if _, err := io.Copy(io.Discard, c); err != nil {
		t.Errorf("the client was not let go: %v", err)
	}
	s.gw.Close() // returns only when nothing is relayed any more
}

// TestCloseDespiteSilence: neither a client nor a zone process that says nothing and never hangs up keeps a gateway from stopping.
func TestCloseDespiteSilence(t *testing.T) {
	s := newSite(t, nil, nil)
	held := make(chan net.Conn, 3)
	s.bluntZone(s.zone(5), func(c net.Conn) { held <- c })
	path := s.wsPath("Nimue")
	for range maxPerTag {
		s.silent(path)
	}
	s.gw.Close()
	for range maxPerTag {
		c := <-held
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("the zone process still has its end: %v", err)
		}
		_ = c.Close()
	}
}

// A zone process that takes the connection and never answers fails the upgrade, and the client is told.
func TestZoneProcessThatDoesNotAnswer(t *testing.T) {
	t.Parallel() // it waits for three seconds
	s := newSite(t, nil, nil)
	z := s.zone(5)
	l, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts; the system takes connections all the same
	must(t, err)
	defer l.Close()
	z.process.HTTPAddr = l.Addr().String()
	must(t, z.Register(t.Context(), z.process))
	if _, resp, err := s.dial(s.wsPath("Nimue"), nil); err == nil || resp == nil || resp.StatusCode != 503 {
		t.Errorf("%v, %v", resp, err)
	}
}

// One network does not get all places, however many grants it has.
func TestRelaysOfANetworkAreBounded(t *testing.T) {
	l := newRelay(t.Context(), Config{}, newMetrics(nil))
	enter := func(addr string) bool { return l.enter(netip.MustParseAddr(addr)) == nil }
	got := 0
	for i := range 5000 {
		if enter(fmt.Sprintf("2001:db8:0:%x::1", i)) {
			got++
		}
	}
	if got != relayBounds.Wide {
		t.Errorf("a /48 holds %d places, want %d", got, relayBounds.Wide)
	}
	if !enter("2001:db8:1::1") || !enter("203.0.113.1") {
		t.Error("others find no place")
	}
	l.leave(netip.MustParseAddr("2001:db8:0:7::1"))
	if !enter("2001:db8:0:2000::1") || enter("2001:db8:0:2001::1") {
		t.Error("a place that was given back is not there again, or twice")
	}
	l.unlimited = true
	if !enter("2001:db8:0:2001::1") {
		t.Error("a load test finds no place")
	}
}
