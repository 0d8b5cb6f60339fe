package realmwire_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// TestTwoBrowsers plays in a real Chromium: one tab over WebRTC, in the best tier, and one over WebSocket see each other walk and talk, one takes the
// portal and comes back, the server restarts, and both are where they stood.
func TestTwoBrowsers(t *testing.T) {
	dir := needBrowser(t)
	data := t.TempDir()
	server := startUp(t, data, "--tier", "best")
	t.Log(browse(t, server, dir, "first"))
	server.stop()
	server = startUp(t, data, "--http", server.ready.HTTP)
	t.Log(browse(t, server, dir, "again"))
	server.stop()
}

// TestBrowserFallsBack joins where UDP leads nowhere: the browser plays over WebSocket by itself, and says why.
func TestBrowserFallsBack(t *testing.T) {
	dir := needBrowser(t)
	// Port 9 takes what comes and answers nothing; here nobody listens at all.
	server := startUp(t, t.TempDir(), "--public-addr", "127.0.0.1:9")
	out := node(t, server, "web/e2e/fallback.mjs", "--url", server.ready.URL, "--dir", dir)
	t.Log(out)
	server.stop()
}

// needBrowser skips where no browser can be driven, and returns the folder for screenshots: REALMWIRE_SHOTS, where that is set.
func needBrowser(t *testing.T) string {
	t.Helper()
	need(t, "Chromium (/usr/bin/chromium)", exists("/usr/bin/chromium"))
	need(t, "Node", onPath("node"))
	need(t, "npm packages of web/ (npm ci)", exists("web/node_modules/playwright-core"))
	dir := os.Getenv("REALMWIRE_SHOTS")
	if dir == "" {
		return t.TempDir()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func browse(t *testing.T, server *process, dir, phase string) string {
	t.Helper()
	return node(t, server, "web/e2e/play.mjs", "--url", strings.TrimSuffix(server.ready.URL, "/"), "--dir", dir, "--phase", phase)
}

// node runs a script that drives Chromium.
func node(t *testing.T, server *process, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "node", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("node %v: %v\n%s\nserver:\n%s", args, err, out, server.log)
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
