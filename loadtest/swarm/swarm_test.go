package swarm

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/realmwire/realmwire/client"
	"github.com/realmwire/realmwire/loadtest/report"
	"github.com/realmwire/realmwire/protocol/snapshot"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/games/rpg"
	"github.com/realmwire/realmwire/zone/rules"
)

func realmJSON(game, schema string) string {
	return `{"name":"R","game":"` + game + `","schema":"` + schema + `","classes":["knight"],"zones":[{"name":"overworld","tick_hz":20}]}`
}

// aRealm serves what a test gives, by path.
func aRealm(t *testing.T, pages map[string]http.HandlerFunc) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/realm", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, realmJSON("rpg", client.SchemaHash(rpg.Schema.Hash)))
	})
	for path, page := range pages {
		mux.HandleFunc(path, page)
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestConfigsThatCannotRun(t *testing.T) {
	mismatch := func(body string) string {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		t.Cleanup(srv.Close)
		return srv.URL
	}
	for want, cfg := range map[string]Config{
		"has no bots":           {Game: rules.Game{Name: "x"}, Bots: 1, Duration: 1},
		"0 bots asked for":      {Game: rpg.Game, Duration: 1},
		"duration":              {Game: rpg.Game, Bots: 1},
		"must not be":           {Game: rpg.Game, Bots: 1, Duration: 1, Ramp: -1},
		"not of the form":       {Game: rpg.Game, Bots: 1, Duration: 1, URL: "x"},
		"cannot be reached":     {Game: rpg.Game, Bots: 1, Duration: 1, URL: "http://127.0.0.1:1"},
		`runs the game "chess"`: {Game: rpg.Game, Bots: 1, Duration: 1, URL: mismatch(realmJSON("chess", "00"))},
		"same sources":          {Game: rpg.Game, Bots: 1, Duration: 1, URL: mismatch(realmJSON("rpg", "00"))},
	} {
		if _, err := Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v\nwant %q", err, want)
		}
	}
}

func TestBotsThatCannotJoinAreCountedWithTheirReason(t *testing.T) {
	refuse := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"title":"realm-full","detail":"Come back later."}`)
	}
	r, err := Run(t.Context(), Config{
		Game: rpg.Game, Bots: 6, Duration: time.Hour, Ramp: 1000, URL: aRealm(t, map[string]http.HandlerFunc{"/v1/guest": refuse}),
		Transports: []transport.Kind{transport.KCP, transport.WebSocket},
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Bots != 6 || r.Failed != 6 || r.Connected != 0 || r.Problems["failed: realm: realm-full (503)"] != 6 {
		t.Errorf("%+v %v", r.Counts, r.Problems)
	}
	if k := r.Transports["kcp"]; k == nil || k.Bots != 3 || k.Failed != 3 {
		t.Errorf("kcp %+v", k)
	}
	r.Judge(report.Limits{})
	if r.Passed || len(r.Faults) != 2 {
		t.Errorf("faults %q", r.Faults)
	}
}

func TestRateLimitsAreRespected(t *testing.T) {
	var asked atomic.Int32
	limited := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = io.WriteString(w, `{"title":"rate-limited"}`)
			return
		}
		w.WriteHeader(http.StatusForbidden)
	}
	began := time.Now()
	r, err := Run(t.Context(), Config{Game: rpg.Game, Bots: 1, Duration: time.Hour, URL: aRealm(t, map[string]http.HandlerFunc{"/v1/guest": limited})})
	if err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 2 || time.Since(began) < time.Second || r.Problems["failed: realm: Forbidden (403)"] != 1 {
		t.Errorf("asked %d times in %s: %v", asked.Load(), time.Since(began), r.Problems)
	}
}

func TestAnInterruptedRunSaysSo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client has gone
		cancel()
		<-r.Context().Done()
	}
	r, err := Run(ctx, Config{Game: rpg.Game, Bots: 3, Duration: time.Hour, URL: aRealm(t, map[string]http.HandlerFunc{"/v1/guest": hang})})
	if err != nil {
		t.Fatal(err)
	}
	if r.Judge(report.Limits{}); !r.Interrupted || r.Passed || r.Failed != 0 {
		t.Errorf("%+v", r)
	}
}

func testSwarm(bots int) *Swarm {
	s := &Swarm{
		cfg: Config{Game: rpg.Game}, meters: map[transport.Kind]*meter{transport.KCP: newMeter()}, sampler: newSampler(), began: time.Now(),
		problems: map[string]int{}, failed: map[transport.Kind]int{}, gone: map[transport.Kind]int{},
		allIn: make(chan struct{}), joining: make(chan struct{}, maxJoining),
	}
	for i := range bots {
		s.bots = append(s.bots, &bot{swarm: s, index: i, kind: transport.KCP, shard: s.meters[transport.KCP].shards[0]})
		s.joining <- struct{}{}
	}
	return s
}

// A bot that hears nothing for a second must show it in the ages, once for each sample.
func TestAgesHoldTheGaps(t *testing.T) {
	s := testSwarm(1)
	b := s.bots[0]
	b.entered(s.began, client.Zone{Name: "z", TickHz: 20})
	s.measuring.Store(true)
	now := s.began
	view := snapshot.NewReplica(&rpg.Schema)
	for tick := uint32(1); tick <= 40; tick++ {
		if tick <= 10 || tick > 30 { // a gap of one second
			b.applied(now, snapshot.Header{Tick: tick}, view)
		}
		for range 10 {
			now = now.Add(sampleEvery)
			s.sampler.sample(s.since(now), 1, s)
		}
	}
	m := s.meters[transport.KCP]
	if n := m.age.TotalCount(); n != 400 {
		t.Fatalf("%d samples, want 400", n)
	}
	ms := millis(collectAge(m))
	if ms.P99 < 1020 || ms.P99 > 1060 || ms.P50 < 40 || ms.P50 > 60 {
		t.Errorf("ages %s", ms)
	}
	if n := collect(deliveries, m).TotalCount(); n != 20 {
		t.Errorf("%d deliveries, want 20", n)
	}
	if s.sampler.samples != 400 || s.sampler.missed != 0 {
		t.Errorf("%d samples, %d missed", s.sampler.samples, s.sampler.missed)
	}
	b.newest.Store(0)
	s.sampler.sample(s.since(now), 3, s)
	if m.age.TotalCount() != 400 || s.sampler.missed != 2 {
		t.Errorf("a bot that has left is sampled; %d missed", s.sampler.missed)
	}
}

func TestDesyncsAreChecksThatFailed(t *testing.T) {
	s := testSwarm(1)
	b := s.bots[0]
	b.refused(snapshot.ErrChecksum)
	b.refused(snapshot.ErrBaseline)
	if b.checked.Load() != 1 || b.desyncs.Load() != 1 || b.undecodable.Load() != 1 || len(s.problems) != 2 {
		t.Errorf("checked %d, desyncs %d, undecodable %d: %v", b.checked.Load(), b.desyncs.Load(), b.undecodable.Load(), s.problems)
	}
}

func TestReasonsAreBounded(t *testing.T) {
	s := testSwarm(1)
	for i := range 3 * maxProblems {
		s.problem(strings.Repeat("x", i))
	}
	if len(s.problems) > maxProblems+1 || s.problems["other"] == 0 {
		t.Errorf("%d reasons are kept", len(s.problems))
	}
}

func TestTrafficIsPerBotAndSecond(t *testing.T) {
	got := traffic(counted{down: 8000, up: 4000, snapshots: 160, datagramsDown: 200, datagramsUp: 100}, 4, 2*time.Second)
	want := report.Traffic{BytesDownPerBotS: 1000, BytesUpPerBotS: 500, SnapshotsPerBotS: 20, DatagramsDownPerBot: 25, DatagramsUpPerBot: 12.5}
	if got != want {
		t.Errorf("%+v", got)
	}
	if none := traffic(counted{down: 1}, 0, time.Second); none != (report.Traffic{}) {
		t.Errorf("%+v", none)
	}
}
