package realm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/realmwire/realmwire/realm/store"
)

// saveWorkers is how many saves of one message wait for the store at once: so many share a sync.
const saveWorkers = 128

// heldBy tells whether a process holds the character under this epoch.
func (h holdRecord) heldBy(incarnation ID, epoch uint64) bool {
	return h.Held && h.Epoch == epoch && h.Holder == incarnation
}

// fenced is the refusal of a zone process that does not hold the character any more.
func fenced(character ID, epoch uint64, h holdRecord) *Error {
	return refuse(CodeFenced, "character %s is not held under epoch %d any more (it is at %d): drop it without saving", character, epoch, h.Epoch)
}

// overtaken is the refusal of a zone process which wants to write under an epoch that is over. One whose own request ended it did not get the
// answer, or it would not ask: then nobody has taken the character from its player, who only has to enter again.
func overtaken(character ID, epoch uint64, h holdRecord) *Error {
	if h.Held && h.Moved && h.Epoch == epoch+1 {
		return refuse(CodeMoved, "character %s was moved to zone %s as this process asked: drop it without saving", character, h.Zone)
	}
	return fenced(character, epoch, h)
}

// over tells whether an error says that the process does not hold the character any more.
func over(err error) bool { return CodeOf(err) == CodeFenced || CodeOf(err) == CodeMoved }

func loadHold(tx *store.Tx, character ID) (holdRecord, error) {
	h, ok, err := load[holdRecord](tx, holdKey(character))
	if err == nil && !ok {
		err = refuse(CodeNotFound, "there is no character %s", character)
	}
	return h, err
}

// validState tells whether a state can be saved: the realm looks no further inside. A null is a caller's mistake which would lose everything.
func validState(state json.RawMessage) bool {
	return len(state) > 0 && len(state) <= MaxState && string(state) != "null"
}

// attach hands a zone process a character that was granted to it. Asking again is no error: an answer may have been lost.
func (r *Realm) attach(ctx context.Context, incarnation ID, m attachMsg) (c Character, err error) {
	defer func() { r.metrics.attaches.WithLabelValues(result(err)).Inc() }()
	var h holdRecord
	err = r.update(ctx, func(tx *store.Tx) (err error) {
		if h, err = loadHold(tx, m.Character); err != nil {
			return err
		}
		if !h.heldBy(incarnation, m.Epoch) || h.Session != m.Session {
			return fenced(m.Character, m.Epoch, h)
		}
		if h.Moved {
			h.Moved = false
			tx.Put(holdKey(m.Character), encode(h))
		}
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
	r.dir.attach(m.Character, m.Epoch, incarnation, h.Zone)
	return Character{
		ID: rec.ID, Account: rec.Account, Name: rec.Name, Class: rec.Class, Appearance: rec.Appearance,
		Zone: h.Zone, Arrive: h.Arrive, State: h.State, Role: account.Role,
	}, nil
}

// saveAll saves characters, each by itself: one that is refused does not hold up the others.
func (r *Realm) saveAll(ctx context.Context, incarnation ID, m saveMsg) ([]saveResult, error) {
	if len(m.Saves) > maxSaves {
		return nil, refuse(CodeInvalid, "%d saves in one message, at most %d", len(m.Saves), maxSaves)
	}
	results := make([]saveResult, len(m.Saves))
	var group errgroup.Group
	group.SetLimit(saveWorkers)
	for i, s := range m.Saves {
		group.Go(func() error {
			err := r.save(ctx, incarnation, s)
			r.metrics.saves.WithLabelValues(result(err)).Inc()
			if err != nil {
				results[i] = saveResult{Code: CodeOf(err), Detail: err.Error()}
			}
			return nil
		})
	}
	return results, group.Wait()
}

// save writes one character under the epoch of who holds it. Giving a character up twice is no error, nor is a save that a newer one has
// overtaken: what it says is in the newer one.
func (r *Realm) save(ctx context.Context, incarnation ID, s SaveRequest) error {
	if !validState(s.State) {
		return refuse(CodeInvalid, "the state of character %s has %d bytes: want JSON of at most %d", s.Character, len(s.State), MaxState)
	}
	err := r.update(ctx, func(tx *store.Tx) error {
		h, err := loadHold(tx, s.Character)
		if CodeOf(err) == CodeNotFound {
			return refuse(CodeFenced, "character %s was deleted: drop it without saving", s.Character)
		}
		if err != nil {
			return err
		}
		again := s.Final && !h.Held && h.Epoch == s.Epoch && h.Holder == incarnation
		if !h.heldBy(incarnation, s.Epoch) && !again {
			return overtaken(s.Character, s.Epoch, h)
		}
		newer := s.Seq > h.Seq
		if !newer && !s.Final {
			return nil
		}
		if newer {
			h.State, h.Arrive, h.Seq = s.State, "", s.Seq
		}
		if s.Final {
			h.Held = false
		}
		h.LastPlayed = r.now().UTC()
		tx.Put(holdKey(s.Character), encode(h))
		return nil
	})
	if (err == nil && s.Final) || over(err) {
		r.dir.leave(s.Character, s.Epoch)
	}
	if err != nil && CodeOf(err) == CodeInternal {
		r.log.Error("realm: save failed", "character", s.Character, "err", err)
	}
	return err
}

// errMoved says that a character's epoch changed while it was being taken over: look again.
var errMoved = errors.New("realm: the character has moved on")
