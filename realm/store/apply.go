package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// An operation's row records that a batch was applied. The batch itself writes the row and expects it to be absent. The row is
// read only after an unknown outcome. If it is absent, the reader writes it as void: a batch that arrives later then fails its
// expectation and is refused. So the outcome cannot change after it was read.
const (
	// OpPrefix begins the rows' keys. Nobody else writes there.
	OpPrefix = "op/"
	// OpLife is how long an operation's row is kept at least. It is read within seconds; the rest is for clocks that differ.
	OpLife = 10 * time.Minute
	// OpRows is how many of a batch's MaxBatchOps are taken by the operation's row.
	OpRows = 1
	// maxSettle bounds how often the row is asked for while the store does not answer, with pauses that grow to a second.
	maxSettle = 16
)

const (
	opApplied = "applied"
	opVoid    = "void"
)

// opKey names an operation by its time, so that the oldest rows come first, and at random.
func opKey(now time.Time) string { return opTime(now) + "-" + rand.Text() }

// opTime is how the rows' names of this moment begin.
func opTime(now time.Time) string {
	return fmt.Sprintf("%s%016x", OpPrefix, max(now.UnixMilli(), 0))
}

// Apply is Commit with an outcome that is known: ErrUnknown is resolved by an operation's row, and the batch is committed again
// where it was not. An error that still is ErrUnknown means that the store does not answer any more. now marks the row's age.
func Apply(ctx context.Context, s Store, now time.Time, ops []Op) error {
	batch := append(ops[:len(ops):len(ops)], Op{})
	for attempt := range maxAttempts {
		key := opKey(now)
		batch[len(ops)] = Op{Kind: Put, Key: key, Value: []byte(opApplied), Expect: 0}
		err := s.Commit(ctx, batch)
		if !errors.Is(err, ErrUnknown) {
			return err
		}
		applied, settleErr := settle(ctx, s, key)
		if settleErr != nil {
			return fmt.Errorf("%w; asked again: %w", err, settleErr)
		}
		if applied {
			return nil
		}
		if err := pause(ctx, min(attempt, 4)); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: the store lost a batch %d times", ErrConflict, maxAttempts)
}

// errNoRow says that an operation's row is absent, which by itself proves nothing: the batch may still arrive.
var errNoRow = errors.New("store: no operation's row")

// settle finds out whether the batch with this row was applied, and makes sure that it will not be where it was not. Its error is
// never ErrConflict: that would say that nothing was written.
func settle(ctx context.Context, s Store, key string) (applied bool, err error) {
	for attempt := range maxSettle {
		applied, err = readOp(ctx, s, key)
		if errors.Is(err, errNoRow) {
			err = s.Commit(ctx, []Op{{Kind: Put, Key: key, Value: []byte(opVoid), Expect: 0}})
			if errors.Is(err, ErrConflict) { // the batch or an earlier void was applied since the row was read
				applied, err = readOp(ctx, s, key)
			}
		}
		if err == nil || errors.Is(err, ErrClosed) {
			return applied, err
		}
		if err := pause(ctx, min(attempt, 10)); err != nil {
			return false, err
		}
	}
	return false, err
}

// readOp tells what an operation's row says, or errNoRow.
func readOp(ctx context.Context, s Store, key string) (applied bool, err error) {
	e, err := s.Get(ctx, key)
	if err == nil && e.Rev == 0 {
		err = errNoRow
	}
	return err == nil && string(e.Value) == opApplied, err
}

// SweepOps deletes operations' rows that are older than OpLife, a batch at a time, and tells how many.
func SweepOps(ctx context.Context, s Store, now time.Time) (swept int, err error) {
	end := opTime(now.Add(-OpLife))
	for {
		var old []Op
		err := Read(ctx, s, func(r Reader) error {
			old = old[:0]
			page, err := r.Scan(OpPrefix, "", MaxBatchOps)
			for _, e := range page {
				if e.Key < end {
					old = append(old, Op{Kind: Delete, Key: e.Key, Expect: AnyRev})
				}
			}
			return err
		})
		if err != nil || len(old) == 0 {
			return swept, err
		}
		// A row's name is never used again, so deleting it twice is no harm and an unknown outcome needs no answer.
		if err := s.Commit(ctx, old); err != nil {
			return swept, err
		}
		swept += len(old)
		if len(old) < MaxBatchOps {
			return swept, nil
		}
	}
}
