package realm

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// A wrong password counts for its name and the address that it came from: a stranger locks himself out, and nobody else. What strangers
// may guess together is bounded, too, or a botnet would guess on; that bound a device passes which shows an earlier login token of the
// account, so that a botnet does not lock the owner out. A device has a count of its own.

// guess is a try of a password, counted as wrong until it is known to be right: so tries made at the same moment count.
type guess struct {
	name   string // as it counts
	addr   netip.Addr
	device string // hash of an earlier token of the account; "": a stranger's
}

// newGuess counts a try, or refuses it. The account is an empty record for an unknown name.
func (r *Realm) newGuess(ctx context.Context, c Caller, name string) (g guess, account accountRecord, err error) {
	g = guess{name: strings.ToLower(name), addr: c.Addr}
	_, shows := tokenHash(c.Token)
	if !shows {
		err = r.limitSignIn(c)
	}
	if err == nil {
		account, err = r.accountByName(ctx, name)
	}
	if err != nil {
		return g, account, err
	}
	device, err := r.knownDevice(ctx, c.Token, account.ID)
	if err != nil {
		return g, account, err
	}
	if device != "" && r.limits.wrongPassword.take(device, nobody, r.now()) == 0 {
		g.device = device
		if wait := r.limits.signIn.takeKnown("", c.Addr, r.now()); wait > 0 {
			r.forgive(g)
			return g, account, limited(wait, "Too many sign-ins from your address.")
		}
		return g, account, nil
	}
	if shows {
		if err := r.limitSignIn(c); err != nil {
			return g, account, err
		}
	}
	return g, account, r.guessAsStranger(g)
}

func (r *Realm) guessAsStranger(g guess) error {
	now := r.now()
	if wait := r.limits.wrongPassword.take(g.name, g.addr, now); wait > 0 {
		return limited(wait, "Too many wrong passwords for this account from your address.")
	}
	if wait := r.limits.wrongForName.take(g.name, nobody, now); wait > 0 {
		r.limits.wrongPassword.rates.GiveBack(g.name, g.addr)
		return limited(wait, "Too many wrong passwords for this account. A device that has signed in to it before still can.")
	}
	return nil
}

// forgive takes back what a try has counted, because the password was right or not looked at.
func (r *Realm) forgive(g guess) {
	if g.device != "" {
		r.limits.wrongPassword.rates.GiveBack(g.device, nobody)
		return
	}
	r.limits.wrongPassword.rates.GiveBack(g.name, g.addr)
	r.limits.wrongForName.rates.GiveBack(g.name, nobody)
}

// auditFailing records an account whose passwords are being guessed: when a limit is reached, not for each typing error.
func (r *Realm) auditFailing(ctx context.Context, c Caller, g guess, account ID) {
	now, who := r.now(), "from this address"
	switch {
	case g.device != "":
		who = "from a device of the account's"
		if !r.limits.wrongPassword.rates.Spent(g.device, nobody, now) {
			return
		}
	case r.limits.wrongForName.rates.Spent(g.name, nobody, now):
		who = "from many addresses"
	case !r.limits.wrongPassword.rates.Spent(g.name, g.addr, now):
		return
	}
	r.audit(ctx, c, AuditRecord{
		Act: "login-failing", Account: account,
		Detail: fmt.Sprintf("so many wrong passwords for %.20q %s that the limit is reached", g.name, who),
	})
}

// knownDevice is the hash of a login token that the account's owner was given on this device, whether it is still good or not; "": it is
// none. It reads as much for a name that nobody has.
func (r *Realm) knownDevice(ctx context.Context, token string, account ID) (string, error) {
	hash, ok := tokenHash(token)
	if !ok {
		return "", nil
	}
	logins, _, err := get[loginsRecord](ctx, r, loginsKey(account))
	if err != nil {
		return "", err
	}
	if slices.Contains(logins.Earlier, hash) || slices.ContainsFunc(logins.Logins, func(l login) bool { return l.Hash == hash }) {
		return hash, nil
	}
	return "", nil
}
