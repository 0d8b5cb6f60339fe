package server

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// openOps serves the operator's pages at an address.
func openOps(t *testing.T, addr string) *opsRole {
	t.Helper()
	r, err := listenOps(t.Context(), addr, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r.open(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { r.close(t.Context()) })
	return r
}

// getAs asks for a page under a name.
func (r *opsRole) getAs(t *testing.T, host, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.l.Addr().String()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b)
}

func TestOperatorsPages(t *testing.T) {
	r := openOps(t, "127.0.0.1:0")
	for path, says := range map[string]string{"/": "/metrics", "/healthz": "ok", "/metrics": "go_goroutines"} {
		if code, body := r.getAs(t, "localhost", path); code != 200 || !strings.Contains(body, says) {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	if code, _ := r.getAs(t, "localhost", "/v1/realm"); code != 404 {
		t.Errorf("/v1/realm: %d", code)
	}
}

// A page of another origin that had its name resolve to this machine reads nothing: the browser says that name.
func TestOperatorsPagesAreNoWebsitesOwn(t *testing.T) {
	r := openOps(t, "127.0.0.1:0")
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:9": 200, "127.0.0.1": 200, "127.0.0.1:8090": 200, "[::1]:8090": 200, "127.8.9.1": 200,
		"evil.example": 403, "evil.example:8090": 403, "localhost.evil.example": 403, "10.0.0.1": 403, "127.0.0.1.nip.io": 403, "localhost.": 403,
	} {
		if code, _ := r.getAs(t, host, "/metrics"); code != want {
			t.Errorf("as %s: %d, want %d", host, code, want)
		}
	}
	for addr, own := range map[string]bool{"127.0.0.1:1": true, "[::1]:1": true, "0.0.0.0:1": false, "[::]:1": false, "10.0.0.1:1": false} {
		if p := newOpsPages(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(addr))); p.own != own {
			t.Errorf("pages at %s are for this machine alone: %v", addr, p.own)
		}
	}
}

// The usual port may be another process's: the next one takes a free one, on loopback too. A port that was asked for is taken or refused.
func TestOperatorsPort(t *testing.T) {
	var ports []string
	for range 3 {
		host, port, err := net.SplitHostPort(openOps(t, "").l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if ip, err := netip.ParseAddr(host); err != nil || !ip.IsLoopback() {
			t.Errorf("the operator's pages are at %s, which is not for this machine alone", host)
		}
		ports = append(ports, port)
	}
	taken := openOps(t, "127.0.0.1:0").l.Addr().String()
	if _, err := listenOps(t.Context(), taken, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "--ops "+taken) {
		t.Errorf("a taken port was answered with %v; the others are %v", err, ports)
	}
}
