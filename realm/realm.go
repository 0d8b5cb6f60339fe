// Package realm is the realm role: accounts, logins, characters, leases on them, and the directory of the zone processes that play them.
//
// At most one zone process at a time has the lease on a character. Every grant raises its epoch, and a save under an older epoch is
// refused by the store's own compare-and-set: whatever is slow, cut off or killed, a character is never in two places and
// never rolled back.
package realm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/internal/loglimit"
	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/store"
)

// Config is what a realm is made of. Store, Bus and StartZone are required.
type Config struct {
	Store   store.Store
	Bus     *bus.Conn // as bus.RoleRealm
	Name    string    // shown to players; default "Realmwire"
	MOTD    string
	Version string // of the program; default "dev"
	Game    string
	Schema  uint64   // hash of the game's schema; zone processes must have the same
	Accepts []uint64 // hashes of older versions of the schema whose clients are served too
	Classes []string // of which a new character is one; none: its class is ""
	// CheckAppearance returns an error, for the player, for an appearance (JSON, nil: none) that a new character of a class cannot
	// have. Nil: characters have none.
	CheckAppearance func(class string, appearance []byte) error
	StartZone       string // where new characters begin
	Capacity        int    // players in the whole realm; default: what the zones hold together
	Limits          Limits
	// Room is whether the store's disk has so many bytes left: store.ErrFull where it has not. Nil: not known, and nothing is refused.
	Room       func(bytes uint64) error
	Now        func() time.Time // default time.Now
	Log        *slog.Logger     // default slog.Default()
	Registerer prometheus.Registerer
}

// characterStripes is how many locks order the takeovers of characters; two characters that share one wait for each other.
const characterStripes = 256

// Realm is a running realm. It is safe for concurrent use.
type Realm struct {
	cfg     Config
	store   store.Store
	bus     *bus.Conn
	now     func() time.Time
	log     *slog.Logger
	peers   *slog.Logger // log for what players and strangers can cause as often as they like
	metrics *metrics

	dir    *directory
	maps   *mapShelf
	hasher *hasher

	limits limits

	admission atomic.Pointer[AdmissionKeys]

	taking [characterStripes]sync.Mutex // by character: one takeover at a time

	stop   context.CancelFunc
	done   chan struct{} // closed when the loop has ended
	closed sync.Once
}

var _ API = (*Realm)(nil)

// New starts a realm, on data that it migrates where an older program wrote it: when it returns, the realm answers on the bus. Close ends it; the store and the bus stay the caller's.
func New(cfg Config) (*Realm, error) {
	if cfg.Store == nil || cfg.Bus == nil {
		return nil, errors.New("realm: Config needs a Store and a Bus")
	}
	if err := checkZoneName(cfg.StartZone); err != nil {
		return nil, fmt.Errorf("realm: start zone: %w", err)
	}
	cfg = withDefaults(cfg)
	m := newMetrics(cfg.Registerer)
	ctx, stop := context.WithCancel(context.Background())
	if err := migrate(ctx, cfg.Store, cfg.Now(), cfg.Log); err != nil {
		stop()
		return nil, err
	}
	r := &Realm{
		cfg:     cfg,
		store:   cfg.Store,
		bus:     cfg.Bus,
		now:     cfg.Now,
		log:     cfg.Log,
		peers:   loglimit.New(cfg.Log),
		metrics: m,
		dir:     newDirectory(cfg.Capacity),
		maps:    newMapShelf(),
		hasher:  newHasher(m),
		limits:  newLimits(cfg.Limits, m),
		stop:    stop,
		done:    make(chan struct{}),
	}
	if cfg.Registerer != nil {
		cfg.Registerer.MustRegister(directoryCollector{r.dir})
	}
	if err := r.rotateAdmission(ctx, r.now()); err != nil {
		stop()
		return nil, err
	}
	if err := r.serve(); err != nil {
		stop()
		return nil, err
	}
	guard.Go("realm: loop", func() { r.loop(ctx) }, nil)
	return r, nil
}

func withDefaults(cfg Config) Config {
	if cfg.Name == "" {
		cfg.Name = "Realmwire"
	}
	if cfg.Version == "" {
		cfg.Version = "dev"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return cfg
}

// Run blocks until ctx ends, then closes the realm.
func (r *Realm) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-r.done:
	}
	r.Close()
	return nil
}

// Close stops the realm's own work. The bus connection that carries its requests is closed by who made it, before the store is. A second
// call does nothing.
func (r *Realm) Close() {
	r.closed.Do(func() {
		r.stop()
		<-r.done
	})
}

// get reads one record; ok is false for an absent one.
func get[T any](ctx context.Context, r *Realm, key string) (record T, ok bool, err error) {
	e, err := r.store.Get(ctx, key)
	return decoded[T](key, e.Value, e.Rev != 0, storeError(err))
}

// read runs fn at one revision; fn may run again (store.Read).
func (r *Realm) read(ctx context.Context, fn func(store.Reader) error) error {
	return storeError(store.Read(ctx, r.store, fn))
}

// update commits what fn reads and writes as one; fn may run again (store.Update).
func (r *Realm) update(ctx context.Context, fn func(*store.Tx) error) error {
	return storeError(store.Update(ctx, r.store, r.now(), fn))
}
