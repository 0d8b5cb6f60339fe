// Package ticket seals and opens the short-lived, single-use ticket with which a client joins one incarnation of a zone
// process. The realm seals with the key that the process registered; the process opens. Format: docs/wire.md#ticket.
package ticket

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"time"
)

// Key seals and opens tickets. Each incarnation of a zone process makes its own.
type Key [32]byte

// Suite is the cipher suite of the UDP association that a ticket opens. Nothing is negotiated.
type Suite uint8

// The suites.
const (
	SuiteAESGCM     Suite = 1 // AES-128-GCM: clients that have it natively (Go)
	SuiteAESCTRHMAC Suite = 2 // AES-128-CTR with HMAC-SHA256 cut to 10 bytes: clients with AES and HMAC only (Godot)
)

// Valid reports whether the suite is known.
func (s Suite) Valid() bool { return s == SuiteAESGCM || s == SuiteAESCTRHMAC }

// String returns the suite's name.
func (s Suite) String() string {
	switch s {
	case SuiteAESGCM:
		return "aes-128-gcm"
	case SuiteAESCTRHMAC:
		return "aes-128-ctr-hmac-sha256-80"
	default:
		return fmt.Sprintf("Suite(%d)", uint8(s))
	}
}

// MaxZone is the longest zone name, in bytes.
const MaxZone = 32

// Claims are what a ticket proves. Only Suite, Incarnation and Expires can be read without the key.
type Claims struct {
	Nonce       uint64 // random; what single use is counted by
	Session     uint64
	Account     uint64
	Character   uint64
	Incarnation uint64 // the one run of a zone process that opens this ticket
	Epoch       uint64 // of the character's lease
	Zone        string // at most MaxZone bytes
	// Serial is 0 in a grant of the realm's. A resume ticket has the zone's count of those that it handed out for this session, which
	// says whether it is still good: see docs/wire.md#resumption.
	Serial  uint32
	Suite   Suite
	Secret  [32]byte  // shared with the client over HTTPS; never on the UDP wire
	Expires time.Time // millisecond precision
}

// Layout of a ticket: a public header of headerSize bytes, which is also the additional data, then the sealed body.
const (
	version    = 1
	headerSize = 32
	bodySize   = 112
	tagSize    = 16
	// Size is the size of every ticket, in bytes.
	Size = headerSize + bodySize + tagSize
)

// Errors of opening and using a ticket. Peers are told nothing; counters and logs are.
var (
	ErrMalformed   = errors.New("ticket: not a ticket of this version")
	ErrForged      = errors.New("ticket: seal is broken")
	ErrExpired     = errors.New("ticket: expired")
	ErrIncarnation = errors.New("ticket: for another incarnation of the zone process")
	ErrUsed        = errors.New("ticket: already used")
	ErrFull        = errors.New("ticket: too many unexpired used tickets to remember one more")
)

// sealWith is Seal with the AEAD nonce given, for known answers. A nonce must never serve twice under one key.
func sealWith(aead cipher.AEAD, c Claims, nonce [12]byte) ([]byte, error) {
	if !c.Suite.Valid() {
		return nil, fmt.Errorf("ticket: seal for zone %q: unknown suite %d", c.Zone, c.Suite)
	}
	if len(c.Zone) == 0 || len(c.Zone) > MaxZone {
		return nil, fmt.Errorf("ticket: seal: zone name %q has %d bytes; 1 to %d are allowed", c.Zone, len(c.Zone), MaxZone)
	}
	if c.Expires.UnixMilli() < 0 {
		return nil, fmt.Errorf("ticket: seal for zone %q: expiry %v is before 1970", c.Zone, c.Expires)
	}
	out := make([]byte, headerSize, Size)
	out[0], out[1] = version, byte(c.Suite)
	binary.LittleEndian.PutUint64(out[4:], c.Incarnation)
	binary.LittleEndian.PutUint64(out[12:], uint64(c.Expires.UnixMilli()))
	copy(out[20:], nonce[:])
	var body [bodySize]byte
	for i, v := range [...]uint64{c.Nonce, c.Session, c.Account, c.Character, c.Epoch} {
		binary.LittleEndian.PutUint64(body[8*i:], v)
	}
	copy(body[40:], c.Secret[:])
	body[72] = byte(len(c.Zone))
	copy(body[73:], c.Zone)
	binary.LittleEndian.PutUint32(body[105:], c.Serial)
	return aead.Seal(out, nonce[:], body[:], out[:headerSize]), nil
}

// Header is the public part of a ticket: all that a client may know of it.
type Header struct {
	Suite       Suite
	Incarnation uint64
	Expires     time.Time
}

// ReadHeader reads the public header of a ticket without proving anything about it.
func ReadHeader(raw []byte) (Header, error) {
	if len(raw) != Size || raw[0] != version || raw[2] != 0 || raw[3] != 0 || !Suite(raw[1]).Valid() {
		return Header{}, ErrMalformed
	}
	ms := binary.LittleEndian.Uint64(raw[12:])
	if ms > 1<<62 {
		return Header{}, ErrMalformed
	}
	return Header{
		Suite:       Suite(raw[1]),
		Incarnation: binary.LittleEndian.Uint64(raw[4:]),
		Expires:     time.UnixMilli(int64(ms)).UTC(),
	}, nil
}

// parseBody fills c from an opened body.
func parseBody(c *Claims, body []byte) error {
	zoneLen := int(body[72])
	if zoneLen == 0 || zoneLen > MaxZone {
		return ErrMalformed
	}
	for i, dst := range [...]*uint64{&c.Nonce, &c.Session, &c.Account, &c.Character, &c.Epoch} {
		*dst = binary.LittleEndian.Uint64(body[8*i:])
	}
	copy(c.Secret[:], body[40:72])
	c.Zone = string(body[73 : 73+zoneLen])
	c.Serial = binary.LittleEndian.Uint32(body[105:])
	return nil
}

func newAEAD(key Key) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // unreachable: the key's size is fixed by its type
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // unreachable: AES has the block size that GCM wants
	}
	return aead
}
