//go:build unix

package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/internal/harness"
	swarmreport "github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/loadtest/swarm"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
)

// killPatience is how long everything may take to be well again: ten seconds of silence until a client gives a connection up, and a machine
// that does other things as well.
const killPatience = 60 * time.Second

// role is a part of a server that is killed and started again in its place: same data, same ports.
type role struct {
	name   string
	binary string
	args   []string
	p      *harness.Process
}

func (r *role) start(t *testing.T) {
	t.Helper()
	r.p = harness.Start(t, r.binary, r.args...)
}

// cluster is a server in one or more processes, and bots on it.
type cluster struct {
	t      *testing.T
	rng    *rand.Rand
	data   string
	url    string
	binary string // of roles; empty: the one under test
	roles  map[string]*role

	bots    int
	witness *witness
	stop    context.CancelFunc
	done    chan *swarmreport.Report
}

// newCluster prints the seed, by which the moments of another run can be repeated: REALMWIRE_KILL_SEED.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("REALMWIRE_KILL_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed: REALMWIRE_KILL_SEED=%d", seed)
	return &cluster{t: t, rng: rand.New(rand.NewPCG(seed, 0)), data: t.TempDir(), roles: map[string]*role{}}
}

func (c *cluster) run(name string, args ...string) *role {
	c.t.Helper()
	r := &role{name: name, binary: c.binary, args: append([]string{args[0], "--data", c.data}, args[1:]...)}
	c.roles[name] = r
	if r.binary == "" {
		r.binary = harness.Binary(c.t)
	}
	r.start(c.t)
	return r
}

// lastingPort is a free port below those that outgoing connections take: it must still be free when a role comes back to it.
func lastingPort(t *testing.T, network string) string {
	t.Helper()
	for range 100 {
		addr := fmt.Sprintf("127.0.0.1:%d", 20_000+rand.IntN(12_000))
		var err error
		if network == "udp" {
			var l net.PacketConn
			if l, err = net.ListenPacket(network, addr); err == nil {
				_ = l.Close()
			}
		} else {
			var l net.Listener
			if l, err = net.Listen(network, addr); err == nil {
				_ = l.Close()
			}
		}
		if err == nil {
			return addr
		}
	}
	t.Fatal("no free port")
	return ""
}

// populate lets bots in, over all transports, and waits until they all play.
func (c *cluster) populate(bots int) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c.bots, c.witness, c.stop, c.done = bots, newWitness(bots), cancel, make(chan *swarmreport.Report, 1)
	go func() {
		r, err := swarm.Run(ctx, swarm.Config{
			Game: rpg.Game, URL: c.url, Bots: bots, Duration: time.Hour, Portals: true, Seed: c.rng.Uint64(), LoopbackOnly: true, Observer: c.witness,
			Transports: []transport.Kind{transport.KCP, transport.WebRTC, transport.WebSocket},
		})
		if err != nil {
			c.t.Errorf("swarm: %v", err)
		}
		c.done <- r
	}()
	c.t.Cleanup(func() {
		cancel()
		<-c.done
	})
	begin := time.Now()
	c.await("every bot is in", begin)
	c.t.Logf("%d bots are in after %v", bots, time.Since(begin).Round(10*time.Millisecond))
}

// await waits until every bot plays, having seen itself after a moment.
func (c *cluster) await(what string, after time.Time) {
	c.t.Helper()
	c.eventually(what, func() (string, bool) {
		n := c.witness.playing(after)
		return fmt.Sprintf("%d of %d bots play", n, c.bots), n == c.bots
	}, func() string { return c.witness.missing(after) })
}

// eventually waits until f is true. more is asked for what else a person needs to know when it never is.
func (c *cluster) eventually(what string, f func() (string, bool), more ...func() string) {
	c.t.Helper()
	deadline := time.Now().Add(killPatience)
	for {
		text, ok := f()
		if ok {
			return
		}
		if time.Now().After(deadline) {
			for _, f := range more {
				text += f()
			}
			c.t.Fatalf("waited %v in vain, until %s: %s: %s", killPatience, time.Now().Format(clockFormat), what, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func (c *cluster) pause(most time.Duration) { time.Sleep(time.Duration(c.rng.Int64N(int64(most)))) }

// kill kills a role at a random moment, calls dead while it is away, brings it back, and waits until every bot plays again.
func (c *cluster) kill(name string, dead func(killed time.Time)) {
	t, r := c.t, c.roles[name]
	t.Helper()
	c.pause(3 * time.Second)
	drops, _ := c.witness.totals()
	killed := time.Now()
	r.p.Kill()
	if dead != nil {
		dead(killed)
	}
	c.pause(time.Second)
	away := time.Since(killed)
	r.start(t)
	ready := time.Now()
	c.await("every bot plays again after "+name+" was killed", ready)
	back := time.Now()
	// The clients that noticed are back; those that have not yet would be counted as playing on what they saw before.
	c.onePlayerEach()
	c.await("every bot still plays", time.Now())
	now, returned := c.witness.totals()
	t.Logf("killed %s: away %v, ready again after %v, all %d bots play %v after the kill; %d connections were lost, %d returns so far",
		name, away.Round(time.Millisecond), ready.Sub(killed).Round(time.Millisecond), c.bots, back.Sub(killed).Round(10*time.Millisecond), now-drops, returned)
	c.noFaults()
}

func (c *cluster) noFaults() {
	c.t.Helper()
	c.witness.mu.Lock()
	defer c.witness.mu.Unlock()
	for _, f := range c.witness.faults {
		c.t.Error(f)
	}
	c.witness.faults = nil
}

// onePlayerEach waits until the realm counts every bot once.
func (c *cluster) onePlayerEach() {
	c.t.Helper()
	api, err := client.NewAPI(c.url, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.eventually("the realm counts every bot once", func() (string, bool) {
		info, err := api.Realm(context.Background())
		return fmt.Sprintf("%d players of %d, %v: %+v", info.Players, c.bots, err, info.Zones), err == nil && info.Players == c.bots
	})
}

// checkDisk compares what is on the disk with what the bots saw before a moment.
func (c *cluster) checkDisk(before ledger, moment time.Time) ledger {
	t := c.t
	t.Helper()
	l := readLedger(t, c.data)
	if l.accounts != c.bots || len(l.characters) != c.bots {
		t.Errorf("on disk: %d accounts and %d characters of %d bots", l.accounts, len(l.characters), c.bots)
	}
	l.follows(t, before)
	c.witness.mu.Lock()
	defer c.witness.mu.Unlock()
	for i := range c.witness.bots {
		b := &c.witness.bots[i]
		k := l.characters[b.character]
		at, saved, err := k.place(c.witness.maps)
		if err != nil {
			t.Errorf("on disk: bot %d: %v", i, err)
		}
		if saved && b.inside && at.zone == b.zone && !c.witness.mayStand(b, at, moment) {
			t.Errorf("on disk: bot %d is at %s, which is older than the time between saves; it was last seen at %s", i, at, b.track[len(b.track)-1])
		}
	}
	return l
}

// finish ends the bots, enters every character once more with the tokens they had, stops every role, and looks at the disk.
func (c *cluster) finish(before ledger) {
	t := c.t
	t.Helper()
	c.stop()
	r := <-c.done
	c.done <- r // for the cleanup
	if r == nil {
		t.FailNow()
	}
	t.Logf("swarm: %d bots, %d connections lost, %d came back after p50 %.0f, p99 %.0f, max %.0f ms, %d transfers, %d corrections; problems %v",
		r.Bots, r.Disconnected, r.Returned, r.RecoveryMs.P50, r.RecoveryMs.P99, r.RecoveryMs.Max, r.Transfers, r.Corrections, r.Problems)
	for kind, tr := range r.Transports {
		t.Logf("swarm: %s: %d lost, %d came back after p50 %.0f, max %.0f ms", kind, tr.Disconnected, tr.Returned, tr.RecoveryMs.P50, tr.RecoveryMs.Max)
	}
	if r.Failed != 0 || r.Lost != 0 || r.Returned != r.Disconnected || r.Desyncs != 0 || r.Undecodable != 0 {
		t.Errorf("swarm: %d failed, %d lost for good, %d of %d came back, %d desyncs, %d undecodable",
			r.Failed, r.Lost, r.Returned, r.Disconnected, r.Desyncs, r.Undecodable)
	}
	for i := range c.witness.bots {
		b := &c.witness.bots[i]
		if _, err := b.api.Play(context.Background(), client.PlayRequest{Character: b.character, Schema: rpg.Schema.Hash}); err != nil {
			t.Errorf("the lease of bot %d is stuck: %v", i, err)
		}
	}
	for _, name := range []string{"gateway", "overworld", "dungeon", "realm", "up"} {
		if r := c.roles[name]; r != nil {
			r.p.Stop()
		}
	}
	c.checkDisk(before, time.Now())
	c.noFaults()
}

// said waits until a role's log has one of some texts.
func (c *cluster) said(name string, texts ...string) {
	c.t.Helper()
	c.eventually(fmt.Sprintf("the log of %s says one of %q", name, texts), func() (string, bool) {
		log := c.roles[name].p.Log.String()
		return "", slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(log, text) })
	})
}
