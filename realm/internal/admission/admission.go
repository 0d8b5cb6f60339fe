// Package admission makes and checks the tags by which a gateway knows WebSockets that /v1/play sent: without one it dials nobody.
// The realm makes a tag with the key of the day, which all gateways have, so that they check it also while the realm is away.
package admission

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// Key makes tags from Begins until the next key begins.
type Key struct {
	ID     uint32    `json:"id"`
	Secret []byte    `json:"secret"`
	Begins time.Time `json:"begins"`
}

const (
	// TagLife is how long a tag is good: a client that resumes uses that of its grant.
	TagLife = 24 * time.Hour
	// KeyLife is how long a key makes tags.
	KeyLife = 24 * time.Hour
	// MaxKeys is the most that are kept: those whose tags live, the present one, and the next.
	MaxKeys = 4

	secretSize = 32
	macSize    = 16
	// Layout of a tag: key u32, expiry u32 in Unix seconds, nonce u64, all little-endian, then the MAC; as unpadded base64url.
	headSize = 16
	// Size is the length of a tag in characters.
	Size = ((headSize+macSize)*8 + 5) / 6
)

// Why a tag is no good.
var (
	ErrMalformed  = errors.New("not an admission tag")
	ErrUnknownKey = errors.New("made with a key that is not known here")
	ErrForged     = errors.New("for another zone process, or forged")
	ErrExpired    = errors.New("expired")
)

// Keys are the keys that are kept, in the order in which they begin.
type Keys []Key

// Rotate is the keys as they have to be: without those whose tags have all expired, and with one that begins when the present one
// ends, so that every gateway has it long before. It reports whether anything changed.
func (ks Keys) Rotate(now time.Time) (Keys, bool) {
	out := slices.DeleteFunc(slices.Clone(ks), func(k Key) bool { return k.Begins.Add(KeyLife + TagLife).Before(now) })
	changed := len(out) != len(ks)
	if len(out) == 0 {
		out = append(out, newKey(0, now))
		changed = true
	}
	for last := out[len(out)-1]; !last.Begins.After(now); last = out[len(out)-1] {
		begins := last.Begins.Add(KeyLife)
		if begins.Before(now) { // nobody was here to make it in time
			begins = now
		}
		out = append(out, newKey(last.ID, begins))
		changed = true
	}
	return out[max(0, len(out)-MaxKeys):], changed
}

func newKey(last uint32, begins time.Time) Key {
	var raw [secretSize + 4]byte
	_, _ = rand.Read(raw[:]) // never fails
	id := binary.LittleEndian.Uint32(raw[secretSize:])
	if id == last {
		id++
	}
	return Key{ID: id, Secret: raw[:secretSize], Begins: begins.UTC()}
}

// Mint makes a tag for WebSockets to one run of a zone process, with the present key; empty: there is none.
func (ks Keys) Mint(incarnation uint64, now time.Time) string {
	for _, k := range slices.Backward(ks) {
		if k.Begins.After(now) {
			continue
		}
		raw := make([]byte, headSize, headSize+macSize)
		binary.LittleEndian.PutUint32(raw, k.ID)
		binary.LittleEndian.PutUint32(raw[4:], uint32(now.Add(TagLife).Unix()))
		_, _ = rand.Read(raw[8:headSize]) // never fails
		return base64.RawURLEncoding.EncodeToString(append(raw, k.mac(raw, incarnation)...))
	}
	return ""
}

// Check says whether a tag is good for WebSockets to a run of a zone process. The nonce tells one grant's tag from another's.
func (ks Keys) Check(tag string, incarnation uint64, now time.Time) (nonce uint64, err error) {
	var raw [headSize + macSize]byte
	if len(tag) != Size {
		return 0, ErrMalformed
	}
	if _, err := base64.RawURLEncoding.Strict().Decode(raw[:], []byte(tag)); err != nil {
		return 0, ErrMalformed
	}
	id := binary.LittleEndian.Uint32(raw[:])
	i := slices.IndexFunc(ks, func(k Key) bool { return k.ID == id })
	switch {
	case i < 0:
		return 0, ErrUnknownKey
	case !hmac.Equal(raw[headSize:], ks[i].mac(raw[:headSize], incarnation)):
		return 0, ErrForged
	case now.Unix() >= int64(binary.LittleEndian.Uint32(raw[4:])):
		return 0, ErrExpired
	}
	return binary.LittleEndian.Uint64(raw[8:]), nil
}

func (k Key) mac(head []byte, incarnation uint64) []byte {
	h := hmac.New(sha256.New, k.Secret)
	h.Write([]byte("realmwire admission 1"))
	h.Write(head)
	h.Write(binary.LittleEndian.AppendUint64(nil, incarnation))
	return h.Sum(nil)[:macSize]
}
