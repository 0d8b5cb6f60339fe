package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// maxAttempts bounds how often Update runs a function whose reads were overtaken.
const maxAttempts = 32

// Tx is one attempt of an optimistic transaction: it remembers the revision of every key that was read, and what is to be
// written. It is used by one goroutine, inside Update or Repeat.
type Tx struct {
	ctx   context.Context
	store Store
	ops   []Op
}

// Update runs fn until its reads and writes commit as one, at most 32 times. fn may run more than once, so it changes nothing
// outside the Tx that it does not set again each time. An error of fn ends the transaction with nothing written. An unknown
// outcome is resolved before fn runs again, so what fn has set last is what was committed. now marks the age of the
// operation's row (see Apply), which is one of the MaxBatchOps.
func Update(ctx context.Context, s Store, now time.Time, fn func(*Tx) error) error {
	return run(ctx, s, fn, func(ops []Op) (again bool, err error) {
		err = Apply(ctx, s, now, ops)
		return errors.Is(err, ErrConflict) && !errors.Is(err, ErrUnknown), err
	})
}

// Repeat is Update for an fn that sees by its own reads whether it was carried out before, and then writes nothing: after an
// unknown outcome it runs again. It needs no row, which is what makes it right for what is written all the time. If it gives up
// after an unknown outcome, its error is ErrUnknown and never ErrConflict: the earlier batch may have been applied.
func Repeat(ctx context.Context, s Store, fn func(*Tx) error) error {
	return run(ctx, s, fn, func(ops []Op) (again bool, err error) { return commitOnce(ctx, s, ops) })
}

// commitOnce is for a batch that may be tried again whatever came of it.
func commitOnce(ctx context.Context, s Store, ops []Op) (again bool, err error) {
	err = s.Commit(ctx, ops)
	return errors.Is(err, ErrConflict) || errors.Is(err, ErrUnknown), err
}

func run(ctx context.Context, s Store, fn func(*Tx) error, commit func([]Op) (again bool, err error)) error {
	var err, unknown error // unknown: an earlier attempt's writes may have been applied
	for attempt := range maxAttempts {
		tx := &Tx{ctx: ctx, store: s}
		if err := fn(tx); err != nil {
			return err
		}
		var again bool
		switch ops, writes := tx.batch(); {
		case writes > 0:
			again, err = commit(ops)
			if again && errors.Is(err, ErrUnknown) {
				unknown = err
			}
		case len(ops) > 1:
			again, err = commitOnce(ctx, s, ops) // checks alone change nothing
		default:
			return nil // one read has nothing to prove
		}
		switch {
		case !again && err != nil && unknown != nil:
			return fmt.Errorf("%w; before it: %w", err, unknown)
		case !again:
			return err
		case unknown != nil:
			err = unknown
		}
		if ended := pause(ctx, min(attempt, 4)); ended != nil {
			return fmt.Errorf("gave up after %d attempts: %w: %w", attempt+1, ended, err)
		}
	}
	return fmt.Errorf("gave up after %d attempts: %w", maxAttempts, err)
}

// pause lets writers that collide try again at different moments, up to 1 ms << attempt later.
func pause(ctx context.Context, attempt int) error {
	select {
	case <-time.After(time.Duration(rand.Int64N(int64(time.Millisecond) << attempt))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Get returns the value of key as this transaction sees it (its own writes included), and whether it is there. The transaction
// commits only if nobody has written the key meanwhile.
func (tx *Tx) Get(key string) ([]byte, bool, error) {
	if i := tx.find(key); i >= 0 {
		op := tx.ops[i]
		return op.Value, op.Value != nil, nil
	}
	e, err := tx.store.Get(tx.ctx, key)
	if err != nil {
		return nil, false, err
	}
	value := e.Value
	if e.Rev != 0 && value == nil {
		value = []byte{}
	}
	tx.ops = append(tx.ops, Op{Kind: Check, Key: key, Value: value, Expect: e.Rev})
	return value, e.Rev != 0, nil
}

// Peek is Get for a key that others may write meanwhile: the transaction commits all the same. It is right for what, once it
// is so, stays so for as long as what the transaction did Get.
func (tx *Tx) Peek(key string) ([]byte, bool, error) {
	if i := tx.find(key); i >= 0 {
		return tx.Get(key)
	}
	e, err := tx.store.Get(tx.ctx, key)
	return e.Value, e.Rev != 0, err
}

// Put writes key when the transaction commits. A key that was not read before is written whatever it held.
func (tx *Tx) Put(key string, value []byte) {
	if value == nil {
		value = []byte{}
	}
	tx.set(key, Put, value)
}

// Delete removes key when the transaction commits.
func (tx *Tx) Delete(key string) { tx.set(key, Delete, nil) }

func (tx *Tx) set(key string, kind Kind, value []byte) {
	if i := tx.find(key); i >= 0 {
		tx.ops[i].Kind, tx.ops[i].Value = kind, value
		return
	}
	tx.ops = append(tx.ops, Op{Kind: kind, Key: key, Value: value, Expect: AnyRev})
}

func (tx *Tx) find(key string) int {
	return slices.IndexFunc(tx.ops, func(op Op) bool { return op.Key == key })
}

// batch is what was read and is to be written, and how many writes there are.
func (tx *Tx) batch() (ops []Op, writes int) {
	for i := range tx.ops {
		if tx.ops[i].Kind == Check {
			tx.ops[i].Value = nil
			continue
		}
		writes++
	}
	return tx.ops, writes
}
