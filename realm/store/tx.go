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
// written. It is used by one goroutine, inside Update.
type Tx struct {
	ctx   context.Context
	store Store
	ops   []Op
}

// Update runs fn until its reads and writes commit as one, at most 32 times. fn may run more than once, so it changes nothing
// outside the Tx that it does not set anew each time. An error of fn ends the transaction with nothing written.
func Update(ctx context.Context, s Store, fn func(*Tx) error) error {
	for attempt := range maxAttempts {
		tx := &Tx{ctx: ctx, store: s}
		if err := fn(tx); err != nil {
			return err
		}
		err := tx.commit()
		if !errors.Is(err, ErrConflict) {
			return err
		}
		// Two writers that collide retry at different moments.
		pause := time.Duration(rand.Int64N(int64(time.Millisecond) << min(attempt, 4)))
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("%w: gave up after %d attempts", ErrConflict, maxAttempts)
}

// Get returns the value of key as this transaction sees it (its own writes included), and whether it is there.
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

// commit sends what was read and written. A transaction that only read one key has nothing to prove.
func (tx *Tx) commit() error {
	writes := 0
	for i := range tx.ops {
		if tx.ops[i].Kind == Check {
			tx.ops[i].Value = nil
			continue
		}
		writes++
	}
	if writes == 0 && len(tx.ops) <= 1 {
		return nil
	}
	return tx.store.Commit(tx.ctx, tx.ops)
}
