package realm

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm/store"
)

// A guest who never played is worth a day: the account and its characters then go, and their names are free. Anybody can make guests by
// the thousand, and without this each would take room and names for good. A guest who played stays, and so does an account with a
// password.
const (
	guestIdle         = 24 * time.Hour
	guestSweepEvery   = 10 * time.Second
	guestSweepTimeout = 8 * time.Second
	guestSweepWorkers = 32  // deletions that share commits
	busyPage          = 0.1 // where more of a page is to be deleted, the next page comes at once
)

// guestSweep goes through all accounts, page after page, and begins again at the end. The loop owns it.
type guestSweep struct {
	after string // the last key that was looked at
}

// run looks at a page of accounts, and at more where a flood has left many to delete.
func (s *guestSweep) run(ctx context.Context, r *Realm, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, guestSweepTimeout)
	defer cancel()
	for {
		looked, deleted, err := s.page(ctx, r, now)
		if err != nil || s.after == "" || float64(deleted) < busyPage*float64(looked) {
			return err
		}
	}
}

func (s *guestSweep) page(ctx context.Context, r *Realm, now time.Time) (looked, deleted int, err error) {
	var page []store.Entry
	err = r.read(ctx, func(rd store.Reader) (err error) {
		page, err = rd.Scan("account/", s.after, store.MaxScan)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	gone := make([]bool, len(page))
	var group errgroup.Group
	group.SetLimit(guestSweepWorkers)
	for i, e := range page {
		account, err := decode[accountRecord](e.Key, e.Value)
		if err != nil {
			return 0, 0, err
		}
		if account.Hash != "" || now.Sub(account.Created) < guestIdle {
			continue
		}
		group.Go(guard.Fallible("realm: guest", func() (err error) {
			gone[i], err = r.expireGuest(ctx, account.ID, now)
			return err
		}))
	}
	if err := group.Wait(); err != nil {
		return 0, 0, err
	}
	for _, g := range gone {
		if g {
			deleted++
		}
	}
	s.after = ""
	if len(page) == store.MaxScan {
		s.after = page[len(page)-1].Key
	}
	return len(page), deleted, nil
}

// errPlayed ends the transaction that was to delete a guest who is to stay.
var errPlayed = errors.New("realm: the guest is to stay")

// expireGuest deletes a guest account who never played, with all that it has; false: it stays.
func (r *Realm) expireGuest(ctx context.Context, id ID, now time.Time) (bool, error) {
	var changes uint64
	err := r.update(ctx, func(tx *store.Tx) (err error) {
		account, ok, err := load[accountRecord](tx, accountKey(id))
		if err != nil {
			return err
		}
		if !ok || account.Hash != "" {
			return errPlayed
		}
		if changes, err = r.pastChanges(tx, id, now); err != nil {
			return err
		}
		roster, _, err := load[rosterRecord](tx, rosterKey(id)) // so that no character is made meanwhile
		if err != nil {
			return err
		}
		for _, character := range roster.Characters {
			if err := deleteUnplayed(tx, character, now); err != nil {
				return err
			}
		}
		logins, _, err := load[loginsRecord](tx, loginsKey(id))
		if err != nil {
			return err
		}
		for _, l := range logins.Logins {
			tx.Delete(loginKey(l.Hash))
		}
		for _, key := range []string{accountKey(id), accountNameKey(account.Name), loginsKey(id), rosterKey(id), changeHeadKey(id)} {
			tx.Delete(key)
		}
		return nil
	})
	switch {
	case errors.Is(err, errPlayed):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("delete guest %s, who never played: %w", id, err)
	}
	r.metrics.GuestsExpired.Inc()
	return true, r.forgetChanges(ctx, id, changes, now)
}

// deleteUnplayed deletes a character, which must be old enough and never have been played. A grant that nobody used is no play: whoever
// comes in is saved within seconds.
func deleteUnplayed(tx *store.Tx, id ID, now time.Time) error {
	character, ok, err := load[characterRecord](tx, characterKey(id))
	if err != nil || !ok {
		return err
	}
	s, err := loadStanding(tx, id)
	switch {
	case CodeOf(err) == CodeNotFound && err != nil: // nothing to play
	case err != nil:
		return err
	case s.state.V != 0 || now.Sub(s.lease.Granted) < guestIdle || now.Sub(character.Created) < guestIdle:
		return errPlayed
	}
	for _, key := range []string{characterKey(id), characterNameKey(character.Name), leaseKey(id), stateKey(id)} {
		tx.Delete(key)
	}
	return nil
}

// pastChanges is how many records an account's own ring has; one that must be kept keeps the account.
func (r *Realm) pastChanges(tx *store.Tx, account ID, now time.Time) (uint64, error) {
	head, ok, err := load[auditHead](tx, changeHeadKey(account))
	if err != nil || !ok {
		return 0, err
	}
	newest, ok, err := load[AuditRecord](tx, changeKey(account, head.Next-1))
	if err == nil && ok && now.Sub(newest.Time) < changesKept {
		err = errPlayed
	}
	return min(head.Next, maxChanges), err
}

// forgetChanges deletes the records of an account that is gone.
func (r *Realm) forgetChanges(ctx context.Context, account ID, n uint64, now time.Time) error {
	for n > 0 {
		var ops []store.Op
		for len(ops) < 100 && n > 0 {
			n--
			ops = append(ops, store.Op{Kind: store.Delete, Key: changeKey(account, n), Expect: store.AnyRev})
		}
		if err := store.Apply(ctx, r.store, now, ops); err != nil {
			return err
		}
	}
	return nil
}
