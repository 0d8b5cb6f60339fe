package main_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/realm"
)

// stranger is somebody with an address and no good intent, or just a player.
type stranger struct {
	t      *testing.T
	server *harness.Process
	from   string
	http   *http.Client
	schema string
}

// newStranger comes from an address of the loopback network.
func newStranger(t *testing.T, server *harness.Process, from string) *stranger {
	t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	s := &stranger{t: t, server: server, from: from, http: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DialContext: dialer.DialContext}}}
	t.Cleanup(s.http.CloseIdleConnections)
	_, info := s.call("GET", "/v1/realm", "", nil)
	s.schema, _ = info["schema"].(string)
	return s
}

func (s *stranger) call(method, path, token string, in any) (status int, out map[string]any) {
	s.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, "http://"+s.server.HTTP+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := s.http.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	_ = json.NewDecoder(resp.Body).Decode(&out) // a refusal may have no body
	return resp.StatusCode, out
}

// guest makes an account.
func (s *stranger) guest() (token string) {
	s.t.Helper()
	for {
		status, in := s.call("POST", "/v1/guest", "", nil)
		if token, _ = in["token"].(string); status == http.StatusCreated {
			return token
		}
		if status != http.StatusTooManyRequests {
			s.t.Fatalf("guest: %d %v", status, in)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// play makes a character and asks to play it.
func (s *stranger) play(token, name string) (status int, grant map[string]any) {
	s.t.Helper()
	status, ch := s.call("POST", "/v1/characters", token, map[string]any{"name": name, "class": "knight", "appearance": map[string]int{"skin": 0, "hair": 0, "shirt": 0}})
	if status != http.StatusCreated {
		s.t.Fatalf("character %s: %d %v", name, status, ch)
	}
	return s.call("POST", "/v1/play", token, map[string]any{"character": ch["id"], "schema": s.schema, "protocol": realm.Protocol})
}

// webSocketPath is where a grant's WebSocket is.
func (s *stranger) webSocketPath(grant map[string]any) string {
	s.t.Helper()
	endpoints, _ := grant["endpoints"].([]any)
	for _, e := range endpoints {
		if e, _ := e.(map[string]any); e["transport"] == "websocket" {
			path, _ := e["url"].(string)
			return path
		}
	}
	s.t.Fatalf("no WebSocket in %v", grant)
	return ""
}

// upgrade asks for a WebSocket, says nothing more and does not hang up. The status is the answer's.
func (s *stranger) upgrade(path string) (held *bufio.Reader, status int) {
	s.t.Helper()
	dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(s.from)}}
	c, err := dialer.DialContext(s.t.Context(), "tcp", s.server.HTTP)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", path)
	held = bufio.NewReader(c)
	resp, err := http.ReadResponse(held, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	_ = resp.Body.Close()
	return held, resp.StatusCode
}

// gauge reads a metric of the server.
func gauge(t *testing.T, server *harness.Process, metric string) float64 {
	t.Helper()
	_, page := server.Get("/metrics")
	m := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(metric) + ` (\S+)$`).FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no metric %s", metric)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSilentWebSockets holds upgrades that say nothing and never hang up: without a tag none is made, with one the server lets go by itself,
// and three that are held do not keep it from stopping.
func TestSilentWebSockets(t *testing.T) {
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--rate-limit", "on")
	s := newStranger(t, server, "127.0.0.1")
	token := s.guest()
	_, grant := s.play(token, "Silent")
	path := s.webSocketPath(grant)
	bare, _, _ := strings.Cut(path, "?")
	if _, status := s.upgrade(bare); status != http.StatusForbidden {
		t.Errorf("without a tag: %d", status)
	}
	var held []*bufio.Reader
	for i := range 5 {
		r, status := s.upgrade(path)
		if want := map[bool]int{true: http.StatusSwitchingProtocols, false: http.StatusServiceUnavailable}[i < 3]; status != want {
			t.Errorf("the %d. WebSocket of one grant: %d, want %d", i+1, status, want)
		}
		if i < 3 {
			held = append(held, r)
		}
	}
	for _, r := range held { // the zone gives each up after 5 s; the client does not answer its close
		_, _ = io.Copy(io.Discard, r)
	}
	for deadline := time.Now().Add(20 * time.Second); gauge(t, server, "realmwire_gateway_websockets") != 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("WebSockets are relayed that the zone has given up") // they have a moment more, in which the client could answer the close
		}
	}
	for range 3 {
		s.upgrade(path)
	}
	server.Stop() // fails if it takes long
}

// TestGuestsFillNoZone lets guests of one address ask for places as fast as they may, and connect to none. A player of the neighbourhood
// still gets in.
func TestGuestsFillNoZone(t *testing.T) {
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--rate-limit", "on")
	evil := newStranger(t, server, "127.0.0.1")
	for g := range 12 {
		token := evil.guest()
		for c := range 4 {
			if status, grant := evil.play(token, fmt.Sprintf("Q%c%c", 'a'+g, 'a'+c)); status != http.StatusOK {
				t.Fatalf("%d %v", status, grant)
			}
		}
	}
	if n := gauge(t, server, `realmwire_realm_zone_places{zone="overworld"}`); n > 16 {
		t.Errorf("one address has %v places without a connection", n)
	}
	honest := newStranger(t, server, "127.0.0.2")
	status, grant := honest.play(honest.guest(), "Honest")
	if status != http.StatusOK {
		t.Errorf("a player: %d %v", status, grant)
	}
	if _, status := honest.upgrade(honest.webSocketPath(grant)); status != http.StatusSwitchingProtocols {
		t.Errorf("a player's WebSocket: %d", status)
	}
	server.Stop()
}

// TestSlowReaders asks for the whole page, many times on one connection, and reads nothing of it. Others are served, and the server stops.
func TestSlowReaders(t *testing.T) {
	server := harness.StartUp(t, harness.Binary(t), t.TempDir())
	for range 20 {
		var d net.Dialer
		c, err := d.DialContext(t.Context(), "tcp", server.HTTP)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		_ = c.(*net.TCPConn).SetReadBuffer(4096)
		_ = c.SetWriteDeadline(time.Now().Add(time.Second)) // the server takes no more requests than it can answer
		_, _ = io.WriteString(c, strings.Repeat("GET /v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n", 2000))
	}
	if code, _ := server.Get("/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
	server.Stop() // fails if it takes long
}
