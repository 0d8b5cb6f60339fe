package gateway

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/realmwire/realmwire/realm"
	"github.com/realmwire/realmwire/realm/internal/admission"
)

const (
	keysEvery   = time.Minute     // how often the keys are asked for
	keysAtMost  = time.Second     // a tag with an unknown key asks again, but no more often than this
	keysTimeout = 2 * time.Second // for the realm to answer
	// maxPerTag is how many WebSockets one grant's tag may hold at once: the present one, one that the client has given up and
	// the gateway has not noticed, and the next.
	maxPerTag = 3
)

// gate lets those WebSockets through whose URL is a grant's. It has the keys in memory, so it judges also while the realm is away.
type gate struct {
	api realm.API
	now func() time.Time
	log *slog.Logger

	asking sync.Mutex // held while the realm is asked

	mu    sync.Mutex
	keys  realm.AdmissionKeys // guarded by mu
	asked time.Time           // guarded by mu; when the realm was asked last
	held  map[uint64]int      // guarded by mu; WebSockets by the nonce of their tag
}

func newGate(cfg Config) *gate {
	return &gate{api: cfg.API, now: cfg.Now, log: cfg.Log, held: make(map[uint64]int)}
}

// enter checks a tag and takes one of its places; leave gives it back.
func (g *gate) enter(ctx context.Context, tag string, incarnation realm.ID) (leave func(), err error) {
	nonce, err := g.check(tag, incarnation)
	if errors.Is(err, admission.ErrUnknownKey) && g.ask(ctx, keysAtMost) {
		nonce, err = g.check(tag, incarnation)
	}
	if err != nil {
		return nil, &realm.Error{
			Code:   realm.CodeNotAdmitted,
			Detail: "This WebSocket's URL is not one that /v1/play answered, or no longer good (its admission tag is " + err.Error() + "). Ask /v1/play again.",
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.held[nonce] >= maxPerTag {
		return nil, &realm.Error{
			Code: realm.CodeBusy, RetryAfter: 5 * time.Second,
			Detail: "There are as many WebSockets on this URL as there may be; close one, or ask /v1/play for another.",
		}
	}
	g.held[nonce]++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.held[nonce]--; g.held[nonce] == 0 {
			delete(g.held, nonce)
		}
	}, nil
}

func (g *gate) check(tag string, incarnation realm.ID) (uint64, error) {
	g.mu.Lock()
	keys := g.keys
	g.mu.Unlock()
	return keys.Check(tag, uint64(incarnation), g.now())
}

// ask fetches the keys, unless that was tried a moment ago. False: the realm did not give them, so they are what they were.
func (g *gate) ask(ctx context.Context, atMostEvery time.Duration) bool {
	g.asking.Lock() // whoever comes while the realm is asked waits for that answer
	defer g.asking.Unlock()
	if !g.mayAsk(atMostEvery) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, keysTimeout)
	defer cancel()
	keys, err := g.api.AdmissionKeys(ctx)
	if err != nil {
		g.log.Debug("gateway: the keys of admission tags stay as they are", "err", err)
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keys = keys
	return true
}

func (g *gate) mayAsk(atMostEvery time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if now.Sub(g.asked) < atMostEvery {
		return false
	}
	g.asked = now
	return true
}
