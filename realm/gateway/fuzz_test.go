package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/realm"
)

// TestAnyRequest sends methods, paths and bodies that nobody means to everything the interface has. Each is answered, with a problem that says what
// is wrong; nothing panics, nothing is an internal error, and no answer shows what was sent.
func TestAnyRequest(t *testing.T) {
	reg := prometheus.NewRegistry()
	s := newSite(t, func(c *realm.Config) { c.Limits.Off = true }, func(c *Config) { c.Registry, c.Unlimited = reg, true })
	s.zone(5)
	token, id := s.character("Fuzzed")
	rng := rand.New(rand.NewPCG(3, 4))
	paths := slices.Repeat(pathsOf(t, s), 3)
	paths = append(paths, "/", "/healthz", "/metrics", "/v1/", "/v1/nothing", "/v1/maps/{hash}", "/v1/ws/{incarnation}", "/../..", "/v1/../v1/realm", "/assets/")
	const secret = "correct horse battery"
	for i := range 6000 {
		path := paths[rng.IntN(len(paths))]
		for strings.Contains(path, "{") {
			begin, end := strings.Index(path, "{"), strings.Index(path, "}")
			path = path[:begin] + oneOf(rng, id.String(), "00000000000000ff", "%00", "..", "%2e%2e%2f", strings.Repeat("9", 300), "%F0%9F%92%A9", "0") + path[end+1:]
		}
		method := oneOf(rng, "GET", "POST", "POST", "POST", "POST", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "G\x7eT")
		body := anyBody(rng, secret)
		r := httptest.NewRequest("GET", "http://x/", bytes.NewReader(body))
		r.Method, r.URL.Path, r.URL.RawPath, r.URL.RawQuery = method, unescaped(path), path, oneOf(rng, "", "confirm=Fuzzed%00", "admit="+strings.Repeat("A", 43), ";;%", "admit=x&admit=y")
		r.Header.Set("Content-Type", oneOf(rng, "application/json", "application/json", "application/json", "", "text/plain", "application/json; charset=utf-16", "application/cbor", strings.Repeat("x", 5000)))
		r.Header.Set("Authorization", oneOf(rng, "", "Bearer "+token, "Bearer "+token, "Bearer "+token, "Bearer "+strings.Repeat("x", 4000), "Basic eDp4", "Bearer \x01"))
		r.Header.Set("Upgrade", oneOf(rng, "", "websocket", "h2c"))
		r.Header.Set("X-Forwarded-For", oneOf(rng, "", "not an address", "10.0.0.1, , ,"))
		r.Header.Set("Accept", oneOf(rng, "", "application/cbor", "*/*;q=x", "text/html"))
		r.Header.Set("Range", oneOf(rng, "", "bytes=0-0,-1,5-2"))
		r.RemoteAddr = oneOf(rng, "127.0.0.1:5", "", "@", "[::1%lo]:5")
		w := httptest.NewRecorder()
		s.gw.ServeHTTP(w, r)
		if w.Code == http.StatusInternalServerError || w.Code < 200 || w.Code > 599 || w.Code == http.StatusBadGateway {
			t.Fatalf("request %d: %s %s %q was answered %d: %s", i, method, path, body, w.Code, w.Body)
		}
		if strings.Contains(w.Body.String(), secret) {
			t.Fatalf("request %d: %s %s shows a password: %s", i, method, path, w.Body)
		}
		if ct := w.Header().Get("Content-Type"); ct == "application/problem+json" && method != "HEAD" {
			var p problemBody
			if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Title == "" || p.Detail == "" {
				t.Fatalf("request %d: %s %s: the problem is %s (%v)", i, method, path, w.Body, err)
			}
		}
	}
	families, err := reg.Gather()
	must(t, err)
	for _, f := range families {
		if f.GetName() == "realmwire_gateway_panics_total" && f.GetMetric()[0].GetCounter().GetValue() != 0 {
			t.Error("a request panicked")
		}
	}
}

// pathsOf are the paths that the interface says it has.
func pathsOf(t *testing.T, s *site) []string {
	t.Helper()
	spec := into[struct {
		Paths map[string]json.RawMessage `json:"paths"`
	}](t, s.send("GET", "/v1/openapi.json", "", nil), 200)
	var out []string
	for path := range spec.Paths {
		out = append(out, path)
	}
	if len(out) < 10 {
		t.Fatalf("only %d paths are known", len(out))
	}
	return out
}

func oneOf(rng *rand.Rand, list ...string) string { return list[rng.IntN(len(list))] }

func unescaped(path string) string {
	r, err := http.NewRequest(http.MethodGet, "http://x"+path, nil) //nolint:noctx // only its path counts
	if err != nil {
		return path
	}
	return r.URL.Path
}

// anyBody is now and then nearly what is meant.
func anyBody(rng *rand.Rand, secret string) []byte {
	value := func() any {
		return []any{nil, true, -1, 1e308, "", secret, "\x00", strings.Repeat("long", 200), []any{}, map[string]any{"a": []any{nil}}, json.Number("1e999"), "00000000000000ff", 3}[rng.IntN(13)]
	}
	switch rng.IntN(6) {
	case 0:
		return nil
	case 1:
		b := make([]byte, rng.IntN(200))
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	case 2:
		return []byte(oneOf(rng, "{", "[", "null", `""`, "{}", "[]", strings.Repeat("[", 5000), strings.Repeat(`{"a":`, 1000), `{"name":1,"name":2}`))
	case 3:
		b, _ := io.ReadAll(io.LimitReader(strings.NewReader(strings.Repeat("x", 100_000)), int64(rng.IntN(100_000))))
		return b
	}
	object := map[string]any{}
	for range rng.IntN(8) {
		object[oneOf(rng, "name", "password", "class", "appearance", "character", "schema", "protocol", "suite", "ticket", "sdp", "client", "returning", "other", "confirm")] = value()
	}
	b, err := json.Marshal(object)
	if err != nil {
		return []byte(fmt.Sprint(object))
	}
	return b
}
