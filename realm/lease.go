package realm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm/store"
)

// saveWorkers is how many saves of one message wait for the store at once: so many share a sync.
const saveWorkers = 128

// standing is a character's lease and what was saved under it.
type standing struct {
	lease leaseRecord
	state stateRecord
}

// released tells whether the holder has given the character up. Under one epoch that stays so: who has given up cannot save.
func (s standing) released() bool { return s.state.Released && s.state.Epoch == s.lease.Epoch }

// leased tells whether a process may write the character.
func (s standing) leased() bool { return s.lease.Holder != 0 && !s.released() }

// playedByOther tells whether another client than this one was granted the character last, and has not given it up. That its zone process is dead or
// it has not connected yet makes no difference: it comes, or comes back, itself.
func (s standing) playedByOther(client ID) bool { return s.leased() && s.lease.Client != client }

// arrived tells whether the holder has taken the character up. It is only asked after a handover; other grants are not marked.
func (s standing) arrived() bool { return s.state.Epoch == s.lease.Epoch }

// lastPlayed is the zero time for a character that never was.
func (s standing) lastPlayed() time.Time {
	if s.state.Saved.After(s.lease.Granted) {
		return s.state.Saved
	}
	return s.lease.Granted
}

// grantedTo tells whether a process holds the lease under this epoch, or held it and has given it up.
func (l leaseRecord) grantedTo(incarnation ID, epoch uint64) bool {
	return l.Epoch == epoch && l.Holder == incarnation && incarnation != 0
}

// grant is the lease under its next epoch. What earlier holders still say is refused from then on. A holder of 0 is nobody.
func (l leaseRecord) grant(holder ID) leaseRecord {
	l.V = recordVersion
	l.Epoch++
	l.Holder, l.From = holder, 0
	return l
}

// fenced is the refusal of a zone process that does not hold the lease any more.
func fenced(character ID, epoch uint64, l leaseRecord) *Error {
	return refuse(CodeFenced, "the lease on character %s under epoch %d has ended (it is at %d): drop it without saving", character, epoch, l.Epoch)
}

// refuseOldEpoch refuses a zone process that wants to write under an epoch that has ended. If its own handover request
// ended the epoch, the process did not get the answer: nobody else has the character, and its player only has to enter
// again.
func refuseOldEpoch(character ID, epoch uint64, s standing) *Error {
	if s.leased() && s.lease.From == epoch && !s.arrived() {
		return refuse(CodeHandedOver, "character %s was handed over to zone %s as this process asked: drop it without saving", character, s.lease.Zone)
	}
	return fenced(character, epoch, s.lease)
}

// over tells whether an error says that the process does not hold the lease any more.
func over(err error) bool { return CodeOf(err) == CodeFenced || CodeOf(err) == CodeHandedOver }

// loadLease reads a lease for a transaction that must not meet a grant.
func loadLease(tx *store.Tx, character ID) (leaseRecord, error) {
	l, ok, err := load[leaseRecord](tx, leaseKey(character))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "there is no character %s", character)
	}
	return l, err
}

// loadStanding is loadLease with the state beside it, which may be saved meanwhile.
func loadStanding(tx *store.Tx, character ID) (s standing, err error) {
	if s.lease, err = loadLease(tx, character); err == nil {
		s.state, _, err = peek[stateRecord](tx, stateKey(character))
	}
	return s, err
}

// readStanding reads lease and state at one revision; ok is false for a character that is not there.
func readStanding(r store.Reader, character ID) (s standing, ok bool, err error) {
	if s.lease, ok, err = look[leaseRecord](r, leaseKey(character)); err == nil {
		s.state, _, err = look[stateRecord](r, stateKey(character))
	}
	return s, ok, err
}

func (r *Realm) standing(ctx context.Context, character ID) (s standing, ok bool, err error) {
	err = r.read(ctx, func(rd store.Reader) (err error) {
		s, ok, err = readStanding(rd, character)
		return err
	})
	return s, ok, err
}

// validState tells whether a state can be saved: the realm looks no further inside. A null is a caller's mistake which would lose everything.
func validState(state json.RawMessage) bool {
	return len(state) > 0 && len(state) <= MaxState && string(state) != "null"
}

// attach hands a zone process a character that was granted to it. Asking again is no error: an answer may have been lost.
func (r *Realm) attach(ctx context.Context, incarnation ID, m attachMsg) (c Character, err error) {
	defer func() { r.metrics.Attaches.WithLabelValues(result(err)).Inc() }()
	var s standing
	err = r.update(ctx, func(tx *store.Tx) (err error) {
		if s, err = loadStanding(tx, m.Character); err != nil {
			return err
		}
		if !s.lease.grantedTo(incarnation, m.Epoch) || s.released() || s.lease.Session != m.Session {
			return fenced(m.Character, m.Epoch, s.lease)
		}
		if s.lease.From == 0 || s.arrived() {
			return nil
		}
		// From here on the handover is not repeated. Saves follow only later, so the state can be a condition.
		if s.state, _, err = load[stateRecord](tx, stateKey(m.Character)); err != nil || s.arrived() {
			return err
		}
		s.state.V, s.state.Epoch, s.state.Seq, s.state.Released = recordVersion, m.Epoch, 0, false
		tx.Put(stateKey(m.Character), encode(s.state))
		return nil
	})
	if err != nil {
		return Character{}, err
	}
	rec, ok, err := get[characterRecord](ctx, r, characterKey(m.Character))
	if err != nil || !ok {
		return Character{}, fmt.Errorf("realm: character %s cannot be read: %w", m.Character, err)
	}
	account, ok, err := get[accountRecord](ctx, r, accountKey(rec.Account))
	if err != nil || !ok {
		return Character{}, fmt.Errorf("realm: account %s of character %s cannot be read: %w", rec.Account, rec.ID, err)
	}
	r.dir.attach(m.Character, m.Epoch, incarnation, s.lease.Zone)
	return Character{
		ID: rec.ID, Account: rec.Account, Name: rec.Name, Class: rec.Class, Appearance: rec.Appearance,
		Zone: s.lease.Zone, Arrive: s.state.Arrive, State: s.state.State, Role: account.Role,
	}, nil
}

// saveAll saves characters, each by itself: one that is refused does not hold up the others. Where the store does not answer, or takes
// nothing, the whole message has no outcome: the zone process sends it again, and what was saved is not saved twice.
func (r *Realm) saveAll(ctx context.Context, incarnation ID, m saveMsg) ([]saveResult, error) {
	if len(m.Saves) > maxSaves {
		return nil, refuse(CodeInvalid, "%d saves in one message, at most %d", len(m.Saves), maxSaves)
	}
	results := make([]saveResult, len(m.Saves))
	var group errgroup.Group
	group.SetLimit(saveWorkers)
	for i, s := range m.Saves {
		group.Go(guard.Fallible("realm: save", func() error {
			err := r.save(ctx, incarnation, s)
			r.metrics.Saves.WithLabelValues(result(err)).Inc()
			if CodeOf(err) == CodeUnavailable {
				return err
			}
			if err != nil {
				results[i] = saveResult{Code: CodeOf(err), Detail: err.Error()}
			}
			return nil
		}))
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return results, nil
}

// save writes one character's state under the epoch of who holds its lease. Giving a character up twice is no error, nor is a save that
// a newer one has overtaken: what it says is in the newer one. That also tells after an unknown outcome whether there is anything left to do.
func (r *Realm) save(ctx context.Context, incarnation ID, s SaveRequest) error {
	if !validState(s.State) {
		return refuse(CodeInvalid, "the state of character %s has %d bytes: want JSON of at most %d", s.Character, len(s.State), MaxState)
	}
	var kicked AuditRecord
	err := storeError(store.Repeat(ctx, r.store, func(tx *store.Tx) error {
		lease, err := loadLease(tx, s.Character)
		if CodeOf(err) == CodeNotFound {
			return refuse(CodeFenced, "character %s was deleted: drop it without saving", s.Character)
		}
		if err != nil {
			return err
		}
		state, _, err := load[stateRecord](tx, stateKey(s.Character))
		if err != nil {
			return err
		}
		now := standing{lease, state}
		released := now.released()
		if !lease.grantedTo(incarnation, s.Epoch) || released && !s.Final {
			return refuseOldEpoch(s.Character, s.Epoch, now)
		}
		if state.Epoch != s.Epoch {
			state.Seq = 0 // of another holder
		}
		newer := s.Seq > state.Seq
		if !newer && (released || !s.Final) {
			return nil
		}
		if newer {
			state.State, state.Arrive, state.Seq = s.State, "", s.Seq
			if s.Kicked != "" {
				if kicked, err = r.recordKick(tx, s, lease.Zone); err != nil {
					return err
				}
			}
		}
		state.V, state.Epoch, state.Released, state.Saved = recordVersion, s.Epoch, s.Final, r.now().UTC()
		tx.Put(stateKey(s.Character), encode(state))
		return nil
	}))
	if (err == nil && s.Final) || over(err) {
		r.dir.leave(s.Character, s.Epoch)
	}
	if err == nil && kicked.Act != "" {
		r.audit(ctx, Caller{}, kicked)
	}
	if err != nil && CodeOf(err) == CodeInternal {
		r.peers.Error("realm: save failed", "character", s.Character, "err", err)
	}
	return err
}

// errRegranted says that a character's epoch changed while it was being taken over: look again.
var errRegranted = errors.New("realm: the character was granted to somebody else meanwhile")
