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
	hash, err := r.hasher.hash(ctx, cred.Password)
	if err != nil {
		return SignedIn{}, err
	}
	return r.newAccount(ctx, cred.Name, hash)
}

// Guest implements API.
func (r *Realm) Guest(ctx context.Context, c Caller) (in SignedIn, err error) {
	defer func() { r.metrics.SignIns.WithLabelValues("guest", result(err)).Inc() }()
	if wait := r.guestLimit.take(addressKey(c.Addr), r.now()); wait > 0 {
		return SignedIn{}, limited(wait, "Too many new guests from your address.")
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
		token, err = r.signIn(tx, account.ID)
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

// Login implements API. An unknown name and a wrong password are one answer, at one cost.
func (r *Realm) Login(ctx context.Context, c Caller, cred Credentials) (in SignedIn, err error) {
	defer func() { r.metrics.SignIns.WithLabelValues("login", result(err)).Inc() }()
	if err := r.limitSignIn(c); err != nil {
		return SignedIn{}, err
	}
	wrong := refuse(CodeWrongCredentials, "Wrong name or password.")
	if len(cred.Name) > maxAccountName || len(cred.Password) > maxPasswordBytes {
		return SignedIn{}, wrong
	}
	// A failure is counted before the password is looked at, and given back when it is right: so guesses made at the same moment count.
	failures := strings.ToLower(cred.Name)
	if wait := r.failureLimit.take(failures, r.now()); wait > 0 {
		return SignedIn{}, limited(wait, "Too many wrong passwords for this account.")
	}
	account, err := r.accountByName(ctx, cred.Name)
	if err != nil {
		return SignedIn{}, err
	}
	ok, err := r.hasher.verify(ctx, cred.Password, account.Hash)
	if err != nil {
		r.failureLimit.giveBack(failures)
		return SignedIn{}, err
	}
	if !ok {
		r.auditFailing(ctx, c, cred.Name, account.ID)
		return SignedIn{}, wrong
	}
	r.failureLimit.giveBack(failures)
	if err := r.rehash(ctx, account, cred.Password); err != nil {
		r.log.Warn("realm: password hash not renewed", "account", account.ID, "err", err)
	}
	in.Account = account.public()
	err = r.update(ctx, func(tx *store.Tx) error {
		in.Token, err = r.signIn(tx, account.ID)
		return err
	})
	return in, err
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

// auditFailing records an account whose passwords are being guessed: once when the limit is reached, not for each typing error.
func (r *Realm) auditFailing(ctx context.Context, c Caller, name string, account ID) {
	if !r.failureLimit.spent(strings.ToLower(name), r.now()) {
		return
	}
	r.audit(ctx, AuditRecord{
		Act: "login-failing", Account: account, Address: c.Addr.String(),
		Detail: fmt.Sprintf("so many wrong passwords for %.20q that the limit is reached", name),
	})
}

// rehash renews a hash that was made at an older cost, now that the password is at hand.
func (r *Realm) rehash(ctx context.Context, account accountRecord, password string) error {
	p, err := parseHash(account.Hash)
	if err != nil || !p.outdated() {
		return err
	}
	hash, err := r.hasher.hash(ctx, password)
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
	hash, err := r.hasher.hash(ctx, cred.Password)
	if err != nil {
		return Account{}, err
	}
	err = r.update(ctx, func(tx *store.Tx) error {
		now, ok, err := load[accountRecord](tx, accountKey(account.ID))
		if err != nil || !ok {
			return fmt.Errorf("realm: account %s is gone: %w", account.ID, err)
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
		return nil
	})
	if err != nil {
		return Account{}, err
	}
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

func (r *Realm) limitSignIn(c Caller) error {
	if wait := r.signInLimit.take(addressKey(c.Addr), r.now()); wait > 0 {
		return limited(wait, "Too many sign-ins from your address.")
	}
	return nil
}

func (r *Realm) limitCalls(account ID) error {
	if wait := r.callLimit.take(account.String(), r.now()); wait > 0 {
		return limited(wait, "Too many requests from your account.")
	}
	return nil
}
