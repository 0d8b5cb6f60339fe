package listen_test

import (
	"context"
	"net"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/internal/count"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/internal/conntest"
	"github.com/realmwire/realmwire/transport/kcp"
	"github.com/realmwire/realmwire/transport/listen"
	"github.com/realmwire/realmwire/transport/rtc"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/transport/ws"
)

// kcp-go starts a scheduler for its own sessions when it is loaded, which we use nothing of.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.IgnoreTopFunction("github.com/xtaci/kcp-go/v5.(*TimedSched).sched"),
		goleak.IgnoreTopFunction("github.com/xtaci/kcp-go/v5.(*TimedSched).prepend"))
}

// process is all transports of one, with whom they let in.
type process struct {
	*listen.Transports
	t        *testing.T
	key      ticket.Key
	nonce    uint64
	accepted chan *conntest.Recorder
}

func start(t *testing.T, cfg listen.Config) *process {
	t.Helper()
	p := &process{t: t, key: ticket.NewKey(), accepted: make(chan *conntest.Recorder, 8)}
	cfg.UDP, cfg.Tickets = "127.0.0.1:0", ticket.NewOpener(p.key, 1, ticket.OpenerConfig{})
	var err error
	if p.Transports, err = listen.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	if err := p.Start(func(c transport.Conn, claims ticket.Claims) (transport.Handler, error) {
		r := conntest.NewRecorder()
		r.Conn, r.Claims = c, claims
		p.accepted <- r
		return r, nil
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *process) grant() ([]byte, ticket.Claims) {
	p.t.Helper()
	p.nonce++
	c := ticket.Claims{
		Nonce: p.nonce, Session: p.nonce, Account: p.nonce, Character: p.nonce, Incarnation: 1, Zone: "z", Suite: ticket.SuiteAESGCM,
		Expires: time.Now().Add(time.Minute), Secret: [32]byte{byte(p.nonce)},
	}
	raw, err := ticket.Seal(p.key, c)
	if err != nil {
		p.t.Fatal(err)
	}
	return raw, c
}

func listenTCP(t *testing.T) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// TestAllTransports plays over every way in at a time, sees all of them counted, and ends them together.
func TestAllTransports(t *testing.T) {
	p := start(t, listen.Config{WebSockets: listenTCP(t)})
	gateway := httptest.NewServer(p.Relayed())
	defer gateway.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	ways := []struct {
		name string
		kind transport.Kind
		dial func(h transport.Handler) (transport.Conn, error)
	}{
		{"kcp", transport.KCP, func(h transport.Handler) (transport.Conn, error) {
			raw, c := p.grant()
			return kcp.Dial(ctx, kcp.DialConfig{Addr: p.Endpoints()[0].Addr, Ticket: raw, Secret: c.Secret[:], Suite: c.Suite}, h)
		}},
		{"webrtc", transport.WebRTC, func(h transport.Handler) (transport.Conn, error) {
			raw, _ := p.grant()
			return rtc.Dial(ctx, rtc.DialConfig{Signal: func(_ context.Context, offer string) (string, error) { return p.Signal(raw, offer) }}, h)
		}},
		{"websocket-direct", transport.WebSocket, func(h transport.Handler) (transport.Conn, error) {
			raw, _ := p.grant()
			return ws.Dial(ctx, ws.DialConfig{URL: p.Endpoints()[2].URL, Ticket: raw}, h)
		}},
		{"websocket", transport.WebSocket, func(h transport.Handler) (transport.Conn, error) {
			raw, _ := p.grant()
			return ws.Dial(ctx, ws.DialConfig{URL: "ws" + strings.TrimPrefix(gateway.URL, "http"), Ticket: raw}, h)
		}},
	}
	var ends []*conntest.Recorder
	for _, way := range ways {
		client := conntest.NewRecorder()
		c, err := way.dial(client)
		if err != nil {
			t.Fatalf("%s: %v", way.name, err)
		}
		server := <-p.accepted
		if c.Kind() != way.kind || server.Conn.Kind() != way.kind {
			t.Errorf("%s: a client on %s, a server on %s", way.name, c.Kind(), server.Conn.Kind())
		}
		for _, conn := range []transport.Conn{c, server.Conn} {
			if err := conn.Send(transport.Reliable, []byte(way.name)); err != nil {
				t.Fatal(err)
			}
		}
		p.Flush()
		for _, r := range []*conntest.Recorder{client, server} {
			if got := r.WaitMessages(t, transport.Reliable, 1)[0]; string(got) != way.name {
				t.Errorf("%s: got %q", way.name, got)
			}
		}
		ends = append(ends, client, server)
	}
	counted := make(map[listen.Counter]bool)
	seen := make(map[[2]string]bool)
	for _, c := range p.Counters() {
		if c.Help == "" {
			t.Errorf("%s: %s has no help", c.Transport, c.Name)
		}
		c.Help = ""
		counted[c] = true
		if key := [2]string{c.Transport, c.Name}; seen[key] {
			t.Errorf("%s %q twice", c.Transport, c.Name)
		} else {
			seen[key] = true
		}
	}
	for _, way := range ways {
		if !counted[listen.Counter{Transport: way.name, Counter: count.Counter{Name: "accepted", Value: 1}}] ||
			!counted[listen.Counter{Transport: way.name, Counter: count.Counter{Name: "sessions", Value: 1, Gauge: true}}] {
			t.Errorf("%s: not one session that was accepted: %v", way.name, p.Counters())
		}
	}
	if !seen[[2]string{"udp", "datagrams_in"}] {
		t.Error("the socket counts nothing")
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	for i, r := range ends {
		if code, text := r.WaitClosed(t); code != transport.ServerShutdown {
			t.Errorf("%s, end %d: closed with %s %q", ways[i/2].name, i%2, code, text)
		}
	}
}

func TestEndpoints(t *testing.T) {
	direct := listenTCP(t)
	for name, c := range map[string]struct {
		cfg       listen.Config
		kcp, sock string
	}{
		"alone":             {listen.Config{}, "127.0.0.1:PORT", ""},
		"a public address":  {listen.Config{PublicAddr: "192.0.2.1:77"}, "192.0.2.1:77", ""},
		"a public host":     {listen.Config{PublicAddr: "192.0.2.1"}, "192.0.2.1:PORT", ""},
		"a public port":     {listen.Config{PublicAddr: ":77"}, ":77", ""},
		"a public IPv6":     {listen.Config{PublicAddr: "2001:db8::1"}, "[2001:db8::1]:PORT", ""},
		"one in brackets":   {listen.Config{PublicAddr: "[2001:db8::1]"}, "[2001:db8::1]:PORT", ""},
		"one with its port": {listen.Config{PublicAddr: "[2001:db8::1]:77"}, "[2001:db8::1]:77", ""},
		"WebSockets":        {listen.Config{WebSockets: direct}, "127.0.0.1:PORT", "ws://" + direct.Addr().String() + "/ws"},
		"public WebSockets": {listen.Config{WebSockets: listenTCP(t), PublicWebSockets: "wss://z.example.org/ws"}, "127.0.0.1:PORT", "wss://z.example.org/ws"},
	} {
		p := start(t, c.cfg)
		want := []transport.Endpoint{
			{Transport: transport.KCP, Addr: strings.Replace(c.kcp, "PORT", strconv.Itoa(int(p.Addr().Port())), 1)},
			{Transport: transport.WebRTC},
			{Transport: transport.WebSocket, URL: c.sock},
		}
		got := p.Endpoints()
		if len(got) != len(want) {
			t.Fatalf("%s: %v", name, got)
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %+v, want %+v", name, got[i], want[i])
			}
		}
		_ = p.Close()
	}
}

func TestPublicAddrIsRefused(t *testing.T) {
	if _, err := listen.New(listen.Config{UDP: "127.0.0.1:0", PublicAddr: "host:0"}); err == nil || !strings.Contains(err.Error(), "host:0") {
		t.Errorf("a public address that cannot be: %v", err)
	}
}

func TestPortIsTaken(t *testing.T) {
	p := start(t, listen.Config{})
	if _, err := listen.New(listen.Config{UDP: p.Addr().String()}); err == nil {
		t.Error("two processes on one port")
	}
}

// TestCloseWithoutStart frees what was taken.
func TestCloseWithoutStart(t *testing.T) {
	l := listenTCP(t)
	p, err := listen.New(listen.Config{UDP: "127.0.0.1:0", WebSockets: l})
	if err != nil {
		t.Fatal(err)
	}
	addr := p.Addr().String()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := listen.New(listen.Config{UDP: addr})
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Close()
	if _, err := l.Accept(); err == nil {
		t.Error("the listener is open")
	}
}
