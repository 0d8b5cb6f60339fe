// Package loadtest proves what a server holds: it fills a zone with bots, on any transport, and reports what they saw.
//
// The parts: client (the Go client that bots use, and anyone may), swarm (many bots, measured), report (what comes out), child
// (a server of its own to test). [Run] joins them; the command line calls it.
package loadtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/loadtest/child"
	"github.com/realmwire/realmwire/loadtest/dear"
	"github.com/realmwire/realmwire/loadtest/joins"
	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/loadtest/swarm"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/rules"
)

// The defaults of Options.
const (
	DefaultBots      = 100
	DefaultDuration  = 30 * time.Second
	DefaultTransport = "kcp"
	DefaultDearRate  = 8000
)

// Options are what the command line says. Game is required; all else has a default.
type Options struct {
	Game rules.Game

	Bots      int           // 0: DefaultBots
	Duration  time.Duration // measured from when all bots are in; 0: DefaultDuration
	Transport string        // kcp, webrtc, websocket, or mixed: dealt in turn; empty: DefaultTransport
	Ramp      float64       // bots that start per second; 0: swarm.DefaultRamp
	Chat      time.Duration // each bot says something about this often; 0: never
	Seed      uint64        // of the bots' decisions
	Portals   bool          // bots walk through portals, from zone to zone

	// URL is the server's. Empty: one is started in a child process on a temporary folder and free ports.
	URL string
	// OwnServer (--i-own-this-server) allows a URL beyond this machine.
	OwnServer bool
	// Metrics are the pages with the zones' figures; empty: those of the server that is started, or of URL's host at the usual port.
	Metrics []string

	// Best: bots ask for the best tier, and the child server gives it.
	Best bool

	// For the child server.
	Tick       int            // Hz; 0: its default
	Snapshots  string         // latest or kcp; empty: its default
	Network    netsim.Profile // between the bots and its UDP port, both ways; WebSocket does not pass it
	ServerArgs []string       // further arguments of its command line
	Executable string         // empty: this program

	Flood      int     // hostile datagrams a second, in every second of the windows into which the time is divided; 0: none
	Dear       string  // kinds of packets that one peer with a ticket sends, in turn in those windows; empty: none
	DearRate   int     // of them a second; 0: DefaultDearRate
	Joins      int     // measure so many joins by each transport instead of a swarm; 0: none
	FloodPairs int     // quiet and flooded windows; 0: as many of 8 s as fit
	JSON       string  // file for the report; empty: none
	MaxAgeP99  float64 // --max-age-p99-ms; 0: no limit
	MaxTickP99 float64 // --max-tick-p99-ms; 0: no limit
	// Disconnects (--allow-disconnects): lost connections are no fault, as long as every bot reconnects.
	Disconnects bool

	dear []string

	Out io.Writer // progress and summary; nil: os.Stdout
}

// ErrFailed is what Run returns, wrapped, when the test ran and did not pass; the summary has said why.
var ErrFailed = errors.New("the load test did not pass")

// Run runs a load test. An error (bots failed or were disconnected, desyncs, nothing was checked, a limit was exceeded, or it could
// not run at all) is for a non-zero exit.
func Run(ctx context.Context, o Options) (err error) {
	o.defaults()
	kinds, err := o.check()
	if err != nil {
		return err
	}
	if o.Joins != 0 {
		return o.joins(ctx, kinds)
	}
	if o.URL == "" {
		between, err := o.network()
		if err != nil {
			return err
		}
		defer between.Close()
		args := o.ServerArgs
		if o.Best {
			args = append([]string{"--tier", "best"}, args...)
		}
		server, err := child.Start(ctx, child.Config{Executable: o.Executable, Game: o.Game.Name, Tick: o.Tick, Snapshots: o.Snapshots, Args: args})
		if err != nil {
			return err
		}
		if err := between.lead(server.UDP); err != nil {
			return errors.Join(err, server.Stop())
		}
		fmt.Fprintf(o.Out, "server %d at %s (udp %s)\n", server.PID, server.URL(), server.UDP)
		o.URL = server.URL()
		if len(o.Metrics) == 0 {
			o.Metrics = []string{server.Metrics()}
		}
		var gone context.CancelCauseFunc
		ctx, gone = context.WithCancelCause(ctx)
		go watchServer(ctx, server, gone)
		defer func() {
			gone(nil)
			err = errors.Join(err, server.Stop())
		}()
	}
	return o.test(ctx, kinds)
}

// joins measures how long getting in takes.
func (o *Options) joins(ctx context.Context, kinds []transport.Kind) error {
	if o.URL != "" {
		return errors.New("--joins measures servers that it starts itself; leave --url out")
	}
	r, err := joins.Run(ctx, joins.Config{
		Game: o.Game, Joins: o.Joins, Transports: kinds, Network: o.Network, Seed: o.Seed, Tick: o.Tick, Executable: o.Executable,
		Args: o.ServerArgs, Out: o.Out,
	})
	if err != nil {
		return err
	}
	if o.JSON != "" {
		if err := report.WriteJSON(o.JSON, r); err != nil {
			return err
		}
	}
	if err := r.WriteSummary(o.Out); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	if !r.Passed {
		return fmt.Errorf("%w: %s", ErrFailed, strings.Join(r.Problems, "; "))
	}
	return nil
}

// network is the simulated network in front of a server of our own; nil: none.
type network struct{ *netsim.Proxy }

// network makes it, if one is wanted, and lets the server that is to come name it as its address.
func (o *Options) network() (network, error) {
	if o.Network == (netsim.Profile{}) {
		return network{}, nil
	}
	p, err := netsim.NewProxy(netsim.ProxyConfig{Up: o.Network, Down: o.Network, Seed: o.Seed})
	if err != nil {
		return network{}, err
	}
	o.ServerArgs = append(slices.Clip(o.ServerArgs), "--public-addr", p.Addr())
	return network{p}, nil
}

// delay is what the network adds to every snapshot; none where some bots go around it.
func (o *Options) delay(kinds []transport.Kind) time.Duration {
	if slices.Contains(kinds, transport.WebSocket) {
		return 0
	}
	return o.Network.Latency
}

func (n network) lead(udp string) error {
	if n.Proxy == nil {
		return nil
	}
	return n.SetTarget(udp)
}

func (n network) Close() {
	if n.Proxy != nil {
		_ = n.Proxy.Close()
	}
}

var errServerGone = errors.New("the server ended in the middle of the test")

// watchServer ends the test when its server ends.
func watchServer(ctx context.Context, s *child.Server, gone context.CancelCauseFunc) {
	select {
	case <-ctx.Done():
	case <-s.Exited():
		gone(errServerGone)
	}
}

func (o *Options) test(ctx context.Context, kinds []transport.Kind) error {
	progress := report.NewTicker(o.Out)
	r, err := swarm.Run(ctx, swarm.Config{
		Game: o.Game, URL: o.URL, Bots: o.Bots, Duration: o.Duration, Ramp: o.Ramp, Transports: kinds, Chat: o.Chat, Seed: o.Seed,
		Portals: o.Portals, Best: o.Best, Delay: o.delay(kinds), Flood: o.Flood, Dear: o.dear, FloodPairs: o.FloodPairs, LoopbackOnly: !o.OwnServer, Metrics: o.Metrics, Progress: progress.Show,
	})
	progress.Done()
	if err != nil {
		return err
	}
	r.Judge(report.Limits{AgeP99Ms: o.MaxAgeP99, TickP99Ms: o.MaxTickP99, Disconnects: o.Disconnects})
	if o.JSON != "" {
		if err := r.WriteFile(o.JSON); err != nil {
			return err
		}
	}
	if err := r.WriteSummary(o.Out); err != nil {
		return fmt.Errorf("write the summary: %w", err)
	}
	if !r.Passed {
		return fmt.Errorf("%w: %s", ErrFailed, strings.Join(r.Faults, "; "))
	}
	return nil
}

func (o *Options) defaults() {
	if o.Bots == 0 {
		o.Bots = DefaultBots
	}
	if o.Duration == 0 {
		o.Duration = DefaultDuration
	}
	if o.Transport == "" {
		o.Transport = DefaultTransport
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
}

// check refuses what cannot be meant, before anything is started.
func (o *Options) check() ([]transport.Kind, error) {
	switch o.Snapshots {
	case "", "latest", "kcp":
	default:
		return nil, fmt.Errorf("--snapshots %s: latest and kcp exist", o.Snapshots)
	}
	if err := o.checkDear(); err != nil {
		return nil, err
	}
	if o.URL != "" {
		u, err := url.Parse(o.URL)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("--url %s is not of the form http://HOST:PORT", o.URL)
		}
		if !o.OwnServer && !client.IsLoopback(u.Hostname()) {
			return nil, fmt.Errorf("--url %s is another machine: a load test can bring a server down. "+
				"If it is yours, say so with --i-own-this-server", o.URL)
		}
		if len(o.Metrics) == 0 {
			o.Metrics = []string{usualMetrics(o.URL)}
		}
		if o.Tick != 0 || o.Snapshots != "" || len(o.ServerArgs) > 0 || o.Network != (netsim.Profile{}) {
			return nil, errors.New("--tick and --snapshots are for the server that the load test starts; with --url, set them where that server is started")
		}
	}
	return kinds(o.Transport)
}

// checkDear finds out which kinds of dear packets are meant; each has a quiet window and one of its own, unless told otherwise.
func (o *Options) checkDear() error {
	switch {
	case o.Dear == "":
		return nil
	case o.Flood != 0 || o.Joins != 0:
		return errors.New("--dear, --flood and --joins are measured one at a time")
	case o.Dear == "all":
		o.dear = dear.Kinds()
	default:
		o.dear = strings.Split(o.Dear, ",")
	}
	for _, kind := range o.dear {
		if !slices.Contains(dear.Kinds(), kind) {
			return fmt.Errorf("--dear %s: there is no such kind; there are %s, and all", kind, strings.Join(dear.Kinds(), ", "))
		}
	}
	if u, err := url.Parse(o.URL); o.URL != "" && (err != nil || !client.IsLoopback(u.Hostname())) {
		return fmt.Errorf("--dear with --url %s: dear packets are sent to this machine only, whoever owns the server", o.URL)
	}
	if o.Flood = o.DearRate; o.Flood == 0 {
		o.Flood = DefaultDearRate
	}
	if o.Flood < 1 || o.Flood > dear.MaxRate {
		return fmt.Errorf("--dear-rate %d: 1 to %d are possible", o.Flood, dear.MaxRate)
	}
	if o.FloodPairs == 0 {
		o.FloodPairs = len(o.dear)
	}
	return nil
}

// usualMetrics is where a server's figures are unless it was told otherwise.
func usualMetrics(server string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	return "http://" + net.JoinHostPort(u.Hostname(), "8090") + "/metrics"
}

func kinds(name string) ([]transport.Kind, error) {
	all := client.Transports()
	switch k := transport.Kind(name); {
	case k == "mixed":
		return all, nil
	case slices.Contains(all, k):
		return []transport.Kind{k}, nil
	default:
		names := make([]string, 0, len(all))
		for _, k := range all {
			names = append(names, string(k))
		}
		return nil, fmt.Errorf("--transport %s: %s and mixed exist", name, strings.Join(names, ", "))
	}
}
