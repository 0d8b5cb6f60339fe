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
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
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

func echo(_ context.Context, p ping) (ping, error) {
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
	subject := APISubject("echo")
	if err := Handle(realm, subject, echo); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, code, says string }{
		{"hello", "", ""},
		{"coded", "zone-full", "the zone is full"},
		{"plain", CodeInternal, "internal error"},
		{"panic", CodeInternal, "internal error"},
		{"hello again", "", ""},
	} {
		got, err := Call[ping](t.Context(), gw, subject, ping{tt.text})
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
	if _, err := Call[ping](t.Context(), gw, subject, []int{1}); !hasCode(err, CodeBadRequest) {
		t.Errorf("a request of the wrong shape: %v", err)
	}
	if _, err := Call[ping](t.Context(), gw, APISubject("nobody"), ping{}); !IsUnreachable(err) {
		t.Errorf("a subject without a listener: %v", err)
	}
}

func TestTimeout(t *testing.T) {
	s := start(t, Config{})
	realm, gw := connect(t, s, RoleRealm), connect(t, s, RoleGateway)
	ended := make(chan struct{})
	if err := Handle(realm, APISubject("slow"), func(ctx context.Context, _ ping) (ping, error) {
		<-ctx.Done()
		close(ended)
		return ping{}, ctx.Err()
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Call[ping](ctx, gw, APISubject("slow"), ping{}); !IsTimeout(err) {
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
	if err := Handle(realm, LinkSubject("map"), echo); err != nil {
		t.Fatal(err)
	}
	big := strings.Repeat("m", 2<<20)
	if got, err := Call[ping](t.Context(), zone, LinkSubject("map"), ping{big}); err != nil || got.Text != big {
		t.Errorf("2 MB: %d bytes back, %v", len(got.Text), err)
	}
	if _, err := Call[ping](t.Context(), zone, LinkSubject("map"), ping{big + big}); !hasCode(err, CodeBadRequest) {
		t.Errorf("over the limit: %v", err)
	}
}

// TestPermissions proves, role by role, what the server refuses. It speaks plain NATS, as an intruder with a stolen zone password would.
func TestPermissions(t *testing.T) {
	s := start(t, Config{})
	for _, tt := range []struct {
		role               Role
		publish, subscribe []string // refused
	}{
		{
			RoleZone,
			[]string{"rw.realm.api.play", "rw.zone.00aa.evict", "_INBOX_gateway.x.y", "_INBOX_realm.x", "$SYS.REQ.SERVER.PING", "any"},
			[]string{">", "rw.>", "rw.realm.api.*", "rw.realm.zone.*", "_INBOX_gateway.>", "_INBOX_realm.>", "_INBOX.>", "$SYS.>"},
		},
		{
			RoleGateway,
			[]string{"rw.realm.zone.save", "rw.zone.00aa.evict", "_INBOX_zone.x", "any"},
			[]string{">", "rw.realm.api.*", "rw.realm.zone.*", "rw.zone.*.*", "_INBOX_zone.>", "_INBOX_realm.>"},
		},
		{
			RoleRealm,
			[]string{"rw.zone.00aa.signal", "_INBOX_zone.x", "any"},
			[]string{">", "rw.zone.*.*", "_INBOX_zone.>", "_INBOX_gateway.>"},
		},
	} {
		refused := make(chan error, 64)
		nc, err := nats.Connect(s.URL(tt.role), nats.CustomInboxPrefix(tt.role.inbox()),
			nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err }))
		if err != nil {
			t.Fatal(err)
		}
		for _, subject := range tt.publish {
			if err := nc.Publish(subject, []byte("{}")); err != nil {
				t.Fatal(err)
			}
			wantRefusal(t, refused, tt.role, "publish", subject)
		}
		for _, subject := range tt.subscribe {
			if _, err := nc.SubscribeSync(subject); err != nil {
				t.Fatal(err)
			}
			wantRefusal(t, refused, tt.role, "subscribe", subject)
		}
		nc.Close()
	}
}

func wantRefusal(t *testing.T, refused <-chan error, role Role, what, subject string) {
	t.Helper()
	select {
	case err := <-refused:
		if !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), fmt.Sprintf("%q", subject)) {
			t.Errorf("%s, %s %s: %v", role, what, subject, err)
		}
	case <-time.After(20 * time.Second):
		t.Errorf("%s may %s %s", role, what, subject)
	}
}

// TestZoneCannotOverhear has a zone listen wherever it can while the realm answers a gateway.
func TestZoneCannotOverhear(t *testing.T) {
	s := start(t, Config{})
	realm, gw, zone := connect(t, s, RoleRealm), connect(t, s, RoleGateway), connect(t, s, RoleZone)
	var heard atomic.Int64
	for _, subject := range []string{">", "*.>", "_INBOX_gateway.>", APISubject("echo")} {
		if _, err := zone.nc.Subscribe(subject, func(*nats.Msg) { heard.Add(1) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := Handle(realm, APISubject("echo"), echo); err != nil {
		t.Fatal(err)
	}
	if _, err := Call[ping](t.Context(), gw, APISubject("echo"), ping{"secret"}); err != nil {
		t.Fatal(err)
	}
	if err := zone.nc.Flush(); err != nil {
		t.Fatal(err)
	}
	if n := heard.Load(); n != 0 {
		t.Errorf("a zone overheard %d messages", n)
	}
	if err := Handle(zone, APISubject("play"), echo); !errors.Is(err, nats.ErrPermissionViolation) {
		t.Errorf("a zone that answers for the realm: %v", err)
	}
	// What is allowed works in both directions.
	if err := Handle(zone, ZoneSubject("00aa", "signal"), echo); err != nil {
		t.Fatal(err)
	}
	if got, err := Call[ping](t.Context(), gw, ZoneSubject("00aa", "signal"), ping{"sdp"}); err != nil || got.Text != "sdp" {
		t.Errorf("signal: %v %v", got, err)
	}
}

func TestWrongPassword(t *testing.T) {
	s := start(t, Config{})
	u, err := url.Parse(s.URL(RoleZone))
	if err != nil {
		t.Fatal(err)
	}
	for _, user := range []*url.Userinfo{nil, url.UserPassword("zone", "wrong"), url.UserPassword("realm", mustPassword(t, u))} {
		u.User = user
		_, err := Dial(t.Context(), DialConfig{URL: u.String(), Role: RoleZone})
		if err == nil || !strings.Contains(err.Error(), "refuses the credentials") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("%v: %v", user, err)
		}
	}
}

func mustPassword(t *testing.T, u *url.URL) string {
	t.Helper()
	word, ok := u.User.Password()
	if !ok || len(word) < 32 {
		t.Fatalf("URL %s has no password of 32 characters", u.Redacted())
	}
	return word
}

func TestCredentialsPersist(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "nats")
	s, err := Start(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	first := s.URL(RoleZone)
	data, err := os.ReadFile(filepath.Join(dir, "zone.url"))
	if err != nil || string(data) != first {
		t.Errorf("zone.url holds %q, %v", data, err)
	}
	for _, role := range Roles {
		info, err := os.Stat(filepath.Join(dir, string(role)+".url"))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s.url: %v, %v", role, info.Mode(), err)
		}
	}
	remote, err := Dial(t.Context(), DialConfig{URL: first, Role: RoleZone})
	if err != nil {
		t.Fatal(err)
	}
	defer remote.Close()
	s.Close()

	again := start(t, Config{Dir: dir})
	if got := again.URL(RoleZone); got != first {
		t.Errorf("after a restart the URL is another: port or password changed")
	}
	realm := connect(t, again, RoleRealm)
	if err := Handle(realm, LinkSubject("echo"), echo); err != nil {
		t.Fatal(err)
	}
	// The process that was connected before the restart finds back by itself.
	for deadline := time.Now().Add(30 * time.Second); ; {
		got, err := Call[ping](t.Context(), remote, LinkSubject("echo"), ping{"back"})
		if err == nil && got.Text == "back" {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Millisecond)
	}
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
	u, err := url.Parse(s.URL(RoleRealm))
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
	_, err := Dial(ctx, DialConfig{URL: "nats://zone:hush@127.0.0.1:1", Role: RoleZone})
	if err == nil || strings.Contains(err.Error(), "hush") || !strings.Contains(err.Error(), "127.0.0.1:1") {
		t.Errorf("got %v", err)
	}
	if _, err := Dial(ctx, DialConfig{Role: "king"}); err == nil {
		t.Error("an unknown role was taken")
	}
	s := start(t, Config{})
	gw := connect(t, s, RoleGateway)
	s.Close()
	if _, err := Call[ping](t.Context(), gw, APISubject("echo"), ping{}); !hasCode(err, CodeAway) {
		t.Errorf("a call while the bus is away: %v", err)
	}
	gw.Close()
	gw.Close()
	if err := Handle(gw, APISubject("echo"), echo); err == nil {
		t.Error("a closed connection listens")
	}
}
