package realm

import (
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/internal/limit"
)

// Rate lets Burst calls through at once, and one more after each Every.
type Rate = limit.Rate

// Limits are the realm's rate limits. Zero fields take the defaults. Those by address nest: a /24 of IPv4 and a /48 of IPv6 have four
// times the rate of an address (a /64 of IPv6), a /56 twice.
type Limits struct {
	Off                bool // no limits: for load tests on a machine of one's own
	SignInPerAddress   Rate // register, login and upgrade; default 20, then one every 3 s
	GuestPerAddress    Rate // new guests; default 100, then one a second
	FailuresPerAccount Rate // wrong passwords for one name from one address, or with one earlier token; default 10, then one every 5 minutes
	FailuresPerName    Rate // wrong passwords for one name from strangers together; default 100, then one a minute
	CallsPerAccount    Rate // play and character creation; default 60, then four a second
	ChangesPerAccount  Rate // renaming and deleting characters; default 32, then one every 5 minutes
}

func (l Limits) withDefaults() Limits {
	l.SignInPerAddress = l.SignInPerAddress.Or(Rate{Burst: 20, Every: 3 * time.Second})
	l.GuestPerAddress = l.GuestPerAddress.Or(Rate{Burst: 100, Every: time.Second})
	// A /24 or a /48 reaches four times the rate for one address, which must stay below what a name takes from all strangers together:
	// then no one subscriber locks a name.
	l.FailuresPerAccount = l.FailuresPerAccount.Or(Rate{Burst: 10, Every: 5 * time.Minute})
	l.FailuresPerName = l.FailuresPerName.Or(Rate{Burst: 100, Every: time.Minute})
	l.CallsPerAccount = l.CallsPerAccount.Or(Rate{Burst: 60, Every: 250 * time.Millisecond})
	l.ChangesPerAccount = l.ChangesPerAccount.Or(Rate{Burst: 32, Every: 5 * time.Minute})
	return l
}

// limits are the realm's rate limits at work.
type limits struct {
	signIn        *limiter // by address
	guest         *limiter // by address
	wrongPassword *limiter // by account name and address, or by earlier token
	wrongForName  *limiter // by account name
	calls         *limiter // by account
	changes       *limiter // by account
	audit         *limiter // by account
	auditAddress  *limiter // by address
}

func newLimits(l Limits, m *metrics) limits {
	l = l.withDefaults()
	limited := func(name string, rate Rate) *limiter { return newLimiter(name, rate, l.Off, m) }
	return limits{
		signIn:        limited("sign-in", l.SignInPerAddress),
		guest:         limited("guest", l.GuestPerAddress),
		wrongPassword: limited("wrong-password", l.FailuresPerAccount),
		wrongForName:  limited("wrong-for-name", l.FailuresPerName),
		calls:         limited("calls", l.CallsPerAccount),
		changes:       limited("changes", l.ChangesPerAccount),
		audit:         newLimiter("audit", auditRate, false, m),
		auditAddress:  newLimiter("audit-address", auditAddressRate, false, m),
	}
}

func (l *limits) sweep(now time.Time) {
	for _, one := range []*limiter{l.signIn, l.guest, l.wrongPassword, l.wrongForName, l.calls, l.changes, l.audit, l.auditAddress} {
		one.rates.Sweep(now)
	}
}

// limiter is a limit with its name in the metrics.
type limiter struct {
	name    string
	rates   *limit.Rates
	metrics *metrics
}

func newLimiter(name string, rate Rate, off bool, m *metrics) *limiter {
	return &limiter{name: name, metrics: m, rates: limit.NewRates(limit.RatesConfig{
		Rate: rate, Off: off, Forgot: m.LimiterOverflow.WithLabelValues(name).Inc,
	})}
}

// take counts a call by scope and address, either of which may be none. It returns 0, or how long to wait where the call is one too many.
func (l *limiter) take(scope string, a netip.Addr, now time.Time) time.Duration {
	return l.counted(l.rates.Take(scope, a, now))
}

// takeKnown is take for who is known: of the address, only its own count matters.
func (l *limiter) takeKnown(scope string, a netip.Addr, now time.Time) time.Duration {
	return l.counted(l.rates.TakeNarrow(scope, a, now))
}

func (l *limiter) counted(wait time.Duration) time.Duration {
	if wait > 0 {
		l.metrics.RateLimited.WithLabelValues(l.name).Inc()
	}
	return wait
}

// nobody is the address of what counts by a scope alone.
var nobody netip.Addr

// limited is the refusal of a call that came too soon.
func limited(wait time.Duration, what string) *Error {
	wait = max(wait.Round(time.Second), time.Second)
	return &Error{Code: CodeRateLimited, Detail: what + " Try again in " + wait.String() + ".", RetryAfter: wait}
}

func (r *Realm) limitSignIn(c Caller) error {
	if wait := r.limits.signIn.take("", c.Addr, r.now()); wait > 0 {
		return limited(wait, "Too many sign-ins from your address.")
	}
	return nil
}

func (r *Realm) limitCalls(account ID) error {
	if wait := r.limits.calls.take(account.String(), nobody, r.now()); wait > 0 {
		return limited(wait, "Too many requests from your account.")
	}
	return nil
}
