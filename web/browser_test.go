package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport/netsim"
)

// TestTwoBrowsers plays in a real Chromium: one tab over WebRTC, in the best tier, and one over WebSocket see each other walk and talk, one takes the
// portal and comes back, the server restarts, and both are where they stood.
func TestTwoBrowsers(t *testing.T) {
	dir := needBrowser(t)
	data := t.TempDir()
	way := newWay(t, os.Getenv("REALMWIRE_NETWORK"))
	server := way.startUp(t, data, "--tier", "best")
	t.Log(browse(t, server, dir, "first"))
	server.Stop()
	server = way.startUp(t, data, "--http", server.HTTP)
	t.Log(browse(t, server, dir, "again"))
	server.Stop()
}

// TestTwoBrowsersOnABadNetwork: a first visit where datagrams are late and lost, and HTTP and the WebSocket late and held up.
func TestTwoBrowsersOnABadNetwork(t *testing.T) {
	dir := needBrowser(t)
	way := newWay(t, "latency=40ms jitter=10ms loss=5%")
	server := way.startUp(t, t.TempDir(), "--tier", "best")
	t.Log(browse(t, server, dir, "brief"))
	server.Stop()
	if up, down := way.front.Counters(); min(up.Sent, down.Sent) < 100 || min(up.Lost, down.Lost) == 0 {
		t.Errorf("up %v, down %v: the browser did not go that way", up, down)
	}
}

// way is the way of browsers to a server: straight, or through a bad network.
type way struct{ front *netsim.Front }

// newWay makes one, of a profile as realmwire netsim takes it; empty: straight.
func newWay(t *testing.T, profile string) *way {
	t.Helper()
	if profile == "" {
		return &way{}
	}
	var p netsim.Profile
	if err := p.UnmarshalText([]byte(profile)); err != nil {
		t.Fatal(err)
	}
	front, err := netsim.NewFront(p, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	return &way{front}
}

// startUp starts a server at the way's end; its URL is the way's beginning.
func (w *way) startUp(t *testing.T, data string, args ...string) *harness.Process {
	t.Helper()
	if w.front == nil {
		return harness.StartUp(t, harness.Binary(t), data, args...)
	}
	server := harness.StartUp(t, harness.Binary(t), data, append([]string{"--public-addr", w.front.UDP()}, args...)...)
	if err := w.front.Lead(server.UDP, server.HTTP); err != nil {
		t.Fatal(err)
	}
	server.URL = "http://" + w.front.HTTP()
	return server
}

// TestBrowserFallsBack joins where UDP leads nowhere: the browser plays over WebSocket by itself, and says why. Where a zone process takes
// WebSockets itself, the page's policy lets it connect there.
func TestBrowserFallsBack(t *testing.T) {
	dir := needBrowser(t)
	for transport, args := range map[string][]string{"websocket": nil, "websocket-direct": {"--ws", "127.0.0.1:0"}} {
		t.Run(transport, func(t *testing.T) {
			// Port 9 takes what comes and answers nothing; here nobody listens at all.
			server := harness.StartUp(t, harness.Binary(t), t.TempDir(), append(args, "--public-addr", "127.0.0.1:9")...)
			t.Log(node(t, server, "web/e2e/fallback.mjs", "--url", server.URL, "--dir", dir))
			if _, metrics := server.Get("/metrics"); !strings.Contains(metrics, fmt.Sprintf(`realmwire_transport_events_total{event="accepted",transport=%q} 1`, transport)) {
				t.Errorf("the browser did not come by %s", transport)
			}
			server.Stop()
		})
	}
}

// TestBrowserResumes breaks the network under two browsers. Both come back straight to the zone, one over WebRTC, one over WebSocket, as who they were.
func TestBrowserResumes(t *testing.T) {
	needBrowser(t)
	proxy, err := netsim.NewProxy(netsim.ProxyConfig{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--public-addr", proxy.Addr())
	if err := proxy.SetTarget(server.UDP); err != nil {
		t.Fatal(err)
	}
	control := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { proxy.Block(r.URL.Path == "/cut") }))
	t.Cleanup(control.Close)
	t.Log(node(t, server, "web/e2e/resume.mjs", "--url", strings.TrimSuffix(server.URL, "/"), "--control", control.URL))
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(100 * time.Millisecond) { // zones publish their counts now and then
		_, page := server.Get("/metrics")
		if strings.Contains(page, `realmwire_zone_events_total{event="resumed",zone="overworld"} 2`) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the zone counts other resumptions than two:\n%s", page)
		}
	}
	server.Stop()
}

// needBrowser skips where no browser can be driven, and returns the folder for screenshots: REALMWIRE_SHOTS, where that is set.
func needBrowser(t *testing.T) string {
	t.Helper()
	harness.Need(t, "Chromium (/usr/bin/chromium)", exists("/usr/bin/chromium"))
	harness.Need(t, "Node", onPath("node"))
	harness.Need(t, "npm packages of web/ (npm ci)", exists(filepath.Join(harness.Root(), "web/node_modules/playwright-core")))
	dir := os.Getenv("REALMWIRE_SHOTS")
	if dir == "" {
		return t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func browse(t *testing.T, server *harness.Process, dir, phase string) string {
	t.Helper()
	return node(t, server, "web/e2e/play.mjs", "--url", strings.TrimSuffix(server.URL, "/"), "--dir", dir, "--phase", phase)
}

// node runs a script that drives Chromium.
func node(t *testing.T, server *harness.Process, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = harness.Root()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("node %v: %v\n%s\nserver:\n%s", args, err, out, server.Log)
	}
	return string(out)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func onPath(name string) bool {
	_, err := exec.LookPath(name)
	return err == nil
}
