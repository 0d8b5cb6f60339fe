// Package swarm drives many bots through the client package and measures what they see.
package swarm

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/rules"
)

// Limits of a swarm.
const (
	MaxBots     = 100_000
	maxJoining  = 512 // bots between their first request and the world
	maxProblems = 256 // different reasons that are told apart
)

// Config says what to run. Game, URL, Bots and Duration are required.
type Config struct {
	Game     rules.Game
	URL      string // of the gateway
	Bots     int
	Duration time.Duration // measured from when every bot is in
	Ramp     float64       // bots that start per second; 0: DefaultRamp
	// Transports are dealt to the bots in turn; empty: kcp.
	Transports []transport.Kind
	Chat       time.Duration // each bot says something about this often; 0: never
	Seed       uint64        // of the bots' decisions
	// LoopbackOnly refuses to send anything beyond this machine, whatever the server says.
	LoopbackOnly bool
	// Metrics are the pages with the zones' figures.
	Metrics []string
	Best    bool // bots ask for the best tier
	Portals bool // bots walk through portals, from zone to zone
	// Delay is how long every snapshot is known to be under way at least: the bots cannot see it, and their ages contain it.
	Delay time.Duration
	// Flood is how many hostile datagrams a second the zone process gets in every second of the windows into which the time is
	// divided; 0: none. Bot 0 must play over UDP. FloodPairs is how many quiet and flooded windows; 0: as many of 8 s as fit.
	Flood, FloodPairs int
	// Dear are kinds of packets (package dear) that one peer with a ticket sends instead, one kind a window in turn, Flood of them a second.
	Dear []string
	// Observer is told what the bots see, where set.
	Observer Observer
	// Progress is called once a second, where set.
	Progress func(report.Progress)
}

// DefaultRamp is how many bots start per second unless configured.
const DefaultRamp = 50

// Swarm is one run. See Run.
type Swarm struct {
	cfg     Config
	api     *client.API
	http    *http.Client
	realm   client.Realm
	maps    client.Maps
	tag     string
	began   time.Time
	bots    []*bot
	meters  map[transport.Kind]*meter
	origins origins
	hostile *hostile // nil without a flood

	returns   *returns // of all bots, and by their transport
	returnsBy map[transport.Kind]*returns

	measuring atomic.Bool
	settled   atomic.Int64 // bots that have joined or failed
	allIn     chan struct{}
	talker    speaker
	ordered   atomic.Bool   // some bot's snapshots rode the reliable lane
	joining   chan struct{} // one token for each bot on its way in
	sampler   *sampler

	mu       sync.Mutex
	problems map[string]int // guarded by mu, like what follows
	failed   map[transport.Kind]int
	gone     map[transport.Kind]int
}

func (cfg *Config) check() error {
	switch {
	case cfg.Game.NewBot == nil:
		return fmt.Errorf("the game %q has no bots (rules.Game.NewBot), so that it cannot be load-tested", cfg.Game.Name)
	case cfg.Bots < 1 || cfg.Bots > MaxBots:
		return fmt.Errorf("%d bots asked for; 1 to %d are possible", cfg.Bots, MaxBots)
	case cfg.Duration <= 0:
		return errors.New("the duration must be above zero")
	case cfg.Ramp < 0 || cfg.Chat < 0:
		return errors.New("ramp and chat must not be negative")
	}
	if cfg.Ramp == 0 {
		cfg.Ramp = DefaultRamp
	}
	if len(cfg.Transports) == 0 {
		cfg.Transports = []transport.Kind{transport.KCP}
	}
	return nil
}

// newSwarm checks the server and prepares the bots.
func newSwarm(ctx context.Context, cfg Config, began time.Time) (*Swarm, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	// No proxy: the figures are of the server. Redirects are refused by the API.
	hc := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second}}
	api, err := client.NewAPI(cfg.URL, hc)
	if err != nil {
		return nil, err
	}
	s := &Swarm{
		cfg: cfg, api: api, http: hc, tag: nameTag(), began: began, allIn: make(chan struct{}),
		joining: make(chan struct{}, maxJoining), sampler: newSampler(),
		returns: newReturns(), returnsBy: map[transport.Kind]*returns{},
		meters: map[transport.Kind]*meter{}, problems: map[string]int{},
		failed: map[transport.Kind]int{}, gone: map[transport.Kind]int{}, origins: origins{delay: cfg.Delay},
	}
	if cfg.Flood > 0 {
		s.hostile = newHostile(cfg.Flood, cfg.FloodPairs, cfg.Dear, cfg.Duration)
	}
	if s.realm, err = api.Realm(ctx); err != nil {
		return nil, fmt.Errorf("load test of %s: %w", cfg.URL, err)
	}
	if err := s.checkRealm(); err != nil {
		return nil, err
	}
	for i := range cfg.Bots {
		kind := cfg.Transports[i%len(cfg.Transports)]
		m := s.meters[kind]
		if m == nil {
			m = newMeter()
			s.meters[kind], s.returnsBy[kind] = m, newReturns()
		}
		s.bots = append(s.bots, &bot{swarm: s, index: i, kind: kind, shard: m.shards[i/len(cfg.Transports)%shards]})
	}
	return s, nil
}

// checkRealm says at once what every bot would be told.
func (s *Swarm) checkRealm() error {
	want := client.SchemaHash(s.cfg.Game.Schema.Hash)
	switch {
	case s.realm.Game != s.cfg.Game.Name:
		return fmt.Errorf("the server at %s runs the game %q, this program has the bots of %q", s.cfg.URL, s.realm.Game, s.cfg.Game.Name)
	case s.realm.Schema != want && !slices.Contains(s.realm.Accepts, want):
		return fmt.Errorf("the server at %s has schema %s, the bots have %s; build both from the same sources", s.cfg.URL, s.realm.Schema, want)
	}
	return nil
}

// nameTag tells this run's characters from those of others: names are unique in a realm.
func nameTag() string { return strings.ToLower(rand.Text()[:6]) }

// nameTag is the run's tag, or another one after it was taken.
func (s *Swarm) nameTag(attempt int) string {
	if attempt == 0 {
		return s.tag
	}
	return nameTag()
}

func (s *Swarm) since(t time.Time) time.Duration { return t.Sub(s.began) }

func (s *Swarm) problem(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.problems[reason]; !ok && len(s.problems) >= maxProblems {
		reason = "other"
	}
	s.problems[reason]++
}

// settle counts a bot that is in, or never will be.
func (s *Swarm) settle() {
	<-s.joining
	if s.settled.Add(1) == int64(len(s.bots)) {
		close(s.allIn)
	}
}

// fail counts a bot that could not join.
func (s *Swarm) fail(b *bot, err error) {
	s.problem("failed: " + client.Reason(err))
	s.mu.Lock()
	s.failed[b.kind]++
	s.mu.Unlock()
	s.settle()
}

// lost counts a bot that was in and did not come back.
func (s *Swarm) lost(b *bot, err error) {
	s.problem("lost: " + client.Reason(err))
	s.mu.Lock()
	s.gone[b.kind]++
	s.mu.Unlock()
}

// newBot makes the game's bot for a zone.
func (s *Swarm) newBot(seed uint64, z client.Zone) rules.Bot {
	return s.cfg.Game.NewBot(rules.BotConfig{Seed: seed, TickHz: z.TickHz, Map: z.Map, Portals: s.cfg.Portals})
}
