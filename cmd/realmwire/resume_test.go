//go:build unix

package main_test

import (
	"context"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/protocol/message"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

// wanderer is one player on a real client, and what it saw.
type wanderer struct {
	t       *testing.T
	session *client.Session
	done    chan error

	mu      sync.Mutex // guards what follows
	entered []client.Zone
	drops   []error
	tries   []error
	seen    int      // snapshots with its own entity, since it entered last
	first   rpg.Body // of those
	at      rpg.Body // of the last
	heard   []string
}

// startPlay lets a new guest play over a transport, over UDP through a proxy.
func startPlay(t *testing.T, url string, kind transport.Kind, proxy *netsim.Proxy) *wanderer {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	p := &wanderer{t: t, done: make(chan error, 1)}
	api, err := client.NewAPI(url, nil)
	if err != nil {
		t.Fatal(err)
	}
	guest, err := api.Guest(ctx)
	if err != nil {
		t.Fatal(err)
	}
	api = api.As(guest.Token)
	who, err := api.CreateCharacter(ctx, "Wanda", rpg.Classes[0], nil)
	if err != nil {
		t.Fatal(err)
	}
	p.session, err = client.New(client.Config{
		API: api, Character: who.ID, Schema: rpg.Game.Schema, Transport: kind, Verify: true, Reroute: func(addr string) (string, error) {
			return proxy.Addr(), proxy.SetTarget(addr)
		},
		NewPlayer: func(z client.Zone) client.Player {
			return rpg.Game.NewBot(rules.BotConfig{Seed: 1, TickHz: z.TickHz, Map: z.Map})
		},
		Events: client.Events{
			Entered:  func(_ time.Time, z client.Zone) { p.with(func() { p.entered, p.seen = append(p.entered, z), 0 }) },
			Dropped:  func(err error) { p.with(func() { p.drops = append(p.drops, err) }) },
			Waiting:  func(err error) { p.with(func() { p.tries = append(p.tries, err) }) },
			Heard:    func(m message.Heard) { p.with(func() { p.heard = append(p.heard, m.Text) }) },
			Snapshot: func(_ time.Time, _ snapshot.Header, v *snapshot.Replica) { p.saw(v) },
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.session.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-p.done; err != nil {
			t.Error(err)
		}
	})
	return p
}

func (p *wanderer) saw(v *snapshot.Replica) {
	own := v.Own()
	if own == nil {
		return
	}
	p.with(func() {
		p.at = own.State.(*rpg.Player).Body
		if p.seen++; p.seen == 1 {
			p.first = p.at
		}
	})
}

func (p *wanderer) with(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

// is reads something under the lock.
func (p *wanderer) is(f func() bool) func() (string, bool) {
	return func() (string, bool) {
		p.mu.Lock()
		defer p.mu.Unlock()
		last := ""
		if len(p.tries) > 0 {
			last = p.tries[len(p.tries)-1].Error()
		}
		return last, f()
	}
}

// zoneEvents is a counter of a zone process.
func (c *cluster) zoneEvents(role, event string) int {
	_, page := c.roles[role].p.Get("/metrics")
	sum := 0
	for _, m := range regexp.MustCompile(`realmwire_zone_events_total\{event="`+event+`",zone="[^"]*"\} (\d+)`).FindAllStringSubmatch(page, -1) {
		n, _ := strconv.Atoi(m[1])
		sum += n
	}
	return sum
}

// TestResumeWithoutRealmAndGateway cuts a player's network for longer than the zone waits, and kills realm and gateway meanwhile. When the network is back,
// so is the player: as the same entity, where it stood. Then everything else comes back, and knows of one player.
func TestResumeWithoutRealmAndGateway(t *testing.T) {
	proxy, err := netsim.NewProxy(netsim.ProxyConfig{Target: "127.0.0.1:9"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	direct := lastingPort(t, "tcp") // WebSockets past the gateway
	relay, err := netsim.NewRelay(direct)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(relay.Close)
	t.Run("kcp", func(t *testing.T) {
		resume(t, transport.KCP, proxy, func() { proxy.Block(true) }, func() { proxy.Block(false) })
	})
	t.Run("websocket", func(t *testing.T) {
		resume(t, transport.WebSocket, proxy, relay.Cut, relay.Mend, "--ws", direct, "--public-ws", "ws://"+relay.Addr()+"/ws")
	})
}

func resume(t *testing.T, kind transport.Kind, proxy *netsim.Proxy, cut, mend func(), zoneArgs ...string) {
	c := newCluster(t)
	c.run("realm", "realm", "--http", "127.0.0.1:0", "--rate-limit", "off")
	c.run("overworld", append([]string{"zone", "--zones", "overworld", "--udp", lastingPort(t, "udp")}, zoneArgs...)...)
	c.run("gateway", "gateway", "--http", lastingPort(t, "tcp"))
	c.url = c.roles["gateway"].p.URL
	p := startPlay(t, c.url, kind, proxy)
	c.eventually("the player is in", p.is(func() bool { return len(p.entered) == 1 && p.seen > 20 }))

	cut()
	c.roles["gateway"].p.Kill()
	c.roles["realm"].p.Kill()
	c.eventually("the zone notices that the player is cut off", func() (string, bool) { return "", c.zoneEvents("overworld", "dropped") == 1 })
	p.with(func() {
		if len(p.drops) != 1 || len(p.entered) != 1 {
			t.Errorf("the client noticed %v, and entered %d times", p.drops, len(p.entered))
		}
	})
	var before rpg.Body
	p.with(func() { before = p.at })
	mend()
	back := time.Now()
	c.eventually("the player is back", p.is(func() bool { return len(p.entered) == 2 && p.seen > 20 }))
	took := time.Since(back)
	p.with(func() {
		t.Logf("back, and 20 snapshots seen, %v after the network was; %d attempts meanwhile", took.Round(time.Millisecond), len(p.tries))
		if p.entered[0].Entity != p.entered[1].Entity || p.entered[0].Incarnation != p.entered[1].Incarnation {
			t.Errorf("it came back as %+v, it was %+v", p.entered[1], p.entered[0])
		}
		if !(spot{x: before.X, y: before.Y}).near(p.first.X, p.first.Y, strayTiles) {
			t.Errorf("it was at %d, %d and is at %d, %d", before.X, before.Y, p.first.X, p.first.Y)
		}
	})
	if st := p.session.Stats(); st.Resumed != 1 || st.Drops != 1 {
		t.Errorf("%d drops, %d resumed", st.Drops, st.Resumed)
	}
	if n := c.zoneEvents("overworld", "resumed"); n != 1 {
		t.Errorf("the zone counts %d", n)
	}
	c.roles["realm"].start(t)
	c.roles["gateway"].start(t)
	c.bots = 1
	c.onePlayerEach()
	if st := p.session.Stats(); st.Drops != 1 {
		t.Errorf("%d drops after everything was back", st.Drops)
	}
}
