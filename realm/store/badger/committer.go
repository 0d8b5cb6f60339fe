package badger

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/realmwire/realmwire/internal/guard"
	"github.com/realmwire/realmwire/realm/store"
)

const (
	maxQueue      = 1024      // batches that wait; Commit blocks when it is full
	maxGroup      = 512       // batches that share one write
	maxGroupBytes = 512 << 10 // a group takes no more batches once it has this much
	opOverhead    = 64        // what Badger adds to an operation, generously
)

// request is one batch on its way to the committer. result takes exactly one value.
type request struct {
	ops    []store.Op
	size   int
	result chan error
}

func batchBytes(ops []store.Op) int {
	n := 0
	for _, op := range ops {
		n += len(op.Key) + len(op.Value) + opOverhead
	}
	return n
}

// run is the only writer of the database. While one group is being synced the next gathers in the channel: so the more commits
// arrive, the more share a sync.
func (s *Store) run() {
	defer close(s.done)
	for first := range s.requests {
		group := s.gather(first)
		if !guard.Run("store: commit", func() { s.commitGroup(group) }) {
			s.lost(group)
		}
		s.metrics.GroupSize.Observe(float64(len(group)))
	}
}

// lost answers a group whose commit panicked, and takes no more writes: what the memory has of it cannot be believed, as after a write
// that failed.
func (s *Store) lost(group []*request) {
	s.metrics.Failures.Inc()
	s.broken = fmt.Errorf("%w: the one in %s takes no more writes until it is opened again, because one panicked; the log says more", store.ErrUnavailable, s.dir)
	for _, r := range group {
		select {
		case r.result <- fmt.Errorf("%w: writing to the store in %s: %w", store.ErrUnknown, s.dir, guard.ErrPanic):
		default: // it was answered before
		}
	}
}

// gather takes what is already waiting, without waiting for more.
func (s *Store) gather(first *request) []*request {
	group, size := []*request{first}, first.size
	for len(group) < maxGroup && size < maxGroupBytes {
		select {
		case r, ok := <-s.requests:
			if !ok {
				return group
			}
			group = append(group, r)
			size += r.size
		default:
			return group
		}
	}
	return group
}

// commitGroup validates each batch by itself against the database and the batches before it, and writes all that hold as one
// Badger transaction. A batch that does not hold is answered with a conflict and leaves the others alone.
func (s *Store) commitGroup(group []*request) {
	if s.broken != nil {
		answer(group, s.broken)
		return
	}
	if err := checkFree(s.dir, s.minFree); err != nil {
		s.metrics.DiskFull.Add(float64(len(group)))
		answer(group, err)
		return
	}
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	var accepted []*request
	touched := make(map[string]bool) // key → present, for keys that an earlier batch of this group writes
	for _, r := range group {
		err := holds(txn, touched, r.ops)
		if err == nil {
			err = apply(txn, touched, r.ops)
		}
		switch {
		case err == nil:
			accepted = append(accepted, r)
		case errors.Is(err, store.ErrConflict):
			s.metrics.Conflicts.Inc()
			r.result <- err
		default:
			// Part of r may be in the transaction: nothing of the group is written.
			s.metrics.Failures.Inc()
			answer(accepted, err)
			answer(group[indexOf(group, r):], err)
			return
		}
	}
	if len(accepted) == 0 {
		return
	}
	next := s.number + 1
	err := txn.Set([]byte(numberKey), binary.BigEndian.AppendUint64(nil, next))
	if err == nil {
		err = s.commit(txn)
	}
	if err != nil {
		// What the disk has of it shows when the log is read again, at the next start. Until then the memory cannot be believed, so
		// nothing that builds on it is written.
		s.metrics.Failures.Inc()
		s.metrics.Unknown.Add(float64(len(accepted)))
		s.broken = fmt.Errorf("%w: the one in %s takes no more writes until it is opened again, because one failed: %w", store.ErrUnavailable, s.dir, err)
		s.log.Error("store: a write failed; nothing more is written until the realm is started again", "dir", s.dir, "err", err)
		answer(accepted, fmt.Errorf("%w: writing to the store in %s: %w", store.ErrUnknown, s.dir, err))
		return
	}
	s.number = next
	s.record.confirm(next)
	s.metrics.Commits.Add(float64(len(accepted)))
	answer(accepted, nil)
}

// holds tells whether every expectation of a batch is met. The revision of a key that this group has written is not known to
// anyone yet, so only "absent" and "whatever" can be expected of it.
func holds(txn *badger.Txn, touched map[string]bool, ops []store.Op) error {
	for _, op := range ops {
		if op.Expect == store.AnyRev {
			continue
		}
		rev := store.Rev(0)
		present, ours := touched[op.Key]
		switch {
		case ours && present:
			return fmt.Errorf("%w: %s was just written", store.ErrConflict, op.Key)
		case ours:
		default:
			item, err := txn.Get([]byte(op.Key))
			if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
				return fmt.Errorf("read %s: %w", op.Key, err)
			}
			if err == nil {
				rev = store.Rev(item.Version())
			}
		}
		if rev != op.Expect {
			return fmt.Errorf("%w: %s has revision %d, not %d", store.ErrConflict, op.Key, rev, op.Expect)
		}
	}
	return nil
}

func apply(txn *badger.Txn, touched map[string]bool, ops []store.Op) error {
	for _, op := range ops {
		var err error
		switch op.Kind {
		case store.Put:
			err = txn.Set([]byte(op.Key), op.Value)
		case store.Delete:
			err = txn.Delete([]byte(op.Key))
		default:
			continue
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", op.Key, err)
		}
		touched[op.Key] = op.Kind == store.Put
	}
	return nil
}

func answer(group []*request, err error) {
	for _, r := range group {
		r.result <- err
	}
}

func indexOf(group []*request, r *request) int {
	for i := range group {
		if group[i] == r {
			return i
		}
	}
	return len(group)
}
