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
	roster := Roster{Characters: []Profile{}, Limit: maxCharacters}
	rec, _, err := get[rosterRecord](ctx, r, rosterKey(account.ID))
	if err != nil {
		return Roster{}, err
	}
	var newest time.Time
	for _, id := range rec.Characters {
		character, ok, err := get[characterRecord](ctx, r, characterKey(id))
		if err != nil {
			return Roster{}, fmt.Errorf("realm: character %s of account %s cannot be read: %w", id, account.ID, err)
		}
		if !ok {
			continue // deleted since the roster was read
		}
		hold, _, err := get[holdRecord](ctx, r, holdKey(id))
		if err != nil {
			return Roster{}, err
		}
		roster.Characters = append(roster.Characters, character.profile(hold))
		if hold.LastPlayed.After(newest) {
			roster.Last, newest = id, hold.LastPlayed
		}
	}
	return roster, nil
}

func (c characterRecord) profile(h holdRecord) Profile {
	return Profile{ID: c.ID, Name: c.Name, Class: c.Class, Appearance: c.Appearance, Zone: h.Zone, LastPlayed: h.LastPlayed}
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
	if err := r.checkCharacter(&n); err != nil {
		return Profile{}, err
	}
	character := characterRecord{
		V: recordVersion, ID: NewID(), Account: account.ID,
		Name: n.Name, Class: n.Class, Appearance: n.Appearance, Created: r.now().UTC(),
	}
	hold := holdRecord{V: recordVersion, Zone: r.cfg.StartZone}
	err = r.update(ctx, func(tx *store.Tx) error {
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
		tx.Put(holdKey(character.ID), encode(hold))
		return nil
	})
	if err != nil {
		return Profile{}, err
	}
	return character.profile(hold), nil
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
