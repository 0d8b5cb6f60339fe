package bus

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/nats-io/nkeys"
)

// Identity names one process's connection: the incarnation of a zone process, the instance of a gateway or a realm. It is made from the public
// key that the process generates when it connects for the first time, and each connection and reconnection proves the private one: who has
// only the join token cannot take the identity of another, neither while that lives nor afterwards. It is not zero.
type Identity uint64

// String is 16 lowercase hex digits.
func (id Identity) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// parseIdentity reads what String writes, and nothing else: one identity has one subject.
func parseIdentity(s string) (Identity, bool) {
	n, err := strconv.ParseUint(s, 16, 64)
	id := Identity(n)
	return id, err == nil && id != 0 && id.String() == s
}

// Identify is the identity of who owns a public key (an nkey of a user), or 0 for what is none. It is made from the key itself: a text that
// says the same key in another way is refused, and gives no second identity.
func Identify(publicKey string) Identity {
	raw, err := nkeys.Decode(nkeys.PrefixByteUser, []byte(publicKey))
	if err != nil {
		return 0
	}
	if text, err := nkeys.Encode(nkeys.PrefixByteUser, raw); err != nil || string(text) != publicKey {
		return 0
	}
	sum := sha256.Sum256(raw)
	return Identity(binary.BigEndian.Uint64(sum[:8]))
}

// processKey is the key of one connection. It is never written down: a process that restarts has another identity.
type processKey struct {
	pair   nkeys.KeyPair
	public string
	id     Identity
}

func newProcessKey() (processKey, error) {
	for {
		pair, err := nkeys.CreateUser()
		if err != nil {
			return processKey{}, fmt.Errorf("make a key for the bus: %w", err)
		}
		public, err := pair.PublicKey()
		if err != nil {
			return processKey{}, fmt.Errorf("make a key for the bus: %w", err)
		}
		if id := Identify(public); id != 0 {
			return processKey{pair: pair, public: public, id: id}, nil
		}
	}
}
