package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// WebRTC's stacks of others, which are what docs/security.md holds our DTLS, SCTP and ICE to. Each joins our server through a network that
// loses, repeats and reorders, plays, sees the state that the server has, and survives a change of its address.
const stackNetwork = "latency=20ms jitter=10ms loss=5% duplicate=2% reorder=5%"

// stackInPage is what the scenario asks of a player, on the page that players open. web/e2e/stack.ts has the same without a page.
const stackInPage = `(() => {
	let connections = 0;
	window.RTCPeerConnection = class extends RTCPeerConnection {
		constructor(...args) { super(...args); connections++; }
	};
	const errors = [], heard = [];
	addEventListener('error', (e) => errors.push(String(e.message)));
	const found = (id) => document.querySelector('[data-testid="' + id + '"]');
	const until = async (id) => {
		for (let n = 0; n < 600; n++) {
			const node = found(id);
			if (node?.checkVisibility()) return node;
			await new Promise((r) => setTimeout(r, 50));
		}
		throw new Error('no ' + id + ': ' + document.body.innerText.slice(0, 400) + errors);
	};
	let held = [];
	window.stack = {
		async enter(url, name) {
			(await until('guest-submit')).click();
			const field = await until('char-name');
			field.value = name;
			field.dispatchEvent(new Event('input', { bubbles: true }));
			(await until('class-wizard')).click();
			found('char-create').click();
			for (let n = 0; n < 600 && window.realmwire.session === null; n++) {
				found('char-play')?.click();
				await new Promise((r) => setTimeout(r, 50));
			}
			window.realmwire.session.on('chat', (line) => heard.push(line.text));
		},
		hold(x, y) {
			const press = (type, code) => window.dispatchEvent(new KeyboardEvent(type, { code, bubbles: true }));
			for (const code of held) press('keyup', code);
			held = [x > 0 && 'KeyD', x < 0 && 'KeyA', y > 0 && 'KeyS', y < 0 && 'KeyW'].filter(Boolean);
			for (const code of held) press('keydown', code);
		},
		say: (text) => window.realmwire.session.sendChat(text),
		state() {
			const s = window.realmwire?.session, own = window.realmwire?.view?.own ?? null;
			return {
				status: s?.status ?? '', text: s?.statusText ?? '', transport: s?.transport ?? '', heard, connections,
				desyncs: s?.stats.desyncs ?? 0, checked: s?.stats.viewsChecked ?? 0,
				own: own === null ? null : { id: own.id, x: own.state.body.x, y: own.state.body.y },
			};
		},
	};
})()`

// TestChromium plays our page in a real Chromium.
func TestChromium(t *testing.T) {
	needBrowser(t)
	playOnStack(t, "Max", "127.0.0.1", true, func(url string) evaluator {
		eval := bridge(t, "web/e2e/chromium.mjs", url+"?transport=webrtc")
		if err := eval("("+stackInPage+", null)", nil); err != nil {
			t.Fatal(err)
		}
		return eval
	})
}

// TestFirefox plays with our SDK in a real Firefox. The page is not that of the game, whose pictures need WebGL, and that drivers which
// Firefox does not bring. Firefox sends no connectivity checks to loopback, whatever its preferences say: hence the network of its own.
func TestFirefox(t *testing.T) {
	needStack(t)
	addr, inside := ownNetwork(t)
	if !inside {
		return
	}
	f := harness.StartFirefox(t)
	var script bytes.Buffer
	bundle := exec.Command("node", "web/e2e/bundle.mjs")
	bundle.Dir, bundle.Stdout = harness.Root(), &script
	if err := bundle.Run(); err != nil {
		t.Fatal(err)
	}
	playOnStack(t, "Fritz", addr, false, func(url string) evaluator {
		f.Navigate(url) // for its origin
		f.Run(script.String())
		return f.Eval
	})
}

// ownNetwork runs the calling test again in a network of its own, which has an address that is no loopback's. There it returns that; to
// the first caller, who has nothing left to do, false.
func ownNetwork(t *testing.T) (addr string, inside bool) {
	t.Helper()
	if addr := os.Getenv("REALMWIRE_NETNS"); addr != "" {
		return addr, true
	}
	const own = "10.77.0.1"
	harness.Need(t, "root, unshare and ip, for a network of its own", os.Geteuid() == 0 && onPath("unshare") && onPath("ip"))
	lay := "set -e; ip link set lo up; ip link add v0 type veth peer name v1; ip addr add " + own + "/24 dev v0; ip link set v0 up; ip link set v1 up; exec \"$@\""
	cmd := exec.Command("unshare", "--net", "sh", "-c", lay, "sh", os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "REALMWIRE_NETNS="+own)
	out, err := cmd.CombinedOutput()
	t.Logf("in a network of its own:\n%s", out)
	if err != nil {
		t.Error(err)
	}
	return "", false
}

// TestLibdatachannel plays with our SDK in TypeScript on libdatachannel.
func TestLibdatachannel(t *testing.T) {
	needStack(t)
	playOnStack(t, "Liv", "127.0.0.1", false, func(string) evaluator { return bridge(t, "web/e2e/datachannel.mjs") })
}

// needStack skips where our SDK cannot be bundled, or libdatachannel is missing.
func needStack(t *testing.T) {
	t.Helper()
	harness.Need(t, "Node", onPath("node"))
	harness.Need(t, "npm packages of web/ (npm ci)", exists(filepath.Join(harness.Root(), "web/node_modules/node-datachannel")))
}

// evaluator runs an expression where a stack is, and decodes its value.
type evaluator func(js string, out any) error

// bridge starts a script of Node's that evaluates what it is sent.
func bridge(t *testing.T, args ...string) evaluator {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	cmd := exec.CommandContext(ctx, "node", args...)
	cmd.Dir = harness.Root()
	var log harness.Log
	cmd.Stderr = &log
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v\n%s", err, &log)
		}
		cancel()
	})
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	answer := func(v any) error {
		if !lines.Scan() {
			return fmt.Errorf("it said no more: %w\n%s", io.ErrUnexpectedEOF, &log)
		}
		return json.Unmarshal(lines.Bytes(), v)
	}
	var ready struct{ Ready bool }
	if err := answer(&ready); err != nil || !ready.Ready {
		t.Fatalf("it is not ready: %v", err)
	}
	return func(js string, v any) error {
		line, err := json.Marshal(map[string]string{"js": js})
		if err != nil {
			return err
		}
		if _, err := in.Write(append(line, '\n')); err != nil {
			return err
		}
		var a struct {
			Value json.RawMessage
			Error string
		}
		switch err := answer(&a); {
		case err != nil:
			return err
		case a.Error != "":
			return fmt.Errorf("%s", a.Error)
		case v == nil:
			return nil
		}
		return json.Unmarshal(a.Value, v)
	}
}

// stackState is what a stack says of its player.
type stackState struct {
	Status, Text, Transport string
	Heard                   []string
	Connections             int
	Desyncs, Checked        int
	Own                     *struct{ ID, X, Y int32 }
}

// stackPlayer is a player on somebody's stack, and somebody on ours beside.
type stackPlayer struct {
	t       *testing.T
	name    string
	eval    evaluator
	witness *witnessOf
	server  *harness.Process
}

// playOnStack is the scenario, at an address of this machine; mustStay says that the session keeps its connection. start gets the page's URL and makes the stack ready.
func playOnStack(t *testing.T, name, addr string, mustStay bool, start func(url string) evaluator) {
	var profile netsim.Profile
	if err := profile.UnmarshalText([]byte(stackNetwork)); err != nil {
		t.Fatal(err)
	}
	nat, err := netsim.NewProxy(netsim.ProxyConfig{Listen: addr + ":0", Target: addr + ":9", Up: profile, Down: profile, Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = nat.Close() })
	server := harness.StartUp(t, harness.Binary(t), t.TempDir(), "--http", addr+":0", "--udp", addr+":0", "--public-addr", nat.Addr())
	if err := nat.SetTarget(server.UDP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("where it ended:\n%s", strings.Join(regexp.MustCompile(`realmwire_transport_events_total\{.*transport="webrtc"\} [1-9].*`).FindAllString(metricsOf(server), -1), "\n"))
		}
	})
	url := strings.TrimSuffix(server.URL, "/") + "/"
	p := &stackPlayer{t: t, name: name, eval: start(url), server: server, witness: watch(t, server, name)}
	p.do(fmt.Sprintf("stack.enter(%q, %q)", strings.TrimSuffix(url, "/"), name))
	p.until("it plays", func(s stackState) bool { return s.Status == "playing" && s.Own != nil })
	if s := p.state(); s.Transport != string(transport.WebRTC) {
		t.Fatalf("it plays over %s: %s", s.Transport, s.Text)
	}
	p.walk()
	p.says("here I was")

	p.do("stack.hold(0, -1)") // under way while its address changes
	if err := nat.Rebind(); err != nil {
		t.Fatal(err)
	}
	p.says("here I am")
	p.walk()
	p.until("more views were checked", func(s stackState) bool { return s.Checked > 0 })

	s := p.state()
	if s.Desyncs != 0 {
		t.Errorf("%d of %d views were not what the server has", s.Desyncs, s.Checked)
	}
	// A session whose peer is seen to move stays, and the stack does not notice. One whose peer looks after its path less often than the
	// client takes silence for the end comes back, with one resume ticket, and nobody asks the realm.
	resumed, moved := p.events("zone", "resumed"), p.events("transport", "moved")
	stayed := s.Connections == 1 && resumed == 0 && moved > 0
	cameBack := s.Connections == 2 && resumed == 1
	if !stayed && (mustStay || !cameBack) {
		t.Errorf("%d connections were made, %d resumed, %d moved: the address changed once", s.Connections, resumed, moved)
	}
	if n := p.events("transport", "protocol"); n != 0 {
		t.Errorf("%d sessions broke the protocol", n)
	}
	up, down := nat.Counters()
	if up.Lost+down.Lost == 0 || up.Reordered+down.Reordered == 0 || min(up.Sent, down.Sent) < 50 {
		t.Errorf("the network lost nothing: up %v, down %v", up, down)
	}
	t.Logf("up %v, down %v; %d views checked; the session stayed: %t", up, down, s.Checked, stayed)
	server.Stop()
}

// metricsOf are a server's metrics, if it still runs.
func metricsOf(server *harness.Process) string {
	select {
	case <-server.Done():
		return ""
	default:
	}
	_, page := server.Get("/metrics")
	return page
}

func (p *stackPlayer) do(js string) {
	p.t.Helper()
	if err := p.eval(js, nil); err != nil {
		p.t.Fatalf("%s: %v\nserver:\n%s", js, err, p.server.Log)
	}
}

func (p *stackPlayer) state() (s stackState) {
	p.t.Helper()
	if err := p.eval("stack.state()", &s); err != nil {
		p.t.Fatalf("state: %v", err)
	}
	return s
}

// until waits until what a stack says is good.
func (p *stackPlayer) until(what string, good func(s stackState) bool) {
	p.t.Helper()
	for n := 0; ; n++ {
		s := p.state()
		if good(s) {
			return
		}
		if n == 1200 {
			p.t.Fatalf("waited in vain: %s: %+v, %+v\nserver:\n%s", what, s, s.Own, p.server.Log)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// walk goes somewhere else, stands still, and wants stack and server to have the same place.
func (p *stackPlayer) walk() {
	p.t.Helper()
	p.until("it is somewhere", func(s stackState) bool { return s.Status == "playing" && s.Own != nil })
	from := p.state().Own
	went := func() bool {
		at := p.state().Own
		return at != nil && max(at.X-from.X, from.X-at.X, at.Y-from.Y, from.Y-at.Y) > 256 // a tile
	}
	for _, way := range []string{"1, 0", "-1, 0", "0, 1", "0, -1"} {
		p.do("stack.hold(" + way + ")")
		for n := 0; n < 60 && !went(); n++ {
			time.Sleep(25 * time.Millisecond)
		}
	}
	if !went() {
		p.t.Fatalf("it does not move from %+v", *from)
	}
	p.do("stack.hold(0, 0)")
	same := 0
	p.until("it stands where the server has it", func(s stackState) bool {
		at, ok := p.witness.place()
		if s.Own != nil && ok && at.X == s.Own.X && at.Y == s.Own.Y {
			same++
		} else {
			same = 0
		}
		return same == 5
	})
}

// maxSayings is how often a line is said at most until it is heard: chat goes with the connection, and is not repeated on the next.
const maxSayings = 12

// says has a line heard by the witness and by the stack itself.
func (p *stackPlayer) says(text string) {
	p.t.Helper()
	for range maxSayings {
		p.do(fmt.Sprintf("stack.say(%q)", text))
		for range 50 {
			if slices.Contains(p.state().Heard, text) && p.witness.heard(text) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
	s := p.state()
	p.t.Fatalf("%q was said %d times, and not heard by both: %+v\nserver:\n%s", text, maxSayings, s, p.server.Log)
}

// events sums a counter of the server's.
func (p *stackPlayer) events(of, event string) (sum int) {
	p.t.Helper()
	_, page := p.server.Get("/metrics")
	label := `transport="webrtc"`
	if of == "zone" {
		label = `zone="[^"]*"`
	}
	for _, m := range regexp.MustCompile(`realmwire_`+of+`_events_total\{event="`+event+`",`+label+`\} (\d+)`).FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[1])
		sum += n
	}
	return sum
}

// witnessOf is a client of ours, on a good network, who stands and looks at somebody.
type witnessOf struct {
	mu    sync.Mutex // guards what follows
	at    rpg.Body
	sees  bool
	lines []string
}

// watch lets one in.
func watch(t *testing.T, server *harness.Process, name string) *witnessOf {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	api, err := client.NewAPI("http://"+server.HTTP, nil)
	if err != nil {
		t.Fatal(err)
	}
	guest, err := api.Guest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	api = api.As(guest.Token)
	who, err := api.CreateCharacter(ctx, "Witness", rpg.Classes[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &witnessOf{}
	session, err := client.New(client.Config{
		API: api, Character: who.ID, Schema: rpg.Game.Schema, Transport: transport.KCP, Verify: true,
		Reroute:   func(string) (string, error) { return server.UDP, nil },
		NewPlayer: func(client.Zone) client.Player { return &statue{} },
		Events: client.Events{
			Heard: func(m message.Heard) {
				w.mu.Lock()
				defer w.mu.Unlock()
				w.lines = append(w.lines, m.Text)
			},
			Snapshot: func(_ time.Time, _ snapshot.Header, v *snapshot.Replica) { w.look(v, name) },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- session.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil && !t.Failed() {
			t.Logf("the witness ended: %v", err) // with its server
		}
	})
	return w
}

func (w *witnessOf) look(v *snapshot.Replica, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sees = false
	for e := range v.All {
		if p, ok := e.State.(*rpg.Player); ok && p.Look.Name == name {
			w.at, w.sees = p.Body, true
		}
	}
}

func (w *witnessOf) place() (rpg.Body, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at, w.sees
}

func (w *witnessOf) heard(text string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.lines, text)
}

// statue is a player who stands.
type statue struct {
	newest uint32
	still  [8]rpg.Input
}

func (s *statue) Step(tick uint32, _ *snapshot.Replica) { s.newest = tick }
func (s *statue) Reconcile(*snapshot.Replica) bool      { return false }
func (s *statue) Inputs(dst []byte, h snapshot.InputHeader) []byte {
	h.Newest = s.newest
	return snapshot.WriteInputs(dst, h, s.still[:])
}
