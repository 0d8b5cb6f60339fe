package rtc

import (
	"encoding/binary"
	"net/netip"

	"github.com/pion/stun/v4"
)

// A connectivity check is a STUN binding request (RFC 8445, 7.2.2). It is authentic when its MESSAGE-INTEGRITY was made with
// our password, which only the client has, from the answer. An ICE-lite agent sends none of its own.

// bindingUfrag returns the receiver's user fragment in a STUN binding request (RFC 8489: header of 20 bytes, then attributes
// of type, length and a value padded to four bytes; USERNAME is "receiver:sender").
func bindingUfrag(b []byte) ([]byte, bool) {
	const headerSize, bindingRequest, magic, username = 20, 0x0001, 0x2112A442, 0x0006
	if len(b) < headerSize || binary.BigEndian.Uint16(b) != bindingRequest || binary.BigEndian.Uint32(b[4:]) != magic {
		return nil, false
	}
	for b = b[headerSize:]; len(b) >= 4; {
		typ, size := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if len(b) < size {
			return nil, false
		}
		if typ == username {
			for i, c := range b[:size] {
				if c == ':' {
					return b[:i], true
				}
			}
			return b[:size], true
		}
		b = b[min(len(b), (size+3)&^3):]
	}
	return nil, false
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
