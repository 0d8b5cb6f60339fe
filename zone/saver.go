package zone

import (
	"cmp"
	"context"
	"errors"
	"log/slog"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/zone/core"
	"github.com/realmwire/realmwire/zone/rules"
)

const (
	maxSaveBatch     = 256 // requests in one call
	saveRetryTicks   = 10  // first pause after the realm could not be asked; it doubles
	maxSaveRetry     = 400
	maxPendingStates = 1 << 16 // characters whose state waits; beyond, the zone cannot hold so many players
)

// saver brings states to the realm, the newest of each character, one batch at a time. The loop owns it; only the call
// itself runs elsewhere.
type saver struct {
	call     func(context.Context, []core.SaveRequest) ([]error, error) // may block
	log      *slog.Logger
	pending  map[rules.PlayerID]core.SaveRequest
	order    []rules.PlayerID   // of pending, the oldest first
	inFlight []core.SaveRequest // the batch that the realm has; nil: none
	results  chan saveResult
	retryAt  uint32 // tick
	pause    uint32
	counters saverCounters
}

// saverCounters are a saver's part of [Counters].
type saverCounters struct {
	SaveFailed uint64 `help:"states that the realm did not take, or could not be asked to"`
}

type saveResult struct {
	errs []error
	err  error
}

func newSaver(call func(context.Context, []core.SaveRequest) ([]error, error), log *slog.Logger) *saver {
	return &saver{call: call, log: log, pending: map[rules.PlayerID]core.SaveRequest{}, results: make(chan saveResult, 1), pause: saveRetryTicks}
}

// add takes a request whose state is valid only during the call.
func (s *saver) add(r core.SaveRequest) {
	r.State = append([]byte(nil), r.State...)
	s.put(r)
}

// put makes r the state to store, unless one of a newer epoch waits already.
func (s *saver) put(r core.SaveRequest) {
	old, waits := s.pending[r.Character]
	switch {
	case !waits && len(s.pending) >= maxPendingStates:
		s.counters.SaveFailed++
		return
	case !waits:
		s.order = append(s.order, r.Character)
	case old.Epoch > r.Epoch:
		return
	case old.Epoch == r.Epoch:
		r.Final = r.Final || old.Final
		r.Kicked = cmp.Or(r.Kicked, old.Kicked)
	}
	s.pending[r.Character] = r
}

// again puts a batch that did not get through back, behind what is newer.
func (s *saver) again(batch []core.SaveRequest) {
	for _, r := range batch {
		if _, waits := s.pending[r.Character]; !waits {
			s.put(r)
		}
	}
}

// forget drops what waits for a character, because the realm is given it another way.
func (s *saver) forget(p rules.PlayerID) { delete(s.pending, p) }

// take is forget for who needs to know what waited. What waits under a later epoch than upTo stays.
func (s *saver) take(p rules.PlayerID, upTo uint64) (core.SaveRequest, bool) {
	r, ok := s.pending[p]
	if !ok || r.Epoch > upTo {
		return core.SaveRequest{}, false
	}
	delete(s.pending, p)
	return r, true
}

// owes reports whether a character's state waits with the record of a kick, which goes with it and no other way.
func (s *saver) owes(p rules.PlayerID) bool { return s.pending[p].Kicked != "" }

// has reports whether a character's state is on its way.
func (s *saver) has(p rules.PlayerID) bool {
	for i := range s.inFlight {
		if s.inFlight[i].Character == p {
			return true
		}
	}
	return false
}

// idle reports whether everything is stored.
func (s *saver) idle() bool { return s.inFlight == nil && len(s.pending) == 0 }

// pump starts a batch when it is time for one.
func (s *saver) pump(ctx context.Context, tick uint32) {
	if s.inFlight != nil || len(s.pending) == 0 || tick < s.retryAt {
		return
	}
	n := 0
	batch := make([]core.SaveRequest, 0, min(len(s.pending), maxSaveBatch))
	for n < len(s.order) && len(batch) < maxSaveBatch {
		p := s.order[n]
		n++
		if r, ok := s.pending[p]; ok {
			delete(s.pending, p)
			batch = append(batch, r)
		}
	}
	s.order = append(s.order[:0], s.order[n:]...)
	if len(batch) == 0 {
		return
	}
	s.inFlight = batch
	guard.Go("zone: save", func() {
		var errs []error
		err := guard.Fallible("zone: save", func() (err error) {
			errs, err = s.call(ctx, batch)
			return err
		})()
		s.results <- saveResult{errs, err}
	}, nil)
}

// settle takes the answer for the batch on its way; stale is called for each lease that is another's.
func (s *saver) settle(r saveResult, tick uint32, stale func(core.SaveRequest, error)) {
	batch := s.inFlight
	s.inFlight = nil
	if r.err != nil || len(r.errs) < len(batch) {
		s.counters.SaveFailed += uint64(len(batch))
		s.log.Warn("players could not be saved; the newest state is kept and tried again", "players", len(batch), "err", r.err)
		s.again(batch)
		s.retryAt, s.pause = tick+s.pause, min(s.pause*2, maxSaveRetry)
		return
	}
	s.pause = saveRetryTicks
	for i, err := range r.errs[:len(batch)] {
		switch {
		case err == nil:
		case errors.Is(err, core.ErrStale):
			stale(batch[i], err)
		default:
			s.counters.SaveFailed++
			s.log.Error("a player could not be saved", "character", batch[i].Character, "err", err)
		}
	}
}
