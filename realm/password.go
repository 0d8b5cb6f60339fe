package realm

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/crypto/argon2"

	"github.com/realmwire/realmwire/internal/limit"
)

// The cost of a password hash: OWASP's minimum for argon2id. Raising it takes effect for each account at its next login.
const (
	hashMemoryKiB = 19 * 1024
	hashTime      = 2
	hashThreads   = 1
	hashSaltBytes = 16
	hashKeyBytes  = 32
)

// maxHashWaiters bounds the strangers that wait for a hash, and apart from them those who are known; more are told to try again.
const maxHashWaiters = 64

// hasher computes password hashes, few at a time: each takes 19 MiB and tens of milliseconds, which a flood of logins must not multiply. The
// turns are shared out by address.
type hasher struct {
	queue   *limit.Queue
	key     func(password, salt []byte, p parsedHash) []byte // argon2Key; tests take a cheaper one
	decoy   string                                           // what the password of an unknown name is compared with, so that it costs the same
	metrics *metrics
}

func newHasher(m *metrics) *hasher {
	h := &hasher{queue: limit.NewQueue(max(1, runtime.GOMAXPROCS(0)/2), maxHashWaiters), key: argon2Key, metrics: m}
	h.decoy = formatHash(make([]byte, hashSaltBytes), make([]byte, hashKeyBytes))
	return h
}

// enter waits for a turn; the returned function ends it.
func (h *hasher) enter(ctx context.Context, from netip.Addr, known bool) (leave func(), err error) {
	leave, err = h.queue.Enter(ctx, from, known)
	if errors.Is(err, limit.ErrBusy) {
		h.metrics.HashRefused.Inc()
		return nil, &Error{Code: CodeBusy, Detail: "Too many people sign in at this moment; try again in a few seconds.", RetryAfter: 3 * time.Second}
	}
	return leave, err
}

// hash returns a new hash of password in PHC format. known tells that the caller has an account already.
func (h *hasher) hash(ctx context.Context, from netip.Addr, known bool, password string) (string, error) {
	leave, err := h.enter(ctx, from, known)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, hashSaltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand
	return formatHash(salt, h.key([]byte(password), salt, parsedHash{memory: hashMemoryKiB, time: hashTime, threads: hashThreads})), nil
}

// verify tells whether password is the one of encoded; an empty encoded (no such account, or a guest) never matches and costs the same.
func (h *hasher) verify(ctx context.Context, from netip.Addr, known bool, password, encoded string) (bool, error) {
	leave, err := h.enter(ctx, from, known)
	if err != nil {
		return false, err
	}
	defer leave()
	exists := encoded != ""
	if !exists {
		encoded = h.decoy
	}
	p, err := parseHash(encoded)
	if err != nil {
		return false, err
	}
	got := h.key([]byte(password), p.salt, p)
	return subtle.ConstantTimeCompare(got, p.key) == 1 && exists, nil
}

func argon2Key(password, salt []byte, p parsedHash) []byte {
	return argon2.IDKey(password, salt, p.time, p.memory, p.threads, hashKeyBytes)
}

func formatHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemoryKiB, hashTime, hashThreads,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

type parsedHash struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// outdated tells whether the hash was made at another cost than today's.
func (p parsedHash) outdated() bool {
	return p.memory != hashMemoryKiB || p.time != hashTime || p.threads != hashThreads
}

func parseHash(encoded string) (parsedHash, error) {
	var p parsedHash
	var version int
	var tail string
	_, err := fmt.Sscanf(encoded, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &p.memory, &p.time, &p.threads, &tail)
	if err != nil || version != argon2.Version {
		return p, fmt.Errorf("realm: a password hash of unknown form: %.20q", encoded)
	}
	for i := range tail {
		if tail[i] == '$' {
			salt, err1 := base64.RawStdEncoding.DecodeString(tail[:i])
			key, err2 := base64.RawStdEncoding.DecodeString(tail[i+1:])
			if err1 == nil && err2 == nil && len(key) == hashKeyBytes {
				p.salt, p.key = salt, key
				return p, nil
			}
		}
	}
	return p, fmt.Errorf("realm: a password hash of unknown form: %.20q", encoded)
}
