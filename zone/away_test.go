package zone

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/realmwire/realmwire/transport"
	"github.com/realmwire/realmwire/zone/core"
)

// Somebody left while the realm was away, so the last save waits for the next try. A realm that is back and asks for the character first
// must get that state: what the store has is older.
func TestEvictionBringsTheStateOfWhoLeftUnsaved(t *testing.T) {
	r := run(t, "overworld")
	p := r.connect(t, "overworld", 7, 3)
	r.realm.with(func() { r.realm.down = true })
	p.Close(transport.Normal, "")
	z := r.Zones()[0]
	eventually(t, "failed save", func() bool { s := z.Stats(); return s.Sessions == 0 && s.SaveFailed > 0 })
	e, err := r.Evict(context.Background(), 7, 3, "")
	if err != nil || !e.Found || e.Epoch != 3 || !strings.HasPrefix(string(e.State), `{"v":1,`) {
		t.Fatalf("eviction %+v, %v", e, err)
	}
	if e, err := r.Evict(context.Background(), 7, 3, ""); err != nil || e.Found {
		t.Fatalf("a second eviction gives %+v, %v", e, err)
	}
	r.realm.with(func() { r.realm.down = false })
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	r.realm.with(func() {
		if r.realm.final[7] != 0 {
			t.Error("a state that was handed over was saved as well")
		}
	})
}

// The same while the last save is on its way: the answer waits, and has nothing to bring once the save has landed.
func TestEvictionWaitsForTheSaveOfWhoLeft(t *testing.T) {
	r := run(t, "overworld")
	p := r.connect(t, "overworld", 7, 3)
	gate := make(chan struct{})
	r.realm.with(func() { r.realm.gate = gate })
	p.Close(transport.Normal, "")
	eventually(t, "save under way", func() bool { ok := false; r.realm.with(func() { ok = r.realm.saves > 0 }); return ok })
	got := make(chan core.Eviction, 1)
	go func() {
		e, err := r.Evict(context.Background(), 7, 3, "")
		if err != nil {
			t.Error(err)
		}
		got <- e
	}()
	select {
	case e := <-got:
		t.Fatalf("the eviction was answered while a save was on its way: %+v", e)
	case <-time.After(100 * time.Millisecond):
	}
	close(gate)
	if e := <-got; e.Found {
		t.Errorf("eviction %+v of what is saved", e)
	}
	r.realm.with(func() {
		if r.realm.final[7] != 1 {
			t.Errorf("saved %d times for good", r.realm.final[7])
		}
	})
}

// What waits to be saved is of a later grant than the one that the realm asks about: it stays, and is saved.
func TestEvictionLeavesWhatIsOfALaterGrant(t *testing.T) {
	r := run(t, "overworld")
	p := r.connect(t, "overworld", 7, 3)
	r.realm.with(func() { r.realm.down = true })
	p.Close(transport.Normal, "")
	z := r.Zones()[0]
	eventually(t, "failed save", func() bool { s := z.Stats(); return s.Sessions == 0 && s.SaveFailed > 0 })
	if e, err := r.Evict(context.Background(), 7, 2, ""); err != nil || e.Found {
		t.Fatalf("eviction %+v, %v", e, err)
	}
	r.realm.with(func() { r.realm.down = false })
	if err := r.stop(); err != nil {
		t.Error(err)
	}
	r.realm.with(func() {
		if r.realm.final[7] != 1 {
			t.Errorf("saved %d times for good", r.realm.final[7])
		}
	})
}

// A realm that is away for a moment keeps nobody out.
func TestRealmBackDuringJoin(t *testing.T) {
	r := run(t, "overworld")
	r.realm.with(func() { r.realm.down = true })
	p := r.open(t, "overworld", 1, 1)
	time.Sleep(100 * time.Millisecond)
	r.realm.with(func() { r.realm.down = false })
	eventually(t, "Welcome", func() bool { m, _ := p.got(2); return len(m) == 1 })
}
