package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/realmwire/realmwire/realm/store"
)

// Fate is what a commit meets.
type Fate uint8

// The fates of a commit. Whoever committed cannot tell the last three from one another.
const (
	Known   Fate = iota // it goes to the store, and the answer comes back
	Applied             // it goes to the store, and the answer is lost
	Lost                // it never reaches the store
	Late                // it reaches the store beside one of the next commits, or when the store is closed
)

// Faults is a store between which and its caller answers are lost and revisions go away, as in a replicated one. It is safe for
// concurrent use.
type Faults struct {
	inner store.Store
	rate  float64 // how many of all commits and views go wrong

	mu      sync.Mutex
	rng     *rand.Rand   // guarded by mu
	fates   []Fate       // guarded by mu; of the next commits, before chance decides
	compact int          // guarded by mu; so many of the next views go away
	late    [][]store.Op // guarded by mu; on their way
	met     map[Fate]int // guarded by mu
	gone    int          // guarded by mu; views that went away
	closed  bool         // guarded by mu
}

// NewFaults puts faults before a store: rate of all commits and views go wrong, by a seed.
func NewFaults(s store.Store, seed uint64, rate float64) *Faults {
	return &Faults{inner: s, rate: rate, rng: rand.New(rand.NewPCG(seed, 0)), met: make(map[Fate]int)}
}

// Next sets the fates of the next commits.
func (f *Faults) Next(fates ...Fate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fates = append(f.fates, fates...)
}

// Compact makes the next n views go away at their first read.
func (f *Faults) Compact(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.compact = n
}

// Heal ends what Next and Compact have set.
func (f *Faults) Heal() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fates, f.compact = nil, 0
}

// Met tells how many commits met a fate.
func (f *Faults) Met(fate Fate) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.met[fate]
}

// Gone tells how many views went away.
func (f *Faults) Gone() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gone
}

// Get implements store.Store.
func (f *Faults) Get(ctx context.Context, key string) (store.Entry, error) {
	return f.inner.Get(ctx, key)
}

// Commit implements store.Store.
func (f *Faults) Commit(ctx context.Context, ops []store.Op) error {
	if err := store.CheckBatch(ops); err != nil {
		return err
	}
	fate, before, after := f.draw(ops)
	f.deliver(ctx, before)
	defer f.deliver(ctx, after)
	switch fate {
	case Known:
		return f.inner.Commit(ctx, ops)
	case Applied:
		if err := f.inner.Commit(ctx, ops); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: the answer to a batch of %d was lost", store.ErrUnknown, len(ops))
}

// draw decides a commit's fate, and which of those on their way arrive before it and after it.
func (f *Faults) draw(ops []store.Op) (fate Fate, before, after [][]store.Op) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
	case len(f.fates) > 0:
		fate, f.fates = f.fates[0], f.fates[1:]
	case f.rng.Float64() < f.rate:
		fate = Applied + Fate(f.rng.IntN(3))
	}
	f.met[fate]++
	for _, l := range f.late {
		if f.rng.IntN(2) == 0 {
			before = append(before, l)
		} else {
			after = append(after, l)
		}
	}
	f.late = nil
	if fate == Late {
		f.late = [][]store.Op{clone(ops)}
	}
	return fate, before, after
}

// clone keeps a batch for later, when its caller may have changed it.
func clone(ops []store.Op) []store.Op {
	out := append([]store.Op(nil), ops...)
	for i := range out {
		out[i].Value = append([]byte(nil), out[i].Value...)
	}
	return out
}

// deliver lets batches arrive that were on their way. Nobody waits for what comes of them.
func (f *Faults) deliver(ctx context.Context, late [][]store.Op) {
	for _, ops := range late {
		_ = f.inner.Commit(context.WithoutCancel(ctx), ops)
	}
}

// View implements store.Store.
func (f *Faults) View(ctx context.Context, fn func(store.Reader) error) error {
	r := &fadingReader{left: f.drawReads()}
	err := f.inner.View(ctx, func(inner store.Reader) error {
		r.Reader = inner
		return fn(r)
	})
	if r.gone {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.gone++
		return fmt.Errorf("%w: while it was read", store.ErrCompacted)
	}
	return err
}

// drawReads is how many reads a view lasts.
func (f *Faults) drawReads() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.closed:
	case f.compact > 0:
		f.compact--
		return 0
	case f.rng.Float64() < f.rate:
		return f.rng.IntN(4)
	}
	return -1
}

// Close implements store.Store.
func (f *Faults) Close() error {
	f.mu.Lock()
	late := f.late
	f.closed, f.late = true, nil
	f.mu.Unlock()
	f.deliver(context.Background(), late)
	return f.inner.Close()
}

// fadingReader is a Reader whose revision goes away after so many reads; below zero: never.
type fadingReader struct {
	store.Reader
	left int
	gone bool
}

func (r *fadingReader) spend() error {
	if r.left == 0 {
		r.gone = true
		return fmt.Errorf("%w: after some reads", store.ErrCompacted)
	}
	r.left--
	return nil
}

// Get implements store.Reader.
func (r *fadingReader) Get(key string) (store.Entry, error) {
	if err := r.spend(); err != nil {
		return store.Entry{}, err
	}
	return r.Reader.Get(key)
}

// Scan implements store.Reader.
func (r *fadingReader) Scan(prefix, after string, limit int) ([]store.Entry, error) {
	if err := r.spend(); err != nil {
		return nil, err
	}
	return r.Reader.Scan(prefix, after, limit)
}
