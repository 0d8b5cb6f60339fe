package kcp

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/realmwire/realmwire/transport/ticket"
)

// sealer protects one direction of one association. It is not safe for concurrent use.
type sealer interface {
	// overhead is the size of the tag, in bytes.
	overhead() int
	// seal encrypts what follows the header in datagram, in place, and appends the tag. A counter must serve only once.
	seal(datagram []byte, counter uint64) []byte
	// open checks datagram and decrypts it in place; it returns the plaintext without header and tag.
	open(datagram []byte, counter uint64) ([]byte, bool)
}

// Sizes of the key material of one direction.
const (
	cipherKeySize = 16
	macKeySize    = 32
	nonceSize     = 12
	ctrTagSize    = 10
	// directionKeySize: cipher key, MAC key (unused by GCM, so that both suites derive alike), nonce mask.
	directionKeySize = cipherKeySize + macKeySize + nonceSize
)

// transcript is what both sides contributed to an association, as it stands in a response.
type transcript struct {
	clientRandom [randomSize]byte
	stamp        uint64
	cookie       [cookieSize]byte
}

// deriveSealers makes both directions' sealers from the ticket's secret and the handshake's randoms (the cookie is the
// server's: a MAC under a key made at boot, over the address, the ticket, the stamp and the client's random).
func deriveSealers(suite ticket.Suite, secret []byte, t transcript) (toServer, toClient sealer, err error) {
	salt := make([]byte, 0, randomSize+8+cookieSize)
	salt = append(salt, t.clientRandom[:]...)
	salt = binary.LittleEndian.AppendUint64(salt, t.stamp)
	salt = append(salt, t.cookie[:]...)
	okm, err := hkdf.Key(sha256.New, secret, salt, "realmwire 1 association"+string([]byte{byte(suite)}), 2*directionKeySize)
	if err != nil {
		return nil, nil, fmt.Errorf("kcp: derive keys: %w", err)
	}
	if toServer, err = newSealer(suite, okm[:directionKeySize]); err != nil {
		return nil, nil, err
	}
	toClient, err = newSealer(suite, okm[directionKeySize:])
	return toServer, toClient, err
}

// deriveProofKey makes the key with which challenge and response are proven: whoever copies a ticket off the wire has no
// secret and can make neither.
func deriveProofKey(secret []byte) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, secret, nil, "realmwire 1 handshake", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("kcp: derive the handshake key: %w", err)
	}
	return key, nil
}

func newSealer(suite ticket.Suite, key []byte) (sealer, error) {
	block, err := aes.NewCipher(key[:cipherKeySize])
	if err != nil {
		return nil, fmt.Errorf("kcp: %s: %w", suite, err)
	}
	mask := [nonceSize]byte(key[cipherKeySize+macKeySize:])
	switch suite {
	case ticket.SuiteAESGCM:
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, fmt.Errorf("kcp: %s: %w", suite, err)
		}
		return &gcmSealer{aead: aead, mask: mask}, nil
	case ticket.SuiteAESCTRHMAC:
		return &ctrSealer{block: block, mac: hmac.New(sha256.New, key[cipherKeySize:cipherKeySize+macKeySize]), mask: mask}, nil
	default:
		return nil, fmt.Errorf("kcp: unknown cipher suite %d; client and server must be of the same version", suite)
	}
}

// maskNonce writes the nonce of counter: the counter, little-endian, over the direction's mask (as TLS 1.3 does).
func maskNonce(nonce *[nonceSize]byte, mask *[nonceSize]byte, counter uint64) {
	*nonce = *mask
	low := binary.LittleEndian.Uint64(nonce[:8]) ^ counter
	binary.LittleEndian.PutUint64(nonce[:8], low)
}

// gcmSealer is ticket.SuiteAESGCM. The header is additional data; the full counter is bound by the nonce.
type gcmSealer struct {
	aead  cipher.AEAD
	mask  [nonceSize]byte
	nonce [nonceSize]byte // scratch: a local would escape through the interface
}

func (g *gcmSealer) overhead() int { return 16 }

func (g *gcmSealer) seal(d []byte, counter uint64) []byte {
	maskNonce(&g.nonce, &g.mask, counter)
	return g.aead.Seal(d[:sealedHeaderSize], g.nonce[:], d[sealedHeaderSize:], d[:sealedHeaderSize])
}

func (g *gcmSealer) open(d []byte, counter uint64) ([]byte, bool) {
	if len(d) < sealedHeaderSize+g.overhead() {
		return nil, false
	}
	maskNonce(&g.nonce, &g.mask, counter)
	body := d[sealedHeaderSize:]
	plain, err := g.aead.Open(body[:0], g.nonce[:], body, d[:sealedHeaderSize])
	return plain, err == nil
}

// ctrSealer is ticket.SuiteAESCTRHMAC: encrypt, then MAC over header, full counter and ciphertext, in the manner of SFrame
// (RFC 9605) for clients that have AES and HMAC but no AEAD.
type ctrSealer struct {
	block   cipher.Block
	mac     hash.Hash
	mask    [nonceSize]byte
	input   [aes.BlockSize]byte // scratch: nonce, then the block number, big-endian
	stream  [aes.BlockSize]byte // scratch
	counter [8]byte             // scratch
	sum     [sha256.Size]byte   // scratch
}

func (c *ctrSealer) overhead() int { return ctrTagSize }

func (c *ctrSealer) seal(d []byte, counter uint64) []byte {
	c.crypt(d[sealedHeaderSize:], counter)
	return append(d, c.tag(d, counter)...)
}

func (c *ctrSealer) open(d []byte, counter uint64) ([]byte, bool) {
	end := len(d) - ctrTagSize
	if end < sealedHeaderSize {
		return nil, false
	}
	if subtle.ConstantTimeCompare(c.tag(d[:end], counter), d[end:]) != 1 {
		return nil, false
	}
	body := d[sealedHeaderSize:end]
	c.crypt(body, counter)
	return body, true
}

// tag returns the tag of header and ciphertext; it is valid until the next call.
func (c *ctrSealer) tag(d []byte, counter uint64) []byte {
	binary.LittleEndian.PutUint64(c.counter[:], counter)
	c.mac.Reset()
	c.mac.Write(d[:sealedHeaderSize])
	c.mac.Write(c.counter[:])
	c.mac.Write(d[sealedHeaderSize:])
	return c.mac.Sum(c.sum[:0])[:ctrTagSize]
}

// crypt applies the key stream. cipher.NewCTR would be faster per byte, but allocates for every datagram.
func (c *ctrSealer) crypt(b []byte, counter uint64) {
	maskNonce((*[nonceSize]byte)(c.input[:nonceSize]), &c.mask, counter)
	for block := uint32(0); len(b) > 0; block++ {
		binary.BigEndian.PutUint32(c.input[nonceSize:], block)
		c.block.Encrypt(c.stream[:], c.input[:])
		b = b[subtle.XORBytes(b, b, c.stream[:]):]
	}
}
