// Package storetest is the contract suite that every implementation of store.Store passes.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

// faultRate and faultSeed are of the suite's second round.
const (
	faultRate = 0.25
	faultSeed = 1
)

// Run runs the whole suite, then once more on a store whose answers are lost. open returns a new, empty store on its own storage;
// reopen closes nothing: it opens the storage of a store that was closed, and is nil where that makes no sense.
func Run(t *testing.T, open func(t *testing.T) store.Store, reopen func(t *testing.T) store.Store) {
	t.Run("as it is", func(t *testing.T) { suite(t, open, reopen) })
	faulty := func(open func(t *testing.T) store.Store) func(t *testing.T) store.Store {
		if open == nil {
			return nil
		}
		return func(t *testing.T) store.Store { return NewFaults(open(t), faultSeed, faultRate) }
	}
	t.Run("answers lost", func(t *testing.T) { suite(t, faulty(open), faulty(reopen)) })
	for _, tt := range faultTests {
		t.Run(tt.name, func(t *testing.T) {
			f := NewFaults(open(t), faultSeed, 0)
			tt.fn(t, f)
			must(t, f.Close())
		})
	}
}

func suite(t *testing.T, open func(t *testing.T) store.Store, reopen func(t *testing.T) store.Store) {
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
		{"scan of many pages", testPages},
		{"view is of one revision", testView},
		{"view passes errors on", testViewErrors},
		{"limits", testLimits},
		{"values are copies", testCopies},
		{"conflict spares neighbours", testNeighbours},
		{"update counts", testCounter},
		{"update moves between keys", testTransfer},
		{"update error writes nothing", testUpdateError},
		{"peek is no condition", testPeek},
		{"operations' rows go", testSweep},
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

// now marks the operations of these tests.
var now = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// commit commits, and finds out the outcome where the answer was lost.
func commit(t *testing.T, s store.Store, ops ...store.Op) error {
	return store.Apply(t.Context(), s, now, ops)
}

func update(t *testing.T, s store.Store, fn func(*store.Tx) error) error {
	return store.Update(t.Context(), s, now, fn)
}

func scan(t *testing.T, s store.Store, prefix, after string, limit int) (page []store.Entry) {
	t.Helper()
	must(t, store.Read(t.Context(), s, func(r store.Reader) (err error) {
		page, err = r.Scan(prefix, after, limit)
		return err
	}))
	return page
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s store.Store, key, value string) store.Rev {
	t.Helper()
	must(t, commit(t, s, store.Op{Kind: store.Put, Key: key, Value: []byte(value), Expect: store.AnyRev}))
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
	must(t, commit(t, s, store.Op{Kind: store.Delete, Key: "k", Expect: r2}))
	if e := get(t, s, "k"); e.Rev != 0 {
		t.Fatalf("deleted entry is %+v", e)
	}
	must(t, commit(t, s, store.Op{Kind: store.Delete, Key: "never", Expect: store.AnyRev}))
	if r3 := put(t, s, "k", "three"); r3 <= r2 {
		t.Fatalf("revision %d after deletion is not above %d", r3, r2)
	}
	put(t, s, "empty", "")
	if e := get(t, s, "empty"); e.Rev == 0 || len(e.Value) != 0 {
		t.Fatalf("empty value is %+v", e)
	}
}

func testExpectations(t *testing.T, s store.Store) {
	create := store.Op{Kind: store.Put, Key: "k", Value: []byte("1"), Expect: 0}
	must(t, commit(t, s, create))
	wantConflict(t, commit(t, s, create))
	rev := get(t, s, "k").Rev
	next := store.Op{Kind: store.Put, Key: "k", Value: []byte("2"), Expect: rev}
	must(t, commit(t, s, next))
	wantConflict(t, commit(t, s, next))
	wantConflict(t, commit(t, s, store.Op{Kind: store.Delete, Key: "k", Expect: rev}))
	if e := get(t, s, "k"); string(e.Value) != "2" {
		t.Fatalf("value %q", e.Value)
	}
}

func testAtomic(t *testing.T, s store.Store) {
	rev := put(t, s, "b", "old")
	wantConflict(t, commit(t, s,
		store.Op{Kind: store.Put, Key: "a", Value: []byte("new"), Expect: 0},
		store.Op{Kind: store.Put, Key: "b", Value: []byte("new"), Expect: rev + 1},
		store.Op{Kind: store.Put, Key: "c", Value: []byte("new"), Expect: 0},
	))
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
	must(t, commit(t, s, guarded...))
	put(t, s, "guard", "y")
	wantConflict(t, commit(t, s, guarded...))
}

func testScan(t *testing.T, s store.Store) {
	for _, k := range []string{"a/1", "b/3", "b/1", "b/2", "b0", "c"} {
		put(t, s, k, "v"+k)
	}
	keys := func(prefix, after string, limit int) string {
		var got []string
		for _, e := range scan(t, s, prefix, after, limit) {
			if strings.HasPrefix(e.Key, store.OpPrefix) {
				continue // of the commits above
			}
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

func testPages(t *testing.T, s store.Store) {
	const n = 2*store.MaxScan + 10
	for begin := 0; begin < n; begin += store.MaxBatchOps - store.OpRows {
		var ops []store.Op
		for i := begin; i < min(n, begin+store.MaxBatchOps-store.OpRows); i++ {
			ops = append(ops, store.Op{Kind: store.Put, Key: fmt.Sprintf("p/%05d", i), Expect: 0})
		}
		must(t, commit(t, s, ops...))
	}
	put(t, s, "p0", "not of the prefix")
	if page := scan(t, s, "p/", "", 2*store.MaxScan); len(page) != store.MaxScan {
		t.Errorf("a page of %d", len(page))
	}
	var seen int
	must(t, store.Read(t.Context(), s, func(r store.Reader) error {
		seen = 0
		return store.Each(r, "p/", func(e store.Entry) error {
			if want := fmt.Sprintf("p/%05d", seen); e.Key != want {
				return fmt.Errorf("%s instead of %s", e.Key, want)
			}
			seen++
			return nil
		})
	}))
	if seen != n {
		t.Errorf("saw %d of %d", seen, n)
	}
}

// testView writes between the pages of a view, which must not see it; the next one must.
func testView(t *testing.T, s store.Store) {
	var got []string
	look := func(r store.Reader) error {
		first, err := r.Scan("v/", "", 1)
		if err != nil {
			return err
		}
		put(t, s, "v/2", "new")
		put(t, s, "v/4", "new")
		must(t, commit(t, s, store.Op{Kind: store.Delete, Key: "v/3", Expect: store.AnyRev}))
		rest, err := r.Scan("v/", first[0].Key, 10)
		if err != nil {
			return err
		}
		e, err := r.Get("v/3")
		for _, e := range append(append(first, rest...), e) {
			got = append(got, e.Key+"="+string(e.Value))
		}
		return err
	}
	for compacted := true; compacted; { // by hand and not by store.Read, because everything has to be put back
		for _, k := range []string{"v/1", "v/2", "v/3"} {
			put(t, s, k, "old")
		}
		must(t, commit(t, s, store.Op{Kind: store.Delete, Key: "v/4", Expect: store.AnyRev}))
		got = nil
		err := s.View(t.Context(), look)
		if compacted = errors.Is(err, store.ErrCompacted); !compacted {
			must(t, err)
		}
	}
	if want := "v/1=old v/2=old v/3=old v/3=old"; strings.Join(got, " ") != want {
		t.Errorf("the view saw %q, want %q", got, want)
	}
	if page := scan(t, s, "v/", "", 10); len(page) != 3 || string(page[1].Value) != "new" || page[2].Key != "v/4" {
		t.Errorf("afterwards: %+v", page)
	}
}

func testViewErrors(t *testing.T, s store.Store) {
	boom := errors.New("boom")
	if err := store.Read(t.Context(), s, func(store.Reader) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("fn's error comes back as %v", err)
	}
	err := store.Read(t.Context(), s, func(r store.Reader) error {
		_, err := r.Get("a b")
		return err
	})
	if !errors.Is(err, store.ErrBadKey) {
		t.Errorf("a bad key: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = store.Read(ctx, s, func(r store.Reader) error {
		cancel()
		_, err := r.Scan("", "", 1)
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a view whose context ended: %v", err)
	}
}

func testLimits(t *testing.T, s store.Store) {
	one := func(key string, size int) error {
		return commit(t, s, store.Op{Kind: store.Put, Key: key, Value: make([]byte, size), Expect: store.AnyRev})
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
		many = append(many, store.Op{Kind: store.Put, Key: fmt.Sprintf("m/%03d", i), Expect: store.AnyRev})
	}
	if err := s.Commit(t.Context(), many); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("many operations: %v", err)
	}
	must(t, untilKnown(func() error { return s.Commit(t.Context(), many[:store.MaxBatchOps]) }))
	if page := scan(t, s, "m/", "", store.MaxScan); len(page) != store.MaxBatchOps {
		t.Errorf("a full batch wrote %d keys", len(page))
	}
	twice := []store.Op{{Kind: store.Put, Key: "t", Expect: 0}, {Kind: store.Delete, Key: "t", Expect: 0}}
	if err := s.Commit(t.Context(), twice); !errors.Is(err, store.ErrBadKey) {
		t.Errorf("a key twice: %v", err)
	}
	if err := commit(t, s, store.Op{Key: "t"}); err == nil {
		t.Error("an operation without a kind was taken")
	}
	must(t, untilKnown(func() error { return s.Commit(t.Context(), nil) }))
}

// untilKnown repeats a commit that may be repeated.
func untilKnown(commit func() error) error {
	for {
		if err := commit(); !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
}

func testCopies(t *testing.T, s store.Store) {
	value := []byte("first")
	must(t, commit(t, s, store.Op{Kind: store.Put, Key: "k", Value: value, Expect: 0}))
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
			errs[i] = commit(t, s, ops...)
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
				errs <- update(t, s, func(tx *store.Tx) error {
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
	must(t, update(t, s, func(tx *store.Tx) error {
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
	err := update(t, s, func(tx *store.Tx) error {
		tx.Put("k", []byte("v"))
		return boom
	})
	if !errors.Is(err, boom) || get(t, s, "k").Rev != 0 {
		t.Fatalf("error %v, entry %+v", err, get(t, s, "k"))
	}
}

// testPeek has others write what a transaction has read: what it peeked at may change, what it got may not.
func testPeek(t *testing.T, s store.Store) {
	put(t, s, "got", "1")
	put(t, s, "peeked", "1")
	runs := 0
	transaction := func(disturb string) {
		runs = 0
		must(t, update(t, s, func(tx *store.Tx) error {
			runs++
			if _, _, err := tx.Get("got"); err != nil {
				return err
			}
			if _, ok, err := tx.Peek("peeked"); err != nil || !ok {
				return fmt.Errorf("peeked: %v %w", ok, err)
			}
			if runs == 1 {
				put(t, s, disturb, "2")
			}
			tx.Put("out", []byte(disturb))
			if v, ok, err := tx.Peek("out"); err != nil || !ok || string(v) != disturb {
				return fmt.Errorf("own write reads %q %v %w", v, ok, err)
			}
			return nil
		}))
	}
	if transaction("peeked"); runs != 1 {
		t.Errorf("a write of what was peeked at made the transaction run %d times", runs)
	}
	if transaction("got"); runs != 2 {
		t.Errorf("a write of what was read made the transaction run %d times", runs)
	}
}

func testSweep(t *testing.T, s store.Store) {
	const n = 2*store.MaxBatchOps + 3
	for i := range n {
		must(t, store.Apply(t.Context(), s, now.Add(time.Duration(i)), []store.Op{{Kind: store.Put, Key: "k", Expect: store.AnyRev}}))
	}
	rows := func() int { return len(scan(t, s, store.OpPrefix, "", store.MaxScan)) }
	made := rows()
	if made < n {
		t.Fatalf("%d operations left %d rows", n, made)
	}
	must(t, store.Apply(t.Context(), s, now.Add(time.Minute), []store.Op{{Kind: store.Put, Key: "k", Expect: store.AnyRev}}))
	sweep := func(at time.Time) {
		must(t, untilKnown(func() error {
			_, err := store.SweepOps(t.Context(), s, at)
			return err
		}))
	}
	if sweep(now.Add(store.OpLife)); rows() < made {
		t.Errorf("%d of %d rows are left, before their time", rows(), made)
	}
	if sweep(now.Add(store.OpLife + time.Second)); rows() == 0 || rows() > 40 {
		t.Errorf("%d rows are left, want those of the last operation", rows())
	}
	if sweep(now.Add(store.OpLife + time.Hour)); rows() != 0 {
		t.Errorf("%d rows are left in the end", rows())
	}
}

func testClosed(t *testing.T, s store.Store) {
	must(t, s.Close())
	if _, err := s.Get(context.Background(), "k"); !errors.Is(err, store.ErrClosed) {
		t.Errorf("Get: %v", err)
	}
	if err := s.View(context.Background(), func(store.Reader) error { return nil }); !errors.Is(err, store.ErrClosed) {
		t.Errorf("View: %v", err)
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
