package realm

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm/store"
)

func (w *world) changes(account ID) []AuditRecord {
	w.t.Helper()
	records, err := w.realm.Changes(w.t.Context(), account)
	must(w.t, err)
	return records
}

func (w *world) account(c Caller) ID {
	w.t.Helper()
	a, err := w.realm.Me(w.t.Context(), c)
	must(w.t, err)
	return a.ID
}

// However much an account makes the log take in, and others with it: what cannot be undone is in it.
func TestAFloodHidesNoChange(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.CallsPerAccount = Rate{Burst: 1 << 20, Every: time.Nanosecond} })
	z := w.zone("overworld")
	evil := []player{w.player("Mordred"), w.player("Morgana"), w.player("Agravain")}
	flood := func() {
		for range 25 {
			for _, p := range evil {
				z.enter(w.play(p)) // a takeover each time but the first
			}
		}
	}
	flood()
	if n := len(w.audited("takeover")); n > len(evil)*auditRate.Burst {
		t.Errorf("%d accounts wrote %d takeovers at one moment", len(evil), n)
	}
	account := w.account(evil[0].Caller)
	_, err := w.rename(evil[0], "Merlin")
	must(t, err)
	flood()
	must(t, w.delete(evil[0], "Merlin"))
	for _, p := range evil[1:] {
		must(t, w.delete(p, p.character.Name))
	}
	_, err = w.realm.Upgrade(t.Context(), evil[0].Caller, Credentials{"Nimue", "long enough"})
	must(t, err)
	// As when the ring that all share has gone round.
	for seq := range uint64(300) {
		must(t, store.Apply(t.Context(), w.store, w.clock.Now(), []store.Op{{Kind: store.Delete, Key: auditKey(seq), Expect: store.AnyRev}}))
	}
	var acts []string
	for _, r := range w.changes(account) {
		acts = append(acts, r.Act)
		if r.Account != account || r.Address != here.String() || !r.Time.Equal(w.clock.Now()) {
			t.Errorf("record %+v", r)
		}
	}
	if got := strings.Join(acts, " "); got != "account-upgraded character-deleted character-renamed" {
		t.Errorf("the account's changes: %s", got)
	}
	if a := w.changes(account); !strings.Contains(a[1].Detail, `"Mordred"`) && !strings.Contains(a[1].Detail, `"Merlin"`) {
		t.Errorf("the deletion does not say of what: %+v", a[1])
	}
}

// Changes are limited before they do anything, and where the account's own ring is full of what must be kept, the change is refused
// rather than a record lost.
func TestChangesAreLimited(t *testing.T) {
	w := newWorld(t, nil)
	p := w.player("Mordred")
	account := w.account(p.Caller)
	rename := func(i int) error {
		_, err := w.rename(p, fmt.Sprintf("Mordred%d", i))
		return err
	}
	for i := range 32 {
		must(t, rename(i))
	}
	e := wantCode(t, rename(32), CodeRateLimited)
	if e.RetryAfter != 5*time.Minute {
		t.Errorf("retry after %v", e.RetryAfter)
	}
	wantCode(t, w.delete(p, "Mordred31"), CodeRateLimited)
	if r := w.roster(p.Caller); len(r.Characters) != 1 || r.Characters[0].Name != "Mordred31" {
		t.Errorf("what was refused was done: %+v", r)
	}
	for i := 32; i < maxChanges; i++ {
		w.clock.advance(5 * time.Minute)
		must(t, rename(i))
	}
	w.clock.advance(5 * time.Minute)
	e = wantCode(t, w.delete(p, fmt.Sprintf("Mordred%d", maxChanges-1)), CodeRateLimited)
	if !strings.Contains(e.Detail, "full until 2026-04-02") || e.RetryAfter < 80*24*time.Hour {
		t.Errorf("refused with %q, retry after %v", e.Detail, e.RetryAfter)
	}
	if n := len(w.roster(p.Caller).Characters); n != 1 {
		t.Errorf("%d characters", n)
	}
	if records := w.changes(account); len(records) != maxChanges || records[maxChanges-1].Detail != `from "Mordred" to "Mordred0"` {
		t.Errorf("%d records, the oldest %+v", len(records), records[len(records)-1])
	}
	p.Token = w.newLogin(account).Token
	w.clock.advance(25 * 24 * time.Hour)
	_, err := w.realm.Me(t.Context(), p.Caller) // extends the login
	must(t, err)
	w.clock.advance(25 * 24 * time.Hour)
	_, err = w.realm.Me(t.Context(), p.Caller)
	must(t, err)
	w.clock.advance(25 * 24 * time.Hour)
	_, err = w.realm.Me(t.Context(), p.Caller)
	must(t, err)
	w.clock.advance(16 * 24 * time.Hour)
	must(t, w.delete(p, fmt.Sprintf("Mordred%d", maxChanges-1)))
	if records := w.changes(account); len(records) != maxChanges || records[0].Act != "character-deleted" {
		t.Errorf("%d records, the newest %+v", len(records), records[0])
	}
}

func (w *world) newLogin(account ID) Caller {
	w.t.Helper()
	var token string
	must(w.t, w.realm.update(w.t.Context(), func(tx *store.Tx) (err error) {
		token, err = w.realm.signIn(tx, account, "")
		return err
	}))
	return Caller{Token: token, Addr: here}
}

// fullStore refuses commits as a full disk does.
type fullStore struct {
	store.Store
	full func(ops []store.Op) bool
}

func (s fullStore) Commit(ctx context.Context, ops []store.Op) error {
	if s.full(ops) {
		return fmt.Errorf("%w: test", store.ErrFull)
	}
	return s.Store.Commit(ctx, ops)
}

// A disk that takes the act takes its record with it, or neither: whichever commit is the first that is refused.
func TestNoChangeWithoutItsRecordOnAFullDisk(t *testing.T) {
	for refused := range 8 { // of the commits of a deletion
		w := newWorld(t, nil)
		w.stop()
		armed, commits := false, 0
		w.faults = 0
		w.wrap = func(s store.Store) store.Store {
			return fullStore{s, func([]store.Op) bool {
				if !armed {
					return false
				}
				commits++
				return commits > refused
			}}
		}
		w.start()
		z := w.zone("overworld")
		p := w.player("Ann")
		account := w.account(p.Caller)
		z.enter(w.play(p))
		armed = true
		err := w.delete(p, "Ann")
		armed = false
		deleted, recorded := len(w.roster(p.Caller).Characters) == 0, len(w.changes(account)) == 1
		if deleted != recorded || deleted != (err == nil) {
			t.Errorf("the disk is full after %d commits: deleted %t, recorded %t, %v", refused, deleted, recorded, err)
		}
		if err != nil {
			wantCode(t, err, CodeStorageFull)
		}
		w.stop()
		w.start()
	}
}

// A kick is committed with the last save of who was kicked, once; kicks alike are one record a day, and push out no others.
func TestKicksAreOnRecord(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	z := w.zone("overworld")
	p := w.player("Mordred")
	account := w.account(p.Caller)
	kick := func(text string) error {
		h := z.enter(w.play(p))
		errs, err := z.Save(t.Context(), []SaveRequest{{Character: h.ID, Epoch: h.epoch, State: []byte(`{}`), Final: true, Kicked: text}})
		must(t, err)
		return errs[0]
	}
	must(t, kick("Be kind to others."))
	w.clock.advance(time.Hour)
	must(t, z.beat())
	for range 2 * maxKicks {
		must(t, kick("Too many messages that no fair client sends."))
	}
	records := w.changes(account)
	if len(records) != 2 || records[0].Count != 2*maxKicks || records[1].Count != 1 {
		t.Fatalf("records %+v", records)
	}
	if r := records[1]; r.Act != "kicked" || r.Account != account || r.Character != p.character.ID || r.Detail != "from zone overworld: Be kind to others." {
		t.Errorf("record %+v", r)
	}
	for i := range 2 * maxKicks {
		must(t, kick(fmt.Sprintf("%d %s", i, strings.Repeat("é", 1000))))
	}
	if records := w.changes(account); len(records) != maxKicks || len(records[0].Detail) > 300 {
		t.Errorf("%d records of kicks, the newest %q", len(records), records[0].Detail)
	}
	// Who does not hold the lease says nothing of anybody.
	h := z.enter(w.play(p))
	w.play(p)
	before := w.changes(account)[0]
	errs, err := z.Save(t.Context(), []SaveRequest{{Character: h.ID, Epoch: h.epoch, State: []byte(`{}`), Final: true, Kicked: "forged"}})
	must(t, err)
	wantCode(t, errs[0], CodeFenced)
	if after := w.changes(account)[0]; after != before {
		t.Errorf("a save that was refused left %+v", after)
	}
}
