package bus

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type ping struct{ Text string }

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func connect(t *testing.T, s *Server, role Role) *Conn {
	t.Helper()
	c, err := s.Connect(role)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// coded is an error of a service that knows its code.
type coded struct{}

func (coded) Error() string { return "coded" }
func (coded) BusError() *Error {
	return &Error{Code: "zone-full", Text: "the zone is full", RetryAfter: time.Second}
}

func echo(_ context.Context, _ Identity, p ping) (ping, error) {
	switch p.Text {
	case "coded":
		return ping{}, fmt.Errorf("wrapped: %w", coded{})
	case "plain":
		return ping{}, errors.New("a secret of the server")
	case "panic":
		panic("boom")
	}
	return p, nil
}

func TestCall(t *testing.T) {
	s := start(t, Config{})
	realm, gw := connect(t, s, RoleRealm), connect(t, s, RoleGateway)
	if err := Handle(realm, RoleGateway, "echo", echo); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, code, says string }{
		{"hello", "", ""},
		{"coded", "zone-full", "the zone is full"},
		{"plain", CodeInternal, "internal error"},
		{"panic", CodeInternal, "internal error"},
		{"hello again", "", ""},
	} {
		got, err := Call[ping](t.Context(), gw, Realm, "echo", ping{tt.text})
		var e *Error
		switch {
		case tt.code == "" && (err != nil || got.Text != tt.text):
			t.Errorf("%s: got %q, %v", tt.text, got.Text, err)
		case tt.code != "" && (!errors.As(err, &e) || e.Code != tt.code || !strings.Contains(e.Text, tt.says)):
			t.Errorf("%s: got %#v", tt.text, err)
		}
		if tt.code == "zone-full" && e.RetryAfter != time.Second {
			t.Errorf("retry after %v", e.RetryAfter)
		}
	}
	if _, err := Call[ping](t.Context(), gw, Realm, "echo", []int{1}); !hasCode(err, CodeBadRequest) {
		t.Errorf("a request of the wrong shape: %v", err)
	}
	if _, err := Call[ping](t.Context(), gw, Realm, "nobody", ping{}); !IsUnreachable(err) {
		t.Errorf("a subject without a listener: %v", err)
	}
}

func TestTimeout(t *testing.T) {
	s := start(t, Config{})
	realm, gw := connect(t, s, RoleRealm), connect(t, s, RoleGateway)
	ended := make(chan struct{})
	if err := Handle(realm, RoleGateway, "slow", func(ctx context.Context, _ Identity, _ ping) (ping, error) {
		<-ctx.Done()
		close(ended)
		return ping{}, ctx.Err()
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Call[ping](ctx, gw, Realm, "slow", ping{}); !IsTimeout(err) {
		t.Errorf("got %v", err)
	}
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Error("the handler does not end when its caller has given up")
	}
}

func TestLargePayload(t *testing.T) {
	s := start(t, Config{})
	realm, zone := connect(t, s, RoleRealm), connect(t, s, RoleZone)
	if err := Handle(realm, RoleZone, "map", echo); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("m", 2<<20)
	if got, err := Call[ping](t.Context(), zone, Realm, "map", ping{big}); err != nil || got.Text != big {
		t.Errorf("2 MB: %d bytes back, %v", len(got.Text), err)
	}
	if _, err := Call[ping](t.Context(), zone, Realm, "map", ping{big + big}); !hasCode(err, CodeBadRequest) {
		t.Errorf("over the limit: %v", err)
	}
}

// TestKeysPersist restarts a server on its folder: same port, same keys, and who was there comes back as who it was.
func TestKeysPersist(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nats")
	s, err := Start(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	first := s.URL()
	data, err := os.ReadFile(URLFile(dir))
	if err != nil || string(data) != first+"\n" {
		t.Errorf("the URL's file holds %q, %v", data, err)
	}
	for _, file := range []string{URLFile(dir), filepath.Join(dir, issuerFile), TokenFile(dir, RoleZone), TokenFile(dir, RoleGateway)} {
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
	remote := dialAs(t, s, RoleZone)
	id := remote.Identity()
	s.Close()

	again := start(t, Config{Dir: dir})
	if got := again.URL(); got != first {
		t.Errorf("after a restart the bus is at %s, was at %s", got, first)
	}
	asked := serveWho(t, again)
	eventually(t, remote)
	if got := <-asked; got != id {
		t.Errorf("the process came back as %s, was %s", got, id)
	}
}

// dialAs joins a server as a process elsewhere does: over its port, with the join token.
func dialAs(t *testing.T, s *Server, role Role) *Conn {
	t.Helper()
	c, err := Dial(t.Context(), DialConfig{URL: s.URL(), Role: role, Token: func() (string, error) { return s.Issuer().JoinToken(role) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// serveWho answers "echo" to zone processes, and tells who asked last.
func serveWho(t *testing.T, s *Server) <-chan Identity {
	t.Helper()
	asked := make(chan Identity, 64)
	if err := Handle(connect(t, s, RoleRealm), RoleZone, "echo", func(_ context.Context, from Identity, p ping) (ping, error) {
		select {
		case asked <- from:
		default:
		}
		return p, nil
	}); err != nil {
		t.Fatal(err)
	}
	return asked
}

func TestPorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Start(Config{Listen: l.Addr().String()}); err == nil || !strings.Contains(err.Error(), l.Addr().String()) {
		t.Errorf("a taken port: %v", err)
	}
	if _, err := Start(Config{Listen: "0.0.0.0:0"}); err == nil || !strings.Contains(err.Error(), "TLS") {
		t.Errorf("beyond loopback without TLS: %v", err)
	}
	if _, err := Start(Config{Listen: "nonsense"}); err == nil {
		t.Error("an address without a port was taken")
	}
	// The port of the last run is taken by another program: any other will do.
	dir := t.TempDir()
	s, err := Start(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	squatter, err := net.Listen("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer squatter.Close()
	start(t, Config{Dir: dir})
}

func TestUnreachableBus(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := Dial(ctx, DialConfig{URL: "nats://zone:hush@127.0.0.1:1,hush@127.0.0.1:2", Role: RoleZone})
	if err == nil || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("got %v", err)
	}
	if _, err := Dial(ctx, DialConfig{Role: "king"}); err == nil {
		t.Error("an unknown role was taken")
	}
	s := start(t, Config{})
	gw := connect(t, s, RoleGateway)
	s.Close()
	if _, err := Call[ping](t.Context(), gw, Realm, "echo", ping{}); !hasCode(err, CodeAway) {
		t.Errorf("a call while the bus is away: %v", err)
	}
	gw.Close()
	gw.Close()
	if err := Handle(gw, RoleZone, "echo", echo); err == nil {
		t.Error("a closed connection listens")
	}
}
