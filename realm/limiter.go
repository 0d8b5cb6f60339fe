package realm

import (
	"net/netip"
	"sync"
	"time"
)

// Rate lets Burst calls through at once, and one more after each Every.
type Rate struct {
	Burst int
	Every time.Duration
}

// Limits are the realm's rate limits. Zero fields take the defaults.
type Limits struct {
	Off                bool // no limits: for load tests on a machine of one's own
	SignInPerAddress   Rate // register, login and upgrade; default 20, then one every 3 s
	GuestPerAddress    Rate // new guests; default 100, then one a second
	FailuresPerAccount Rate // wrong passwords for one name; default 10, then one every 30 s
	CallsPerAccount    Rate // play and character creation; default 60, then four a second
}

func (l Limits) withDefaults() Limits {
	fill := func(r *Rate, burst int, every time.Duration) {
		if r.Burst <= 0 {
			r.Burst = burst
		}
		if r.Every <= 0 {
			r.Every = every
		}
	}
	fill(&l.SignInPerAddress, 20, 3*time.Second)
	fill(&l.GuestPerAddress, 100, time.Second)
	fill(&l.FailuresPerAccount, 10, 30*time.Second)
	fill(&l.CallsPerAccount, 60, 250*time.Millisecond)
	return l
}

const (
	maxLimiterKeys = 1 << 16 // keys that one limiter remembers; more share one bucket
	overflowShare  = 16      // that bucket refills so many times faster
	overflowKey    = "\x00overflow"
)

// limiter holds calls to a rate for each key, by the generic cell rate algorithm: one time for each key, at which its
// bucket is full again. Safe for concurrent use.
type limiter struct {
	off     bool
	rate    Rate
	metrics *metrics
	name    string

	mu    sync.Mutex
	full  map[string]time.Time // guarded by mu; when the key has its whole burst again
	swept time.Time            // guarded by mu
}

func newLimiter(name string, rate Rate, off bool, m *metrics) *limiter {
	return &limiter{off: off, rate: rate, metrics: m, name: name, full: make(map[string]time.Time)}
}

// take counts a call of key. It returns 0, or how long to wait where the call is one too many.
func (l *limiter) take(key string, now time.Time) time.Duration {
	if l.off {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	every := l.rate.Every
	if _, known := l.full[key]; !known && len(l.full) >= maxLimiterKeys {
		l.sweepLocked(now)
		if len(l.full) >= maxLimiterKeys {
			l.metrics.LimiterOverflow.WithLabelValues(l.name).Inc()
			key, every = overflowKey, every/overflowShare
		}
	}
	full := l.full[key]
	if full.Before(now) {
		full = now
	}
	if wait := full.Add(every).Sub(now) - time.Duration(l.rate.Burst)*every; wait > 0 {
		l.metrics.RateLimited.WithLabelValues(l.name).Inc()
		return wait
	}
	l.full[key] = full.Add(every)
	return 0
}

// spent tells whether the next take of key would be refused.
func (l *limiter) spent(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	full := l.full[key]
	return !l.off && full.After(now) && full.Add(l.rate.Every).Sub(now) > time.Duration(l.rate.Burst)*l.rate.Every
}

// giveBack undoes a take.
func (l *limiter) giveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if full, ok := l.full[key]; ok {
		l.full[key] = full.Add(-l.rate.Every)
	}
}

// sweep forgets keys whose bucket is full.
func (l *limiter) sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweepLocked(now)
}

// sweepLocked looks at every key, so it does at most once a second, whatever a flood of new keys asks for.
func (l *limiter) sweepLocked(now time.Time) {
	if now.Sub(l.swept) < time.Second {
		return
	}
	l.swept = now
	for key, full := range l.full {
		if !full.After(now) {
			delete(l.full, key)
		}
	}
}

// limited is the refusal of a call that came too soon.
func limited(wait time.Duration, what string) *Error {
	wait = max(wait.Round(time.Second), time.Second)
	return &Error{Code: CodeRateLimited, Detail: what + " Try again in " + wait.String() + ".", RetryAfter: wait}
}

// addressKey is what an address counts as: an IPv6 subscriber has a whole /64.
func addressKey(a netip.Addr) string {
	a = a.Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
