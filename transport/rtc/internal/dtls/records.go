package dtls

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/realmwire/realmwire/transport/internal/replay"
)

// The content types of records (RFC 5246, 6.2.1).
const (
	TypeChangeCipherSpec = 20
	TypeAlert            = 21
	TypeHandshake        = 22
	TypeData             = 23
)

// Sizes of a sealed record (RFC 6347, 4.1; RFC 5288, 3).
const (
	recordHeaderSize = 13 // type, version, epoch, sequence number, length
	nonceSize        = 8  // the part of the nonce that a record carries
	tagSize          = 16
	// Front is how much room Seal needs before the plaintext, and Overhead how much longer it makes it in all.
	Front    = recordHeaderSize + nonceSize
	Overhead = Front + tagSize

	version12 = 0xFEFD
	// sealedEpoch is that of everything after the one handshake; nothing is ever negotiated again.
	sealedEpoch = 1
	maxSequence = 1<<48 - 1
)

// Record is one record of a datagram, as it came.
type Record struct {
	Type     byte
	Epoch    uint16
	Sequence uint64
	body     []byte
}

// Sealed reports whether the record belongs to the time after the handshake.
func (r Record) Sealed() bool { return r.Epoch == sealedEpoch }

// MaxRecords bounds the records of a datagram that are looked at. Peers send data in one, and a flight of a handshake in five.
const MaxRecords = 8

// Next splits the first record from a datagram. ok is false when there is none, or it is malformed.
func Next(datagram []byte) (r Record, rest []byte, ok bool) {
	if len(datagram) < recordHeaderSize || datagram[1] != version12>>8 {
		return Record{}, nil, false
	}
	size := int(binary.BigEndian.Uint16(datagram[11:]))
	if len(datagram) < recordHeaderSize+size {
		return Record{}, nil, false
	}
	sequence := binary.BigEndian.Uint64(datagram[3:])
	end := recordHeaderSize + size
	return Record{
		Type: datagram[0], Epoch: uint16(sequence >> 48), Sequence: sequence & maxSequence,
		body: datagram[recordHeaderSize:end],
	}, datagram[end:], true
}

// Records seals and opens the records of one association: TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, the one suite that we
// agree to. It is a pure core with one owner.
type Records struct {
	out, in direction
	sent    uint64 // sequence number of the next record
	window  replay.Window
	aad     [recordHeaderSize]byte
	// lastFlight is the datagram with which our side of the handshake ended. The peer asks for it again, by repeating its own,
	// when it was lost.
	lastFlight []byte
}

// direction is the cipher of one direction.
type direction struct {
	aead  cipher.AEAD
	nonce [12]byte // the fixed part, and room for the rest
}

func newDirection(key, fixed []byte) (direction, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return direction{}, fmt.Errorf("dtls: %w", err)
	}
	d := direction{}
	if d.aead, err = cipher.NewGCM(block); err != nil {
		return direction{}, fmt.Errorf("dtls: %w", err)
	}
	copy(d.nonce[:4], fixed)
	return d, nil
}

// additional is what the tag covers besides the plaintext: sequence number, type, version and length of the plaintext.
func (r *Records) additional(typ byte, sequence uint64, size int) []byte {
	binary.BigEndian.PutUint64(r.aad[:], sealedEpoch<<48|sequence)
	r.aad[8] = typ
	binary.BigEndian.PutUint16(r.aad[9:], version12)
	binary.BigEndian.PutUint16(r.aad[11:], uint16(size))
	return r.aad[:]
}

// Seal makes a record of what follows the first Front bytes of b, in place where b has room. It returns nil once all sequence numbers are used up.
func (r *Records) Seal(typ byte, b []byte) []byte {
	sequence := r.sent
	if sequence > maxSequence {
		return nil
	}
	r.sent++
	b = slices.Grow(b, tagSize)
	plain := b[Front:]
	b[0] = typ
	binary.BigEndian.PutUint16(b[1:], version12)
	binary.BigEndian.PutUint64(b[3:], sealedEpoch<<48|sequence)
	binary.BigEndian.PutUint16(b[11:], uint16(nonceSize+len(plain)+tagSize))
	binary.BigEndian.PutUint64(b[recordHeaderSize:], sealedEpoch<<48|sequence)
	copy(r.out.nonce[4:], b[recordHeaderSize:Front])
	sealed := r.out.aead.Seal(plain[:0], r.out.nonce[:], plain, r.additional(typ, sequence, len(plain)))
	return b[:Front+len(sealed)]
}

// Open decrypts a record in place. ok is false for one that is not authentic, or was received before: it must have no effect.
// newest says that none with a higher number has come.
func (r *Records) Open(rec Record) (plain []byte, newest, ok bool) {
	size := len(rec.body) - nonceSize - tagSize
	counter := rec.Sequence + 1 // the window counts from 1
	if !rec.Sealed() || size < 0 || !r.window.Fresh(counter) {
		return nil, false, false
	}
	copy(r.in.nonce[4:], rec.body[:nonceSize])
	text := rec.body[nonceSize:]
	plain, err := r.in.aead.Open(text[:0], r.in.nonce[:], text, r.additional(rec.Type, rec.Sequence, size))
	if err != nil {
		return nil, false, false
	}
	newest = counter > r.window.Highest
	r.window.Mark(counter)
	return plain, newest, true
}

// LastFlight is the datagram that ends the handshake, for a peer that still repeats its own; nil after Settled.
func (r *Records) LastFlight() []byte { return r.lastFlight }

// Settled forgets the last flight: the peer has used its keys for data and will not ask for it.
func (r *Records) Settled() { r.lastFlight = nil }

// closeNotify is the alert with which a side says that it is done (RFC 5246, 7.2.1): level warning, description 0.
var closeNotify = [2]byte{1, 0}

// AppendClose appends the record that ends the association.
func (r *Records) AppendClose(b []byte) []byte {
	record := append(make([]byte, Front), closeNotify[:]...)
	return append(b, r.Seal(TypeAlert, record)...)
}

// Ends reports whether an alert, opened, ends the association: every fatal one does, and close_notify.
func Ends(alert []byte) bool {
	return len(alert) == 2 && (alert[0] == 2 || alert[1] == closeNotify[1])
}
