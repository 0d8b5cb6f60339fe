//go:build linux

package godot_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// Golden vectors of codecs, movement, handshake and sealing, written by Go, decoded and encoded again by GDScript.
func TestUnit(t *testing.T) {
	out, err := stage(t).run(context.Background(), nil, "--headless", "--script", "res://test/run.gd")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(out, "golden_test.gd test_snapshots") || !strings.Contains(out, " 0 failed") {
		t.Fatalf("the tests did not run:\n%s", out)
	}
}

// The demo's pictures are those of the browser client: go generate ./godot copies them anew.
func TestArtIsFresh(t *testing.T) {
	for _, name := range []string{"art.json", "atlas.png", "characters.png", "icon.png", "logo.png"} {
		want, err := os.ReadFile("../web/public/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile("demo/art/" + name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("demo/art/%s is not what web/public has (%v): run go generate ./godot", name, err)
		}
	}
}

// The editor opens the project, as it is committed, without a word of complaint.
func TestOpensWithoutWarning(t *testing.T) {
	stage(t)
	for line := range strings.Lines(staged.log) {
		if strings.Contains(line, "WARNING") || strings.Contains(line, "ERROR") {
			t.Error(strings.TrimSpace(line))
		}
	}
}

// The editor writes an identity beside each script. One that is not in the repository is another on every machine.
func TestScriptsHaveTheirIdentity(t *testing.T) {
	n := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == ".godot" {
			return filepath.SkipDir
		}
		if filepath.Ext(path) == ".gd" {
			n++
			if _, err := os.Stat(path + ".uid"); err != nil {
				t.Errorf("%s.uid is missing: open the project in the editor, and commit it", path)
			}
		}
		return nil
	})
	if err != nil || n < 50 {
		t.Fatalf("%d scripts: %v", n, err)
	}
}

// Every script must compile with every warning as an error, untyped declarations among them.
func TestNoWarnings(t *testing.T) {
	p := stage(t)
	override := p.path("override.cfg")
	warnings := []string{
		"untyped_declaration", "unsafe_void_return", "unused_variable", "unused_local_constant", "unused_parameter", "unused_signal",
		"unused_private_class_variable", "shadowed_variable", "shadowed_variable_base_class", "shadowed_global_identifier",
		"unreachable_code", "unreachable_pattern", "standalone_expression", "standalone_ternary", "incompatible_ternary",
		"integer_division", "narrowing_conversion", "int_as_enum_without_cast", "int_as_enum_without_match",
		"static_called_on_instance", "redundant_await", "assert_always_true", "assert_always_false", "empty_file", "unassigned_variable",
		"unassigned_variable_op_assign", "enum_variable_without_default", "native_method_override", "get_node_default_without_onready",
		"onready_with_export", "confusable_identifier", "confusable_local_declaration", "confusable_local_usage", "confusable_capture_reassignment",
		"deprecated_keyword", "redundant_static_unload", "missing_tool", "inferred_declaration",
	}
	var b strings.Builder
	b.WriteString("[debug]\ngdscript/warnings/enable=true\ngdscript/warnings/exclude_addons=false\ngdscript/warnings/directory_rules={}\n")
	for _, w := range warnings {
		b.WriteString("gdscript/warnings/" + w + "=2\n")
	}
	if err := os.WriteFile(override, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(override)
	if out, err := p.run(context.Background(), nil, "--headless", "res://test/lint.tscn"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// botReport is what test/bot.gd prints.
type botReport struct {
	OK           bool     `json:"ok"`
	Error        string   `json:"error"`
	Zones        []string `json:"zones"`
	Transport    string   `json:"transport"`
	Snapshots    int      `json:"snapshots"`
	Checked      int      `json:"checked"`
	Desyncs      int      `json:"desyncs"`
	Corrections  int      `json:"corrections"`
	Starved      int      `json:"starved"`
	Transfers    int      `json:"transfers"`
	Drops        int      `json:"drops"`
	Resumed      int      `json:"resumed"`
	Entities     []uint64 `json:"entities"`
	Heard        int      `json:"heard"`
	Others       int      `json:"others"`
	Walked       float64  `json:"walked_px"`
	RTT          float64  `json:"rtt_ms"`
	Loss         float64  `json:"loss_pct"`
	ScriptErrors []string `json:"script_errors"`
}

func bot(t *testing.T, args ...string) botReport {
	t.Helper()
	return botAt(t, startServer(t).URL, args...)
}

// botAt lets a bot play on the realm at an address.
func botAt(t *testing.T, url string, args ...string) botReport {
	t.Helper()
	all := append([]string{"--headless", "res://test/bot.tscn", "--", "--server=" + url}, args...)
	out, err := stage(t).run(context.Background(), nil, all...)
	var r botReport
	found := false
	for line := range strings.Lines(out) {
		if report, ok := strings.CutPrefix(line, "BOT "); ok {
			found = json.Unmarshal([]byte(report), &r) == nil
		}
	}
	if err != nil || !found || !r.OK || len(r.ScriptErrors) > 0 {
		t.Fatalf("the bot could not play: %v\n%s", err, out)
	}
	t.Logf("%+v", r)
	if r.Desyncs != 0 || r.Checked != r.Snapshots || r.Snapshots < 50 {
		t.Errorf("%d desyncs, %d of %d snapshots checked", r.Desyncs, r.Checked, r.Snapshots)
	}
	if r.Walked < 100 || r.Heard == 0 || r.Others == 0 {
		t.Errorf("the bot walked %.0f px, heard %d lines and saw %d others", r.Walked, r.Heard, r.Others)
	}
	return r
}

// A gateway below a path of a site: accounts, maps and WebSockets are asked for below it.
func TestBotBelowAPath(t *testing.T) {
	site := harness.Below(t, "/game", startServer(t).TCP)
	if r := botAt(t, site.URL, "--seconds=4", "--transport=websocket"); r.Transport != "websocket" {
		t.Errorf("over %s", r.Transport)
	}
	site.Check(t)
}

// A guest makes a character, plays over UDP, walks, talks and takes the portal. Nothing that it predicts is ever wrong, unless
// this machine was too slow to send an input in time: then it may try again, and in the end corrections must be explained by ticks
// that the server had to simulate without an input (each may show in two snapshots).
func TestBotOnACleanNetwork(t *testing.T) {
	for try := 1; ; try++ {
		r := bot(t, "--seconds=8", "--portal")
		if r.Transport != "kcp" || r.Transfers < 1 || len(r.Zones) < 2 {
			t.Fatalf("zones %v over %s, %d transfers", r.Zones, r.Transport, r.Transfers)
		}
		if r.Corrections == 0 {
			return
		}
		if r.Corrections > 2*r.Starved || try == 5 && r.Corrections > r.Starved {
			t.Fatalf("%d corrections in try %d, %d ticks without input", r.Corrections, try, r.Starved)
		}
		if try == 5 {
			t.Logf("this machine is too slow to say more: %d corrections for %d ticks without input", r.Corrections, r.Starved)
			return
		}
	}
}

// The same with every tenth datagram lost, both ways, and jitter; and in the middle the client's address changes, as when a
// phone leaves the Wi-Fi.
func TestBotLosesPackets(t *testing.T) {
	stage(t)
	bad := netsim.Profile{Latency: 20 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.1, Duplicate: 0.02, Reorder: 0.02}
	proxy, err := netsim.NewProxy(netsim.ProxyConfig{Target: startServer(t).UDP, Up: bad, Down: bad, Seed: 10})
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	moved := time.AfterFunc(8*time.Second, func() { _ = proxy.Rebind() })
	defer moved.Stop()
	r := bot(t, "--seconds=8", "--portal", "--udp="+proxy.Addr())
	if up, down := proxy.Counters(); up.Lost < 20 || down.Lost < 20 {
		t.Errorf("the proxy lost %d and %d datagrams: the bot did not go through it", up.Lost, down.Lost)
	}
	if r.Transport != "kcp" || r.Transfers < 1 || r.Drops != 0 {
		t.Errorf("over %s, %d transfers, %d drops", r.Transport, r.Transfers, r.Drops)
	}
}

// The network is gone for longer than the client waits. When it is back, so is the player: over the same transport or, where UDP stays
// away, over WebSocket; as the same entity, and without asking the realm.
func TestBotResumes(t *testing.T) {
	for transport, outage := range map[string]time.Duration{"kcp": 6 * time.Second, "websocket": time.Minute} {
		t.Run("over "+transport, func(t *testing.T) {
			stage(t)
			proxy, err := netsim.NewProxy(netsim.ProxyConfig{Target: startServer(t).UDP})
			if err != nil {
				t.Fatal(err)
			}
			defer proxy.Close()
			choice := map[string]string{"kcp": "kcp", "websocket": "auto"}[transport]
			watch := time.NewTicker(20 * time.Millisecond)
			defer watch.Stop()
			done := make(chan struct{})
			defer close(done)
			go func() { // cuts the network when the bot has played for a while
				for played := false; !played; {
					select {
					case <-done:
						return
					case <-watch.C:
						_, down := proxy.Counters()
						played = down.Sent > 60
					}
				}
				proxy.Block(true)
				time.AfterFunc(outage, func() { proxy.Block(false) })
			}()
			r := bot(t, "--seconds=14", "--transport="+choice, "--udp="+proxy.Addr())
			if r.Transport != transport || r.Drops != 1 || r.Resumed != 1 {
				t.Errorf("over %s, %d drops, %d resumed", r.Transport, r.Drops, r.Resumed)
			}
			if len(r.Entities) != 2 || r.Entities[0] != r.Entities[1] {
				t.Errorf("it entered as %v", r.Entities)
			}
		})
	}
}

// Where no UDP gets through, the client falls back to WebSocket by itself.
func TestBotFallsBackToWebSocket(t *testing.T) {
	stage(t)
	proxy, err := netsim.NewProxy(netsim.ProxyConfig{Target: startServer(t).UDP})
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	proxy.Block(true)
	if r := bot(t, "--seconds=6", "--transport=auto", "--udp="+proxy.Addr()); r.Transport != "websocket" {
		t.Errorf("plays over %s", r.Transport)
	}
}

// The network is gone, and the player goes on elsewhere. What was cut off heard nothing of that; it asks for the character by itself, is refused, says so and ends.
func TestBotTakesNobodysCharacter(t *testing.T) {
	p, s := stage(t), startServer(t)
	network, err := netsim.NewProxy(netsim.ProxyConfig{Target: s.UDP})
	if err != nil {
		t.Fatal(err)
	}
	defer network.Close()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var who struct{ Token, Character string }
	elsewhere := make(chan error, 1)
	var ended string
	cut := false
	out, _ := p.stream(ctx, func(line string) {
		var state struct{ State, Text string }
		word, text, _ := strings.Cut(line, " ")
		switch word {
		case "ID":
			_ = json.Unmarshal([]byte(text), &who)
		case "STATE":
			_ = json.Unmarshal([]byte(text), &state)
		}
		switch state.State {
		case "playing":
			if !cut {
				cut = true
				network.Block(true)
				go func() { elsewhere <- playsOn(ctx, s.URL, who.Token, who.Character) }()
			}
		case "ended":
			ended = state.Text
			stop()
		}
	}, nil, "--headless", "res://test/bot.tscn", "--", "--server="+s.URL, "--stay", "--transport=kcp", "--udp="+network.Addr())
	if !strings.Contains(ended, "elsewhere") {
		t.Errorf("it ended with %q\n%s", ended, out)
	}
	select {
	case err := <-elsewhere:
		if err != nil {
			t.Errorf("who plays elsewhere: %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("nobody plays elsewhere")
	}
}

// playsOn plays a character until ctx is done. It is an error when that ends before, or is interrupted.
func playsOn(ctx context.Context, url, token, character string) error {
	api, err := client.NewAPI(url, nil)
	if err != nil {
		return err
	}
	var dropped error
	session, err := client.New(client.Config{
		API: api.As(token), Character: character, Schema: rpg.Game.Schema,
		NewPlayer: func(z client.Zone) client.Player {
			return rpg.Game.NewBot(rules.BotConfig{Seed: 1, TickHz: z.TickHz, Map: z.Map})
		},
		Events: client.Events{Dropped: func(err error) { dropped = err }},
	})
	if err != nil {
		return err
	}
	return errors.Join(session.Run(ctx), dropped)
}
