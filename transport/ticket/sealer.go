package ticket

import (
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"time"
)

// NewKey returns a fresh random key.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) // never fails: crypto/rand ends the process instead
	return k
}

// Seal returns the ticket for c: Size bytes. It fails on an unknown suite or a zone name that is empty or too long.
func Seal(key Key, c Claims) ([]byte, error) {
	var nonce [12]byte
	rand.Read(nonce[:])
	return sealWith(newAEAD(key), c, nonce)
}

// Sealer makes the tickets with which a zone process lets its own clients come back. It is safe for concurrent use.
type Sealer struct {
	aead        cipher.AEAD
	incarnation uint64
}

// NewSealer returns a sealer for one incarnation, whose Opener has the same key.
func NewSealer(key Key, incarnation uint64) *Sealer {
	return &Sealer{aead: newAEAD(key), incarnation: incarnation}
}

// Again returns a ticket for the same session as c, good until expires, with a nonce and a secret of its own; both are in the claims returned.
// It fails where [Seal] does.
func (s *Sealer) Again(c Claims, expires time.Time) ([]byte, Claims, error) {
	var random [8 + 12]byte
	rand.Read(random[:])
	rand.Read(c.Secret[:])
	c.Nonce, c.Incarnation, c.Expires = binary.LittleEndian.Uint64(random[:]), s.incarnation, expires
	raw, err := sealWith(s.aead, c, [12]byte(random[8:]))
	return raw, c, err
}
