//go:build linux

package badger

import (
	"errors"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"github.com/realmwire/realmwire/realm/store"
)

// TestFailedWrite has the disk refuse a write, before and after it has taken it. The caller is told that the outcome is unknown, and nothing
// is written any more that builds on what the memory thinks; opened again, the store shows what is on the disk.
func TestFailedWrite(t *testing.T) {
	for name, applied := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := openIn(t, dir)
			put := func(key string) error {
				return s.Commit(t.Context(), []store.Op{{Kind: store.Put, Key: key, Value: []byte("v"), Expect: 0}})
			}
			if err := put("good"); err != nil {
				t.Fatal(err)
			}
			torn := errors.New("input/output error")
			s.commit = func(txn *badger.Txn) error {
				if applied {
					return errors.Join(torn, txn.Commit())
				}
				return torn
			}
			if err := put("torn"); !errors.Is(err, store.ErrUnknown) || !errors.Is(err, torn) {
				t.Errorf("a failed write: %v, want ErrUnknown", err)
			}
			if err := put("after"); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUnknown) {
				t.Errorf("a write after it: %v, want ErrUnavailable alone", err)
			}
			err := store.Apply(t.Context(), s, time.Unix(0, 0), []store.Op{{Kind: store.Put, Key: "applied", Expect: 0}})
			if err == nil {
				t.Error("a batch with an outcome was taken")
			}
			if e, err := s.Get(t.Context(), "good"); err != nil || e.Rev == 0 {
				t.Errorf("reading: %+v, %v", e, err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = openIn(t, dir)
			for key, want := range map[string]bool{"good": true, "torn": applied, "after": false, "applied": false} {
				if e, err := s.Get(t.Context(), key); err != nil || (e.Rev != 0) != want {
					t.Errorf("%s: %+v, %v; want it there: %t", key, e, err, want)
				}
			}
			if err := put("again"); err != nil {
				t.Errorf("opened again: %v", err)
			}
		})
	}
}

// TestFailedRepeat tries a write again that the disk refused. The store then says that it takes nothing, which is true of the second
// attempt only: the first may be on the disk.
func TestFailedRepeat(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.commit = func(*badger.Txn) error { return errors.New("input/output error") }
	err := store.Repeat(t.Context(), s, func(tx *store.Tx) error {
		tx.Put("torn", nil)
		return nil
	})
	if !errors.Is(err, store.ErrUnknown) {
		t.Errorf("%v, want ErrUnknown", err)
	}
}
