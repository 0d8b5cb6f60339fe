//go:build unix

package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/realmwire/realmwire/internal/harness"
)

// TestRolesOnAClusterOfNATS runs the configuration of docs/nats.md as it stands there, as three servers with TLS, and the roles on them: gateway
// and zone processes with nothing but their join tokens. Each server stops for a while, so that everybody loses theirs, and all goes on.
func TestRolesOnAClusterOfNATS(t *testing.T) {
	dir, data := t.TempDir(), t.TempDir()
	cert, key, _ := selfSigned(t, dir)
	config := exec.Command(harness.Binary(t), "nats-config", "--data", data)
	snippet, err := config.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "realmwire.conf"), snippet, 0o600); err != nil {
		t.Fatal(err)
	}
	doc, err := os.ReadFile(filepath.Join(harness.Root(), "docs", "nats.md"))
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile("(?s)```conf\n(.*?)```").FindSubmatch(doc)
	if block == nil {
		t.Fatal("docs/nats.md has no configuration")
	}
	const servers = 3
	var clients, routes [servers]string
	for i := range servers {
		clients[i], routes[i] = lastingPort(t, "tcp"), lastingPort(t, "tcp")
	}
	var running [servers]*server.Server
	run := func(i int) {
		t.Helper()
		text := strings.NewReplacer(
			"server_name: n1", fmt.Sprintf("server_name: n%d", i+1), "0.0.0.0:4222", clients[i], "0.0.0.0:6222", routes[i],
			"n1:6222", routes[0], "n2:6222", routes[1], "n3:6222", routes[2],
			"/etc/nats/cert.pem", cert, "/etc/nats/key.pem", key, "/etc/nats/ca.pem", cert,
		).Replace(string(block[1]))
		file := filepath.Join(dir, fmt.Sprintf("n%d.conf", i+1))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		opts, err := server.ProcessConfigFile(file)
		if err != nil {
			t.Fatal(err)
		}
		opts.NoSigs, opts.NoLog = true, true
		if running[i], err = server.NewServer(opts); err != nil {
			t.Fatal(err)
		}
		running[i].Start()
		t.Cleanup(running[i].Shutdown)
		if !running[i].ReadyForConnections(killPatience) {
			t.Fatalf("server %d is not ready", i)
		}
	}
	for i := range servers {
		run(i)
	}
	eventually := func(what string, done func() bool) {
		t.Helper()
		for end := time.Now().Add(killPatience); !done(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatal(what)
			}
		}
	}
	together := func() bool { // a route is several connections
		for _, s := range running {
			if s.NumRoutes() < servers-1 {
				return false
			}
		}
		return true
	}
	eventually("the servers do not find each other", together)
	nats := []string{"--nats", "tls://" + strings.Join(clients[:], ",tls://"), "--nats-ca", cert}
	var roles []*harness.Process
	role := func(args ...string) *harness.Process {
		t.Helper()
		p := harness.Start(t, harness.Binary(t), append(args, nats...)...)
		roles = append(roles, p)
		return p
	}
	token := func(role string) string { return filepath.Join(data, "nats", role+".token") }
	role("realm", "--data", data, "--http", "127.0.0.1:0", "--rate-limit", "off")
	role("zone", "--data", t.TempDir(), "--nats-token-file", token("zone"), "--udp", "127.0.0.1:0", "--zones", "overworld")
	role("zone", "--data", t.TempDir(), "--nats-token-file", token("zone"), "--udp", "127.0.0.1:0", "--zones", "dungeon-entrance")
	g := role("gateway", "--data", t.TempDir(), "--nats-token-file", token("gateway"), "--http", "127.0.0.1:0")
	for _, transport := range []string{"webrtc", "websocket"} {
		loadtest(t, harness.Binary(t), "--url", g.URL, "--transport", transport, "--bots", "6", "--duration", "3s").check(t, 6)
	}
	for i := range servers {
		running[i].Shutdown()
		eventually("who was connected to the server that stopped does not come back", func() bool {
			for _, p := range roles {
				log := p.Log.String()
				if strings.Count(log, "bus: connection lost") != strings.Count(log, "bus: connected again") {
					return false
				}
			}
			status, body := g.Get("/v1/realm")
			return status == http.StatusOK && strings.Contains(body, "overworld") && strings.Contains(body, "dungeon-entrance")
		})
		run(i)
		eventually("the server that comes back does not find the others", together)
	}
	lost := 0
	for _, p := range roles {
		lost += strings.Count(p.Log.String(), "bus: connection lost")
	}
	if lost < len(roles) {
		t.Errorf("%d connections were lost, want at least one of each of %d roles", lost, len(roles))
	}
	loadtest(t, harness.Binary(t), "--url", g.URL, "--transport", "kcp", "--bots", "6", "--duration", "3s").check(t, 6)

	wrong := append([]string{"zone", "--data", t.TempDir(), "--nats-token-file", token("gateway"), "--udp", "127.0.0.1:0"}, nats...)
	if out := fails(t, wrong...); !strings.Contains(out, "does not let role zone in") {
		t.Errorf("a zone process with the gateways' token: %s", out)
	}
}
