package realm

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/realmwire/realmwire/realm/store"
)

func (a accountRecord) public() Account {
	return Account{ID: a.ID, Name: a.Name, Guest: a.Hash == "", Role: a.Role}
}

// Register implements API.
func (r *Realm) Register(ctx context.Context, c Caller, cred Credentials) (in SignedIn, err error) {
	defer func() { r.metrics.SignIns.WithLabelValues("register", result(err)).Inc() }()
	if err := r.limitSignIn(c); err != nil {
		return SignedIn{}, err
	}
	if err := r.room(); err != nil {
		return SignedIn{}, err
	}
	if err := checkAccountName(cred.Name); err != nil {
		return SignedIn{}, err
	}
	if err := checkPassword(cred.Password); err != nil {
		return SignedIn{}, err
	}
	// A taken name is told before the hash is paid for; the transaction below decides.
	if _, taken, err := get[nameRecord](ctx, r, accountNameKey(cred.Name)); err != nil || taken {
		return SignedIn{}, orTaken(err, cred.Name)
	}
	hash, err := r.hasher.hash(ctx, c.Addr, false, cred.Password)
	if err != nil {
		return SignedIn{}, err
	}
	return r.newAccount(ctx, cred.Name, hash)
}

// Guest implements API.
func (r *Realm) Guest(ctx context.Context, c Caller) (in SignedIn, err error) {
	defer func() { r.metrics.SignIns.WithLabelValues("guest", result(err)).Inc() }()
	if wait := r.limits.guest.take("", c.Addr, r.now()); wait > 0 {
		return SignedIn{}, limited(wait, "Too many new guests from your address.")
	}
	if err := r.room(); err != nil {
		return SignedIn{}, err
	}
	return r.newAccount(ctx, guestPrefix+strings.ToLower(rand.Text()[:10]), "")
}

func (r *Realm) newAccount(ctx context.Context, name, hash string) (SignedIn, error) {
	account := accountRecord{V: recordVersion, ID: NewID(), Name: name, Hash: hash, Role: RolePlayer, Created: r.now().UTC()}
	var token string
	err := r.update(ctx, func(tx *store.Tx) error {
		if err := claimName(tx, accountNameKey(name), name, account.ID); err != nil {
			return err
		}
		if _, exists, err := tx.Get(accountKey(account.ID)); err != nil || exists {
			return fmt.Errorf("realm: account ID %s is not free: %w", account.ID, err)
		}
		tx.Put(accountKey(account.ID), encode(account))
		var err error
		token, err = r.signIn(tx, account.ID, "")
		return err
	})
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{Token: token, Account: account.public()}, nil
}

// claimName makes a name belong to id within the transaction, or refuses because it is taken.
func claimName(tx *store.Tx, key, name string, id ID) error {
	if _, taken, err := tx.Get(key); err != nil || taken {
		return orTaken(err, name)
	}
	tx.Put(key, encode(nameRecord{V: recordVersion, ID: id}))
	return nil
}

// orTaken is err, or the refusal of a taken name.
func orTaken(err error, name string) error {
	if err != nil {
		return err
	}
	return refuse(CodeNameTaken, "The name %q is taken; choose another.", name)
}

// Login implements API. An unknown name and a wrong password are one answer, at one cost. The caller's token, where there is one, need not be
// good any more: it tells that the device has signed in to the account before.
func (r *Realm) Login(ctx context.Context, c Caller, cred Credentials) (in SignedIn, err error) {
	defer func() { r.metrics.SignIns.WithLabelValues("login", result(err)).Inc() }()
	wrong := refuse(CodeWrongCredentials, "Wrong name or password.")
	if len(cred.Name) > maxAccountName || len(cred.Password) > maxPasswordBytes {
		return SignedIn{}, or(r.limitSignIn(c), wrong)
	}
	guess, account, err := r.newGuess(ctx, c, cred.Name)
	if err != nil {
		return SignedIn{}, err
	}
	ok, err := r.hasher.verify(ctx, c.Addr, guess.device != "", cred.Password, account.Hash)
	if err != nil {
		r.forgive(guess)
		return SignedIn{}, err
	}
	if !ok {
		r.auditFailing(ctx, c, guess, account.ID)
		return SignedIn{}, wrong
	}
	r.forgive(guess)
	if err := r.rehash(ctx, c, account, cred.Password); err != nil {
		r.peers.Warn("realm: password hash not renewed", "account", account.ID, "err", err)
	}
	in.Account = account.public()
	err = r.update(ctx, func(tx *store.Tx) error {
		in.Token, err = r.signIn(tx, account.ID, guess.device)
		return err
	})
	return in, err
}

// or is err, or what is to be said otherwise.
func or(err error, otherwise *Error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// accountByName returns an empty record for an unknown name.
func (r *Realm) accountByName(ctx context.Context, name string) (accountRecord, error) {
	index, ok, err := get[nameRecord](ctx, r, accountNameKey(name))
	if err != nil || !ok {
		return accountRecord{}, err
	}
	account, _, err := get[accountRecord](ctx, r, accountKey(index.ID))
	return account, err
}

// rehash renews a hash that was made at an older cost, now that the password is at hand.
func (r *Realm) rehash(ctx context.Context, c Caller, account accountRecord, password string) error {
	p, err := parseHash(account.Hash)
	if err != nil || !p.outdated() {
		return err
	}
	hash, err := r.hasher.hash(ctx, c.Addr, true, password)
	if err != nil {
		return err
	}
	return r.update(ctx, func(tx *store.Tx) error {
		now, ok, err := load[accountRecord](tx, accountKey(account.ID))
		if err != nil || !ok || now.Hash != account.Hash {
			return err
		}
		now.Hash = hash
		tx.Put(accountKey(account.ID), encode(now))
		return nil
	})
}

// Upgrade implements API.
func (r *Realm) Upgrade(ctx context.Context, c Caller, cred Credentials) (Account, error) {
	if err := r.limitSignIn(c); err != nil {
		return Account{}, err
	}
	account, err := r.authenticate(ctx, c)
	if err != nil {
		return Account{}, err
	}
	notGuest := refuse(CodeNotGuest, "This account has a password already.")
	if account.Hash != "" {
		return Account{}, notGuest
	}
	if err := checkAccountName(cred.Name); err != nil {
		return Account{}, err
	}
	if err := checkPassword(cred.Password); err != nil {
		return Account{}, err
	}
	hash, err := r.hasher.hash(ctx, c.Addr, false, cred.Password)
	if err != nil {
		return Account{}, err
	}
	rec := AuditRecord{
		Act: "account-upgraded", Account: account.ID, Address: c.Addr.String(),
		Detail: fmt.Sprintf("%q has a password, and is called %q", account.Name, cred.Name),
	}
	err = r.update(ctx, func(tx *store.Tx) error {
		now, ok, err := load[accountRecord](tx, accountKey(account.ID))
		if err != nil || !ok {
			return orSignedOut(err) // it was a guest for too long
		}
		if now.Hash != "" {
			return notGuest
		}
		if err := claimName(tx, accountNameKey(cred.Name), cred.Name, account.ID); err != nil {
			return err
		}
		tx.Delete(accountNameKey(now.Name))
		now.Name, now.Hash = cred.Name, hash
		tx.Put(accountKey(account.ID), encode(now))
		account = now
		return r.record(tx, rec)
	})
	if err != nil {
		return Account{}, err
	}
	r.audit(ctx, c, rec)
	return account.public(), nil
}

// Me implements API.
func (r *Realm) Me(ctx context.Context, c Caller) (Account, error) {
	account, err := r.authenticate(ctx, c)
	if err != nil {
		return Account{}, err
	}
	return account.public(), nil
}
