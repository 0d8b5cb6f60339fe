//go:build linux

package badger

import (
	"errors"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/realmwire/realmwire/realm/store"
)

// TestPanickingWrite: what panics while it is written has no known outcome, and nothing is written after it; reading goes on, and so does
// the process.
func TestPanickingWrite(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	put := func(key string) error {
		return s.Commit(t.Context(), []store.Op{{Kind: store.Put, Key: key, Value: []byte("v"), Expect: 0}})
	}
	if err := put("good"); err != nil {
		t.Fatal(err)
	}
	s.commit = func(*badger.Txn) error { panic("badger: boom") }
	if err := put("lost"); !errors.Is(err, store.ErrUnknown) {
		t.Errorf("a write that panicked: %v, want ErrUnknown", err)
	}
	if err := put("after"); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrUnknown) {
		t.Errorf("a write after it: %v, want ErrUnavailable alone", err)
	}
	if e, err := s.Get(t.Context(), "good"); err != nil || e.Rev == 0 {
		t.Errorf("reading: %+v, %v", e, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := func() error { s = openIn(t, dir); return put("again") }(); err != nil {
		t.Errorf("opened again: %v", err)
	}
}
