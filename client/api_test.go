package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// gateway answers one request with what a test says, and keeps what was asked.
type gateway struct {
	status  int
	header  map[string]string
	body    string
	method  string
	path    string
	auth    string
	request map[string]any
}

func (g *gateway) start(t *testing.T) *API {
	t.Helper()
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)
	a, err := NewAPI(srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.method, g.path, g.auth = r.Method, r.URL.RequestURI(), r.Header.Get("Authorization")
	raw, _ := io.ReadAll(r.Body)
	g.request = nil
	_ = json.Unmarshal(raw, &g.request)
	for k, v := range g.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(g.status)
	_, _ = io.WriteString(w, g.body)
}

func TestAPICalls(t *testing.T) {
	const id = "00000000000000ab"
	for _, c := range []struct {
		name    string
		body    string
		call    func(*API) (any, error)
		want    any
		request string // METHOD PATH
		sent    map[string]any
	}{
		{
			"realm", `{"name":"R","game":"rpg","schema":"00ff","classes":["knight"],"zones":[{"name":"overworld","tick_hz":20}]}`,
			func(a *API) (any, error) { return a.Realm(t.Context()) },
			Realm{Name: "R", Game: "rpg", Schema: "00ff", Classes: []string{"knight"}, Zones: []ZoneStatus{{Name: "overworld", TickHz: 20}}},
			"GET /v1/realm", nil,
		},
		{
			"register", `{"token":"T","account":{"id":"` + id + `","name":"Ann"}}`,
			func(a *API) (any, error) { return a.Register(t.Context(), "Ann", "secret-secret") },
			SignedIn{Token: "T", Account: Account{ID: id, Name: "Ann"}},
			"POST /v1/register",
			map[string]any{"name": "Ann", "password": "secret-secret"},
		},
		{
			"login", `{"token":"T","account":{"id":"` + id + `"}}`,
			func(a *API) (any, error) { return a.Login(t.Context(), "Ann", "secret-secret") },
			SignedIn{Token: "T", Account: Account{ID: id}},
			"POST /v1/login",
			map[string]any{"name": "Ann", "password": "secret-secret"},
		},
		{
			"guest", `{"token":"T","account":{"id":"` + id + `","guest":true}}`,
			func(a *API) (any, error) { return a.Guest(t.Context()) },
			SignedIn{Token: "T", Account: Account{ID: id, Guest: true}},
			"POST /v1/guest",
			map[string]any{},
		},
		{
			"characters", `{"characters":[{"id":"` + id + `","appearance":{"hair":3}}],"limit":5}`,
			func(a *API) (any, error) { return a.Characters(t.Context()) },
			Roster{Characters: []Character{{ID: id, Appearance: json.RawMessage(`{"hair":3}`)}}, Limit: 5},
			"GET /v1/characters", nil,
		},
		{
			"create", `{"id":"` + id + `","name":"Bo"}`,
			func(a *API) (any, error) {
				return a.CreateCharacter(t.Context(), "Bo", "rogue", json.RawMessage(`{"skin":1,"hair":2,"shirt":3}`))
			},
			Character{ID: id, Name: "Bo"},
			"POST /v1/characters",
			map[string]any{"name": "Bo", "class": "rogue", "appearance": map[string]any{"skin": 1.0, "hair": 2.0, "shirt": 3.0}},
		},
		{
			"rename", `{"id":"` + id + `","name":"Bea"}`,
			func(a *API) (any, error) { return a.RenameCharacter(t.Context(), id, "Bea") },
			Character{ID: id, Name: "Bea"},
			"PATCH /v1/characters/" + id,
			map[string]any{"name": "Bea"},
		},
		{
			"delete", ``,
			func(a *API) (any, error) { return nil, a.DeleteCharacter(t.Context(), id, "Bea O'Hara & Co") },
			nil,
			"DELETE /v1/characters/" + id + "?confirm=Bea+O%27Hara+%26+Co", nil,
		},
		{
			"me", `{"account":{"name":"Ann"}}`,
			func(a *API) (any, error) { return a.Me(t.Context()) },
			Account{Name: "Ann"},
			"GET /v1/me", nil,
		},
		{
			"play", `{"character":"` + id + `","ticket":"AQI=","secret":"Aw==","suite":1,"endpoints":[{"transport":"smoke","hill":3,"url":"https://h"},{"transport":"kcp","addr":"127.0.0.1:7"}],"zone":{"name":"z","tick_hz":20}}`,
			func(a *API) (any, error) {
				return a.Play(t.Context(), PlayRequest{Character: id, Schema: 0xabc, Client: "00000000000000a1", Returning: true})
			},
			Grant{Character: id, Ticket: []byte{1, 2}, Secret: []byte{3}, Suite: 1, Endpoints: []transport.Endpoint{{Transport: "smoke", URL: "https://h"}, {Transport: "kcp", Addr: "127.0.0.1:7"}}, Zone: GrantZone{Name: "z", TickHz: 20}},
			"POST /v1/play",
			map[string]any{"character": id, "schema": "0000000000000abc", "protocol": float64(message.Version), "suite": 1.0, "client": "00000000000000a1", "returning": true},
		},
		{
			"signal", `{"sdp":"answer"}`,
			func(a *API) (any, error) {
				return a.Signal(t.Context(), "/v1/rtc/"+id, []byte{9}, "offer")
			},
			"answer",
			"POST /v1/rtc/" + id,
			map[string]any{"ticket": "CQ==", "sdp": "offer"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := &gateway{status: http.StatusOK, body: c.body}
			got, err := c.call(g.start(t).As("secret-token"))
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v\nwant %+v", got, c.want)
			}
			if g.method+" "+g.path != c.request || !reflect.DeepEqual(g.request, c.sent) {
				t.Errorf("asked %s %s with %v, want %s with %v", g.method, g.path, g.request, c.request, c.sent)
			}
			if g.auth != "Bearer secret-token" {
				t.Errorf("Authorization %q", g.auth)
			}
		})
	}
}

func TestAPIRefusals(t *testing.T) {
	for _, c := range []struct {
		name string
		g    gateway
		want Error
		text string
	}{
		{
			"problem",
			gateway{status: 409, header: map[string]string{"Content-Type": "application/problem+json"}, body: `{"title":"client-outdated","status":409,"detail":"Update the client."}`},
			Error{Op: "GET /v1/realm", Status: 409, Title: "client-outdated", Detail: "Update the client."},
			"GET /v1/realm: Update the client. (409)",
		},
		{
			"rate limit",
			gateway{status: 429, header: map[string]string{"Content-Type": "application/problem+json", "Retry-After": "7"}, body: `{"title":"rate-limited","detail":"Slower."}`},
			Error{Op: "GET /v1/realm", Status: 429, Title: "rate-limited", Detail: "Slower.", RetryAfter: 7 * time.Second},
			"Slower.",
		},
		{
			"a wait without end is cut",
			gateway{status: 429, header: map[string]string{"Retry-After": "99999999"}},
			Error{Op: "GET /v1/realm", Status: 429, Title: "Too Many Requests", RetryAfter: maxRetryAfter, Foreign: true},
			"Too Many Requests",
		},
		{
			"a proxy's page",
			gateway{status: 502, header: map[string]string{"Content-Type": "text/html"}, body: "<html>"},
			Error{Op: "GET /v1/realm", Status: 502, Title: "Bad Gateway", Foreign: true},
			"Bad Gateway (502)",
		},
		{
			"a proxy without a gateway behind it",
			gateway{status: 404, header: map[string]string{"Content-Type": "text/plain"}, body: "default backend - 404"},
			Error{Op: "GET /v1/realm", Status: 404, Title: "Not Found", Foreign: true},
			"Not Found (404)",
		},
		{
			"a redirect is not followed",
			gateway{status: 302, header: map[string]string{"Location": "http://192.0.2.1/"}},
			Error{Op: "GET /v1/realm", Status: 302, Title: "Found", Foreign: true},
			"Found",
		},
		{
			"a broken problem",
			gateway{status: 500, header: map[string]string{"Content-Type": "application/problem+json"}, body: `{"title":`},
			Error{Op: "GET /v1/realm", Status: 500, Title: "Internal Server Error", Foreign: true},
			"Internal Server Error",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := c.g.start(t).Realm(t.Context())
			var got *Error
			if !errors.As(err, &got) || *got != c.want {
				t.Fatalf("got %+v, want %+v", got, c.want)
			}
			if !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q does not say %q", err, c.text)
			}
			if got.Temporary() != (c.want.Foreign || c.want.Status == 429 || c.want.Status >= 500) {
				t.Errorf("temporary: %t", got.Temporary())
			}
			if d, ok := RetryAfter(fmt.Errorf("wrapped: %w", err)); d != c.want.RetryAfter || ok != (d > 0) {
				t.Errorf("retry after %s, %t", d, ok)
			}
		})
	}
}

func TestAPIRefusesBadAnswers(t *testing.T) {
	long := &gateway{status: 200, body: `{"name":"` + strings.Repeat("x", maxBody) + `"}`}
	if _, err := long.start(t).Realm(t.Context()); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a long answer: %v", err)
	}
	noJSON := &gateway{status: 200, body: `hello`}
	if _, err := noJSON.start(t).Realm(t.Context()); err == nil {
		t.Error("an answer that is no JSON was taken")
	}
	empty := &gateway{status: 200, body: `{}`}
	if _, err := empty.start(t).Play(t.Context(), PlayRequest{Character: "1", Schema: 1}); err == nil || !strings.Contains(err.Error(), "no ticket") {
		t.Errorf("a grant without a ticket: %v", err)
	}
	for _, u := range []string{"", "localhost:8080", "ftp://x", "http://"} {
		if _, err := NewAPI(u, nil); err == nil {
			t.Errorf("the address %q was taken", u)
		}
	}
}

// Addresses as people write and copy them, and what a request asks for there.
func TestBelowAPath(t *testing.T) {
	for base, want := range map[string]string{
		"https://play.example":              "https://play.example/v1/x",
		"https://play.example/":             "https://play.example/v1/x",
		"https://play.example/sub":          "https://play.example/sub/v1/x",
		"https://play.example/sub/":         "https://play.example/sub/v1/x",
		"https://play.example/sub//":        "https://play.example/sub/v1/x",
		"https://play.example/a/b/?x=1#top": "https://play.example/a/b/v1/x",
		"https://play.example/sub/?":        "https://play.example/sub/v1/x",
		"https://play.example/a%20b/":       "https://play.example/a%20b/v1/x",
		"https://play.example/a b/":         "https://play.example/a%20b/v1/x",
		"https://play.example/a%2Fb/":       "https://play.example/a%2Fb/v1/x",
		"http://[::1]:8080/sub/":            "http://[::1]:8080/sub/v1/x",
	} {
		a, err := NewAPI(base, nil)
		if err != nil {
			t.Errorf("%s: %v", base, err)
			continue
		}
		if u, err := a.resolve("/v1/x"); err != nil || u.String() != want {
			t.Errorf("%s: %v, %v; want %s", base, u, err, want)
		}
	}
	a, err := NewAPI("https://play.example/a%2Fb/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if u, err := a.resolve("/v1/characters/%2F?confirm=%2F"); err != nil || u.String() != "https://play.example/a%2Fb/v1/characters/%2F?confirm=%2F" {
		t.Errorf("%v, %v", u, err)
	}
}

func TestAGrantCannotSendItsClientToAnotherHost(t *testing.T) {
	a, err := NewAPI("https://play.example/sub/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if u, err := a.WebSocketURL("/v1/ws/01"); err != nil || u != "wss://play.example/sub/v1/ws/01" {
		t.Errorf("%q, %v", u, err)
	}
	for _, path := range []string{"http://evil/v1/ws", "//evil/v1/ws", "v1/ws", ""} {
		if u, err := a.WebSocketURL(path); err == nil {
			t.Errorf("path %q became %q", path, u)
		}
	}
	direct := Grant{Endpoints: []transport.Endpoint{{Transport: transport.WebSocket, URL: "wss://zone1.example/ws"}}}
	if u, err := a.WebSocketURL(direct.Endpoints[0].URL); err != nil || u != "wss://zone1.example/ws" {
		t.Errorf("straight to the zone process: %q, %v", u, err)
	}
	c := Config{LoopbackOnly: true, Transport: transport.WebSocket, API: a}
	if _, err := c.dial(t.Context(), &direct, nil); err == nil || !strings.Contains(err.Error(), "not on this machine") {
		t.Errorf("WebSocket beyond the machine: %v", err)
	}
	c = Config{LoopbackOnly: true, Transport: transport.KCP, API: a}
	if _, err := c.dial(t.Context(), &Grant{Endpoints: []transport.Endpoint{{Transport: transport.KCP, Addr: "192.0.2.1:7777"}}}, nil); err == nil || !strings.Contains(err.Error(), "not on this machine") {
		t.Errorf("kcp beyond the machine: %v", err)
	}
	sdp := "v=0\r\na=candidate:1 1 udp 2130706431 %s 7777 typ host\r\n"
	if err := c.allowCandidates(fmt.Sprintf(sdp, "192.0.2.1")); err == nil {
		t.Error("webrtc beyond the machine was allowed")
	}
	for _, ok := range []string{"127.0.0.1", "::1"} {
		if err := c.allowCandidates(fmt.Sprintf(sdp, ok)); err != nil {
			t.Error(err)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LOCALHOST": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true, "[::1]": true, "::ffff:127.0.0.1": true,
		"localhost.evil.example": false, "10.0.0.1": false, "example.org": false, "": false, "0.0.0.0": false,
	} {
		if IsLoopback(host) != want {
			t.Errorf("%q: %t", host, !want)
		}
	}
}

func TestMapsAreFetchedOnceAndChecked(t *testing.T) {
	ground, err := tilemap.Blank("field", "Field", 8, 8)
	if err != nil {
		t.Fatal(err)
	}
	var asked atomic.Int32
	var broken atomic.Bool
	broken.Store(true)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		if broken.Load() {
			http.Error(w, "no", http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(ground.Artefact())
	}))
	defer srv.Close()
	a, err := NewAPI(srv.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	var maps Maps
	m := GrantMap{Hash: ground.Hash(), URL: "/v1/maps/" + ground.Hash()}
	if _, err := maps.Get(t.Context(), a, m); err == nil {
		t.Fatal("a failed fetch was taken")
	}
	broken.Store(false)
	asked.Store(0)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if got, err := maps.Get(t.Context(), a, m); err != nil || got.Hash() != ground.Hash() {
				t.Errorf("%v", err)
			}
		})
	}
	all.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("fetched %d times", n)
	}
	if _, err := maps.Get(t.Context(), a, GrantMap{Hash: "00ff", URL: m.URL}); err == nil || !strings.Contains(err.Error(), "hash") {
		t.Errorf("a map with another hash: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.Map(ctx, m); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
