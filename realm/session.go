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
	sessionLife = 30 * 24 * time.Hour // extended when half of it is over
	maxSessions = 16                  // of one account; a new one ends the oldest
	tokenBytes  = 32
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

// signIn adds a session to the transaction and returns its token. The oldest sessions beyond the limit end.
func (r *Realm) signIn(tx *store.Tx, account ID) (token string, err error) {
	now := r.now().UTC()
	token, hash := newToken()
	live, _, err := load[liveRecord](tx, liveKey(account))
	if err != nil {
		return "", err
	}
	kept := live.Sessions[:0:0]
	for i, s := range live.Sessions {
		if !s.Expires.After(now) || len(live.Sessions)-i >= maxSessions {
			tx.Delete(sessionKey(s.Hash))
			continue
		}
		kept = append(kept, s)
	}
	expires := now.Add(sessionLife)
	kept = append(kept, liveSession{Hash: hash, Expires: expires})
	tx.Put(liveKey(account), encode(liveRecord{V: recordVersion, Sessions: kept}))
	tx.Put(sessionKey(hash), encode(sessionRecord{V: recordVersion, Account: account, Expires: expires}))
	return token, nil
}

var errSignedOut = &Error{Code: CodeSignedOut, Detail: "You are not signed in, or your session has ended; sign in again."}

// authenticate returns the account of the caller's session. It is asked on every call, so a session that was ended is worth nothing at once.
func (r *Realm) authenticate(ctx context.Context, c Caller) (accountRecord, error) {
	hash, ok := tokenHash(c.Token)
	if !ok {
		return accountRecord{}, errSignedOut
	}
	session, ok, err := get[sessionRecord](ctx, r, sessionKey(hash))
	if err != nil {
		return accountRecord{}, err
	}
	now := r.now()
	if !ok || !session.Expires.After(now) {
		return accountRecord{}, errSignedOut
	}
	account, ok, err := get[accountRecord](ctx, r, accountKey(session.Account))
	if err != nil {
		return accountRecord{}, err
	}
	if !ok {
		return accountRecord{}, errSignedOut
	}
	if session.Expires.Sub(now) < sessionLife/2 {
		if err := r.extend(ctx, session.Account, hash); err != nil {
			r.log.Warn("realm: session not extended", "account", account.ID, "err", err)
		}
	}
	return account, nil
}

// extend gives a session that is in use its whole life again.
func (r *Realm) extend(ctx context.Context, account ID, hash string) error {
	expires := r.now().UTC().Add(sessionLife)
	return r.update(ctx, func(tx *store.Tx) error {
		live, _, err := load[liveRecord](tx, liveKey(account))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(live.Sessions, func(s liveSession) bool { return s.Hash == hash })
		if i < 0 {
			return nil // ended meanwhile
		}
		live.Sessions[i].Expires = expires
		tx.Put(liveKey(account), encode(live))
		tx.Put(sessionKey(hash), encode(sessionRecord{V: recordVersion, Account: account, Expires: expires}))
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
		session, ok, err := load[sessionRecord](tx, sessionKey(hash))
		if err != nil || !ok {
			return err
		}
		live, _, err := load[liveRecord](tx, liveKey(session.Account))
		if err != nil {
			return err
		}
		live.V = recordVersion
		live.Sessions = slices.DeleteFunc(live.Sessions, func(s liveSession) bool { return s.Hash == hash })
		tx.Delete(sessionKey(hash))
		tx.Put(liveKey(session.Account), encode(live))
		return nil
	})
}
