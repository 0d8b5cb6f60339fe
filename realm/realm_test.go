package realm

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/internal/bustest"
	"github.com/realmwire/realmwire/realm/internal/storetest"
	"github.com/realmwire/realmwire/realm/store"
	"github.com/realmwire/realmwire/realm/store/badger"
	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/transport/ticket"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testSchema = 0x0123456789abcdef

var here = netip.MustParseAddr("192.0.2.7")

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a realm on a real store and a real bus.
type world struct {
	t      *testing.T
	dir    string
	seed   uint64 // of the store's faults
	faults float64
	wrap   func(store.Store) store.Store // before the store, where a test wants something there
	clock  *clock
	cfg    Config

	store  store.Store
	server *bustest.Bus
	conn   *bus.Conn
	realm  *Realm
}

// noWings is what the game of these tests says of an appearance.
func noWings(_ string, appearance []byte) error {
	if bytes.Contains(appearance, []byte("wings")) {
		return errors.New("nobody has wings")
	}
	return nil
}

// faultRate is how many of the store's answers are lost in every test, and how many of its views go away. faultSeedEnv repeats a run.
const (
	faultRate    = 0.1
	faultSeedEnv = "REALMWIRE_STORE_SEED"
)

func faultSeed(t *testing.T) uint64 {
	seed := rand.Uint64()
	if s := os.Getenv(faultSeedEnv); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		must(t, err)
	}
	t.Logf("%s=%d", faultSeedEnv, seed)
	return seed
}

// newWorld starts a realm; change, where given, edits its Config first.
func newWorld(t *testing.T, change func(*Config)) *world {
	return newWorldOn(t, bustest.Embedded(t), t.TempDir(), change)
}

// newWorldOn starts a realm on a bus and a folder.
func newWorldOn(t *testing.T, server *bustest.Bus, dir string, change func(*Config)) *world {
	w := &world{t: t, dir: dir, seed: faultSeed(t), faults: faultRate, clock: newClock(), server: server}
	w.cfg = Config{
		Game: "rpg", Schema: testSchema, StartZone: "overworld", Now: w.clock.Now,
		Classes: []string{"knight", "rogue", "wizard"}, CheckAppearance: noWings,
		Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&w.cfg)
	}
	w.start()
	t.Cleanup(w.stop)
	return w
}

func (w *world) start() {
	w.t.Helper()
	s, err := badger.Open(badger.Config{Dir: w.dir, Log: w.cfg.Log})
	must(w.t, err)
	w.store = storetest.NewFaults(s, w.seed, w.faults)
	if w.wrap != nil {
		w.store = w.wrap(w.store)
	}
	w.cfg.Store = w.store
	w.conn, err = w.server.Connect(bus.RoleRealm)
	must(w.t, err)
	w.cfg.Bus = w.conn
	w.realm, err = New(w.cfg)
	must(w.t, err)
}

func (w *world) stop() {
	w.t.Helper()
	w.realm.Close()
	w.conn.Close()
	must(w.t, w.store.Close())
}

// restart is a realm that was stopped and started again on the same data, while zone processes went on.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

// scan is what the store has under a prefix.
func (w *world) scan(prefix string) []store.Entry {
	w.t.Helper()
	return scan(w.t, w.store, prefix)
}

func scan(t *testing.T, s store.Store, prefix string) (all []store.Entry) {
	t.Helper()
	must(t, store.Read(t.Context(), s, func(r store.Reader) error {
		all = nil
		return store.Each(r, prefix, func(e store.Entry) error {
			all = append(all, e)
			return nil
		})
	}))
	return all
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t *testing.T, err error, want Code) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != want {
		t.Fatalf("got %T %v, want code %s", err, err, want)
	}
	if e.Detail == "" {
		t.Fatalf("%s has no detail", e.Code)
	}
	return e
}

// player is somebody who is signed in as a guest and has a character.
type player struct {
	Caller
	character Profile
}

func (w *world) guest() Caller {
	w.t.Helper()
	in, err := w.realm.Guest(w.t.Context(), Caller{Addr: here})
	must(w.t, err)
	return Caller{Token: in.Token, Addr: here}
}

func (w *world) player(name string) player {
	w.t.Helper()
	c := w.guest()
	p, err := w.realm.CreateCharacter(w.t.Context(), c, NewCharacter{Name: name, Class: "knight", Appearance: []byte(`{"shirt":3}`)})
	must(w.t, err)
	return player{Caller: c, character: p}
}

func (w *world) tryPlay(p player) (Grant, error) {
	return w.realm.Play(w.t.Context(), p.Caller, playRequest(p.character.ID))
}

func (w *world) play(p player) Grant {
	w.t.Helper()
	g, err := w.tryPlay(p)
	must(w.t, err)
	return g
}

func playRequest(id ID) PlayRequest {
	return PlayRequest{Character: id, Schema: ID(testSchema).String(), Protocol: Protocol, Host: "play.example.org"}
}

// played is what a zone knows of a character whose lease it has.
type played struct {
	Character
	epoch   uint64
	session ID
}

// zoneProcess is a small zone process: the real client on the real bus, tickets opened as a zone opens them, characters in a map.
type zoneProcess struct {
	*ZoneClient
	t       *testing.T
	conn    *bus.Conn
	process Process
	opener  *ticket.Opener
	clock   *clock

	mu      sync.Mutex
	players map[ID]played
	told    []string // reasons that evicted players were given
}

func testMap(zone string) ([]byte, string) {
	data := fmt.Appendf(nil, `{"format":1,"name":%q}`, zone)
	sum := sha256.Sum256(data)
	return data, hex.EncodeToString(sum[:])
}

// newProcess joins a process; it is not registered yet.
func (w *world) newProcess(zones ...string) *zoneProcess {
	w.t.Helper()
	conn, err := w.server.Connect(bus.RoleZone)
	must(w.t, err)
	w.t.Cleanup(conn.Close)
	z := &zoneProcess{ZoneClient: Dial(conn), t: w.t, conn: conn, clock: w.clock, players: make(map[ID]played)}
	z.process = Process{
		Incarnation: z.Incarnation(), TicketKey: ticket.NewKey(), Endpoints: []transport.Endpoint{{Transport: transport.KCP, Addr: "0.0.0.0:7777"}, {Transport: transport.WebRTC}, {Transport: transport.WebSocket}},
		HTTPAddr: "127.0.0.1:1",
		Schema:   testSchema, Snapshots: "latest",
	}
	for _, name := range zones {
		data, hash := testMap(name)
		z.process.Zones = append(z.process.Zones, ZoneInfo{Name: name, Title: "The " + name, MapName: name, MapHash: hash, Map: data, Capacity: 10, TickHz: 20, Best: name == "overworld"})
	}
	z.opener = ticket.NewOpener(z.process.TicketKey, uint64(z.process.Incarnation), ticket.OpenerConfig{})
	z.Serve(ZoneHandlers{Evict: z.evictPlayer, Signal: z.answerOffer})
	return z
}

func (w *world) zone(zones ...string) *zoneProcess {
	w.t.Helper()
	z := w.newProcess(zones...)
	must(w.t, z.Register(w.t.Context(), z.process))
	return z
}

func (z *zoneProcess) evictPlayer(_ context.Context, id ID, upTo uint64, reason string) (json.RawMessage, uint64, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	h, ok := z.players[id]
	if !ok || h.epoch > upTo {
		return nil, 0, ErrNotHere
	}
	delete(z.players, id)
	z.told = append(z.told, reason)
	return json.RawMessage(fmt.Sprintf(`{"evicted_by":%d}`, h.epoch)), h.epoch, nil
}

func (z *zoneProcess) answerOffer(_ context.Context, raw []byte, sdp string) (string, error) {
	if _, err := z.opener.Open(raw, z.clock.Now()); err != nil {
		return "", err
	}
	return "answer to " + sdp, nil
}

// open reads a grant's ticket, as the process does when a client shows it.
func (z *zoneProcess) open(g Grant) ticket.Claims {
	z.t.Helper()
	claims, err := z.opener.Open(g.Ticket, z.clock.Now())
	must(z.t, err)
	must(z.t, z.opener.Use(claims, z.clock.Now()))
	return claims
}

func (z *zoneProcess) tryEnter(g Grant) (played, error) {
	z.t.Helper()
	claims := z.open(g)
	c, err := z.Attach(z.t.Context(), ID(claims.Character), claims.Epoch, ID(claims.Session))
	if err != nil {
		return played{}, err
	}
	h := played{Character: c, epoch: claims.Epoch, session: ID(claims.Session)}
	z.mu.Lock()
	defer z.mu.Unlock()
	z.players[c.ID] = h
	return h, nil
}

func (z *zoneProcess) enter(g Grant) played {
	z.t.Helper()
	h, err := z.tryEnter(g)
	must(z.t, err)
	return h
}

// save saves one character and returns that one's error.
func (z *zoneProcess) save(h played, state string, final bool) error {
	z.t.Helper()
	errs, err := z.Save(z.t.Context(), []SaveRequest{{Character: h.ID, Epoch: h.epoch, State: json.RawMessage(state), Final: final}})
	must(z.t, err)
	if errs[0] == nil && final {
		z.mu.Lock()
		defer z.mu.Unlock()
		delete(z.players, h.ID)
	}
	return errs[0]
}

func (z *zoneProcess) beat() error {
	z.t.Helper()
	var l Load
	for _, zone := range z.process.Zones {
		l.Zones = append(l.Zones, ZoneLoad{Name: zone.Name, Players: len(z.players), TickP99Ms: 1.5})
	}
	return z.Heartbeat(z.t.Context(), l)
}

// kill cuts the process off as a kill does: nothing is said, nobody listens any more.
func (z *zoneProcess) kill() { z.conn.Close() }
