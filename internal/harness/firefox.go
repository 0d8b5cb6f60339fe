package harness

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Firefox is a page in a real Firefox without a screen, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi), of which
// this has what tests need: one page, and scripts in it.
type Firefox struct {
	tb      testing.TB
	socket  *websocket.Conn
	context string // the page's
	log     *Log

	last    atomic.Int64 // id of a command
	mu      sync.Mutex
	waiting map[int64]chan bidiAnswer // guarded by mu
}

type bidiAnswer struct {
	ID      int64           `json:"id"`
	Type    string          `json:"type"` // success, error, event
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
}

// firefoxPatience bounds every command: a browser on a busy machine is slow, and nothing is asserted of how slow.
const firefoxPatience = 60 * time.Second

// firefoxPrefs keep it from asking the world for anything, and from hiding its address.
const firefoxPrefs = `user_pref("app.normandy.enabled", false);
user_pref("app.update.auto", false);
user_pref("browser.safebrowsing.downloads.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("browser.startup.page", 0);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("extensions.getAddons.cache.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("media.peerconnection.ice.obfuscate_host_addresses", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.server", "data:,");
`

// StartFirefox starts one with a profile of its own, which the test's end ends.
func StartFirefox(tb testing.TB) *Firefox {
	tb.Helper()
	path, err := exec.LookPath("firefox-esr")
	Need(tb, "Firefox (firefox-esr)", err == nil)
	profile := tb.TempDir()
	if err := os.WriteFile(filepath.Join(profile, "user.js"), []byte(firefoxPrefs), 0o600); err != nil {
		tb.Fatal(err)
	}
	f := &Firefox{tb: tb, log: &Log{}, waiting: map[int64]chan bidiAnswer{}}
	cmd := exec.Command(path, "--headless", "--no-remote", "--remote-debugging-port=0", "--profile", profile, "about:blank") //nolint:noctx // the test's end kills it
	cmd.Env = append(os.Environ(), "HOME="+profile, "MOZ_DISABLE_CONTENT_SANDBOX=1", "MOZ_HEADLESS_WIDTH=1024", "MOZ_HEADLESS_HEIGHT=640")
	cmd.SysProcAttr = ownGroup()
	out, err := cmd.StderrPipe()
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Stdout = f.log
	if err := cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if f.socket != nil {
			_ = f.socket.CloseNow()
		}
		killGroup(cmd.Process) // it has processes of its own
		_ = cmd.Wait()
		if tb.Failed() {
			tb.Logf("log of Firefox:\n%s", f.log)
		}
	})
	f.open(f.address(out))
	return f
}

// address waits until Firefox says where it listens, and keeps what else it says.
func (f *Firefox) address(out interface{ Read([]byte) (int, error) }) string {
	f.tb.Helper()
	found := make(chan string, 1)
	go func() {
		defer close(found)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, at, ok := strings.Cut(lines.Text(), "WebDriver BiDi listening on "); ok {
				found <- strings.TrimSpace(at)
			}
			fmt.Fprintln(f.log, lines.Text())
		}
	}()
	select {
	case at := <-found:
		if at == "" {
			f.tb.Fatalf("Firefox ended before it listened:\n%s", f.log)
		}
		return at
	case <-time.After(firefoxPatience):
		f.tb.Fatalf("Firefox does not say where it listens:\n%s", f.log)
	}
	return ""
}

// open begins a session, and takes the page that there is.
func (f *Firefox) open(at string) {
	f.tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), firefoxPatience)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, at+"/session", nil) //nolint:bodyclose // the library says that it never needs closing
	if err != nil {
		f.tb.Fatal(err)
	}
	socket.SetReadLimit(16 << 20)
	f.socket = socket
	go f.read()
	f.must("session.new", map[string]any{"capabilities": map[string]any{}}, nil)
	var tree struct {
		Contexts []struct{ Context string }
	}
	f.must("browsingContext.getTree", map[string]any{}, &tree)
	if len(tree.Contexts) == 0 {
		f.tb.Fatal("Firefox has no page")
	}
	f.context = tree.Contexts[0].Context
}

func (f *Firefox) read() {
	for {
		_, msg, err := f.socket.Read(context.Background())
		if err != nil {
			return // the test's end closes it; whoever waits has a deadline
		}
		var a bidiAnswer
		if json.Unmarshal(msg, &a) != nil || a.Type == "event" {
			continue
		}
		f.mu.Lock()
		ch := f.waiting[a.ID]
		delete(f.waiting, a.ID)
		f.mu.Unlock()
		if ch != nil {
			ch <- a
		}
	}
}

// command sends one, and decodes its result.
func (f *Firefox) command(method string, params, result any) error {
	id := f.last.Add(1)
	ch := make(chan bidiAnswer, 1)
	f.mu.Lock()
	f.waiting[id] = ch
	f.mu.Unlock()
	msg, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), firefoxPatience)
	defer cancel()
	if err := f.socket.Write(ctx, websocket.MessageText, msg); err != nil {
		return fmt.Errorf("firefox: %s: %w", method, err)
	}
	select {
	case a := <-ch:
		switch {
		case a.Error != "":
			return fmt.Errorf("firefox: %s: %s: %s", method, a.Error, a.Message)
		case result == nil:
			return nil
		}
		return json.Unmarshal(a.Result, result)
	case <-ctx.Done():
		return fmt.Errorf("firefox: %s: no answer", method)
	}
}

func (f *Firefox) must(method string, params, result any) {
	f.tb.Helper()
	if err := f.command(method, params, result); err != nil {
		f.tb.Fatal(err)
	}
}

// Navigate opens a URL, and waits until it has loaded.
func (f *Firefox) Navigate(url string) {
	f.tb.Helper()
	f.must("browsingContext.navigate", map[string]any{"context": f.context, "url": url, "wait": "complete"}, nil)
}

// Run runs a script in the page.
func (f *Firefox) Run(script string) {
	f.tb.Helper()
	if err := f.Eval("(() => {"+script+"})()", nil); err != nil {
		f.tb.Fatal(err)
	}
}

// Eval runs an expression in the page, waits for it where it is a promise, and decodes its value, which passes through JSON, into out;
// nil: nobody asks.
func (f *Firefox) Eval(expression string, out any) error {
	var r struct {
		Type   string `json:"type"`
		Result struct {
			Value string `json:"value"`
		} `json:"result"`
		ExceptionDetails struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	err := f.command("script.evaluate", map[string]any{
		"expression": "(async () => JSON.stringify((await (" + expression + ")) ?? null))()", "awaitPromise": true, "userActivation": true,
		"target": map[string]any{"context": f.context},
	}, &r)
	switch {
	case err != nil:
		return err
	case r.Type != "success":
		return errors.New("firefox: the page threw: " + r.ExceptionDetails.Text)
	case out == nil:
		return nil
	}
	return json.Unmarshal([]byte(r.Result.Value), out)
}
