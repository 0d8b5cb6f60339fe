// Package storetest is the contract suite that every implementation of store.Store passes.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/realmwire/realmwire/realm/store"
)

// Run runs the whole suite. open returns a new, empty store on its own storage; reopen closes nothing: it opens the storage of a store
// that was closed, and is nil where that makes no sense.
func Run(t *testing.T, open func(t *testing.T) store.Store, reopen func(t *testing.T) store.Store) {
	tests := []struct {
		name string
		fn   func(*testing.T, store.Store)
	}{
		{"absent", testAbsent},
		{"put get delete", testPutGetDelete},
		{"expectations", testExpectations},
		{"batch is all or nothing", testAtomic},
		{"check guards a read", testCheck},
		{"scan", testScan},
		{"limits", testLimits},
		{"values are copies", testCopies},
		{"conflict spares neighbours", testNeighbours},
		{"update counts", testCounter},
		{"update moves between keys", testTransfer},
		{"update error writes nothing", testUpdateError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t)
			tt.fn(t, s)
			must(t, s.Close())
		})
	}
	t.Run("closed", func(t *testing.T) { testClosed(t, open(t)) })
	if reopen != nil {
		t.Run("survives", func(t *testing.T) { testSurvives(t, open(t), reopen) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s store.Store, key, value string) store.Rev {
	t.Helper()
	must(t, s.Commit(t.Context(), []store.Op{{Kind: store.Put, Key: key, Value: []byte(value), Expect: store.AnyRev}}))
	return get(t, s, key).Rev
}

func get(t *testing.T, s store.Store, key string) store.Entry {
	t.Helper()
	e, err := s.Get(t.Context(), key)
	must(t, err)
	return e
}

func wantConflict(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrConflict) {
		t.Fatalf("got %v, want ErrConflict", err)
	}
}

func testAbsent(t *testing.T, s store.Store) {
	if e := get(t, s, "a/b"); e.Rev != 0 || e.Value != nil || e.Key != "a/b" {
		t.Fatalf("absent entry is %+v", e)
	}
}

func testPutGetDelete(t *testing.T, s store.Store) {
	r1 := put(t, s, "k", "one")
	r2 := put(t, s, "k", "two")
	if r1 == 0 || r2 <= r1 {
		t.Fatalf("revisions %d then %d do not grow", r1, r2)
	}
	if e := get(t, s, "k"); string(e.Value) != "two" {
		t.Fatalf("value %q", e.Value)
	}
	must(t, s.Commit(t.Context(), []store.Op{{Kind: store.Delete, Key: "k", Expect: r2}}))
	if e := get(t, s, "k"); e.Rev != 0 {
		t.Fatalf("deleted entry is %+v", e)
	}
	must(t, s.Commit(t.Context(), []store.Op{{Kind: store.Delete, Key: "never", Expect: store.AnyRev}}))
	if r3 := put(t, s, "k", "three"); r3 <= r2 {
		t.Fatalf("revision %d after deletion is not above %d", r3, r2)
	}
	put(t, s, "empty", "")
	if e := get(t, s, "empty"); e.Rev == 0 || len(e.Value) != 0 {
		t.Fatalf("empty value is %+v", e)
	}
}

func testExpectations(t *testing.T, s store.Store) {
	ctx := t.Context()
	create := []store.Op{{Kind: store.Put, Key: "k", Value: []byte("1"), Expect: 0}}
	must(t, s.Commit(ctx, create))
	wantConflict(t, s.Commit(ctx, create))
	rev := get(t, s, "k").Rev
	next := []store.Op{{Kind: store.Put, Key: "k", Value: []byte("2"), Expect: rev}}
	must(t, s.Commit(ctx, next))
	wantConflict(t, s.Commit(ctx, next))
	wantConflict(t, s.Commit(ctx, []store.Op{{Kind: store.Delete, Key: "k", Expect: rev}}))
	if e := get(t, s, "k"); string(e.Value) != "2" {
		t.Fatalf("value %q", e.Value)
	}
}

func testAtomic(t *testing.T, s store.Store) {
	rev := put(t, s, "b", "old")
	wantConflict(t, s.Commit(t.Context(), []store.Op{
		{Kind: store.Put, Key: "a", Value: []byte("new"), Expect: 0},
		{Kind: store.Put, Key: "b", Value: []byte("new"), Expect: rev + 1},
		{Kind: store.Put, Key: "c", Value: []byte("new"), Expect: 0},
	}))
	if get(t, s, "a").Rev != 0 || get(t, s, "c").Rev != 0 || string(get(t, s, "b").Value) != "old" {
		t.Fatal("a refused batch wrote something")
	}
}

func testCheck(t *testing.T, s store.Store) {
	rev := put(t, s, "guard", "x")
	guarded := []store.Op{
		{Kind: store.Check, Key: "guard", Expect: rev},
		{Kind: store.Check, Key: "none", Expect: 0},
		{Kind: store.Put, Key: "k", Value: []byte("1"), Expect: store.AnyRev},
	}
	must(t, s.Commit(t.Context(), guarded))
	put(t, s, "guard", "y")
	wantConflict(t, s.Commit(t.Context(), guarded))
}

func testScan(t *testing.T, s store.Store) {
	for _, k := range []string{"a/1", "b/3", "b/1", "b/2", "b0", "c"} {
		put(t, s, k, "v"+k)
	}
	keys := func(prefix, after string, limit int) string {
		entries, err := s.Scan(t.Context(), prefix, after, limit)
		must(t, err)
		var got []string
		for _, e := range entries {
			if string(e.Value) != "v"+e.Key || e.Rev == 0 {
				t.Fatalf("entry %+v", e)
			}
			got = append(got, e.Key)
		}
		return strings.Join(got, " ")
	}
	for _, tt := range []struct {
		prefix, after string
		limit         int
		want          string
	}{
		{"b/", "", 10, "b/1 b/2 b/3"},
		{"b/", "", 2, "b/1 b/2"},
		{"b/", "b/2", 10, "b/3"},
		{"b/", "b/3", 10, ""},
		{"", "", 10, "a/1 b/1 b/2 b/3 b0 c"},
		{"d", "", 10, ""},
		{"b/", "", 0, ""},
	} {
		if got := keys(tt.prefix, tt.after, tt.limit); got != tt.want {
			t.Errorf("scan(%q, %q, %d) = %q, want %q", tt.prefix, tt.after, tt.limit, got, tt.want)
		}
	}
}

func testLimits(t *testing.T, s store.Store) {
	one := func(key string, size int) error {
		return s.Commit(t.Context(), []store.Op{{Kind: store.Put, Key: key, Value: make([]byte, size), Expect: store.AnyRev}})
	}
	must(t, one("k", store.MaxValue))
	must(t, one(strings.Repeat("k", store.MaxKey), 1))
	if err := one("k", store.MaxValue+1); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("a large value: %v", err)
	}
	for _, key := range []string{"", strings.Repeat("k", store.MaxKey+1), "a b", ".a", "a.", "a..b", "a*", "a>", "ü"} {
		if err := one(key, 1); !errors.Is(err, store.ErrBadKey) {
			t.Errorf("key %q: %v", key, err)
		}
	}
	var many []store.Op
	for i := range store.MaxBatchOps + 1 {
		many = append(many, store.Op{Kind: store.Put, Key: fmt.Sprintf("m/%03d", i), Expect: 0})
	}
	if err := s.Commit(t.Context(), many); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("many operations: %v", err)
	}
	must(t, s.Commit(t.Context(), many[:store.MaxBatchOps]))
	twice := []store.Op{{Kind: store.Put, Key: "t", Expect: 0}, {Kind: store.Delete, Key: "t", Expect: 0}}
	if err := s.Commit(t.Context(), twice); !errors.Is(err, store.ErrBadKey) {
		t.Errorf("a key twice: %v", err)
	}
	if err := s.Commit(t.Context(), []store.Op{{Key: "t"}}); err == nil {
		t.Error("an operation without a kind was taken")
	}
	must(t, s.Commit(t.Context(), nil))
}

func testCopies(t *testing.T, s store.Store) {
	value := []byte("first")
	must(t, s.Commit(t.Context(), []store.Op{{Kind: store.Put, Key: "k", Value: value, Expect: 0}}))
	copy(value, "XXXXX")
	e := get(t, s, "k")
	if string(e.Value) != "first" {
		t.Fatalf("the store kept the caller's slice: %q", e.Value)
	}
	copy(e.Value, "YYYYY")
	if again := get(t, s, "k"); string(again.Value) != "first" {
		t.Fatalf("the store gave out its own slice: %q", again.Value)
	}
}

// testNeighbours commits many batches at once of which every second one must fail: none may drag others down.
func testNeighbours(t *testing.T, s store.Store) {
	const n = 200
	put(t, s, "taken", "x")
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			ops := []store.Op{{Kind: store.Put, Key: fmt.Sprintf("n/%03d", i), Value: []byte("v"), Expect: 0}}
			if i%2 == 1 {
				ops = append(ops, store.Op{Kind: store.Put, Key: "taken", Value: []byte("stolen"), Expect: 0})
			}
			errs[i] = s.Commit(t.Context(), ops)
		})
	}
	wg.Wait()
	for i, err := range errs {
		there := get(t, s, fmt.Sprintf("n/%03d", i)).Rev != 0
		if i%2 == 0 && (err != nil || !there) {
			t.Fatalf("batch %d: %v, there %v", i, err, there)
		}
		if i%2 == 1 && (!errors.Is(err, store.ErrConflict) || there) {
			t.Fatalf("batch %d: %v, there %v", i, err, there)
		}
	}
}

func testCounter(t *testing.T, s store.Store) {
	const workers, each = 8, 10
	var wg sync.WaitGroup
	errs := make(chan error, workers*each)
	for range workers {
		wg.Go(func() {
			for range each {
				errs <- store.Update(t.Context(), s, func(tx *store.Tx) error {
					v, _, err := tx.Get("count")
					if err != nil {
						return err
					}
					n := 0
					if len(v) > 0 {
						if _, err := fmt.Sscan(string(v), &n); err != nil {
							return err
						}
					}
					tx.Put("count", fmt.Append(nil, n+1))
					return nil
				})
			}
		})
	}
	wg.Wait()
	close(errs)
	done := 0
	for err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, store.ErrConflict) {
			t.Fatal(err)
		}
	}
	if e := get(t, s, "count"); string(e.Value) != fmt.Sprint(done) || done == 0 {
		t.Fatalf("counted %s, %d increments succeeded", e.Value, done)
	}
}

func testTransfer(t *testing.T, s store.Store) {
	put(t, s, "from", "gold")
	must(t, store.Update(t.Context(), s, func(tx *store.Tx) error {
		v, ok, err := tx.Get("from")
		if err != nil || !ok {
			return fmt.Errorf("from: %v %w", ok, err)
		}
		tx.Put("to", v)
		tx.Delete("from")
		if got, ok, _ := tx.Get("to"); !ok || string(got) != "gold" {
			return fmt.Errorf("own write reads %q %v", got, ok)
		}
		if _, ok, _ := tx.Get("from"); ok {
			return errors.New("own deletion is not seen")
		}
		return nil
	}))
	if get(t, s, "from").Rev != 0 || string(get(t, s, "to").Value) != "gold" {
		t.Fatal("the move did not happen as a whole")
	}
}

func testUpdateError(t *testing.T, s store.Store) {
	boom := errors.New("boom")
	err := store.Update(t.Context(), s, func(tx *store.Tx) error {
		tx.Put("k", []byte("v"))
		return boom
	})
	if !errors.Is(err, boom) || get(t, s, "k").Rev != 0 {
		t.Fatalf("error %v, entry %+v", err, get(t, s, "k"))
	}
}

func testClosed(t *testing.T, s store.Store) {
	must(t, s.Close())
	if _, err := s.Get(context.Background(), "k"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Get: %v", err)
	}
	if _, err := s.Scan(context.Background(), "", "", 1); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Scan: %v", err)
	}
	if err := s.Commit(context.Background(), []store.Op{{Kind: store.Put, Key: "k"}}); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Commit: %v", err)
	}
	must(t, s.Close())
}

func testSurvives(t *testing.T, s store.Store, reopen func(t *testing.T) store.Store) {
	rev := put(t, s, "k", "kept")
	must(t, s.Close())
	s = reopen(t)
	if e := get(t, s, "k"); string(e.Value) != "kept" || e.Rev != rev {
		t.Fatalf("after reopening: %+v, want revision %d", e, rev)
	}
	if next := put(t, s, "k", "more"); next <= rev {
		t.Fatalf("revision %d after reopening is not above %d", next, rev)
	}
	must(t, s.Close())
}
