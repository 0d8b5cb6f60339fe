// Package joins measures how long it takes to get in: a server from nothing, and one player after the other by each transport over
// a network with a known round trip, beside the round trips that the messages of its handshake make at least.
package joins

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/loadtest/child"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/netsim"
	"github.com/realmwire/realmwire/zone/rules"
)

// Bounds of a run.
const (
	MaxJoins    = 10_000
	starts      = 3 // servers from nothing
	joinWait    = 20 * time.Second
	maxProblems = 20
)

// Config says what to measure. Game, Joins and Transports are required.
type Config struct {
	Game       rules.Game
	Joins      int // by each transport, one after the other
	Transports []transport.Kind
	Network    netsim.Profile // between players and server, both ways, HTTP and WebSocket included
	Seed       uint64
	Tick       int    // Hz; 0: the server's default
	Executable string // of the server; empty: this program
	Args       []string
	Out        io.Writer // what is under way
}

// runner is one run.
type runner struct {
	cfg    Config
	maps   client.Maps // shared: the map is fetched once, as a page has it in its cache
	report *Report
}

// Run measures. An error means that nothing could be measured; joins that failed are in the report.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	if cfg.Game.NewBot == nil {
		return nil, fmt.Errorf("the game %q has no bots (rules.Game.NewBot): nobody can join", cfg.Game.Name)
	}
	if cfg.Joins < 1 || cfg.Joins > MaxJoins {
		return nil, fmt.Errorf("%d joins asked for; 1 to %d are possible", cfg.Joins, MaxJoins)
	}
	r := &runner{cfg: cfg, report: newReport(&cfg)}
	for range starts {
		if err := r.fromNothing(ctx); err != nil {
			return nil, err
		}
	}
	if err := r.throughNetwork(ctx); err != nil {
		return nil, err
	}
	r.report.judge()
	return r.report, nil
}

func (r *runner) child(args ...string) child.Config {
	return child.Config{Executable: r.cfg.Executable, Game: r.cfg.Game.Name, Tick: r.cfg.Tick, Args: append(args, r.cfg.Args...)}
}

// fromNothing starts a server on an empty folder and joins it, with no network in between.
func (r *runner) fromNothing(ctx context.Context) (err error) {
	began := now()
	server, err := child.Start(ctx, r.child())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	s := Start{ReadyMs: millis(now().Sub(began))}
	p, err := r.newPlayer(ctx, server.URL(), server.URL(), 0)
	if err != nil {
		return err
	}
	times, err := r.join(ctx, p, transport.KCP)
	if err != nil {
		return err
	}
	s.SnapshotMs = millis(times.snapshot.Sub(began))
	r.report.Starts = append(r.report.Starts, s)
	return nil
}

// throughNetwork joins one server over the network, by each transport in turn.
func (r *runner) throughNetwork(ctx context.Context) (err error) {
	front, err := netsim.NewFront(r.cfg.Network, r.cfg.Seed)
	if err != nil {
		return err
	}
	defer front.Close()
	server, err := child.Start(ctx, r.child("--public-addr", front.UDP()))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if err := front.Lead(server.UDP, server.HTTP); err != nil {
		return err
	}
	for i := range r.cfg.Joins * len(r.cfg.Transports) {
		kind := r.cfg.Transports[i%len(r.cfg.Transports)]
		if i%len(r.cfg.Transports) == 0 {
			fmt.Fprintf(r.cfg.Out, "join %d of %d\n", i/len(r.cfg.Transports)+1, r.cfg.Joins)
		}
		p, err := r.newPlayer(ctx, server.URL(), "http://"+front.HTTP(), i)
		if err != nil {
			return err
		}
		times, err := r.join(ctx, p, kind)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.report.add(kind, times, err)
	}
	return nil
}

// player is somebody who looks at the game's page, signed in and with a character: a click away.
type player struct {
	api       *client.API
	character string
	watch     *stopwatch
}

// newPlayer makes one, by the short way, and lets the connection over the network be there.
func (r *runner) newPlayer(ctx context.Context, direct, url string, number int) (*player, error) {
	short, err := client.NewAPI(direct, nil)
	if err != nil {
		return nil, err
	}
	realm, err := short.Realm(ctx)
	if err != nil {
		return nil, err
	}
	if len(realm.Zones) > 0 {
		r.report.TickMs = 1000 / float64(realm.Zones[0].TickHz)
	}
	in, err := short.Guest(ctx)
	if err != nil {
		return nil, err
	}
	class, appearance := r.cfg.Game.Characters.Bot(number)
	c, err := short.As(in.Token).CreateCharacter(ctx, fmt.Sprintf("Joiner %d", number), class, appearance)
	if err != nil {
		return nil, err
	}
	p := &player{character: c.ID, watch: &stopwatch{next: &http.Transport{}}}
	if p.api, err = client.NewAPI(url, &http.Client{Timeout: joinWait, Transport: p.watch}); err != nil {
		return nil, err
	}
	p.api = p.api.As(in.Token)
	_, err = p.api.Me(ctx)
	return p, err
}

// times are the moments of one join.
type times struct{ click, grant, welcome, snapshot time.Time }

// join plays until the first snapshot that shows the player itself.
func (r *runner) join(ctx context.Context, p *player, kind transport.Kind) (times, error) {
	ctx, cancel := context.WithTimeout(ctx, joinWait)
	defer cancel()
	var mu sync.Mutex
	var t times
	s, err := client.New(client.Config{
		API: p.api, Character: p.character, Schema: r.cfg.Game.Schema, Transport: kind, Verify: true, Name: "realmwire-joins", Maps: &r.maps,
		LoopbackOnly: true,
		NewPlayer: func(z client.Zone) client.Player {
			mu.Lock()
			defer mu.Unlock()
			t.welcome = now()
			return r.cfg.Game.NewBot(rules.BotConfig{Seed: r.cfg.Seed, TickHz: z.TickHz, Map: z.Map})
		},
		Events: client.Events{
			Entered: func(at time.Time, _ client.Zone) {
				mu.Lock()
				defer mu.Unlock()
				t.snapshot = at
				cancel()
			},
			Undecodable: func(error) { cancel() },
		},
	})
	if err != nil {
		return t, err
	}
	click := now()
	err = s.Run(ctx)
	p.watch.next.CloseIdleConnections()
	mu.Lock()
	defer mu.Unlock()
	t.click, t.grant = click, p.watch.granted()
	if t.snapshot.IsZero() {
		return t, errors.Join(errors.New("no snapshot showed the player"), err)
	}
	return t, nil
}

// stopwatch notes when the answer to /v1/play comes.
type stopwatch struct {
	next *http.Transport

	mu sync.Mutex
	at time.Time // guarded by mu
}

// RoundTrip implements http.RoundTripper.
func (w *stopwatch) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := w.next.RoundTrip(req)
	if strings.HasSuffix(req.URL.Path, "/v1/play") {
		w.mu.Lock()
		w.at = now()
		w.mu.Unlock()
	}
	return resp, err
}

func (w *stopwatch) granted() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}
