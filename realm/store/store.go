// Package store is the contract between the realm and whatever keeps its data: a small ordered
// key-value store with optimistic transactions over several keys.
//
// The contract is what both an embedded Badger and a replicated etcd can give: reads see the newest committed value,
// every value carries a revision, and a batch of operations commits as a whole if and only if each operation's expected
// revision still holds. A replicated store adds two things that one on the local disk rarely shows: a commit whose outcome
// nobody knows ([ErrUnknown]; [Apply] and [Update] resolve it), and old revisions that go away while they are being read
// ([ErrCompacted]; [Read] begins again). One suite (package storetest) runs on every implementation.
package store

import (
	"context"
	"errors"
	"fmt"
)

// Limits of the contract. They are the smallest that every implementation can hold.
const (
	MaxKey      = 128       // bytes in a key
	MaxValue    = 256 << 10 // bytes in a value
	MaxBatchOps = 128       // operations in one batch: what etcd takes in a transaction by default
	MaxBatch    = 512 << 10 // bytes of keys and values in one batch
	MaxScan     = 1000      // entries that one Scan returns at most
)

// Sentinels on which callers branch. Implementations wrap them with what was attempted.
var (
	// ErrConflict says that a key had another revision than the batch expected; nothing was written.
	ErrConflict = errors.New("store: conflict")
	// ErrUnknown says that the outcome of a commit is not known: the batch was applied, or was not, or still may be. Use Apply
	// or Update where the outcome matters: they write an operation's row in the same batch, and read it to find out.
	ErrUnknown = errors.New("store: outcome unknown")
	// ErrCompacted says that the revision of a View is gone; what was read so far is worth nothing. Read begins again.
	ErrCompacted = errors.New("store: revision compacted")
	// ErrTooLarge says that a key, value or batch is over the contract's limits; nothing was written.
	ErrTooLarge = errors.New("store: too large")
	// ErrBadKey says that a key is empty or has a character outside the contract's alphabet.
	ErrBadKey = errors.New("store: bad key")
	// ErrClosed says that the store was closed.
	ErrClosed = errors.New("store: closed")
	// ErrUnavailable says that the store takes nothing until somebody has repaired it; nothing was written.
	ErrUnavailable = errors.New("store: unavailable")
	// ErrFull says that the disk has no room; nothing was written.
	ErrFull = errors.New("store: disk full")
)

// Rev is the revision of one key's value. It grows with every write of the key, deletions included. 0 means absent.
type Rev uint64

// AnyRev as an expectation writes whatever is there.
const AnyRev = ^Rev(0)

// Entry is a key with its value and revision. An absent key has Rev 0 and a nil Value.
type Entry struct {
	Key   string
	Value []byte
	Rev   Rev
}

// Kind says what an operation does.
type Kind uint8

// The kinds of operations.
const (
	Check  Kind = iota + 1 // changes nothing, but the batch fails unless Expect holds
	Put                    // writes Value
	Delete                 // removes the key; removing an absent key is no error
)

// Op is one operation of a batch. Expect is the revision that the key must have: 0 for absent, AnyRev for whatever.
type Op struct {
	Kind   Kind
	Key    string
	Value  []byte
	Expect Rev
}

// Store keeps entries in the order of their keys' bytes. It is safe for concurrent use.
type Store interface {
	// Get returns the newest committed entry; an absent key is an Entry with Rev 0, and no error.
	Get(ctx context.Context, key string) (Entry, error)
	// View runs fn on the newest revision: all that fn reads is as it was at one moment, however many pages it takes. It may
	// end in ErrCompacted where fn takes long; other errors are fn's own, and fn passes on those of the Reader. fn may call
	// the store, and does not keep the Reader.
	View(ctx context.Context, fn func(Reader) error) error
	// Commit applies the batch as a whole, durably, or not at all. Keys in a batch are distinct. It returns when the outcome
	// is known, or ErrUnknown: a cancelled context does not make it ambiguous by itself.
	Commit(ctx context.Context, ops []Op) error
	// Close waits for commits and views under way and releases what the store holds.
	Close() error
}

// Reader reads one revision. It is used by one goroutine, inside View.
type Reader interface {
	// Get is Store.Get at this revision.
	Get(key string) (Entry, error)
	// Scan returns up to limit (at most MaxScan) entries whose keys begin with prefix and are greater than after, in order. An
	// empty after begins at the first.
	Scan(prefix, after string, limit int) ([]Entry, error)
}

// ValidKey tells whether key is 1 to MaxKey characters of A–Z a–z 0–9 - _ / = . with no dot at either end and no two dots in
// a row, which also fits where keys become names of files or subjects.
func ValidKey(key string) error {
	if key == "" || len(key) > MaxKey {
		return fmt.Errorf("%w: %d bytes, want 1 to %d", ErrBadKey, len(key), MaxKey)
	}
	for i := range len(key) {
		c := key[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '/', c == '=':
		case c == '.' && i > 0 && i < len(key)-1 && key[i-1] != '.':
		default:
			return fmt.Errorf("%w: %q at byte %d", ErrBadKey, key, i)
		}
	}
	return nil
}

// CheckBatch tells whether a batch is within the contract. Implementations call it before they do anything.
func CheckBatch(ops []Op) error {
	if len(ops) > MaxBatchOps {
		return fmt.Errorf("%w: a batch of %d operations, at most %d", ErrTooLarge, len(ops), MaxBatchOps)
	}
	total := 0
	seen := make(map[string]bool, len(ops))
	for i, op := range ops {
		if err := ValidKey(op.Key); err != nil {
			return err
		}
		if len(op.Value) > MaxValue {
			return fmt.Errorf("%w: %s holds %d bytes, at most %d", ErrTooLarge, op.Key, len(op.Value), MaxValue)
		}
		total += len(op.Key) + len(op.Value)
		if op.Kind < Check || op.Kind > Delete {
			return fmt.Errorf("store: operation %d on %s has unknown kind %d", i, op.Key, op.Kind)
		}
		if seen[op.Key] {
			return fmt.Errorf("%w: %s twice in one batch", ErrBadKey, op.Key)
		}
		seen[op.Key] = true
	}
	if total > MaxBatch {
		return fmt.Errorf("%w: a batch of %d bytes, at most %d", ErrTooLarge, total, MaxBatch)
	}
	return nil
}
