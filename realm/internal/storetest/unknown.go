package storetest

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/realm/store"
)

// faultTests are what callers of a store do when answers are lost and revisions go away.
var faultTests = []struct {
	name string
	fn   func(*testing.T, *Faults)
}{
	{"unknown outcome of a batch", testUnknownApply},
	{"unknown outcome of an update", testUnknownUpdate},
	{"unknown outcome of what is repeated", testUnknownRepeat},
	{"unknown outcome of checks", testUnknownChecks},
	{"a store that does not answer", testUnanswered},
	{"a batch that arrives at the last try", testArrivesLast},
	{"a repeat that gives up", testRepeatGivesUp},
	{"a revision that goes away", testCompacted},
}

// unknowns are ways to lose one answer, or several.
var unknowns = map[string][]Fate{
	"applied":                  {Applied},
	"lost":                     {Lost},
	"late":                     {Late},
	"lost, and the void too":   {Lost, Lost},
	"late, and the void too":   {Late, Late},
	"lost, void applied":       {Lost, Applied},
	"applied, then lost twice": {Applied, Lost, Lost},
	"lost again and again":     {Lost, Lost, Known, Lost, Late, Lost, Applied},
}

// testUnknownApply adds to a number which nobody else writes: once, whatever becomes of the answers. A batch that is late must not
// arrive after it was said to be lost.
func testUnknownApply(t *testing.T, f *Faults) {
	want := ""
	for name, fates := range unknowns {
		for range 4 { // whether what is late arrives before or after the next one is chance
			e := get(t, f, "sum")
			f.Next(fates...)
			if err := commit(t, f, store.Op{Kind: store.Put, Key: "sum", Value: append(e.Value, 'x'), Expect: e.Rev}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			want += "x"
			settled(t, f)
			if e := get(t, f, "sum"); string(e.Value) != want {
				t.Fatalf("%s: added %d times, want %d", name, len(e.Value), len(want))
			}
		}
	}
	// A conflict is a conflict, also when its answer was lost.
	for name, fates := range unknowns {
		f.Next(fates...)
		err := commit(t, f, store.Op{Kind: store.Put, Key: "sum", Value: []byte("stolen"), Expect: 0})
		if !errors.Is(err, store.ErrConflict) {
			t.Errorf("%s: %v, want ErrConflict", name, err)
		}
		settled(t, f)
	}
	if e := get(t, f, "sum"); string(e.Value) != want {
		t.Errorf("in the end it is %q", e.Value)
	}
}

// settled uses up the fates that nobody met, and lets arrive what is late.
func settled(t *testing.T, f *Faults) {
	t.Helper()
	f.Heal()
	must(t, f.Commit(t.Context(), nil))
}

// testUnknownUpdate is about what fn leaves outside: it must be of the run that was committed.
func testUnknownUpdate(t *testing.T, f *Faults) {
	runs := 0
	for name, fates := range unknowns {
		for range 4 {
			f.Next(fates...)
			var told string
			if err := update(t, f, func(tx *store.Tx) error {
				runs++
				told = strings.Repeat("r", runs)
				log, _, err := tx.Get("log")
				tx.Put("log", append(log, '.'))
				tx.Put("told", []byte(told))
				return err
			}); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			settled(t, f)
			if e := get(t, f, "told"); string(e.Value) != told {
				t.Fatalf("%s: the caller was told of run %d, run %d was committed", name, len(told), len(e.Value))
			}
		}
	}
	if e := get(t, f, "log"); len(e.Value) != 4*len(unknowns) {
		t.Errorf("%d updates wrote %d times", 4*len(unknowns), len(e.Value))
	}
}

func testUnknownRepeat(t *testing.T, f *Faults) {
	rows := len(scan(t, f, store.OpPrefix, "", store.MaxScan))
	for name, fates := range unknowns {
		key := "seen/" + strings.NewReplacer(" ", "-", ",", "").Replace(name)
		f.Next(fates...)
		if err := store.Repeat(t.Context(), f, func(tx *store.Tx) error {
			v, ok, err := tx.Get(key)
			if err != nil || ok {
				return err
			}
			tx.Put(key, append(v, 'x'))
			return nil
		}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		settled(t, f)
		if e := get(t, f, key); string(e.Value) != "x" {
			t.Errorf("%s: %q", name, e.Value)
		}
	}
	if n := len(scan(t, f, store.OpPrefix, "", store.MaxScan)); n != rows {
		t.Errorf("what is repeated wrote %d rows", n-rows)
	}
}

func testUnknownChecks(t *testing.T, f *Faults) {
	put(t, f, "a", "1")
	put(t, f, "b", "1")
	f.Next(Lost, Applied)
	rows := len(scan(t, f, store.OpPrefix, "", store.MaxScan))
	must(t, update(t, f, func(tx *store.Tx) error {
		_, _, err := tx.Get("a")
		_, _, err2 := tx.Get("b")
		return errors.Join(err, err2)
	}))
	if f.Met(Lost) != 1 || f.Met(Applied) != 1 {
		t.Error("the checks were not committed again")
	}
	if n := len(scan(t, f, store.OpPrefix, "", store.MaxScan)); n != rows {
		t.Errorf("a transaction that wrote nothing left %d rows", n-rows)
	}
}

// testUnanswered loses every answer: the caller is told that the outcome is unknown, which is not that nothing happened.
func testUnanswered(t *testing.T, f *Faults) {
	for range 64 {
		f.Next(Lost)
	}
	err := commit(t, f, store.Op{Kind: store.Put, Key: "k", Expect: 0})
	if !errors.Is(err, store.ErrUnknown) || errors.Is(err, store.ErrConflict) {
		t.Errorf("%v, want ErrUnknown", err)
	}
	settled(t, f)
	if get(t, f, "k").Rev != 0 {
		t.Error("it was written all the same")
	}
}

// heldBatch is a store that answers neither the first commit nor the silent ones that follow. The first one's batch arrives just
// before the commit after those.
type heldBatch struct {
	store.Store
	silent  int
	commits int
	held    []store.Op
}

func (h *heldBatch) Commit(ctx context.Context, ops []store.Op) error {
	h.commits++
	switch {
	case h.commits == 1:
		h.held = clone(ops)
		return store.ErrUnknown
	case h.commits <= 1+h.silent:
		return store.ErrUnknown
	case h.commits == 2+h.silent:
		if err := h.Store.Commit(ctx, h.held); err != nil {
			return err
		}
	}
	return h.Store.Commit(ctx, ops)
}

// testArrivesLast has the last void of an operation's row meet the batch itself, as 15 voids before it got no answer: the batch was
// applied, and is not run again.
func testArrivesLast(t *testing.T, f *Faults) {
	h := &heldBatch{Store: f, silent: 15}
	runs := 0
	if err := update(t, h, func(tx *store.Tx) error {
		runs++
		v, _, err := tx.Get("sum")
		tx.Put("sum", append(v, 'x'))
		return err
	}); err != nil {
		t.Error(err)
	}
	if h.commits != 17 {
		t.Errorf("%d commits, want a batch and 16 voids", h.commits)
	}
	if e := get(t, f, "sum"); string(e.Value) != "x" || runs != 1 {
		t.Errorf("ran %d times and wrote %q, want x once", runs, e.Value)
	}
}

// testRepeatGivesUp ends a repeat whose first batch has no outcome. Neither the conflicts after it nor the end of the context say
// that nothing was written.
func testRepeatGivesUp(t *testing.T, f *Faults) {
	others := 0
	f.Next(Lost)
	err := store.Repeat(t.Context(), f, func(tx *store.Tx) error {
		_, _, err := tx.Get("contended")
		others++
		put(t, f.inner, "contended", strings.Repeat("o", others))
		tx.Put("contended", []byte("ours"))
		return err
	})
	if !errors.Is(err, store.ErrUnknown) || errors.Is(err, store.ErrConflict) {
		t.Errorf("after conflicts: %v, want ErrUnknown", err)
	}
	f.Heal()

	f.Next(Lost)
	first := true
	err = store.Repeat(t.Context(), f, func(tx *store.Tx) error { // the same, where the later attempts only check
		_, _, err := tx.Get("contended")
		_, _, err2 := tx.Get("k")
		others++
		put(t, f.inner, "contended", strings.Repeat("o", others))
		if first {
			tx.Put("contended", []byte("ours"))
		}
		first = false
		return errors.Join(err, err2)
	})
	if !errors.Is(err, store.ErrUnknown) || errors.Is(err, store.ErrConflict) {
		t.Errorf("after checks in conflict: %v, want ErrUnknown", err)
	}
	f.Heal()

	for range 64 {
		f.Next(Lost)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = store.Repeat(ctx, f, func(tx *store.Tx) error {
		cancel()
		tx.Put("k", nil)
		return nil
	})
	if !errors.Is(err, store.ErrUnknown) {
		t.Errorf("when the context ended: %v, want ErrUnknown", err)
	}
	f.Heal()
}

func testCompacted(t *testing.T, f *Faults) {
	put(t, f, "k", "v")
	views := 0
	read := func() (e store.Entry, err error) {
		views = 0
		err = store.Read(t.Context(), f, func(r store.Reader) (err error) {
			views++
			e, err = r.Get("k")
			return err
		})
		return e, err
	}
	f.Compact(3)
	if e, err := read(); err != nil || string(e.Value) != "v" || views != 4 {
		t.Errorf("read %q in %d views: %v", e.Value, views, err)
	}
	f.Compact(1000)
	if _, err := read(); !errors.Is(err, store.ErrCompacted) {
		t.Errorf("revisions that always go away: %v", err)
	}
	f.Heal()
}
