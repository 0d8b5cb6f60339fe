package rtc

import (
	"bytes"
	"encoding/binary"
	"net/netip"

	"github.com/pion/stun/v4"
)

// A connectivity check is a STUN binding request (RFC 8445, 7.2.2). It is authentic when its MESSAGE-INTEGRITY was made with
// our password, which only the client has, from the answer. An ICE-lite agent sends none of its own.

// maxCheck and maxAttributes bound a check: clients' have about a hundred bytes and ten attributes, and all that is there is read
// before its integrity is known.
const (
	maxCheck      = 600
	maxAttributes = 24
)

// bindingUfrag returns the receiver's user fragment in a STUN binding request (RFC 8489: header of 20 bytes, then attributes
// of type, length and a value padded to four bytes; USERNAME is "receiver:sender").
func bindingUfrag(b []byte) ([]byte, bool) {
	const headerSize, bindingRequest, magic, username = 20, 0x0001, 0x2112A442, 0x0006
	if len(b) < headerSize || len(b) > maxCheck || binary.BigEndian.Uint16(b) != bindingRequest || binary.BigEndian.Uint32(b[4:]) != magic {
		return nil, false
	}
	var ufrag []byte
	found := false
	b = b[headerSize:]
	for n := 0; len(b) >= 4; n++ {
		typ, size := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if len(b) < size || n == maxAttributes {
			return nil, false
		}
		if typ == username && !found {
			ufrag, _, _ = bytes.Cut(b[:size], []byte{':'})
			found = true
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	return ufrag, found
}

// answerCheck appends the response to an authentic check that came from an address; nothing to one that is not, or that is
// smaller than its response would be.
func answerCheck(b, check []byte, password string, from netip.AddrPort) []byte {
	m := &stun.Message{Raw: append([]byte(nil), check...)}
	integrity := stun.NewShortTermIntegrity(password)
	if m.Decode() != nil || integrity.Check(m) != nil {
		return b
	}
	response, err := stun.Build(stun.NewTransactionIDSetter(m.TransactionID), stun.BindingSuccess,
		&stun.XORMappedAddress{IP: from.Addr().AsSlice(), Port: int(from.Port())}, integrity, stun.Fingerprint)
	if err != nil || len(response.Raw) > len(check) {
		return b
	}
	return append(b, response.Raw...)
}
