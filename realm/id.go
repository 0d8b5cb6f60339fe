package realm

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
)

// ID names an account, a character, a session or one run of a zone process (an incarnation). It is random and not zero; in JSON
// and URLs it is 16 lowercase hex digits.
type ID uint64

// NewID returns a random ID.
func NewID() ID {
	for {
		var b [8]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand
		if id := ID(binary.LittleEndian.Uint64(b[:])); id != 0 {
			return id
		}
	}
}

// ParseID reads the 16 hex digits of String.
func ParseID(s string) (ID, error) {
	var id ID
	err := id.UnmarshalText([]byte(s))
	return id, err
}

// String is 16 lowercase hex digits.
func (id ID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// MarshalText is String; JSON uses it.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads exactly what MarshalText writes.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) == 16 {
		if n, err := strconv.ParseUint(string(text), 16, 64); err == nil && ID(n).String() == string(text) {
			*id = ID(n)
			return nil
		}
	}
	return fmt.Errorf("an ID is 16 lowercase hex digits, not %.20q", text)
}
