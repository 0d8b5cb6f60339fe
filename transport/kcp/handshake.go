package kcp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"net/netip"
	"time"

	"github.com/realmwire/realmwire/transport/ticket"
)

// cookieLife is how long a response may take. Cookies hold no state, so only a clock can end them.
const cookieLife = 10 * time.Second

// cookieMaker makes and checks the server's stateless challenges. It has no state but the key, which is made at boot: an
// address is proven by the cookie that only it was sent.
//
// The socket's reading goroutine owns it: the MAC and its output are kept, as whoever floods us with responses chooses how often
// they are needed.
type cookieMaker struct {
	key [32]byte
	mac hash.Hash // made on first use
	in  [16 + 10]byte
	out [sha256.Size]byte
}

// cookie is bound to the address, the ticket, the client's random and the time.
func (m *cookieMaker) cookie(addr netip.AddrPort, random []byte, stamp uint64, rawTicket []byte) (out [cookieSize]byte) {
	if m.mac == nil {
		m.mac = hmac.New(sha256.New, m.key[:])
	}
	m.mac.Reset()
	ip := addr.Addr().As16()
	copy(m.in[:], ip[:])
	binary.LittleEndian.PutUint16(m.in[16:], addr.Port())
	binary.LittleEndian.PutUint64(m.in[18:], stamp)
	m.mac.Write(m.in[:])
	m.mac.Write(random)
	m.mac.Write(rawTicket)
	copy(out[:], m.mac.Sum(m.out[:0]))
	return out
}

// fresh reports whether a cookie with this stamp may still be used at now.
func (m *cookieMaker) fresh(stamp uint64, now time.Time) bool {
	age := now.UnixMilli() - int64(stamp)
	return stamp < 1<<62 && age >= 0 && age <= cookieLife.Milliseconds()
}

// handshakeHeader appends what begins every handshake datagram.
func handshakeHeader(b []byte, typ byte, random []byte) []byte {
	b = append(b, typ, protocolVersion, 0, 0)
	return append(b, random...)
}

// isHandshake reports whether b is a handshake datagram of our version and of this exact size.
func isHandshake(b []byte, size int) bool {
	return len(b) == size && b[1] == protocolVersion && b[2] == 0 && b[3] == 0
}

// appendRequest appends a client's first datagram. The padding makes it at least as large as any answer, so that nobody can
// use the server to multiply traffic towards another's address.
func appendRequest(b []byte, random [randomSize]byte, rawTicket []byte) []byte {
	start := len(b)
	b = handshakeHeader(b, typeRequest, random[:])
	b = append(b, rawTicket...)
	return append(b, make([]byte, requestSize-(len(b)-start))...)
}

// readRequest returns the parts of a request, whose header is read.
func readRequest(b []byte) (random, rawTicket []byte) {
	return b[offsetRandom:offsetAfterRandom], b[offsetAfterRandom : offsetAfterRandom+ticket.Size]
}

// appendChallenge appends the server's answer to a request. It is proven with a key from the ticket's secret, so that nobody
// else can lead a client into a handshake that goes nowhere.
func appendChallenge(b, proofKey []byte, t transcript) []byte {
	start := len(b)
	b = handshakeHeader(b, typeChallenge, t.clientRandom[:])
	b = binary.LittleEndian.AppendUint64(b, t.stamp)
	b = append(b, t.cookie[:]...)
	return append(b, proof(proofKey, b[start:])...)
}

// readChallenge checks a challenge, whose header is read, and that it answers the client's random.
func readChallenge(b, proofKey []byte, random [randomSize]byte) (transcript, bool) {
	if !proven(proofKey, b) {
		return transcript{}, false
	}
	t := readTranscript(b)
	return t, t.clientRandom == random
}

// appendResponse appends the client's second datagram, which repeats all that the server chose not to remember.
func appendResponse(b, proofKey []byte, t transcript, rawTicket []byte) []byte {
	start := len(b)
	b = handshakeHeader(b, typeResponse, t.clientRandom[:])
	b = binary.LittleEndian.AppendUint64(b, t.stamp)
	b = append(b, t.cookie[:]...)
	b = append(b, rawTicket...)
	return append(b, proof(proofKey, b[start:])...)
}

// readResponse returns the parts of a response, whose header is read. Cookie, ticket and proof are still to be checked.
func readResponse(b []byte) (t transcript, rawTicket []byte) {
	return readTranscript(b), b[offsetAfterCookie : offsetAfterCookie+ticket.Size]
}

func readTranscript(b []byte) (t transcript) {
	copy(t.clientRandom[:], b[offsetRandom:])
	t.stamp = binary.LittleEndian.Uint64(b[offsetAfterRandom:])
	copy(t.cookie[:], b[offsetCookie:])
	return t
}

// proof authenticates a handshake datagram up to where it will stand.
func proof(key, b []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write(b)
	return mac.Sum(nil)[:proofSize]
}

// proven checks the proof at the end of b.
func proven(key, b []byte) bool {
	end := len(b) - proofSize
	return hmac.Equal(proof(key, b[:end]), b[end:])
}
