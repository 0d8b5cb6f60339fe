//go:build linux

package godot_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/transport/netsim"
)

var exports struct {
	once      sync.Once
	bot, demo string // folders, as we see them
	err       error
}

// exported returns the folders to which the bot and the demo were exported for the web, once. Where the template is missing it skips the test.
func exported(t *testing.T) (bot, demo string) {
	t.Helper()
	p := stage(t)
	template := filepath.Join(p.root, "usr/share/realmwire/web_nothreads_release.zip")
	_, err := os.Stat(template + ".stamp")
	harness.Need(t, "Godot's export template for the web in "+p.root+": run .ci/godot-web "+p.root, err == nil)
	exports.once.Do(func() {
		if exports.err = p.template(strings.TrimPrefix(template, p.root), "web_nothreads_release.zip"); exports.err != nil {
			return
		}
		if exports.demo, exports.err = p.exportWeb("godot", "demo"); exports.err == nil {
			exports.bot, exports.err = p.exportBot()
		}
	})
	if exports.err != nil {
		t.Fatal(exports.err)
	}
	return exports.bot, exports.demo
}

// template puts an export template where the engine looks for it.
func (p project) template(file, name string) error {
	version, err := exec.Command("chroot", p.root, "godot", "--version").Output() //nolint:noctx // it ends by itself
	if err != nil {
		return err
	}
	parts := strings.SplitN(string(version), ".", 5)
	templates := filepath.Join(p.root, p.folder, "data/godot/export_templates", strings.Join(parts[:len(parts)-1], "."))
	if err := os.MkdirAll(templates, 0o755); err != nil {
		return err
	}
	return os.Symlink(file, filepath.Join(templates, name))
}

// exportWeb exports a project that lies in the folder from to the web.
func (p project) exportWeb(from, name string) (string, error) {
	out := filepath.Join(p.folder, "web", name)
	if err := os.MkdirAll(filepath.Join(p.root, out), 0o755); err != nil {
		return "", err
	}
	said, err := p.in(from).run(context.Background(), nil, "--headless", "--export-release", "Web", out+"/index.html")
	if _, missing := os.Stat(filepath.Join(p.root, out, "index.wasm")); err == nil {
		err = missing
	}
	if err != nil {
		return "", &exportError{name, err, said}
	}
	return filepath.Join(p.root, out), nil
}

type exportError struct {
	name string
	err  error
	said string
}

func (e *exportError) Error() string {
	return "export " + e.name + ": " + e.err.Error() + "\n" + e.said
}

// exportBot exports a copy of the project that begins with the bot.
func (p project) exportBot() (string, error) {
	if err := os.CopyFS(filepath.Join(p.root, p.folder, "bot"), os.DirFS(filepath.Join(p.root, p.folder, "godot"))); err != nil {
		return "", err
	}
	for file, change := range map[string][2]string{
		"project.godot":      {"res://demo/main.tscn", "res://test/bot.tscn"},
		"export_presets.cfg": {`exclude_filter="test/*, `, `exclude_filter="`},
	} {
		name := filepath.Join(p.root, p.folder, "bot", file)
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(string(text), change[0], change[1])), 0o644); err != nil {
			return "", err
		}
	}
	return p.exportWeb("bot", "bot")
}

// told is the newest line that a page's bot wrote under a word; n counts them.
func (p *page) told(word string) (text string, n int) {
	lines, _ := p.said()
	for _, line := range lines {
		if t, ok := strings.CutPrefix(line, word+" "); ok {
			text, n = t, n+1
		}
	}
	return text, n
}

// wait waits for a line under a word, and reads it.
func (p *page) wait(what, word string, is func(v map[string]any) bool) map[string]any {
	p.c.t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(20 * time.Millisecond) { // the way to a portal takes most of one on an idle machine
		var v map[string]any
		text, n := p.told(word)
		if n > 0 && json.Unmarshal([]byte(text), &v) == nil && is(v) {
			return v
		}
		if time.Now().After(deadline) {
			lines, bad := p.said()
			p.c.t.Fatalf("waited in vain: %s; the last %s is %s\n%s\nerrors:\n%s", what, word, text, strings.Join(lines[max(0, len(lines)-20):], "\n"), strings.Join(bad, "\n"))
		}
	}
}

func any1(map[string]any) bool { return true }

func state(want string) func(map[string]any) bool {
	return func(v map[string]any) bool { return v["state"] == want }
}

// at is where the bot is now, at a moment after this call.
func (p *page) at() map[string]any {
	p.c.t.Helper()
	_, before := p.told("AT")
	return p.wait("a line about where it is", "AT", func(map[string]any) bool {
		_, n := p.told("AT")
		return n > before+1
	})
}

// clean reports what a page complained of. Connections that the test broke itself are none of it, nor what the engine still holds when it ends in the
// middle of coroutines.
func (p *page) clean() {
	p.c.t.Helper()
	_, bad := p.said()
	for _, line := range bad {
		if strings.Contains(line, "net::ERR_") || strings.Contains(line, "status of 40") || strings.Contains(line, "status of 50") || strings.Contains(line, "WebSocket connection to") {
			continue
		}
		if strings.Contains(line, " at exit ") || strings.HasPrefix(line, "at: cleanup (./core/") || strings.HasPrefix(line, "at: clear (./core/") {
			continue
		}
		p.c.t.Errorf("the page complains: %s", line)
	}
}

// The bot, exported to the web and served by a gateway of its own, plays in a Chromium as it does on the desktop: over WebRTC and WebSocket, through a portal.
func TestWebPlays(t *testing.T) {
	bot, _ := exported(t)
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--web", bot)
	c := startChromium(t)
	pages := map[string]*page{}
	for _, transport := range []string{"webrtc", "websocket"} {
		pages[transport] = c.open(server.URL + "?seconds=3&portal=1&transport=" + transport)
	}
	for transport, p := range pages {
		raw, err := json.Marshal(p.wait("its report", "BOT", any1))
		if err != nil {
			t.Fatal(err)
		}
		var r botReport
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		t.Logf("%+v", r)
		if !r.OK || len(r.ScriptErrors) > 0 {
			t.Errorf("over %s: %s %v", transport, r.Error, r.ScriptErrors)
		}
		if r.Transport != transport || r.Transfers < 1 || len(r.Zones) < 2 || r.Drops != 0 {
			t.Errorf("zones %v over %s, %d transfers, %d drops", r.Zones, r.Transport, r.Transfers, r.Drops)
		}
		if r.Desyncs != 0 || r.Checked != r.Snapshots || r.Snapshots < 30 || r.Walked < 50 || r.Heard == 0 {
			t.Errorf("over %s: %+v", transport, r)
		}
		dials := 0 // one for each zone that was entered
		if transport == "webrtc" {
			dials = len(r.Zones)
		}
		if made, open := p.value("peers.length"), p.value(`peers.filter((p) => p.connectionState !== "closed").length`); made != float64(dials) || open != 0.0 {
			t.Errorf("over %s, in %d zones, %v peer connections were made, and %v are open still", transport, len(r.Zones), made, open)
		}
		p.clean()
	}
}

// A page that is hidden lets its character stand and stays in the game. When the character is played elsewhere meanwhile, the page does not take it back,
// whether it heard so or slept.
func TestWebHiddenAndTakenOver(t *testing.T) {
	bot, _ := exported(t)
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--web", bot)
	c := startChromium(t)
	for _, transport := range []string{"webrtc", "websocket"} {
		t.Run("over "+transport, func(t *testing.T) {
			c.t = t
			first := c.open(server.URL + "?stay=1&transport=" + transport)
			first.wait("it plays", "STATE", state("playing"))
			who := first.wait("who it is", "ID", any1)
			if v := first.at(); v["transport"] != transport {
				t.Fatalf("it plays over %v", v["transport"])
			}
			cover := c.cover()
			if hidden := first.value("document.hidden"); hidden != true {
				t.Fatalf("the page is not hidden: %v", hidden)
			}
			time.Sleep(500 * time.Millisecond) // until the zone has what it let go
			before := first.at()
			time.Sleep(1500 * time.Millisecond)
			after := first.at()
			if before["x"] != after["x"] || before["y"] != after["y"] {
				t.Errorf("hidden, it went from %v, %v to %v, %v", before["x"], before["y"], after["x"], after["y"])
			}
			number := func(v map[string]any, name string) float64 { n, _ := v[name].(float64); return n }
			if frames := number(after, "frames") - number(before, "frames"); frames > 2 {
				t.Errorf("%v frames were drawn: this shows nothing about hidden pages", frames)
			}
			if got := number(after, "snapshots") - number(before, "snapshots"); got < 15 || number(after, "drops") != 0 || number(after, "desyncs") != 0 {
				t.Errorf("hidden, it took %v snapshots: %v", got, after)
			}
			asleep := transport == "websocket"
			if asleep {
				first.freeze(true)
			}
			second := c.open(server.URL + "?stay=1&transport=" + transport + "&token=" + who["token"].(string) + "&character=" + who["character"].(string))
			second.wait("the second page plays", "STATE", state("playing"))
			if asleep {
				first.freeze(false)
			}
			cover.close()
			first.show()
			first.wait("the first page has ended", "STATE", state("ended"))
			time.Sleep(2 * time.Second)
			if v := second.at(); number(v, "drops") != 0 {
				t.Errorf("the second page was put out: %v", v)
			}
			if text, n := second.told("STATE"); !strings.Contains(text, "playing") || n > 6 {
				t.Errorf("the second page: %s, its %dth state", text, n)
			}
			first.clean()
			second.clean()
			first.close()
			second.close()
		})
	}
}

// A page that is closed says so: its player is gone at once, not when it has been silent for long.
func TestWebClosed(t *testing.T) {
	bot, _ := exported(t)
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--web", bot)
	c := startChromium(t)
	players := func() (n int) {
		_, body := server.Get("/v1/realm")
		var realm struct{ Players int }
		if err := json.Unmarshal([]byte(body), &realm); err != nil {
			t.Fatal(err)
		}
		return realm.Players
	}
	for _, transport := range []string{"webrtc", "websocket"} {
		p := c.open(server.URL + "?stay=1&transport=" + transport)
		p.wait("it plays", "STATE", state("playing"))
		for deadline := time.Now().Add(20 * time.Second); players() != 1; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%d players, want one", players())
			}
		}
		p.close()
		// One that falls silent is noticed after ten seconds, and kept for thirty more.
		for deadline := time.Now().Add(20 * time.Second); players() != 0; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("over %s: the player is still there", transport)
			}
		}
	}
}

// The zone's process is killed under two pages. When there is one again, they come back by themselves.
func TestWebZoneKilled(t *testing.T) {
	bot, _ := exported(t)
	data := t.TempDir()
	server := harness.StartUp(t, harness.Binary(t), data, "--web", bot)
	c := startChromium(t)
	var pages []*page
	for _, transport := range []string{"webrtc", "websocket"} {
		p := c.open(server.URL + "?stay=1&transport=" + transport)
		p.wait("it plays", "STATE", state("playing"))
		pages = append(pages, p)
	}
	server.Kill()
	for _, p := range pages {
		p.wait("it notices", "STATE", state("reconnecting"))
	}
	harness.StartUp(t, harness.Binary(t), data, "--web", bot, "--http", server.HTTP)
	for _, p := range pages {
		p.wait("it is back", "STATE", state("playing"))
		if v := p.at(); v["desyncs"] != 0.0 || v["drops"] != 1.0 {
			t.Errorf("back: %v", v)
		}
		p.clean()
	}
}

// WebRTC opens over a long way too: a round trip of 300 ms, HTTP's as well.
func TestWebFarAway(t *testing.T) {
	bot, _ := exported(t)
	var far netsim.Profile
	if err := far.UnmarshalText([]byte("latency=150ms")); err != nil {
		t.Fatal(err)
	}
	front, err := netsim.NewFront(far, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = front.Close() })
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--web", bot, "--public-addr", front.UDP())
	if err := front.Lead(server.UDP, server.HTTP); err != nil {
		t.Fatal(err)
	}
	p := startChromium(t).open("http://" + front.HTTP() + "/?stay=1")
	p.wait("it plays", "STATE", state("playing"))
	if v := p.at(); v["transport"] != "webrtc" || v["desyncs"] != 0.0 {
		t.Errorf("far away: %v", v)
	}
	p.clean()
}

// The demo shows its first screen, from a gateway's folder and under its policy.
func TestWebDemo(t *testing.T) {
	_, demo := exported(t)
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--web", demo)
	p := startChromium(t).open(server.URL)
	const asked = `performance.getEntriesByType("resource").some((e) => e.name.endsWith("/v1/realm"))`
	for deadline := time.Now().Add(time.Minute); p.value(asked) != true; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			lines, bad := p.said()
			t.Fatalf("the demo does not look for its realm\n%v\n%v", lines, bad)
		}
	}
	time.Sleep(time.Second) // to draw it
	shot := p.screenshot()
	if dir := os.Getenv("REALMWIRE_SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "godot-web.png"), shot, 0o644); err != nil {
			t.Error(err)
		}
	}
	if len(shot) < 20_000 { // one colour is a few KB
		t.Errorf("the screen is a picture of %d bytes: nothing is drawn", len(shot))
	}
	p.clean()
}
