package realm

import (
	"context"
	"sync"
	"time"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm/store"
)

const (
	opsSweepEvery   = time.Minute
	opsSweepTimeout = 10 * time.Second
)

// loop forgets what time has overtaken: silent processes, unused grants, full rate limits, operations' rows, keys. Nothing depends on its pace;
// whoever asks the directory gives the time.
func (r *Realm) loop(ctx context.Context) {
	defer close(r.done)
	var guests sync.WaitGroup
	defer guests.Wait()
	guests.Go(guard.Func("realm: loop of guests", func() { r.guestLoop(ctx) }, nil))
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	ops := time.NewTicker(opsSweepEvery)
	defer ops.Stop()
	admission := time.NewTicker(admissionEvery)
	defer admission.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			guard.Run("realm: sweep", func() { r.sweep(r.now()) })
		case <-ops.C:
			guard.Run("realm: sweep of operations", func() { r.sweepOps(ctx, r.now()) })
		case <-admission.C:
			err := guard.Fallible("realm: keys of admission", func() error { return r.rotateAdmission(ctx, r.now()) })()
			if err != nil && ctx.Err() == nil {
				r.log.Warn("realm: the keys of admission tags stay as they are", "err", err)
			}
		}
	}
}

// guestLoop deletes guests who never played. It may wait for the store for long, so it is a loop of its own.
func (r *Realm) guestLoop(ctx context.Context) {
	ticker := time.NewTicker(guestSweepEvery)
	defer ticker.Stop()
	var sweep guestSweep
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			err := guard.Fallible("realm: sweep of guests", func() error { return sweep.run(ctx, r, r.now()) })()
			if err != nil && ctx.Err() == nil {
				r.peers.Warn("realm: guests who never played were not deleted", "err", err)
			}
		}
	}
}

func (r *Realm) sweep(now time.Time) {
	for _, p := range r.dir.sweep(now) {
		r.metrics.ProcessesLost.Inc()
		r.log.Warn("realm: zone process fell silent", "incarnation", p.Incarnation, "zones", p.zoneNames())
	}
	r.limits.sweep(now)
}

// sweepOps deletes operations' rows that nobody will ask for any more. What it does not come to is done a minute later.
func (r *Realm) sweepOps(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, opsSweepTimeout)
	defer cancel()
	if _, err := store.SweepOps(ctx, r.store, now); err != nil && ctx.Err() == nil {
		r.log.Warn("realm: operations' rows not deleted", "err", err)
	}
}
