package realm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// What somebody is told whose character its owner changes while it is played.
const (
	renamedText = "This character was given another name. Please enter again."
	deletedText = "This character was deleted."
)

// RenameCharacter implements API.
func (r *Realm) RenameCharacter(ctx context.Context, c Caller, n NewName) (Profile, error) {
	if err := checkCharacterName(n.Name); err != nil {
		return Profile{}, err
	}
	character, err := r.own(ctx, c, n.Character)
	if err != nil {
		return Profile{}, err
	}
	if character.Name == n.Name {
		now, _, err := r.standing(ctx, character.ID)
		return character.profile(now), err
	}
	// A taken name is told before anybody is removed from the world; the transaction below decides.
	index, taken, err := get[nameRecord](ctx, r, characterNameKey(n.Name))
	if err != nil || taken && index.ID != character.ID {
		return Profile{}, orTaken(err, n.Name)
	}
	if err := r.limitChanges(character.Account); err != nil {
		return Profile{}, err
	}
	var now standing
	var rec AuditRecord
	err = r.settled(ctx, c, character, renamedText, func(tx *store.Tx, s standing) (err error) {
		var ok bool
		if character, ok, err = load[characterRecord](tx, characterKey(n.Character)); err != nil || !ok {
			return orGone(err, n.Character)
		}
		before := character.Name
		now, rec = s, AuditRecord{
			Act: "character-renamed", Account: character.Account, Character: character.ID, Address: c.Addr.String(),
			Detail: fmt.Sprintf("from %q to %q", before, n.Name),
		}
		if characterNameKey(before) != characterNameKey(n.Name) {
			if err := claimName(tx, characterNameKey(n.Name), n.Name, character.ID); err != nil {
				return err
			}
			tx.Delete(characterNameKey(before))
		}
		character.Name = n.Name
		tx.Put(characterKey(character.ID), encode(character))
		return r.record(tx, rec)
	})
	if err != nil {
		return Profile{}, err
	}
	r.audit(ctx, c, rec)
	return character.profile(now), nil
}

// DeleteCharacter implements API.
func (r *Realm) DeleteCharacter(ctx context.Context, c Caller, d Deletion) error {
	character, err := r.own(ctx, c, d.Character)
	if err != nil {
		return err
	}
	if err := confirmed(d, character.Name); err != nil {
		return err
	}
	if err := r.limitChanges(character.Account); err != nil {
		return err
	}
	rec := AuditRecord{
		Act: "character-deleted", Account: character.Account, Character: character.ID, Address: c.Addr.String(),
		Detail: fmt.Sprintf("%q, a %s, made %s", character.Name, character.Class, character.Created.Format(time.DateOnly)),
	}
	err = r.settled(ctx, c, character, deletedText, func(tx *store.Tx, _ standing) error {
		now, ok, err := load[characterRecord](tx, characterKey(d.Character))
		if err != nil || !ok {
			return orGone(err, d.Character)
		}
		if err := confirmed(d, now.Name); err != nil {
			return err
		}
		roster, _, err := load[rosterRecord](tx, rosterKey(now.Account))
		if err != nil {
			return err
		}
		roster.V = recordVersion
		roster.Characters = slices.DeleteFunc(roster.Characters, func(id ID) bool { return id == now.ID })
		tx.Put(rosterKey(now.Account), encode(roster))
		tx.Delete(characterKey(now.ID))
		tx.Delete(characterNameKey(now.Name))
		tx.Delete(leaseKey(now.ID))
		tx.Delete(stateKey(now.ID))
		return r.record(tx, rec)
	})
	if err != nil {
		return err
	}
	r.audit(ctx, c, rec)
	return nil
}

// confirmed refuses a deletion whose owner did not type the name. Case does not matter: names are unique without it.
func confirmed(d Deletion, name string) error {
	if strings.EqualFold(d.Confirm, name) {
		return nil
	}
	if d.Confirm == "" {
		return refuse(CodeNotConfirmed, "Deleting %s cannot be undone. To confirm, type the character's name.", name)
	}
	return refuse(CodeNotConfirmed, "This is not the name of the character to be deleted, which is %s. Nothing was deleted.", name)
}

// own is a character of the caller's account, for an act that counts against the account's rate.
func (r *Realm) own(ctx context.Context, c Caller, id ID) (characterRecord, error) {
	account, err := r.authenticate(ctx, c)
	if err != nil {
		return characterRecord{}, err
	}
	if err := r.limitCalls(account.ID); err != nil {
		return characterRecord{}, err
	}
	character, ok, err := get[characterRecord](ctx, r, characterKey(id))
	if err != nil {
		return characterRecord{}, err
	}
	if !ok || character.Account != account.ID {
		return characterRecord{}, orGone(nil, id)
	}
	return character, nil
}

// orGone is err, or the refusal of a character that is not the account's.
func orGone(err error, id ID) error {
	if err != nil {
		return err
	}
	return refuse(CodeNotFound, "Your account has no character %s.", id)
}

// settled runs fn in a transaction in which nobody plays the character: whoever does is told why, saved and removed from the world first, so
// that no zone goes on with what is no longer true.
func (r *Realm) settled(ctx context.Context, c Caller, character characterRecord, reason string, fn func(*store.Tx, standing) error) error {
	lock := &r.taking[uint64(character.ID)%characterStripes]
	lock.Lock()
	defer lock.Unlock()
	for range maxPlayTries {
		err := r.putOut(ctx, c, character, reason)
		if err == nil {
			err = r.update(ctx, func(tx *store.Tx) error {
				s, err := loadStanding(tx, character.ID)
				if err != nil {
					return err
				}
				if s.leased() {
					return errRegranted
				}
				return fn(tx, s)
			})
		}
		if !errors.Is(err, errRegranted) {
			return err
		}
	}
	return &Error{Code: CodeBusy, Detail: "The character is moving between zones; try again.", RetryAfter: time.Second}
}

// putOut takes a character out of the world. It returns errRegranted when the character was granted to somebody else meanwhile.
func (r *Realm) putOut(ctx context.Context, c Caller, character characterRecord, reason string) error {
	seen, ok, err := r.standing(ctx, character.ID)
	if err != nil {
		return err
	}
	if !ok {
		return orGone(nil, character.ID)
	}
	if !seen.leased() {
		return nil
	}
	freed, _ := r.evict(ctx, c, character, seen.lease, reason)
	err = r.update(ctx, func(tx *store.Tx) error {
		lease, err := r.unchanged(tx, character.ID, seen, freed)
		if err != nil {
			return err
		}
		tx.Put(leaseKey(character.ID), encode(lease.grant(0)))
		return nil
	})
	if err == nil || freed.State != nil {
		r.dir.leave(character.ID, seen.lease.Epoch)
	}
	return err
}
