//go:build linux

package godot_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/harness"
)

const chromiumPath = "/usr/bin/chromium"

// chromium is a browser that is driven over its own protocol. What drives browsers for web/e2e makes every page believe that it is looked at; here a page
// is hidden while another one of its window is in front.
type chromium struct {
	t   *testing.T
	cmd *exec.Cmd
	out io.Writer

	mu    sync.Mutex // guards what follows
	last  int
	calls map[int]chan answer
	pages map[string]*page // by the id of what drives them
}

type answer struct {
	Result json.RawMessage
	Error  *struct{ Message string }
}

// keepPeers has a page keep its WebRTC connections in window.peers, for tests to count.
const keepPeers = `window.peers = []; RTCPeerConnection = class extends RTCPeerConnection { constructor(...how) { super(...how); peers.push(this) } }`

// page is a tab, and what it wrote to its console.
type page struct {
	c               *chromium
	target, session string

	lines []string // guarded by c.mu
	bad   []string // guarded by c.mu; errors among them, and exceptions
}

func startChromium(t *testing.T) *chromium {
	t.Helper()
	_, err := os.Stat(chromiumPath)
	harness.Need(t, "Chromium ("+chromiumPath+")", err == nil)
	theirs, ours, err := os.Pipe() // what we say
	if err != nil {
		t.Fatal(err)
	}
	answers, said, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	c := &chromium{t: t, out: ours, calls: make(map[int]chan answer), pages: make(map[string]*page)}
	c.cmd = exec.Command(chromiumPath, "--headless=new", "--no-sandbox", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(), "--no-first-run", //nolint:noctx // the test's end kills it
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1280,800",
		"--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "about:blank")
	c.cmd.ExtraFiles = []*os.File{theirs, said} // 3 and 4
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirs.Close(), said.Close()
	read := make(chan struct{})
	go func() {
		defer close(read)
		c.listen(answers)
	}()
	t.Cleanup(func() {
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
		_, _ = ours.Close(), answers.Close()
		<-read
	})
	return c
}

// listen takes messages, which end with a zero, until the browser is gone.
func (c *chromium) listen(from io.Reader) {
	for r := bufio.NewReader(from); ; {
		raw, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			answer
			ID        int
			Method    string
			SessionID string
			Params    json.RawMessage
		}
		if json.Unmarshal(bytes.TrimSuffix(raw, []byte{0}), &m) != nil {
			continue
		}
		c.mu.Lock()
		if done := c.calls[m.ID]; done != nil {
			delete(c.calls, m.ID)
			done <- m.answer
		}
		if p := c.pages[m.SessionID]; p != nil {
			p.hear(m.Method, m.Params)
		}
		c.mu.Unlock()
	}
}

// hear takes what happens in a page. c.mu is held.
func (p *page) hear(method string, raw json.RawMessage) {
	var m struct {
		Type string
		Args []struct {
			Value       any
			Description string
		}
		ExceptionDetails struct {
			Text      string
			Exception struct{ Description string }
		}
		Entry struct{ Level, Text, URL string }
	}
	_ = json.Unmarshal(raw, &m)
	switch method {
	case "Runtime.consoleAPICalled":
		var words []string
		for _, a := range m.Args {
			if a.Value == nil {
				a.Value = a.Description
			}
			words = append(words, fmt.Sprint(a.Value))
		}
		line := strings.TrimSpace(strings.Join(words, " "))
		p.lines = append(p.lines, line)
		if m.Type == "error" || m.Type == "assert" {
			p.bad = append(p.bad, line)
		}
	case "Runtime.exceptionThrown":
		p.bad = append(p.bad, m.ExceptionDetails.Text+" "+m.ExceptionDetails.Exception.Description)
	case "Log.entryAdded": // a policy's refusals, and answers that are errors
		if m.Entry.Level == "error" {
			p.bad = append(p.bad, m.Entry.Text+" "+m.Entry.URL)
		}
	}
}

// call makes one call and reads its answer into out, where that is wanted.
func (c *chromium) call(session, method string, params map[string]any, out any) {
	c.t.Helper()
	done := make(chan answer, 1)
	c.mu.Lock()
	c.last++
	id := c.last
	c.calls[id] = done
	c.mu.Unlock()
	m := map[string]any{"id": id, "method": method, "params": params}
	if session != "" {
		m["sessionId"] = session
	}
	raw, err := json.Marshal(m)
	if err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.out.Write(append(raw, 0)); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
	select {
	case a := <-done:
		if a.Error != nil {
			c.t.Fatalf("%s: %s", method, a.Error.Message)
		}
		if out != nil {
			if err := json.Unmarshal(a.Result, out); err != nil {
				c.t.Fatalf("%s: %v", method, err)
			}
		}
	case <-time.After(time.Minute):
		c.t.Fatalf("%s: no answer", method)
	}
}

// open opens an address in a window of its own.
func (c *chromium) open(url string) *page { return c.make(url, true) }

// cover opens an empty page in front of the last one.
func (c *chromium) cover() *page { return c.make("about:blank", false) }

func (c *chromium) make(url string, window bool) *page {
	c.t.Helper()
	p := &page{c: c}
	var target struct{ TargetID string }
	c.call("", "Target.createTarget", map[string]any{"url": "about:blank", "newWindow": window}, &target)
	var attached struct{ SessionID string }
	c.call("", "Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.target, p.session = target.TargetID, attached.SessionID
	c.mu.Lock()
	c.pages[p.session] = p
	c.mu.Unlock()
	for _, part := range []string{"Runtime", "Log", "Page"} {
		c.call(p.session, part+".enable", nil, nil)
	}
	c.call(p.session, "Page.addScriptToEvaluateOnNewDocument", map[string]any{"source": keepPeers}, nil)
	c.call(p.session, "Page.navigate", map[string]any{"url": url}, nil)
	return p
}

// show brings a page to the front of its window.
func (p *page) show() {
	p.c.call("", "Target.activateTarget", map[string]any{"targetId": p.target}, nil)
}

func (p *page) close() { p.c.call("", "Target.closeTarget", map[string]any{"targetId": p.target}, nil) }

// freeze stops all that a page does, as the sleep of a machine does.
func (p *page) freeze(on bool) {
	state := "active"
	if on {
		state = "frozen"
	}
	p.c.call(p.session, "Page.setWebLifecycleState", map[string]any{"state": state}, nil)
}

// value is what an expression is in the page.
func (p *page) value(expression string) any {
	var r struct{ Result struct{ Value any } }
	p.c.call(p.session, "Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	return r.Result.Value
}

func (p *page) screenshot() []byte {
	var r struct{ Data string }
	p.c.call(p.session, "Page.captureScreenshot", map[string]any{"format": "png"}, &r)
	png, err := base64.StdEncoding.DecodeString(r.Data)
	if err != nil {
		p.c.t.Fatal(err)
	}
	return png
}

// said is what the page wrote to its console, and how much of that was of errors.
func (p *page) said() (lines, bad []string) {
	p.c.mu.Lock()
	defer p.c.mu.Unlock()
	return append([]string(nil), p.lines...), append([]string(nil), p.bad...)
}
