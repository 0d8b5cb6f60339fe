package ws_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/ws"
)

// server is a handler behind a real HTTP server, and the key of its tickets.
type server struct {
	t        *testing.T
	handler  *ws.Handler
	url      string
	key      ticket.Key
	nonce    uint64
	accepted chan *conntest.Recorder
	client   *http.Client
}

func newServer(t *testing.T, cfg ws.ServerConfig) *server {
	t.Helper()
	s := &server{t: t, key: ticket.NewKey(), accepted: make(chan *conntest.Recorder, 16), client: &http.Client{Transport: &http.Transport{}}}
	cfg.Tickets = ticket.NewOpener(s.key, 1, ticket.OpenerConfig{})
	cfg.Accept = func(c transport.Conn, claims ticket.Claims) (transport.Handler, error) {
		r := conntest.NewRecorder()
		r.Conn, r.Claims = c, claims
		s.accepted <- r
		return r, nil
	}
	s.handler = ws.NewHandler(cfg)
	h := httptest.NewServer(s.handler)
	s.url = "ws" + strings.TrimPrefix(h.URL, "http")
	t.Cleanup(func() {
		_ = s.handler.Close()
		h.Close()
		s.client.CloseIdleConnections()
	})
	return s
}

func (s *server) ticket() []byte {
	s.t.Helper()
	s.nonce++
	raw, err := ticket.Seal(s.key, ticket.Claims{Nonce: s.nonce, Incarnation: 1, Zone: "z", Suite: 1, Expires: time.Now().Add(time.Minute)})
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

// dial opens a bare WebSocket, as an attacker or a browser would.
func (s *server) dial(header http.Header) (context.Context, *websocket.Conn) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	s.t.Cleanup(cancel)
	c, _, err := websocket.Dial(ctx, s.url, &websocket.DialOptions{HTTPHeader: header, HTTPClient: s.client})
	if err != nil {
		s.t.Fatal(err)
	}
	c.SetReadLimit(1 << 20)
	s.t.Cleanup(func() { _ = c.CloseNow() })
	return ctx, c
}

func (s *server) write(ctx context.Context, c *websocket.Conn, typ websocket.MessageType, b []byte) {
	s.t.Helper()
	if err := c.Write(ctx, typ, b); err != nil {
		s.t.Fatal(err)
	}
}

func TestMalformedFramesEndTheSession(t *testing.T) {
	for name, c := range map[string]struct {
		typ   websocket.MessageType
		frame []byte
	}{
		"text": {websocket.MessageText, []byte("\x00hello")}, "empty": {websocket.MessageBinary, nil},
		"lane only": {websocket.MessageBinary, []byte{1}}, "unknown lane": {websocket.MessageBinary, []byte{2, 1}},
		"latest over its limit":   {websocket.MessageBinary, append([]byte{1}, make([]byte, transport.MaxLatestMessage+1)...)},
		"reliable over its limit": {websocket.MessageBinary, make([]byte, 2+transport.MaxReliableMessage)},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, ws.ServerConfig{})
			ctx, socket := s.dial(nil)
			s.write(ctx, socket, websocket.MessageBinary, s.ticket())
			server := <-s.accepted
			s.write(ctx, socket, c.typ, c.frame)
			_, _, err := socket.Read(ctx)
			if got := websocket.CloseStatus(err); got != 4000+websocket.StatusCode(transport.ProtocolError) && got != websocket.StatusMessageTooBig {
				t.Errorf("the peer was told %d (%v)", got, err)
			}
			if code, _ := server.WaitClosed(t); code != transport.ProtocolError {
				t.Errorf("closed with %s", code)
			}
		})
	}
}

func TestTicketMustComeFirst(t *testing.T) {
	s := newServer(t, ws.ServerConfig{HandshakeTimeout: 300 * time.Millisecond})
	good := s.ticket()
	for name, frame := range map[string][]byte{"garbage": []byte("garbage"), "cut": good[:100], "too long": append(good, 0), "nothing": nil} {
		ctx, socket := s.dial(nil)
		if name != "nothing" {
			s.write(ctx, socket, websocket.MessageBinary, frame)
		}
		if _, _, err := socket.Read(ctx); err == nil {
			t.Errorf("%s: the server sent data", name)
		}
		select {
		case <-s.accepted:
			t.Errorf("%s was accepted", name)
		default:
		}
	}
	// The peer may hear of its end before the server has counted it.
	deadline := time.Now().Add(10 * time.Second)
	for s.handler.Counters().BadTickets.Load() < 4 && time.Now().Before(deadline) {
		time.Sleep(time.Millisecond)
	}
	if n := s.handler.Counters().BadTickets.Load(); n != 4 {
		t.Errorf("%d bad tickets were counted, want 4", n)
	}
}

func TestCloseCodesOnTheWire(t *testing.T) {
	s := newServer(t, ws.ServerConfig{})
	ctx, socket := s.dial(nil)
	s.write(ctx, socket, websocket.MessageBinary, s.ticket())
	server := <-s.accepted
	server.Conn.Close(transport.TakenOver, "signed in elsewhere")
	_, _, err := socket.Read(ctx)
	if got := websocket.CloseStatus(err); got != 4002 || !strings.Contains(err.Error(), "signed in elsewhere") {
		t.Errorf("told %d: %v", got, err)
	}
	for status, want := range map[websocket.StatusCode]transport.CloseCode{
		4001: transport.Kicked, 1000: transport.Normal, 1001: transport.Normal, 1002: transport.ProtocolError, 3000: transport.Network,
	} {
		ctx, socket := s.dial(nil)
		s.write(ctx, socket, websocket.MessageBinary, s.ticket())
		server := <-s.accepted
		_ = socket.Close(status, "bye")
		if code, _ := server.WaitClosed(t); code != want {
			t.Errorf("status %d was taken for %s, want %s", status, code, want)
		}
	}
}

func TestForwardedAddress(t *testing.T) {
	for _, trust := range []bool{false, true} {
		s := newServer(t, ws.ServerConfig{TrustForwarded: trust})
		ctx, socket := s.dial(http.Header{"X-Forwarded-For": {"203.0.113.66, 198.51.100.7"}})
		s.write(ctx, socket, websocket.MessageBinary, s.ticket())
		got := (<-s.accepted).Conn.RemoteAddr().Addr().String()
		if want := map[bool]string{false: "127.0.0.1", true: "198.51.100.7"}[trust]; got != want {
			t.Errorf("trust %v: the address is %s, want %s", trust, got, want)
		}
	}
}

func TestFullHandlerSaysSo(t *testing.T) {
	s := newServer(t, ws.ServerConfig{MaxSessions: 1})
	ctx, socket := s.dial(nil)
	s.write(ctx, socket, websocket.MessageBinary, s.ticket())
	<-s.accepted
	_, err := ws.Dial(ctx, ws.DialConfig{URL: s.url, Ticket: s.ticket(), HTTPClient: s.client}, conntest.NewRecorder())
	if err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("a full handler: %v", err)
	}
	if n := s.handler.Counters().Full.Load(); n != 1 {
		t.Errorf("counted %d", n)
	}
}

func TestLatestIsConflatedBehindASlowReader(t *testing.T) {
	s := newServer(t, ws.ServerConfig{})
	ctx, socket := s.dial(nil)
	s.write(ctx, socket, websocket.MessageBinary, s.ticket())
	server := <-s.accepted
	msg := make([]byte, transport.MaxLatestMessage)
	const n = 20000 // 23 MB, more than the kernel buffers, while nobody reads
	for i := range n {
		msg[0], msg[1], msg[2] = byte(i), byte(i>>8), byte(i>>16)
		if err := server.Conn.Send(transport.Latest, msg); err != nil {
			t.Fatal(err)
		}
	}
	last, frames := -1, 0
	for last != n-1 {
		_, b, err := socket.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if b[0] != byte(transport.Latest) {
			t.Fatalf("lane %d", b[0])
		}
		at := int(b[1]) | int(b[2])<<8 | int(b[3])<<16
		if at <= last {
			t.Fatalf("message %d came after %d", at, last)
		}
		last = at
		frames++
	}
	replaced := int(server.Conn.Stats().Replaced)
	if replaced == 0 || frames+replaced != n {
		t.Errorf("%d frames came, %d were replaced, of %d", frames, replaced, n)
	}
}

func TestDialErrors(t *testing.T) {
	s := newServer(t, ws.ServerConfig{})
	h := conntest.NewRecorder()
	for name, cfg := range map[string]ws.DialConfig{
		"no ticket": {URL: s.url}, "nobody there": {URL: "ws://127.0.0.1:1", Ticket: s.ticket()}, "no URL": {Ticket: s.ticket()},
	} {
		if _, err := ws.Dial(context.Background(), cfg, h); err == nil {
			t.Errorf("%s: connected", name)
		}
	}
}
