package realm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/realmwire/realmwire/realm/store"
)

// between does something between what a transaction has read and its commit: the worst moment.
type between struct {
	store.Store
	mu        sync.Mutex
	do        func(ops []store.Op) // guarded by mu; nil while it runs
	conflicts []string             // guarded by mu; keys written by batches that were in conflict
}

func (b *between) Commit(ctx context.Context, ops []store.Op) error {
	b.mu.Lock()
	do := b.do
	b.do = nil
	b.mu.Unlock()
	if do != nil {
		do(ops)
	}
	err := b.Store.Commit(ctx, ops)
	b.mu.Lock()
	defer b.mu.Unlock()
	if do != nil {
		b.do = do
	}
	if errors.Is(err, store.ErrConflict) {
		b.conflicts = append(b.conflicts, writes(ops))
	}
	return err
}

// set changes what is done, and returns the conflicts since it was set.
func (b *between) set(do func(ops []store.Op)) (conflicts []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.do, conflicts, b.conflicts = do, b.conflicts, nil
	return conflicts
}

// writes names the kinds of records that a batch writes.
func writes(ops []store.Op) string {
	var kinds []string
	for _, op := range ops {
		if kind, _, _ := strings.Cut(op.Key, "/"); op.Kind != store.Check && kind != "op" {
			kinds = append(kinds, kind)
		}
	}
	return strings.Join(kinds, " ")
}

// TestSavesConflictWithNobody saves the character between the reads and the commit of every other operation on it. None of them may have to
// run again, and none of the saves may undo what they did.
func TestSavesConflictWithNobody(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	w.stop()
	w.faults = 0
	b := &between{}
	w.wrap = func(s store.Store) store.Store { b.Store = s; return b }
	w.start()
	a, c := w.zone("overworld"), w.zone("cave")
	p := w.player("Ann")

	var seq, saved atomic.Uint64
	var by *zoneProcess // who has the lease, as the test knows
	var who played
	saves := func([]store.Op) {
		for range 3 {
			err := w.realm.save(t.Context(), by.process.Incarnation, SaveRequest{
				Character: who.ID, Epoch: who.epoch, Seq: 1000 + seq.Add(1), State: json.RawMessage(fmt.Sprintf(`{"n":%d}`, seq.Load())),
			})
			if err == nil {
				saved.Add(1)
			} else if !over(err) {
				t.Errorf("a save: %v", err)
			}
		}
	}
	beside := func(what string, op func() error) {
		t.Helper()
		before := saved.Load()
		b.set(saves)
		err := op()
		if conflicts := b.set(nil); len(conflicts) > 0 {
			t.Errorf("%s: conflicts of batches that write %q", what, conflicts)
		}
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if saved.Load() == before {
			t.Errorf("%s: nothing was saved beside it", what)
		}
	}
	enter := func(z *zoneProcess, g Grant) { by, who = z, z.enter(g) }

	enter(a, w.play(p))
	for round := range 3 {
		epoch := who.epoch
		beside("another character", func() error {
			_, err := w.realm.CreateCharacter(t.Context(), p.Caller, NewCharacter{Name: fmt.Sprintf("Ann the %c", 'A'+round), Class: "knight"})
			return err
		})
		beside("takeover", func() error { _, err := w.tryPlay(p); return err })
		enter(a, w.play(p))
		var g Grant
		beside("handover", func() (err error) {
			g, err = a.Handover(t.Context(), HandoverRequest{
				Character: who.ID, Epoch: who.epoch, Session: who.session, State: json.RawMessage(`{"in":"cave"}`), ToZone: "cave", ToPoint: "door",
			})
			return err
		})
		if there := c.enter(g); string(there.State) != `{"in":"cave"}` || there.Arrive != "door" || there.epoch <= epoch {
			t.Errorf("a save reached past the handover: %+v", there)
		}
		by, who = c, c.players[who.ID]
		saves(nil)
		b.set(saves)
		_, err := c.Attach(t.Context(), who.ID, who.epoch, who.session)
		must(t, err)
		if conflicts := b.set(nil); len(conflicts) > 0 {
			t.Errorf("attach again: conflicts %q", conflicts)
		}
		beside("rename", func() error { _, err := w.rename(p, fmt.Sprintf("Ann %c", 'A'+round)); return err })
		enter(c, w.play(p))
		g, err = c.Handover(t.Context(), HandoverRequest{
			Character: who.ID, Epoch: who.epoch, Session: who.session, State: json.RawMessage(`{}`), ToZone: "overworld",
		})
		must(t, err)
		enter(a, g)
	}
	beside("delete", func() error { return w.delete(p, "Ann C") })
	if left := append(w.scan("lease/"+who.ID.String()), w.scan("state/"+who.ID.String())...); len(left) != 0 {
		t.Errorf("a save brought %s back", left[0].Key)
	}
}

// TestGrantBetweenReadAndSave is the other way round: the lease changes while a save is about to be committed. The save is refused as a whole.
func TestGrantBetweenReadAndSave(t *testing.T) {
	w := newWorld(t, nil)
	w.stop()
	w.faults = 0
	b := &between{}
	w.wrap = func(s store.Store) store.Store { b.Store = s; return b }
	w.start()
	z := w.zone("overworld")
	p := w.player("Ann")
	for _, final := range []bool{false, true} {
		h := z.enter(w.play(p))
		z.mu.Lock()
		delete(z.players, h.ID) // the process that lost track of it gives nothing back
		z.mu.Unlock()
		must(t, z.save(h, `{"n":1}`, false))
		var next Grant
		b.set(func(ops []store.Op) {
			if writes(ops) == "state" && next.Ticket == nil {
				next = w.play(p)
			}
		})
		wantCode(t, z.save(h, `{"n":2}`, final), CodeFenced)
		if conflicts := b.set(nil); len(conflicts) != 1 || conflicts[0] != "state" {
			t.Errorf("conflicts: %q, want the save's", conflicts)
		}
		now := z.enter(next)
		if string(now.State) != `{"n":1}` || now.epoch != h.epoch+1 {
			t.Errorf("the refused save left %+v", now)
		}
		must(t, z.save(now, `{"n":1}`, true)) // who has the lease is not released by another
	}
}
