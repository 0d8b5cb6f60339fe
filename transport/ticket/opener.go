package ticket

import (
	"crypto/cipher"
	"sync"
	"time"
)

// DefaultMaxUsed is how many used, unexpired tickets an Opener remembers unless told otherwise.
const DefaultMaxUsed = 1 << 16

// OpenerConfig bounds an Opener. The zero value works.
type OpenerConfig struct {
	// MaxUsed bounds the used tickets that are remembered until they expire; 0 means DefaultMaxUsed. When it is reached,
	// further tickets are refused: forgetting one would let it be used twice.
	MaxUsed int
}

// Opener opens the tickets of one incarnation and lets each be used once. One Opener serves every transport of a process.
// A cache in memory is enough even across a crash, because the next incarnation opens none of this one's tickets.
// It is safe for concurrent use.
type Opener struct {
	aead        cipher.AEAD
	incarnation uint64
	maxUsed     int
	bodies      sync.Pool // of *[bodySize]byte: a flood of forged tickets must not make garbage

	mu      sync.Mutex       // guards what follows
	used    map[uint64]int64 // Claims.Nonce → expiry, Unix milliseconds
	sweepAt int              // len(used) at which expired entries are dropped next
	sweptMs int64            // Unix milliseconds up to which expired entries were forgotten
}

// minSweep keeps small caches from being swept at every use.
const minSweep = 1024

// NewOpener returns an opener of tickets sealed with key for incarnation.
func NewOpener(key Key, incarnation uint64, cfg OpenerConfig) *Opener {
	if cfg.MaxUsed <= 0 {
		cfg.MaxUsed = DefaultMaxUsed
	}
	return &Opener{
		aead: newAEAD(key), incarnation: incarnation, maxUsed: cfg.MaxUsed,
		used: make(map[uint64]int64), sweepAt: min(minSweep, cfg.MaxUsed),
		bodies: sync.Pool{New: func() any { return new([bodySize]byte) }},
	}
}

// Open proves raw and returns its claims. It has no side effect: the same ticket opens any number of times until it
// expires. Errors: ErrMalformed, ErrIncarnation, ErrExpired, ErrForged. The cheap checks come first, as peers are unproven.
func (o *Opener) Open(raw []byte, now time.Time) (Claims, error) {
	h, err := ReadHeader(raw)
	if err != nil {
		return Claims{}, err
	}
	if h.Incarnation != o.incarnation {
		return Claims{}, ErrIncarnation
	}
	if !now.Before(h.Expires) {
		return Claims{}, ErrExpired
	}
	body := o.bodies.Get().(*[bodySize]byte)
	defer func() {
		clear(body[:]) // the secret
		o.bodies.Put(body)
	}()
	plain, err := o.aead.Open(body[:0], raw[20:headerSize], raw[headerSize:], raw[:headerSize])
	if err != nil {
		return Claims{}, ErrForged
	}
	c := Claims{Suite: h.Suite, Incarnation: h.Incarnation, Expires: h.Expires}
	if err := parseBody(&c, plain); err != nil {
		return Claims{}, err
	}
	return c, nil
}

// Use spends the ticket that c came from. Errors: ErrExpired, ErrUsed, ErrFull.
func (o *Opener) Use(c Claims, now time.Time) error {
	if !now.Before(c.Expires) {
		return ErrExpired
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.spent(c); err != nil {
		return err
	}
	if len(o.used) >= o.sweepAt {
		o.sweep(now.UnixMilli())
	}
	if len(o.used) >= o.maxUsed {
		return ErrFull
	}
	o.used[c.Nonce] = c.Expires.UnixMilli()
	return nil
}

// Check says whether the ticket that c came from may still be used, and spends nothing. Errors: ErrExpired, ErrUsed.
func (o *Opener) Check(c Claims, now time.Time) error {
	if !now.Before(c.Expires) {
		return ErrExpired
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.spent(c)
}

// spent says why a ticket is not to be used any more. o.mu is held.
func (o *Opener) spent(c Claims) error {
	if c.Expires.UnixMilli() <= o.sweptMs {
		return ErrExpired // though the clock was set back: its use may have been forgotten
	}
	if _, ok := o.used[c.Nonce]; ok {
		return ErrUsed
	}
	return nil
}

// Remembered returns how many used tickets are held.
func (o *Opener) Remembered() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.used)
}

// sweep drops expired entries and waits for the cache to double before the next sweep, so that use stays O(1) on average.
func (o *Opener) sweep(nowMs int64) {
	for nonce, expires := range o.used {
		if expires <= nowMs {
			delete(o.used, nonce)
		}
	}
	o.sweptMs = max(o.sweptMs, nowMs)
	o.sweepAt = min(max(minSweep, 2*len(o.used)), o.maxUsed)
}
