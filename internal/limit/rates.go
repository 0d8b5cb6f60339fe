package limit

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/netprefix"
)

// Rate lets Burst through at once, and one more after each Every.
type Rate struct {
	Burst int
	Every time.Duration
}

// Or is r, with what it lacks from other.
func (r Rate) Or(other Rate) Rate {
	if r.Burst <= 0 {
		r.Burst = other.Burst
	}
	if r.Every <= 0 {
		r.Every = other.Every
	}
	return r
}

const (
	maxKeys = 1 << 16 // that one Rates remembers
	sample  = 8       // entries that are looked at for one to forget
)

// RatesConfig says what a Rates lets through. Rate is required.
type RatesConfig struct {
	Rate    Rate
	Off     bool   // everything
	MaxKeys int    // default 65,536
	Forgot  func() // called for each key that was forgotten before its time; may be nil
}

// Rates holds events to a rate for each scope and network, by the generic cell rate algorithm: one time for each, at which its
// bucket is full again. A wide network has a few times the rate of an address.
//
// When there are as many keys as there may be, a new one takes the place of the least used of a few: one with a full bucket if
// there is any, never one that is at its limit while another is not. So who is at the limit stays there, and a newcomer is
// counted by itself, however many networks an attacker has. Safe for concurrent use.
type Rates struct {
	cfg RatesConfig

	mu      sync.Mutex
	entries []entry     // guarded by mu
	index   map[key]int // guarded by mu; where a key is in entries
}

type key struct {
	scope  string
	prefix netip.Prefix
}

type entry struct {
	key  key
	full int64 // when the bucket is full again, in Unix nanoseconds
}

// NewRates returns a Rates that has counted nothing.
func NewRates(cfg RatesConfig) *Rates {
	if cfg.MaxKeys <= 0 {
		cfg.MaxKeys = maxKeys
	}
	return &Rates{cfg: cfg, index: make(map[key]int)}
}

// Take counts an event of an address within a scope, say an account's name. It returns 0, or how long to wait where the event is one
// too many for the address or for a network around it; then it is not counted anywhere. An invalid address counts by the scope alone.
func (l *Rates) Take(scope string, a netip.Addr, now time.Time) time.Duration {
	return l.take(scope, a, now, maxLevels)
}

// TakeNarrow is Take for somebody who is known: what strangers do in the wide networks around the address does not count.
func (l *Rates) TakeNarrow(scope string, a netip.Addr, now time.Time) time.Duration {
	return l.take(scope, a, now, 1)
}

func (l *Rates) take(scope string, a netip.Addr, now time.Time, levels int) time.Duration {
	if l.cfg.Off {
		return 0
	}
	networks := netprefix.Of(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	var full [maxLevels]int64
	for i, p := range networks[:min(len(networks), levels)] {
		var wait time.Duration
		if full[i], wait = l.next(l.full(key{scope, p}), factor(i, len(networks)), now.UnixNano()); wait > 0 {
			return wait
		}
	}
	for i, p := range networks[:min(len(networks), levels)] {
		l.set(key{scope, p}, full[i], now.UnixNano())
	}
	return 0
}

// next is when a bucket will be full after one more event, or how long that event has to wait.
func (l *Rates) next(full int64, factor int, now int64) (int64, time.Duration) {
	every := max(int64(l.cfg.Rate.Every)/int64(factor), 1)
	window := int64(l.cfg.Rate.Burst) * int64(factor) * every
	after := max(full, now) + every
	if wait := after - now - window; wait > 0 {
		return 0, time.Duration(wait)
	}
	return after, 0
}

// Spent tells whether the next Take would be refused.
func (l *Rates) Spent(scope string, a netip.Addr, now time.Time) bool {
	if l.cfg.Off {
		return false
	}
	networks := netprefix.Of(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, p := range networks {
		if _, wait := l.next(l.full(key{scope, p}), factor(i, len(networks)), now.UnixNano()); wait > 0 {
			return true
		}
	}
	return false
}

// GiveBack undoes a Take.
func (l *Rates) GiveBack(scope string, a netip.Addr) { l.giveBack(scope, a, maxLevels) }

// GiveBackNarrow undoes a TakeNarrow.
func (l *Rates) GiveBackNarrow(scope string, a netip.Addr) { l.giveBack(scope, a, 1) }

func (l *Rates) giveBack(scope string, a netip.Addr, levels int) {
	networks := netprefix.Of(a)
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, p := range networks[:min(len(networks), levels)] {
		if at, ok := l.index[key{scope, p}]; ok {
			l.entries[at].full -= int64(l.cfg.Rate.Every) / int64(factor(i, len(networks)))
		}
	}
}

// Sweep forgets the keys whose buckets are full. Nothing depends on it but memory.
func (l *Rates) Sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.entries) - 1; i >= 0; i-- {
		if l.entries[i].full <= now.UnixNano() {
			l.forget(i)
		}
	}
}

// Len is how many keys are remembered.
func (l *Rates) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.entries)
}

func (l *Rates) full(k key) int64 {
	if i, ok := l.index[k]; ok {
		return l.entries[i].full
	}
	return 0
}

func (l *Rates) set(k key, full, now int64) {
	if i, ok := l.index[k]; ok {
		l.entries[i].full = full
		return
	}
	if len(l.entries) >= l.cfg.MaxKeys {
		l.makeRoom(now)
	}
	l.index[k] = len(l.entries)
	l.entries = append(l.entries, entry{k, full})
}

// makeRoom forgets the least used of a few keys. All levels of a Rates have one window, so the times compare.
func (l *Rates) makeRoom(now int64) {
	least := rand.IntN(len(l.entries))
	for range sample - 1 {
		if i := rand.IntN(len(l.entries)); l.entries[i].full < l.entries[least].full {
			least = i
		}
	}
	if l.entries[least].full > now && l.cfg.Forgot != nil {
		l.cfg.Forgot()
	}
	l.forget(least)
}

func (l *Rates) forget(i int) {
	delete(l.index, l.entries[i].key)
	last := len(l.entries) - 1
	if i != last {
		l.entries[i] = l.entries[last]
		l.index[l.entries[i].key] = i
	}
	l.entries[last] = entry{}
	l.entries = l.entries[:last]
}
