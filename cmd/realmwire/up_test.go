package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
)

func TestUpServesAndStops(t *testing.T) {
	p := harness.StartUp(t, harness.Binary(t), t.TempDir())
	if code, body := p.Get("/healthz"); code != 200 || !strings.Contains(body, "ok") {
		t.Errorf("/healthz: %d %q", code, body)
	}
	code, page := p.Get("/")
	if code != 200 || !strings.Contains(page, "<html") {
		t.Errorf("/: %d %.80q", code, page)
	}
	if code, body := p.Get("/metrics"); code != 200 || !strings.Contains(body, `realmwire_zone_players{zone="overworld"} 0`) {
		t.Errorf("/metrics: %d, without the zones' players", code)
	}
	var info struct {
		Schema string
		Zones  []struct{ Name string }
	}
	if code, body := p.Get("/v1/realm"); code != 200 || json.Unmarshal([]byte(body), &info) != nil || len(info.Zones) != 2 || len(info.Schema) != 16 {
		t.Errorf("/v1/realm: %d %s", code, body)
	}
	p.Stop()
	if !strings.Contains(p.Log.String(), "everything is saved") {
		t.Errorf("nothing was said of saving:\n%s", p.Log)
	}
}

// fails runs a role that must not start, and returns what it says.
func fails(t *testing.T, args ...string) string {
	t.Helper()
	p := harness.Launch(t, harness.Binary(t), args...)
	select {
	case <-p.Done():
	case <-time.After(30 * time.Second):
		t.Fatalf("realmwire %v runs, and should not\n%s", args, p.Log)
	}
	if p.Err() == nil {
		t.Fatalf("realmwire %v ended well, and should not\n%s", args, p.Log)
	}
	return p.Log.String()
}

func TestTakenPorts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	out := fails(t, "up", "--http", l.Addr().String(), "--udp", "127.0.0.1:0", "--data", t.TempDir())
	if !strings.Contains(out, "the port is taken") || !strings.Contains(out, "--http") {
		t.Errorf("a taken HTTP port: %s", out)
	}
	out = fails(t, "up", "--http", "127.0.0.1:0", "--udp", u.LocalAddr().String(), "--data", t.TempDir())
	if !strings.Contains(out, "the port is taken") || !strings.Contains(out, "--udp") {
		t.Errorf("a taken UDP port: %s", out)
	}
}

func TestUnusableDataFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out := fails(t, "up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", filepath.Join(file, "data"))
	if !strings.Contains(out, "--data") {
		t.Errorf("a data folder that cannot be: %s", out)
	}
	dir := t.TempDir()
	harness.StartUp(t, harness.Binary(t), dir)
	out = fails(t, "up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", dir)
	if !strings.Contains(out, "--data") || !strings.Contains(out, "another") {
		t.Errorf("a data folder that another process has: %s", out)
	}
}

func TestWrongFlags(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"tick rate":    {[]string{"--tick", "500"}, "--tick: 500 is more than 128"},
		"snapshots":    {[]string{"--snapshots", "newest"}, "must be one of"},
		"unknown zone": {[]string{"--zones", "moon"}, `no zone "moon"; it has overworld, dungeon-entrance`},
		"half of TLS":  {[]string{"--tls-cert", "x.pem"}, "--tls-cert and --tls-key go together"},
		"no such file": {[]string{"--tls-cert", "x.pem", "--tls-key", "y.pem"}, "x.pem"},
		"unknown flag": {[]string{"--htpp", ":1"}, "unknown flag --htpp"},
		"public port":  {[]string{"--public-addr", ":0"}, "--public-addr :0"},
		"public host":  {[]string{"--public-addr", "1:2:3"}, "--public-addr 1:2:3: too many colons"},
		"public ws":    {[]string{"--public-ws", "wss://example.org/ws"}, "give --ws, too"},
		"public URL":   {[]string{"--ws", "127.0.0.1:0", "--public-ws", "https://example.org/ws"}, "--public-ws https://example.org/ws: want ws://"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"up", "--http", "127.0.0.1:0", "--udp", "127.0.0.1:0", "--data", t.TempDir()}, c.args...)
			if out := fails(t, args...); !strings.Contains(out, c.want) {
				t.Errorf("got %s\nwant %q", out, c.want)
			}
		})
	}
	if out := fails(t, "zone", "--data", t.TempDir()); !strings.Contains(out, "no NATS server to join") {
		t.Errorf("a zone alone: %s", out)
	}
}

// loadtest runs bots against a server and returns the report.
func loadtest(t *testing.T, path string, args ...string) report {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	p := harness.Launch(t, path, append(append([]string{"loadtest"}, args...), "--json", file)...)
	select {
	case <-p.Done():
	case <-time.After(3 * time.Minute):
		t.Fatalf("the load test does not end\n%s", p.Log)
	}
	if p.Err() != nil {
		t.Fatalf("loadtest %v: %v\n%s", args, p.Err(), p.Log)
	}
	var r report
	b, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

type report struct {
	Bots         int            `json:"bots"`
	Connected    int            `json:"connected"`
	Failed       int            `json:"failed"`
	Disconnected int            `json:"disconnected"`
	Desyncs      int            `json:"desyncs"`
	Corrections  int            `json:"corrections"`
	ViewsChecked int            `json:"views_checked"`
	Transports   map[string]any `json:"transports"`
	Zones        []struct {
		Name   string  `json:"name"`
		TickHz float64 `json:"tick_hz"`
	} `json:"zones"`
}

func (r report) check(t *testing.T, bots int) {
	t.Helper()
	if r.Bots != bots || r.Connected != bots || r.Failed != 0 || r.Disconnected != 0 || r.Desyncs != 0 || r.ViewsChecked < bots*10 {
		t.Errorf("%+v", r)
	}
}

// Every transport, both places of snapshots: bots connect, stay, and decode what the server sent.
func TestBotsOnEveryTransport(t *testing.T) {
	for name, args := range map[string][]string{
		"kcp":       {"--transport", "kcp"},
		"ordered":   {"--transport", "kcp", "--snapshots", "kcp"},
		"webrtc":    {"--transport", "webrtc"},
		"websocket": {"--transport", "websocket"},
		"mixed":     {"--transport", "mixed", "--snapshots", "kcp"},
	} {
		t.Run(name, func(t *testing.T) {
			const bots = 12
			r := loadtest(t, harness.Binary(t), append(args, "--bots", "12", "--duration", "4s", "--tick", "20")...)
			r.check(t, bots)
			if name == "mixed" && len(r.Transports) != 3 {
				t.Errorf("transports: %v", r.Transports)
			}
			if len(r.Zones) != 2 {
				t.Errorf("zones: %v", r.Zones)
			}
		})
	}
}

// The roles in processes of their own, each zone in its own process too, joined over NATS with the credentials that the realm wrote.
func TestRolesApart(t *testing.T) {
	data := t.TempDir()
	m := harness.Start(t, harness.Binary(t), "realm", "--data", data, "--http", "127.0.0.1:0", "--rate-limit", "off")
	harness.Start(t, harness.Binary(t), "zone", "--data", data, "--udp", "127.0.0.1:0", "--zones", "overworld")
	z := harness.Start(t, harness.Binary(t), "zone", "--data", data, "--udp", "127.0.0.1:0", "--zones", "dungeon-entrance")
	g := harness.Start(t, harness.Binary(t), "gateway", "--data", data, "--http", "127.0.0.1:0")
	for _, transport := range []string{"kcp", "websocket"} {
		r := loadtest(t, harness.Binary(t), "--url", g.URL, "--transport", transport, "--bots", "6", "--duration", "3s")
		r.check(t, 6)
	}
	for name, p := range map[string]*harness.Process{"realm": m, "zone": z, "gateway": g} {
		if code, _ := p.Get("/healthz"); code != 200 {
			t.Errorf("%s: /healthz %d", name, code)
		}
		if code, body := p.Get("/metrics"); code != 200 || !strings.Contains(body, "go_goroutines") {
			t.Errorf("%s: /metrics %d", name, code)
		}
	}
	out := fails(t, "zone", "--data", data, "--udp", "127.0.0.1:0", "--zones", "overworld")
	if !strings.Contains(out, "overworld") {
		t.Errorf("a zone that is served already: %s", out)
	}
}

func TestConfigShowsEverySetting(t *testing.T) {
	cmd := exec.Command(harness.Binary(t), "config")
	cmd.Env = append(os.Environ(), "REALMWIRE_UP_HTTP=", "REALMWIRE_HTTP=127.0.0.1:9999")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"--udp", "REALMWIRE_UDP", "--snapshots", "REALMWIRE_SNAPSHOTS", "127.0.0.1:9999"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("config lacks %q:\n%s", want, out)
		}
	}
}

// TestNetsimCommand sends datagrams through the command's proxy to a server of the test's, half of them lost.
func TestNetsimCommand(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), harness.Binary(t), "netsim", "--listen", "127.0.0.1:0", "--target", server.LocalAddr().String(),
		"--up", "loss=50%", "--duration", "3s", "--every", "0s")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	var listen string
	if !lines.Scan() {
		t.Fatal("the command says nothing")
	}
	if _, err := fmt.Sscanf(lines.Text(), "a bad network from %s to", &listen); err != nil {
		t.Fatalf("%q: %v", lines.Text(), err)
	}
	c, err := net.Dial("udp", listen)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 200 {
		if _, err := c.Write([]byte("hello")); err != nil {
			t.Fatal(err)
		}
	}
	if !lines.Scan() {
		t.Fatal("the command ends without its counters")
	}
	var clients, up, lost int
	if _, err := fmt.Sscanf(lines.Text(), "%d clients; up: %d datagrams, %d lost", &clients, &up, &lost); err != nil {
		t.Fatalf("%q: %v", lines.Text(), err)
	}
	if clients != 1 || up != 200 || lost < 60 || lost > 140 {
		t.Errorf("%d clients, %d datagrams, %d lost", clients, up, lost)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
	if out, err := exec.CommandContext(t.Context(), harness.Binary(t), "netsim", "--both", "loss=200%").CombinedOutput(); err == nil || !strings.Contains(string(out), "no share such as 5%") {
		t.Errorf("%v: %s", err, out)
	}
}
