//go:build unix

package loadtest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/internal/harness"
	"github.com/realmwire/realmwire/loadtest"
	"github.com/realmwire/realmwire/loadtest/child"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/mover"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// portalWalker walks to the portal of the zone it is in, and through it.
type portalWalker struct {
	ground *tilemap.Map
	newest uint32
	first  uint32
	inputs [8]rpg.Input // the newest first
}

func (p *portalWalker) Step(tick uint32, view *snapshot.Replica) {
	if tick != p.newest+1 {
		p.first = tick
	}
	p.newest = tick
	copy(p.inputs[1:], p.inputs[:7])
	p.inputs[0] = rpg.Input{}
	if own := view.Own(); own != nil {
		p.inputs[0] = p.heading(own.State.(*rpg.Player).Body)
	}
}

// heading is towards the next tile on the shortest way to the nearest portal.
func (p *portalWalker) heading(at rpg.Body) rpg.Input {
	x, y := at.X/mover.UnitsPerTile, at.Y/mover.UnitsPerTile
	nx, ny := p.next(x, y)
	dx, dy := nx*mover.UnitsPerTile+mover.UnitsPerTile/2-at.X, ny*mover.UnitsPerTile+mover.UnitsPerTile/2-at.Y
	most := max(abs(dx), abs(dy), 1)
	return rpg.Input{MoveX: int8(dx * 85 / most), MoveY: int8(dy * 85 / most)} // 85² + 85² < 127²
}

func abs(v int32) int32 { return max(v, -v) }

func (p *portalWalker) next(x, y int32) (int32, int32) {
	type tile struct{ x, y int32 }
	from := map[tile]tile{}
	start := tile{x, y}
	queue := []tile{start}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if p.ground.PortalAt(at.x*mover.UnitsPerTile+mover.UnitsPerTile/2, at.y*mover.UnitsPerTile+mover.UnitsPerTile/2) >= 0 {
			for at != start && from[at] != start {
				at = from[at]
			}
			return at.x, at.y
		}
		for _, to := range []tile{{at.x + 1, at.y}, {at.x - 1, at.y}, {at.x, at.y + 1}, {at.x, at.y - 1}} {
			if _, seen := from[to]; !seen && to != start && !p.ground.Solid(to.x, to.y) {
				from[to] = at
				queue = append(queue, to)
			}
		}
	}
	return x, y
}

func (p *portalWalker) Inputs(dst []byte, h snapshot.InputHeader) []byte {
	h.Newest = p.newest
	return snapshot.WriteInputs(dst, h, p.inputs[:min(8, p.newest-p.first+1)])
}

func (p *portalWalker) Reconcile(*snapshot.Replica) bool { return false }

// wanderer is a session whose news a test waits for.
type wanderer struct {
	t       *testing.T
	session *client.Session
	entered chan client.Zone
	dropped chan error
	ended   chan error
	heard   chan message.Heard
	bad     atomic.Int64
	stop    context.CancelFunc
}

func startPlay(t *testing.T, api *client.API, character string, kind transport.Kind) *wanderer {
	t.Helper()
	// More room than there will be news: events must not block.
	tr := &wanderer{
		t: t, entered: make(chan client.Zone, 100), dropped: make(chan error, 100), ended: make(chan error, 1), heard: make(chan message.Heard, 1000),
	}
	s, err := client.New(client.Config{
		API: api, Character: character, Schema: &rpg.Schema, Transport: kind, Verify: true, LoopbackOnly: true,
		NewPlayer: func(z client.Zone) client.Player { return &portalWalker{ground: z.Map} },
		Events: client.Events{
			Entered:     func(_ time.Time, z client.Zone) { tr.entered <- z },
			Dropped:     func(err error) { tr.dropped <- err },
			Undecodable: func(error) { tr.bad.Add(1) },
			Heard:       func(m message.Heard) { tr.heard <- m },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	tr.session = s
	ctx, cancel := context.WithCancel(t.Context())
	tr.stop = cancel
	go func() { tr.ended <- s.Run(ctx) }()
	t.Cleanup(cancel)
	return tr
}

const patience = 90 * time.Second

func wait[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

func guest(t *testing.T, url, name string) (*client.API, string) {
	t.Helper()
	api, err := client.NewAPI(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	in, err := api.Guest(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	api = api.As(in.Token)
	c, err := api.CreateCharacter(t.Context(), name, "knight", nil)
	if err != nil {
		t.Fatal(err)
	}
	return api, c.ID
}

func run(t *testing.T, args ...string) *child.Server {
	t.Helper()
	s, err := child.Start(t.Context(), child.Config{Executable: harness.Binary(t), Args: args})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() }) // some tests end it themselves
	return s
}

func TestASessionFollowsItsCharacterThroughPortals(t *testing.T) {
	s := run(t)
	walkers := map[string]*wanderer{}
	for i, kind := range []transport.Kind{transport.KCP, transport.WebRTC, transport.WebSocket} {
		name := fmt.Sprintf("Pilgrim %c", 'A'+i)
		api, character := guest(t, s.URL(), name)
		walkers[name] = startPlay(t, api, character, kind)
	}
	for name, p := range walkers {
		first := wait(t, "the world", p.entered)
		second := wait(t, "the zone behind the portal", p.entered)
		third := wait(t, "the way back", p.entered)
		if first.Name == second.Name || third.Name != first.Name {
			t.Errorf("%s went from %s to %s to %s", name, first.Name, second.Name, third.Name)
		}
		p.saysAndHears(name, "I have seen both sides.")
		p.stop()
		if err := wait(t, "the end", p.ended); err != nil {
			t.Error(name, err)
		}
		st := p.session.Stats()
		if st.Transfers < 2 || st.Drops != 0 || st.BytesIn == 0 || st.BytesOut == 0 || st.Garbage != 0 || p.bad.Load() != 0 {
			t.Errorf("%s: %+v, %d snapshots could not be decoded", name, st, p.bad.Load())
		}
		select {
		case err := <-p.dropped:
			t.Errorf("%s was dropped: %v", name, err)
		default:
		}
	}
}

// saysAndHears says a line and waits for it to come back. A player who stands between two zones is not heard, so it is said again.
func (tr *wanderer) saysAndHears(name, text string) {
	tr.t.Helper()
	again := time.NewTicker(3 * time.Second)
	defer again.Stop()
	if err := tr.session.Say(text); err != nil {
		tr.t.Error(err)
	}
	for until := time.After(patience); ; {
		select {
		case m := <-tr.heard:
			if m.Text == text && m.From == name {
				return
			}
		case <-again.C:
			_ = tr.session.Say(text)
		case <-until:
			tr.t.Fatalf("%s did not hear itself", name)
		}
	}
}

func TestASecondSessionTakesOverTheFirst(t *testing.T) {
	s := run(t)
	api, character := guest(t, s.URL(), "Double")
	first := startPlay(t, api, character, transport.KCP)
	wait(t, "the first session", first.entered)
	second := startPlay(t, api, character, transport.WebSocket)
	wait(t, "the second session", second.entered)
	err := wait(t, "the end of the first", first.ended)
	var end *client.EndError
	if !errors.As(err, &end) || !end.Final() || client.Reason(err) != "goodbye: taken-over" {
		t.Errorf("the first was told %v", err)
	}
	second.stop()
	if err := wait(t, "the end of the second", second.ended); err != nil {
		t.Error(err)
	}
}

// freePort is one that nobody has at the moment: a restarted server must be found where the first was.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func TestSessionsComeBackAfterTheServerWasKilled(t *testing.T) {
	// A flag given twice counts the second time.
	args := []string{"--http", freePort(t), "--data", t.TempDir()}
	s := run(t, args...)
	var all []*wanderer
	for i, kind := range []transport.Kind{transport.KCP, transport.WebSocket} {
		api, character := guest(t, s.URL(), fmt.Sprintf("Phoenix %d", i+1))
		p := startPlay(t, api, character, kind)
		wait(t, "the world", p.entered)
		all = append(all, p)
	}
	if err := syscall.Kill(s.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-s.Exited()
	run(t, args...)
	for _, p := range all {
		if err := wait(t, "the drop", p.dropped); err == nil {
			t.Error("a drop without a reason")
		}
		wait(t, "the world again", p.entered)
		if st := p.session.Stats(); st.Drops != 1 {
			t.Errorf("%d drops", st.Drops)
		}
		p.stop()
		if err := wait(t, "the end", p.ended); err != nil {
			t.Error(err)
		}
	}
}

// TestWebSocketsStraightToTheZone: past the gateway, which relays none of them.
func TestWebSocketsStraightToTheZone(t *testing.T) {
	s := run(t, "--ws", "127.0.0.1:0")
	var out strings.Builder
	err := loadtest.Run(t.Context(), loadtest.Options{
		Game: rpg.Game, Bots: 4, Duration: 3 * time.Second, Transport: "websocket", URL: s.URL(), Executable: harness.Binary(t), Out: &out,
		Metrics: []string{s.Metrics()},
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	resp, err := http.Get(s.Metrics()) //nolint:noctx // a test's
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`realmwire_transport_events_total{event="accepted",transport="websocket-direct"} 4`, `realmwire_transport_events_total{event="accepted",transport="websocket"} 0`} {
		if !strings.Contains(string(page), want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}
