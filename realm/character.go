package realm

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// maxCharacters is how many characters an account may have.
const maxCharacters = 8

// Characters implements API.
func (r *Realm) Characters(ctx context.Context, c Caller) (Roster, error) {
	account, err := r.authenticate(ctx, c)
	if err != nil {
		return Roster{}, err
	}
	var roster Roster
	err = r.read(ctx, func(rd store.Reader) (err error) {
		roster, err = lookRoster(rd, account.ID)
		return err
	})
	return roster, err
}

func lookRoster(rd store.Reader, account ID) (Roster, error) {
	roster := Roster{Characters: []Profile{}, Limit: maxCharacters}
	rec, _, err := look[rosterRecord](rd, rosterKey(account))
	if err != nil {
		return Roster{}, err
	}
	var newest time.Time
	for _, id := range rec.Characters {
		character, ok, err := look[characterRecord](rd, characterKey(id))
		if err != nil {
			return Roster{}, fmt.Errorf("realm: character %s of account %s cannot be read: %w", id, account, err)
		}
		if !ok {
			continue // one that is missing is no reason to hide the others
		}
		now, _, err := readStanding(rd, id)
		if err != nil {
			return Roster{}, err
		}
		roster.Characters = append(roster.Characters, character.profile(now))
		if last := now.lastPlayed(); last.After(newest) {
			roster.Last, newest = id, last
		}
	}
	return roster, nil
}

func (c characterRecord) profile(s standing) Profile {
	return Profile{ID: c.ID, Name: c.Name, Class: c.Class, Appearance: c.Appearance, Zone: s.lease.Zone, LastPlayed: s.lastPlayed()}
}

// CreateCharacter implements API.
func (r *Realm) CreateCharacter(ctx context.Context, c Caller, n NewCharacter) (Profile, error) {
	account, err := r.authenticate(ctx, c)
	if err != nil {
		return Profile{}, err
	}
	if err := r.limitCalls(account.ID); err != nil {
		return Profile{}, err
	}
	if err := r.room(); err != nil {
		return Profile{}, err
	}
	if err := r.checkCharacter(&n); err != nil {
		return Profile{}, err
	}
	character := characterRecord{
		V: recordVersion, ID: NewID(), Account: account.ID,
		Name: n.Name, Class: n.Class, Appearance: n.Appearance, Created: r.now().UTC(),
	}
	lease := leaseRecord{V: recordVersion, Zone: r.cfg.StartZone}
	err = r.update(ctx, func(tx *store.Tx) error {
		if _, ok, err := tx.Get(accountKey(account.ID)); err != nil || !ok {
			return orSignedOut(err) // a guest who never played, and was deleted
		}
		roster, _, err := load[rosterRecord](tx, rosterKey(account.ID))
		if err != nil {
			return err
		}
		if len(roster.Characters) >= maxCharacters {
			return refuse(CodeCharacterLimit, "An account has at most %d characters.", maxCharacters)
		}
		if err := claimName(tx, characterNameKey(n.Name), n.Name, character.ID); err != nil {
			return err
		}
		if _, exists, err := tx.Get(characterKey(character.ID)); err != nil || exists {
			return fmt.Errorf("realm: character ID %s is not free: %w", character.ID, err)
		}
		roster.V = recordVersion
		roster.Characters = append(roster.Characters, character.ID)
		tx.Put(rosterKey(account.ID), encode(roster))
		tx.Put(characterKey(character.ID), encode(character))
		tx.Put(leaseKey(character.ID), encode(lease))
		return nil
	})
	if err != nil {
		return Profile{}, err
	}
	return character.profile(standing{lease: lease}), nil
}

// checkCharacter holds a new character to the rules of names and to what the game offers, and brings it into the form that is kept.
func (r *Realm) checkCharacter(n *NewCharacter) error {
	if err := checkCharacterName(n.Name); err != nil {
		return err
	}
	switch {
	case len(r.cfg.Classes) == 0 && n.Class != "":
		return refuse(CodeInvalid, "Characters of this game have no class; leave it out.")
	case len(r.cfg.Classes) > 0 && !slices.Contains(r.cfg.Classes, n.Class):
		return refuse(CodeInvalid, "There is no class %.20q; choose one of %s.", n.Class, strings.Join(r.cfg.Classes, ", "))
	}
	return r.checkAppearance(n)
}

func (r *Realm) checkAppearance(n *NewCharacter) error {
	var compact bytes.Buffer
	if len(n.Appearance) > 0 {
		if err := json.Compact(&compact, n.Appearance); err != nil {
			return refuse(CodeInvalid, "The appearance is not JSON: %v.", err)
		}
	}
	n.Appearance = compact.Bytes()
	switch {
	case len(n.Appearance) == 0 || string(n.Appearance) == "null":
		n.Appearance = nil
	case r.cfg.CheckAppearance == nil:
		return refuse(CodeInvalid, "Characters of this game have no appearance; leave it out.")
	case len(n.Appearance) > MaxAppearance:
		return refuse(CodeInvalid, "The appearance has %d bytes, at most %d are allowed.", len(n.Appearance), MaxAppearance)
	}
	if r.cfg.CheckAppearance == nil {
		return nil
	}
	if err := r.cfg.CheckAppearance(n.Class, n.Appearance); err != nil {
		return refuse(CodeInvalid, "The appearance does not fit: %v.", err)
	}
	return nil
}
