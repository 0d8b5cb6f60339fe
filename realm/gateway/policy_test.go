package gateway

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/transport"
)

// connectSrc is where a page may connect, by the policy of an answer.
func connectSrc(t *testing.T, h http.Header) string {
	t.Helper()
	_, rest, ok := strings.Cut(h.Get("Content-Security-Policy"), "connect-src ")
	if !ok {
		t.Fatal("no policy")
	}
	list, _, _ := strings.Cut(rest, ";")
	return list
}

// TestPagesConnectToTheirEndpoints: to the gateway, and to what zone processes registered, and nowhere else.
func TestPagesConnectToTheirEndpoints(t *testing.T) {
	var passed atomic.Int64
	s := newSite(t, nil, func(c *Config) { c.Now = func() time.Time { return time.Now().Add(time.Duration(passed.Load())) } })
	get := func(path, host string) string {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.server.URL+path, nil)
		must(t, err)
		req.Host = host
		return connectSrc(t, s.do(req).Header)
	}
	if got := get("/", "play.example.org"); got != "'self'" {
		t.Errorf("without zone processes: %s", got)
	}
	z := s.zone(5)
	z.process.Endpoints = append(z.process.Endpoints,
		transport.Endpoint{Transport: transport.WebSocket, URL: "wss://zone1.example.org/ws"},
		transport.Endpoint{Transport: transport.WebSocket, URL: "ws://0.0.0.0:9000/ws"},
		transport.Endpoint{Transport: "webtransport", URL: "https://zone1.example.org:7777/wt"})
	must(t, z.Register(t.Context(), z.process))
	passed.Add(int64(directLife))
	const want = "'self' https://zone1.example.org:7777/wt ws://play.example.org:9000/ws wss://zone1.example.org/ws"
	for _, path := range []string{"/", "/assets/game-ABCD2345.js", "/settings"} {
		if got := get(path, "play.example.org:443"); got != want {
			t.Errorf("%s may connect to %s, want %s", path, got, want)
		}
	}
	if got := get("/v1/realm", "play.example.org"); got != "'self'" {
		t.Errorf("an answer of the API may connect to %s", got)
	}
}

func TestSourcesOfAPolicy(t *testing.T) {
	for text, want := range map[string]string{
		"wss://zone1.example.org/ws": "wss://zone1.example.org/ws",
		"ws://10.0.0.1:9000/a%20b":   "ws://10.0.0.1:9000/a%20b",
		"ws://0.0.0.0:9000/ws":       "ws://play.example.org:9000/ws",
		"ws://[::]:9000/ws":          "ws://play.example.org:9000/ws",
		"ws://[2001:db8::1]:9000/ws": "",
		"wss:///ws":                  "",
		"*":                          "",
	} {
		if got := source(text, "play.example.org"); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{
		"wss://a.example/;script-src *", "wss://a.example/x,default-src 'x'", "wss://a.example;script-src/ws", "wss://a.example 'unsafe-inline'/", "wss://a.example/\r\nX: y",
		"wss://'self'/ws", "wss://a.example,b/ws", "wss://a.example/ws?;x",
	} {
		if got := source(text, "play.example.org"); strings.ContainsAny(got, " ;,'\"\r\n") {
			t.Errorf("%s widens the policy: %q", text, got)
		}
	}
	if got := source("ws://0.0.0.0:9000/ws", ""); got != "" {
		t.Errorf("a client without a host is let to %q", got)
	}
}

// urls answers for the realm, or not.
type urls struct {
	realm.API
	list  []string
	away  bool
	asked int
}

func (u *urls) DirectURLs(context.Context) ([]string, error) {
	u.asked++
	if u.away {
		return nil, errors.New("away")
	}
	return u.list, nil
}

// The policy outlives the realm's absence, asks seldom, and stays small.
func TestPolicyWithoutTheRealm(t *testing.T) {
	at := time.Now()
	api := &urls{list: []string{"wss://a.example/ws"}}
	d := &direct{api: api, now: func() time.Time { return at }, log: slog.New(slog.DiscardHandler)}
	for range 100 {
		if got := d.sources(t.Context(), "x"); !slices.Equal(got, api.list) {
			t.Fatal(got)
		}
	}
	api.away = true
	at = at.Add(time.Hour)
	for range 100 {
		if got := d.sources(t.Context(), "x"); !slices.Equal(got, api.list) {
			t.Fatal(got)
		}
	}
	if api.asked != 2 {
		t.Errorf("asked %d times", api.asked)
	}
	api.away, api.list = false, nil
	for i := range 1000 {
		api.list = append(api.list, fmt.Sprintf("wss://zone%d.example/ws", i))
	}
	at = at.Add(time.Hour)
	if got := d.sources(t.Context(), "x"); len(got) != maxDirect {
		t.Errorf("%d sources", len(got))
	}
}

func TestStrictTransportSecurity(t *testing.T) {
	g := &Gateway{cfg: Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}}
	const always, moment = "max-age=31536000", "max-age=60"
	for name, c := range map[string]struct {
		host, from, proto string
		tls               bool
		want              string
	}{
		"own TLS":                         {"play.example.org", "198.51.100.7:1", "", true, always},
		"own TLS, with a port":            {"play.example.org:8443", "198.51.100.7:1", "", true, always},
		"an address":                      {"127.0.0.1:8443", "127.0.0.1:1", "", true, always},
		"plain":                           {"play.example.org", "198.51.100.7:1", "", false, ""},
		"a trusted proxy's TLS":           {"play.example.org", "10.0.0.1:1", "https", false, always},
		"a trusted proxy without TLS":     {"play.example.org", "10.0.0.1:1", "http", false, ""},
		"a stranger who says that it was": {"play.example.org", "198.51.100.7:1", "https", false, ""},
		"localhost":                       {"localhost:8443", "127.0.0.1:1", "", true, moment},
		"below localhost":                 {"game.localhost", "127.0.0.1:1", "", true, moment},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Host, r.RemoteAddr = c.host, c.from
		r.Header.Set("X-Forwarded-Proto", c.proto)
		if c.tls {
			r.TLS = &tls.ConnectionState{}
		}
		r = r.WithContext(context.WithValue(r.Context(), peerKey{}, g.findPeer(r)))
		if got := transportSecurity(r); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
