package harness

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// Site is a web site that has a gateway below a path, as a reverse proxy puts it there.
type Site struct {
	URL string // of the gateway: http://HOST:PORT/PATH/

	mu      sync.Mutex
	strayed []string // guarded by mu; what was asked of the rest of the site
}

// Below runs a site that serves the gateway at target (HOST:PORT) below a path such as "/game"; all else on it is not the gateway's.
func Below(tb testing.TB, path, target string) *Site {
	tb.Helper()
	s := &Site{}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: "http", Host: target})
		r.Out.Host = r.In.Host
	}}
	mux := http.NewServeMux()
	mux.Handle(strings.ReplaceAll(path, " ", "%20")+"/", http.StripPrefix(path, proxy))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.strayed = append(s.strayed, r.Method+" "+r.URL.Path)
		s.mu.Unlock()
		http.Error(w, "<h1>Another site</h1>", http.StatusNotFound)
	})
	server := httptest.NewServer(mux)
	tb.Cleanup(server.CloseClientConnections) // relayed WebSockets would keep Close waiting; it runs after this
	s.URL = server.URL + path + "/"
	tb.Cleanup(server.Close)
	return s
}

// Check fails the test where something was asked of the site that is not the gateway's.
func (s *Site) Check(tb testing.TB) {
	tb.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.strayed) > 0 {
		tb.Errorf("asked of the site around the gateway: %s", strings.Join(s.strayed, ", "))
	}
}
