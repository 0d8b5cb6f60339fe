package zone

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// pipe is a transport session in memory: the zone's end is the Conn, the test's end its fields.
type pipe struct {
	mu       sync.Mutex
	reliable [][]byte // guarded by mu, as all that follows
	latest   []byte
	closed   bool
	code     transport.CloseCode
	fail     error

	handler transport.Handler
}

func (p *pipe) Kind() transport.Kind       { return transport.KCP }
func (p *pipe) RemoteAddr() netip.AddrPort { return netip.AddrPort{} }
func (p *pipe) MaxLatest() int             { return transport.MaxLatestMessage }
func (p *pipe) Backlog() int               { return 0 }
func (p *pipe) Stats() transport.Stats     { return transport.Stats{} }

func (p *pipe) Send(lane transport.Lane, msg []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return transport.ErrClosed
	}
	if p.fail != nil {
		return p.fail
	}
	msg = append([]byte(nil), msg...)
	if lane == transport.Latest {
		p.latest = msg
	} else {
		p.reliable = append(p.reliable, msg)
	}
	return nil
}

func (p *pipe) Close(code transport.CloseCode, text string) {
	p.mu.Lock()
	first := !p.closed
	p.closed, p.code = true, code
	p.mu.Unlock()
	if first && p.handler != nil {
		p.handler.Closed(p, code, text)
	}
}

// got returns the reliable messages with an id, and whether the session is closed.
func (p *pipe) got(id uint8) ([][]byte, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out [][]byte
	for _, m := range p.reliable {
		if m[0] == id {
			out = append(out, m)
		}
	}
	return out, p.closed
}

// memory is a realm that keeps characters in a map, and can be switched off.
type memory struct {
	mu        sync.Mutex
	state     map[rules.PlayerID]string // guarded by mu, as all that follows
	final     map[rules.PlayerID]int
	down      bool
	hung      bool // takes requests to attach and answers none
	stale     bool
	gate      chan struct{} // saves wait for it, if there is one
	saves     int
	handovers []core.HandoverRequest
}

func newMemory() *memory {
	return &memory{state: map[rules.PlayerID]string{}, final: map[rules.PlayerID]int{}}
}

func (r *memory) Attach(ctx context.Context, a core.AttachRequest) (rules.Character, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.hung {
		r.mu.Unlock()
		<-ctx.Done()
		r.mu.Lock()
		return rules.Character{}, fmt.Errorf("attach: %w", core.ErrRealmDown)
	}
	if r.down {
		return rules.Character{}, fmt.Errorf("attach: %w", core.ErrRealmDown)
	}
	return rules.Character{ID: a.Character, Name: "Bea", Class: "rogue", State: []byte(r.state[a.Character])}, nil
}

func (r *memory) Save(ctx context.Context, reqs []core.SaveRequest) ([]error, error) {
	r.mu.Lock()
	gate := r.gate
	r.saves++
	r.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.down {
		return nil, core.ErrRealmDown
	}
	errs := make([]error, len(reqs))
	for i, s := range reqs {
		if r.stale {
			errs[i] = fmt.Errorf("epoch %d: %w", s.Epoch, core.ErrStale)
			continue
		}
		if s.State != nil {
			r.state[s.Character] = string(s.State)
		}
		if s.Final {
			r.final[s.Character]++
		}
	}
	return errs, nil
}

func (r *memory) Handover(_ context.Context, t core.HandoverRequest) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.handovers = append(r.handovers, t)
	return []byte(`{}`), nil
}

func (r *memory) with(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}

// running is a process whose zones run until the test ends or stop is called.
type running struct {
	*Process
	realm *memory
	stop  func() error
}

func run(t *testing.T, names ...string) *running {
	t.Helper()
	return runWith(t, Config{Core: core.Config{Game: &rpg.Game, TickHz: 100}}, names...)
}

func runWith(t *testing.T, cfg Config, names ...string) *running {
	t.Helper()
	realm := newMemory()
	if cfg.Realm == nil {
		cfg.Realm = realm
	}
	p, err := NewProcess(cfg, names)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	var once sync.Once
	var result error
	stop := func() error {
		once.Do(func() {
			cancel()
			result = <-done
		})
		return result
	}
	t.Cleanup(func() { _ = stop() })
	return &running{p, realm, stop}
}

// connect brings a character into a zone and waits until it plays.
func (r *running) connect(t *testing.T, zone string, character, epoch uint64) *pipe {
	t.Helper()
	p := r.open(t, zone, character, epoch)
	eventually(t, "a Welcome", func() bool { m, _ := p.got(2); return len(m) == 1 })
	return p
}

func (r *running) open(t *testing.T, zone string, character, epoch uint64) *pipe {
	t.Helper()
	return r.openWith(t, ticket.Claims{Zone: zone, Character: character, Epoch: epoch, Session: character, Suite: ticket.SuiteAESGCM})
}

func (r *running) openWith(t *testing.T, claims ticket.Claims) *pipe {
	t.Helper()
	p, zone := &pipe{}, claims.Zone
	h, err := r.Accept(p, claims)
	if err != nil {
		t.Fatal(err)
	}
	p.handler = h
	var hash string
	for _, z := range r.Zones() {
		if z.Name() == zone {
			hash = z.Map().Hash()
		}
	}
	h.Message(p, transport.Reliable, message.Append(nil, &message.Join{Protocol: message.Version, Schema: rpg.Schema.Hash, MapHash: hash}))
	return p
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 2000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("no %s within ten seconds", what)
}

func goodbye(t *testing.T, p *pipe) message.Goodbye {
	t.Helper()
	var g message.Goodbye
	eventually(t, "Goodbye", func() bool { m, closed := p.got(3); return len(m) == 1 && closed })
	m, _ := p.got(3)
	if err := message.Read(m[0], &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func TestZonePlaysAndDrains(t *testing.T) {
	r := run(t)
	a, b := r.connect(t, "overworld", 1, 1), r.connect(t, "dungeon-entrance", 2, 1)
	eventually(t, "snapshot", func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return len(a.latest) > 0 && a.latest[0] == snapshot.TypeSnapshot
	})
	a.handler.Message(a, transport.Reliable, message.Append(nil, &message.Say{Text: "hello"}))
	eventually(t, "own chat", func() bool { m, _ := a.got(6); return len(m) == 1 })
	if m, _ := b.got(6); len(m) != 0 {
		t.Error("chat crossed into another zone")
	}
	eventually(t, "statistics", func() bool {
		s := r.Stats()
		return s[0].Players == 1 && s[1].Players == 1 && s[0].Tick > 0 && s[0].TickMs.P99 > 0 && s[0].TickMs.Max >= s[0].RecentTickMs.P50 && s[0].Entities > 10
	})
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	for _, p := range []*pipe{a, b} {
		if g := goodbye(t, p); g.Reason != message.ServerShutdown || p.code != transport.ServerShutdown {
			t.Errorf("goodbye %+v, code %v", g, p.code)
		}
	}
	if r.realm.final[1] != 1 || r.realm.final[2] != 1 || r.realm.state[1] == "" {
		t.Errorf("final saves %v, states %v", r.realm.final, r.realm.state)
	}
	var refused *transport.CloseError
	if _, err := r.Accept(&pipe{}, ticket.Claims{Zone: "overworld"}); !errors.As(err, &refused) || refused.Code != transport.ServerShutdown {
		t.Errorf("after the drain a session gets %v", err)
	}
	if _, err := r.Evict(context.Background(), 1, 1, ""); err == nil || !strings.Contains(err.Error(), "restarting") {
		t.Errorf("after the drain an eviction gives %v", err)
	}
}

func TestDrainKeepsTryingWhileTheRealmIsDown(t *testing.T) {
	r := run(t, "overworld")
	r.connect(t, "overworld", 1, 1)
	r.realm.with(func() { r.realm.down = true })
	done := make(chan error, 1)
	go func() { done <- r.stop() }()
	eventually(t, "failed save", func() bool { ok := false; r.realm.with(func() { ok = r.realm.saves > 1 }); return ok })
	r.realm.with(func() { r.realm.down = false })
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if r.realm.final[1] != 1 {
		t.Fatal("the player was not saved when the realm came back")
	}
}

func TestRealmDownAtJoin(t *testing.T) {
	r := run(t, "overworld")
	r.realm.with(func() { r.realm.down = true })
	p := r.open(t, "overworld", 1, 1)
	if g := goodbye(t, p); g.Reason != message.RealmDown || !strings.Contains(g.Text, "try again") {
		t.Fatalf("goodbye %+v", g)
	}
}

func TestEvictFromAProcess(t *testing.T) {
	r := run(t)
	p := r.connect(t, "dungeon-entrance", 7, 3)
	// A periodic save is on its way and is held up: the state must not be handed over before it has landed.
	gate := make(chan struct{})
	r.realm.with(func() { r.realm.gate = gate })
	eventually(t, "save under way", func() bool { ok := false; r.realm.with(func() { ok = r.realm.saves > 0 }); return ok })
	got := make(chan core.Eviction, 1)
	go func() {
		e, err := r.Evict(context.Background(), 7, 3, "")
		if err != nil {
			t.Error(err)
		}
		got <- e
	}()
	if g := goodbye(t, p); g.Reason != message.TakenOver {
		t.Fatalf("goodbye %+v", g)
	}
	select {
	case e := <-got:
		t.Fatalf("the eviction was answered while a save was on its way: %+v", e)
	default:
	}
	r.realm.with(func() { r.realm.gate = nil })
	close(gate)
	if e := <-got; !e.Found || e.Epoch != 3 || !strings.HasPrefix(string(e.State), `{"v":1,`) {
		t.Fatalf("eviction %+v", e)
	}
	if e, err := r.Evict(context.Background(), 7, 3, ""); err != nil || e.Found {
		t.Fatalf("a second eviction gives %+v, %v", e, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := r.Evict(ctx, 7, 3, ""); err != nil && !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled eviction gives %v", err)
	}
}

func TestStaleSaveEndsTheSession(t *testing.T) {
	r := run(t, "overworld")
	p := r.connect(t, "overworld", 1, 1)
	r.realm.with(func() { r.realm.stale = true })
	if g := goodbye(t, p); g.Reason != message.TakenOver {
		t.Fatalf("goodbye %+v", g)
	}
}

func TestSlowAndFloodingSessionsAreClosed(t *testing.T) {
	r := run(t, "overworld")
	slow := r.connect(t, "overworld", 1, 1)
	slow.mu.Lock()
	slow.fail = transport.ErrBackpressure
	slow.mu.Unlock()
	eventually(t, "close of the slow session", func() bool { _, closed := slow.got(0); return closed && slow.code == transport.Backpressure })
	flood := r.connect(t, "overworld", 2, 1)
	eventually(t, "close of the flooding session", func() bool {
		for range maxQueued + 1 {
			flood.handler.Message(flood, transport.Reliable, []byte{50})
		}
		_, closed := flood.got(0)
		return closed
	})
	eventually(t, "empty zone", func() bool { return r.Stats()[0].Sessions == 0 })
}

func TestAcceptRefusesOtherZones(t *testing.T) {
	r := run(t, "overworld")
	for _, zone := range []string{"dungeon-entrance", "", "nowhere"} {
		if _, err := r.Accept(&pipe{}, ticket.Claims{Zone: zone}); err == nil {
			t.Errorf("a ticket for zone %q was taken", zone)
		}
	}
	if _, err := r.Zones()[0].Accept(&pipe{}, ticket.Claims{Zone: "dungeon-entrance"}); err == nil {
		t.Error("a zone took another's ticket")
	}
}

func TestProcessesThatCannotBe(t *testing.T) {
	shared := Config{Realm: newMemory(), Core: core.Config{Game: &rpg.Game}}
	for name, c := range map[string]struct {
		change func(*Config)
		names  []string
		want   string
	}{
		"unknown zone": {names: []string{"moon"}, want: `no zone "moon"; it has overworld, dungeon-entrance`},
		"tick rate":    {change: func(c *Config) { c.Core.TickHz = 200 }, want: "200 Hz"},
		"no realm":     {change: func(c *Config) { c.Realm = nil }, want: "Realm is needed"},
		"no zones":     {change: func(c *Config) { g := rpg.Game; g.Zones = nil; c.Core.Game = &g }, want: "has no zones"},
		"no maps":      {change: func(c *Config) { g := rpg.Game; g.Maps = nil; c.Core.Game = &g }, want: "has no Maps"},
		"missing map": {change: func(c *Config) {
			g := rpg.Game
			g.Zones = []rules.Zone{{Name: "moon", Map: "moon.tmx"}}
			c.Core.Game = &g
		}, want: "moon.tmx"},
		"no name for a zone": {change: func(c *Config) {
			g := rpg.Game
			g.Zones = []rules.Zone{{Name: "The Moon", Map: "overworld.tmx"}}
			c.Core.Game = &g
		}, want: `"The Moon"; a zone's name is 1 to 32 of a-z`},
		"two of a name": {change: func(c *Config) {
			g := rpg.Game
			g.Zones = append(slices.Clone(g.Zones), g.Zones[0])
			c.Core.Game = &g
		}, want: `two zones "overworld"; rename one`},
		"portal to nowhere": {change: func(c *Config) {
			g := rpg.Game
			g.Zones = g.Zones[:1]
			c.Core.Game = &g
		}, want: `zone "dungeon-entrance", which this game does not have`},
	} {
		cfg := shared
		if c.change != nil {
			c.change(&cfg)
		}
		if _, err := NewProcess(cfg, c.names); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A zone's name is not its map's: two are played on one map file, and what leads to them leads to their names.
func TestTwoZonesOnOneMap(t *testing.T) {
	g := rpg.Game
	g.Zones = append(slices.Clone(g.Zones), rules.Zone{Name: "mirror", Title: "The Mirror", Map: g.Zones[0].Map})
	p := runWith(t, Config{Core: core.Config{Game: &g, TickHz: 100}})
	zones := p.Zones()
	first, mirror := zones[0], zones[2]
	if mirror.Name() != "mirror" || mirror.Map().Name != first.Map().Name || mirror.Map().Hash() != first.Map().Hash() {
		t.Errorf("%s is played on %s, %s on %s", mirror.Name(), mirror.Map().Name, first.Name(), first.Map().Name)
	}
	if title := mirror.Stats().Title; title != "The Mirror" {
		t.Errorf("its title is %q", title)
	}
}
