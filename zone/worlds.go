package zone

import (
	"context"
	"time"

	"github.com/realmwire/realmwire/internal/count"
	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/zone/core"
)

// A zone whose world broke (core.Broken) says goodbye to all, saves whom it can, and begins a new one: the other zones of the process, and
// whatever else it runs, go on. One that breaks again soon rests before it begins anew, longer each time, so that a fault which meets
// every world costs the process little.
const (
	firstRest   = time.Second
	maxRest     = 30 * time.Second
	soundWorld  = time.Minute // one that lasted so long says that the next need not wait
	seedOfWorld = 0x9e3779b97f4a7c15
)

// worlds are those that a zone has had.
type worlds struct {
	resting bool          // the last one is over, and the next has not begun
	until   time.Duration // since the zone began: when the next may
	rest    time.Duration // the last one's
	began   time.Duration // when the present one did
	counted core.Counters // of those before
}

// guarded does a part of the loop's work. Where it panics, or breaks the world, the world ends.
func (z *Zone) guarded(calls context.Context, f func()) {
	if guard.Run("zone: loop", f) && !z.core.Broken() || z.worlds.resting {
		return
	}
	z.endWorld(calls)
}

// endWorld ends the world, and says when the next one begins.
func (z *Zone) endWorld(calls context.Context) {
	w := &z.worlds
	now := z.now()
	switch {
	case now-w.began >= soundWorld:
		w.rest = 0
	case w.rest == 0:
		w.rest = firstRest
	default:
		w.rest = min(2*w.rest, maxRest)
	}
	w.resting, w.until = true, now+w.rest
	z.log.Error("the zone's world ended in a panic: everybody in it is saved and sent away, and a new one begins", "after", (now - w.began).Round(time.Second), "rest", w.rest)
	guard.Run("zone: end of a world", func() {
		z.core.Handle(core.Event{Kind: core.EventDrain, Text: z.cfg.Core.Zone.Title + " had to begin anew. Please enter again.", At: now})
		z.carryOut(calls)
	})
	// Whatever came in between is refused by the core that is drained.
	if z.cfg.Flush != nil {
		z.cfg.Flush()
	}
}

// awake begins the next world, once it is time.
func (z *Zone) awake() {
	w := &z.worlds
	if z.now() < w.until {
		return
	}
	cfg := z.cfg.Core
	cfg.Seed += seedOfWorld * (z.counters.Renewed + 1) // the same randomness might break it the same way
	var fresh *core.Core
	err := guard.Fallible("zone: a new world", func() (err error) {
		fresh, err = core.New(cfg)
		return err
	})()
	if err != nil {
		w.rest = min(max(2*w.rest, firstRest), maxRest)
		w.until = z.now() + w.rest
		z.log.Error("the zone has no new world", "err", err, "tries_again_in", w.rest)
		return
	}
	before := z.core.Count()
	count.Add(&w.counted, &before)
	z.core, z.encoder = fresh, fresh.NewEncoder()
	z.counters.Renewed++
	w.resting, w.began = false, z.now()
	z.log.Info("the zone's new world begins")
}
