package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPath(t *testing.T) {
	for text, want := range map[string]string{"": "", "/": "", "game": "/game", "/game": "/game", "/game/": "/game", "/a b/c": "/a b/c"} {
		if got, err := cleanPath(text); err != nil || got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"/a%20b", "/a/../b", "/a//b", "/game?x", "/game#x", "https://host/game", "/."} {
		if got, err := cleanPath(text); err == nil {
			t.Errorf("%q is taken for %q", text, got)
		}
	}
}

// A gateway with a path answers a proxy that leaves it in requests, and one that takes it away.
func TestBelow(t *testing.T) {
	gateway := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL.EscapedPath()) })
	for _, c := range []struct {
		path, asked string
		status      int
		got         string // the path that the gateway sees, or where the client is sent
	}{
		{"", "/game/v1/realm", 200, "/game/v1/realm"},
		{"/game", "/game/v1/realm", 200, "/v1/realm"},
		{"/game", "/game/", 200, "/"},
		{"/game", "/game/v1/characters/%2F?confirm=x", 200, "/v1/characters/%2F"},
		{"/game", "/v1/realm", 200, "/v1/realm"},
		{"/game", "/healthz", 200, "/healthz"},
		{"/game", "/games/v1", 200, "/games/v1"},
		{"/game", "/game?tier=best", 308, "game/?tier=best"},
		{"/a b/game", "/a%20b/game", 308, "game/"},
		{"/a b/game", "/a%20b/game/v1/realm", 200, "/v1/realm"},
	} {
		w := httptest.NewRecorder()
		below(c.path, gateway).ServeHTTP(w, httptest.NewRequest(http.MethodGet, c.asked, nil))
		got := w.Body.String()
		if w.Code == http.StatusPermanentRedirect {
			got = w.Header().Get("Location")
		}
		if w.Code != c.status || got != c.got {
			t.Errorf("%s with --path %q: %d %q, want %d %q", c.asked, c.path, w.Code, got, c.status, c.got)
		}
	}
}
