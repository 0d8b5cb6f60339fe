package realm

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

const (
	loginLife  = 30 * 24 * time.Hour // extended when half of it is over
	maxLogins  = 16                  // of one account; a new one ends the oldest
	maxEarlier = 32                  // ended logins of one account, by whose tokens a device is known
	tokenBytes = 32
)

// newToken returns a token for the client and the hash that the store keeps: who reads the store cannot sign in.
func newToken() (token, hash string) {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return base64.RawURLEncoding.EncodeToString(b), hashToken(b)
}

func hashToken(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// tokenHash is the hash of what a client sent; ok is false for what no token looks like.
func tokenHash(token string) (hash string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenBytes {
		return "", false
	}
	return hashToken(b), true
}

// signIn adds a login to the transaction and returns its token. The oldest logins beyond the limit end. device is the hash of an earlier token of
// the device, which the new one takes the place of; "": there is none.
func (r *Realm) signIn(tx *store.Tx, account ID, device string) (token string, err error) {
	now := r.now().UTC()
	token, hash := newToken()
	logins, _, err := load[loginsRecord](tx, loginsKey(account))
	if err != nil {
		return "", err
	}
	logins.Earlier = slices.DeleteFunc(logins.Earlier, func(h string) bool { return h == device })
	kept := logins.Logins[:0:0]
	for i, s := range logins.Logins {
		if !s.Expires.After(now) || len(logins.Logins)-i >= maxLogins {
			tx.Delete(loginKey(s.Hash))
			if s.Hash != device {
				logins.end(s.Hash)
			}
			continue
		}
		kept = append(kept, s)
	}
	expires := now.Add(loginLife)
	logins.V, logins.Logins = recordVersion, append(kept, login{Hash: hash, Expires: expires})
	tx.Put(loginsKey(account), encode(logins))
	tx.Put(loginKey(hash), encode(loginRecord{V: recordVersion, Account: account, Expires: expires}))
	return token, nil
}

// end remembers a login that has ended: its device is known by its token.
func (l *loginsRecord) end(hash string) {
	l.Earlier = append(l.Earlier, hash)
	l.Earlier = l.Earlier[max(0, len(l.Earlier)-maxEarlier):]
}

var errSignedOut = &Error{Code: CodeSignedOut, Detail: "You are not signed in, or have been signed out; sign in again."}

// orSignedOut is err, or the refusal of a token whose account is gone.
func orSignedOut(err error) error {
	if err != nil {
		return err
	}
	return errSignedOut
}

// authenticate returns the account of the caller's login token. It is asked on every call, so a token that was revoked is worth nothing at
// once.
func (r *Realm) authenticate(ctx context.Context, c Caller) (accountRecord, error) {
	hash, ok := tokenHash(c.Token)
	if !ok {
		return accountRecord{}, errSignedOut
	}
	record, ok, err := get[loginRecord](ctx, r, loginKey(hash))
	if err != nil {
		return accountRecord{}, err
	}
	now := r.now()
	if !ok || !record.Expires.After(now) {
		return accountRecord{}, errSignedOut
	}
	account, ok, err := get[accountRecord](ctx, r, accountKey(record.Account))
	if err != nil {
		return accountRecord{}, err
	}
	if !ok {
		return accountRecord{}, errSignedOut
	}
	if record.Expires.Sub(now) < loginLife/2 {
		if err := r.extend(ctx, record.Account, hash); err != nil {
			r.peers.Warn("realm: login not extended", "account", account.ID, "err", err)
		}
	}
	return account, nil
}

// extend gives a login that is in use its whole life again.
func (r *Realm) extend(ctx context.Context, account ID, hash string) error {
	expires := r.now().UTC().Add(loginLife)
	return r.update(ctx, func(tx *store.Tx) error {
		logins, _, err := load[loginsRecord](tx, loginsKey(account))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(logins.Logins, func(s login) bool { return s.Hash == hash })
		if i < 0 {
			return nil // ended meanwhile
		}
		logins.Logins[i].Expires = expires
		tx.Put(loginsKey(account), encode(logins))
		tx.Put(loginKey(hash), encode(loginRecord{V: recordVersion, Account: account, Expires: expires}))
		return nil
	})
}

// Logout implements API. A token that is worth nothing any more is no error: what was asked for is so.
func (r *Realm) Logout(ctx context.Context, c Caller) error {
	hash, ok := tokenHash(c.Token)
	if !ok {
		return errSignedOut
	}
	return r.update(ctx, func(tx *store.Tx) error {
		record, ok, err := load[loginRecord](tx, loginKey(hash))
		if err != nil || !ok {
			return err
		}
		logins, _, err := load[loginsRecord](tx, loginsKey(record.Account))
		if err != nil {
			return err
		}
		logins.V = recordVersion
		logins.Logins = slices.DeleteFunc(logins.Logins, func(s login) bool { return s.Hash == hash })
		logins.end(hash)
		tx.Delete(loginKey(hash))
		tx.Put(loginsKey(record.Account), encode(logins))
		return nil
	})
}
