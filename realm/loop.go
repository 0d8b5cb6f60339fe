package realm

import (
	"context"
	"time"
)

// loop forgets what time has overtaken: silent processes, unused grants, full rate limits. Nothing depends on its pace; whoever
// asks the directory gives the time.
func (r *Realm) loop(ctx context.Context) {
	defer close(r.done)
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			r.sweep(r.now())
		}
	}
}

func (r *Realm) sweep(now time.Time) {
	for _, p := range r.dir.sweep(now) {
		r.metrics.processesLost.Inc()
		r.log.Warn("realm: zone process fell silent", "incarnation", p.Incarnation, "zones", p.zoneNames())
	}
	for _, l := range []*limiter{r.signInLimit, r.guestLimit, r.failureLimit, r.callLimit, r.auditLimit} {
		l.sweep(now)
	}
}
