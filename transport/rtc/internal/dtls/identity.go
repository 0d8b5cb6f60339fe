package dtls

import (
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/pion/dtls/v3/pkg/crypto/selfsign"
)

// Identity is a self-signed certificate. A client trusts it because its fingerprint came over HTTPS, with the answer.
type Identity struct {
	cert        tls.Certificate
	Fingerprint Fingerprint
}

// NewIdentity makes one.
func NewIdentity() (Identity, error) {
	cert, err := selfsign.GenerateSelfSigned()
	if err != nil {
		return Identity{}, fmt.Errorf("dtls: make a certificate: %w", err)
	}
	sum := sha256.Sum256(cert.Certificate[0])
	return Identity{cert: cert, Fingerprint: Fingerprint{algorithm: "sha-256", sum: sum[:]}}, nil
}

// Fingerprint is the hash of a certificate, as session descriptions carry it (RFC 8122).
type Fingerprint struct {
	algorithm string
	sum       []byte
}

// hashes are those of RFC 8122 that are still safe.
var hashes = map[string]func([]byte) []byte{
	"sha-256": func(b []byte) []byte { s := sha256.Sum256(b); return s[:] },
	"sha-384": func(b []byte) []byte { s := sha512.Sum384(b); return s[:] },
	"sha-512": func(b []byte) []byte { s := sha512.Sum512(b); return s[:] },
}

// ParseFingerprint reads the value of an a=fingerprint attribute, such as "sha-256 4A:AD:…".
func ParseFingerprint(s string) (Fingerprint, error) {
	algorithm, text, _ := strings.Cut(s, " ")
	algorithm = strings.ToLower(algorithm)
	hash, ok := hashes[algorithm]
	if !ok {
		return Fingerprint{}, fmt.Errorf("dtls: fingerprint: no support for %.20q; use sha-256", algorithm)
	}
	sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(text), ":", ""))
	if err != nil || len(sum) != len(hash(nil)) {
		return Fingerprint{}, fmt.Errorf("dtls: fingerprint: not a %s hash in hexadecimal", algorithm)
	}
	return Fingerprint{algorithm: algorithm, sum: sum}, nil
}

// String writes it as ParseFingerprint reads it.
func (f Fingerprint) String() string {
	var b strings.Builder
	b.WriteString(f.algorithm)
	for i, c := range f.sum {
		sep := ":"
		if i == 0 {
			sep = " "
		}
		fmt.Fprintf(&b, "%s%02X", sep, c)
	}
	return b.String()
}

// errFingerprint says that a peer's certificate is not the one that its offer named.
var errFingerprint = errors.New("dtls: the peer's certificate is not the one of its offer")

// check compares with a peer's certificate.
func (f Fingerprint) check(certificates [][]byte) error {
	hash, ok := hashes[f.algorithm]
	if !ok || len(certificates) == 0 || subtle.ConstantTimeCompare(hash(certificates[0]), f.sum) != 1 {
		return errFingerprint
	}
	return nil
}
