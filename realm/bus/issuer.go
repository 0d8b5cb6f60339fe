package bus

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nats-io/nkeys"
)

// The accounts of the NATS server: processes talk in one, the realm is asked in the other whom to let in.
const (
	accountName = "REALMWIRE"
	admitName   = "REALMWIRE_ADMIT"
)

// issuerFile is where an issuer's key is kept.
const issuerFile = "issuer.nk"

// Issuer is the right to say who may join a bus. Its key belongs to the realm alone, and to each of its replicas; a NATS server knows the
// public half. Safe for concurrent use.
type Issuer struct {
	tokens  tokenShelf
	account nkeys.KeyPair // signs what it says
	user    nkeys.KeyPair // as which it is connected to be asked
	curve   nkeys.KeyPair // to which questions are sealed
	realm   string        // the realm's own join token
}

// OpenIssuer reads the issuer's key and the join tokens from a folder, and makes what is missing there (mode 0600). With an empty dir they
// live as long as the process.
func OpenIssuer(dir string) (*Issuer, error) {
	seed, err := issuerSeed(dir)
	if err != nil {
		return nil, err
	}
	i := &Issuer{tokens: tokenShelf{dir: dir}}
	if i.account, err = nkeys.FromSeed(seed); err != nil {
		return nil, fmt.Errorf("the issuer's key in %s: %w", filepath.Join(dir, issuerFile), err)
	}
	if public, err := i.account.PublicKey(); err != nil || !nkeys.IsValidPublicAccountKey(public) {
		return nil, fmt.Errorf("the key in %s is not an account's", filepath.Join(dir, issuerFile))
	}
	derive := func(use string) []byte {
		key, kerr := hkdf.Key(sha256.New, seed, nil, "realmwire bus "+use, 32)
		err = errors.Join(err, kerr)
		return key
	}
	user, curve, token := derive("user"), derive("curve"), derive("realm token")
	if err != nil {
		return nil, fmt.Errorf("derive the issuer's keys: %w", err)
	}
	if i.user, err = nkeys.FromRawSeed(nkeys.PrefixByteUser, user); err != nil {
		return nil, fmt.Errorf("derive the issuer's keys: %w", err)
	}
	if i.curve, err = nkeys.CreateCurveKeysWithRand(bytes.NewReader(curve)); err != nil {
		return nil, fmt.Errorf("derive the issuer's keys: %w", err)
	}
	i.realm = hex.EncodeToString(token)
	return i, i.tokens.open()
}

func issuerSeed(dir string) ([]byte, error) {
	if dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of the bus's keys: %w", err)
		}
		seed, err := os.ReadFile(filepath.Join(dir, issuerFile))
		if err == nil {
			return bytes.TrimSpace(seed), nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("read the issuer's key: %w", err)
		}
	}
	pair, err := nkeys.CreateAccount()
	if err != nil {
		return nil, fmt.Errorf("make the issuer's key: %w", err)
	}
	seed, err := pair.Seed()
	if err != nil {
		return nil, fmt.Errorf("make the issuer's key: %w", err)
	}
	if dir == "" {
		return seed, nil
	}
	return seed, writeSecret(filepath.Join(dir, issuerFile), seed)
}

// writeSecret writes a file for the owner of the folder only. It replaces the file as a whole, so that a process that starts meanwhile
// reads the old one or the new one.
func writeSecret(file string, data []byte) error {
	tmp := file + ".new"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return fmt.Errorf("write the bus's keys: %w", err)
	}
	if err := os.Rename(tmp, file); err != nil {
		return fmt.Errorf("write the bus's keys: %w", err)
	}
	return nil
}

// JoinToken is the token that a role joins with. A realm's is derived from the issuer's key.
func (i *Issuer) JoinToken(role Role) (string, error) {
	if role == RoleRealm {
		return i.realm, nil
	}
	return i.tokens.first(role)
}

// accepts tells whether a token is good for a role.
func (i *Issuer) accepts(role Role, token string) (bool, error) {
	if role == RoleRealm {
		return sameToken(token, i.realm), nil
	}
	return i.tokens.accepts(role, token)
}

// ServerConfig is what a NATS server must have in its configuration so that it asks this issuer. There is no secret in it.
func (i *Issuer) ServerConfig() string {
	public := func(pair nkeys.KeyPair) (key string) {
		key, _ = pair.PublicKey() // fails only for a pair that was wiped
		return key
	}
	return strings.NewReplacer(
		"PAYLOAD", strconv.Itoa(MaxPayload), "ACCOUNT", accountName, "ADMIT", admitName, "SUBJECT", calloutSubject,
		"ISSUER", public(i.account), "USER", public(i.user), "XKEY", public(i.curve),
	).Replace(serverConfig)
}

// serverConfig is a template: how large a message may be, who is in which account, and whom to ask about everybody else.
const serverConfig = `max_payload: PAYLOAD
accounts {
  ACCOUNT {}
  ADMIT {
    users: [
      { nkey: USER, permissions: { subscribe: "SUBJECT", allow_responses: { max: 1, expires: "5s" } } }
    ]
  }
}
authorization {
  auth_callout {
    account: ADMIT
    issuer: ISSUER
    auth_users: [ USER ]
    xkey: XKEY
  }
}
`
