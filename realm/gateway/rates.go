package gateway

import (
	"net/http"
	"strings"
	"time"

	"github.com/realmwire/realmwire/internal/limit"
	"github.com/realmwire/realmwire/realm"
)

// What one address may ask of the interface. The realm limits what is dear there; these are for what costs the gateway, the bus and the zone
// processes before anybody has proven anything. A school behind one address stays well below.
var (
	callRate   = limit.Rate{Burst: 600, Every: 10 * time.Millisecond} // requests below /v1
	signalRate = limit.Rate{Burst: 100, Every: 50 * time.Millisecond} // of them WebRTC offers: up to 64 KiB, and a way to a zone process
)

// rates hold addresses to those.
type rates struct {
	now            func() time.Time
	calls, signals *limit.Rates
}

func newRates(cfg Config) *rates {
	limited := func(r limit.Rate) *limit.Rates {
		return limit.NewRates(limit.RatesConfig{Rate: r, Off: cfg.Unlimited})
	}
	return &rates{now: cfg.Now, calls: limited(callRate), signals: limited(signalRate)}
}

// refuse is the refusal of a request that came too soon; nil: it may go on.
func (l *rates) refuse(r *http.Request) error {
	if !strings.HasPrefix(r.URL.Path, "/v1/") {
		return nil
	}
	addr, now := peerOf(r.Context()).caller.Addr, l.now()
	wait := l.calls.Take("", addr, now)
	if wait == 0 && strings.HasPrefix(r.URL.Path, "/v1/rtc/") {
		wait = l.signals.Take("", addr, now)
	}
	if wait == 0 {
		return nil
	}
	wait = max(wait.Round(time.Second), time.Second)
	return &realm.Error{Code: realm.CodeRateLimited, RetryAfter: wait, Detail: "Too many requests from your network. Try again in " + wait.String() + "."}
}
