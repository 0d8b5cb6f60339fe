package realm

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func (w *world) rename(p player, name string) (Profile, error) {
	return w.realm.RenameCharacter(w.t.Context(), p.Caller, NewName{Character: p.character.ID, Name: name})
}

func (w *world) delete(p player, confirm string) error {
	return w.realm.DeleteCharacter(w.t.Context(), p.Caller, Deletion{Character: p.character.ID, Confirm: confirm})
}

func (w *world) roster(c Caller) Roster {
	w.t.Helper()
	r, err := w.realm.Characters(w.t.Context(), c)
	must(w.t, err)
	return r
}

func (w *world) audited(act string) []AuditRecord {
	w.t.Helper()
	records, err := w.realm.Audit(w.t.Context(), 100)
	must(w.t, err)
	return slices.DeleteFunc(records, func(r AuditRecord) bool { return r.Act != act })
}

func TestRename(t *testing.T) {
	w := newWorld(t, nil)
	ann, bob := w.player("Ann"), w.player("Bob")
	for _, tt := range []struct {
		p    player
		name string
		want Code
	}{
		{ann, "bob", CodeNameTaken},
		{ann, "x", CodeInvalidName},
		{ann, "semi;colon", CodeInvalidName},
		{player{bob.Caller, ann.character}, "Thief", CodeNotFound}, // not one's own
		{player{Caller{Addr: here}, ann.character}, "Thief", CodeSignedOut},
		{player{ann.Caller, Profile{ID: NewID()}}, "Nobody", CodeNotFound},
	} {
		_, err := w.rename(tt.p, tt.name)
		wantCode(t, err, tt.want)
	}
	p, err := w.rename(ann, "Anna")
	must(t, err)
	if p.Name != "Anna" || p.ID != ann.character.ID || p.Zone != "overworld" {
		t.Errorf("renamed: %+v", p)
	}
	if _, err := w.rename(ann, "ANNA"); err != nil {
		t.Errorf("the same name in capitals: %v", err)
	}
	if _, err := w.rename(ann, "ANNA"); err != nil {
		t.Errorf("the name it has: %v", err)
	}
	_, err = w.rename(bob, "anna")
	wantCode(t, err, CodeNameTaken)
	if _, err := w.rename(bob, "Ann"); err != nil {
		t.Errorf("the name that became free: %v", err)
	}
	if r := w.roster(ann.Caller); len(r.Characters) != 1 || r.Characters[0].Name != "ANNA" {
		t.Errorf("roster %+v", r)
	}
	records := w.audited("character-renamed")
	if len(records) != 3 || records[2].Detail != `from "Ann" to "Anna"` || records[2].Character != ann.character.ID || records[2].Address != here.String() {
		t.Errorf("audit: %+v", records)
	}
}

// A zone knows its players by name, so one who is renamed has to come in again, with everything that was saved.
func TestRenameWhilePlayed(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Ann")
	h := z.enter(w.play(p))
	_, err := w.rename(p, "x")
	wantCode(t, err, CodeInvalidName)
	w.player("Bob")
	_, err = w.rename(p, "Bob")
	wantCode(t, err, CodeNameTaken)
	if len(z.told) != 0 {
		t.Fatalf("put out for a name that cannot be: %q", z.told)
	}
	_, err = w.rename(p, "Anna")
	must(t, err)
	if len(z.told) != 1 || z.told[0] != renamedText {
		t.Errorf("the player was told %q", z.told)
	}
	wantCode(t, z.save(h, `{"late":1}`, false), CodeFenced)
	again := z.enter(w.play(p))
	if again.Name != "Anna" || again.epoch <= h.epoch || string(again.State) != `{"evicted_by":1}` {
		t.Errorf("came back as %+v at epoch %d", again.Character, again.epoch)
	}
}

func TestDelete(t *testing.T) {
	w := newWorld(t, nil)
	ann, bob := w.player("Ann O'Hara"), w.player("Bob")
	must(t, w.delete(bob, "BOB"))
	for _, confirm := range []string{"", "Ann", "Ann O'Hara ", "Bob"} {
		e := wantCode(t, w.delete(ann, confirm), CodeNotConfirmed)
		if !strings.Contains(e.Detail, "Ann O'Hara") {
			t.Errorf("the refusal does not say which name: %s", e.Detail)
		}
	}
	wantCode(t, w.delete(player{bob.Caller, ann.character}, "Ann O'Hara"), CodeNotFound)
	wantCode(t, w.delete(player{Caller{Addr: here}, ann.character}, "Ann O'Hara"), CodeSignedOut)
	if r := w.roster(ann.Caller); len(r.Characters) != 1 {
		t.Fatalf("a deletion that was refused deleted: %+v", r)
	}
	must(t, w.delete(ann, "Ann O'Hara"))
	if r := w.roster(ann.Caller); len(r.Characters) != 0 || r.Last != 0 {
		t.Errorf("roster %+v", r)
	}
	_, err := w.tryPlay(ann)
	wantCode(t, err, CodeNotFound)
	wantCode(t, w.delete(ann, "Ann O'Hara"), CodeNotFound)
	_, err = w.rename(ann, "Ghost")
	wantCode(t, err, CodeNotFound)
	w.player("ann o'hara") // the name is free
	for _, prefix := range []string{"character/", "lease/", "character-name/"} {
		entries := w.scan(prefix)
		if len(entries) != 1 {
			t.Errorf("%d records %s… are left, want the new character's alone", len(entries), prefix)
		}
	}
	if a := w.audited("character-deleted"); len(a) != 2 || !strings.Contains(a[0].Detail, `"Ann O'Hara"`) || a[0].Account == 0 {
		t.Errorf("audit: %+v", a)
	}
}

func TestDeleteWhilePlayed(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld", "dungeon")
	p := w.player("Ann")
	h := z.enter(w.play(p))
	wantCode(t, w.delete(p, "Anne"), CodeNotConfirmed)
	if len(z.told) != 0 {
		t.Fatalf("put out by a deletion that was not confirmed: %q", z.told)
	}
	must(t, w.delete(p, "Ann"))
	if len(z.told) != 1 || z.told[0] != deletedText {
		t.Errorf("the player was told %q", z.told)
	}
	if left := append(w.scan("lease/"), w.scan("state/")...); len(left) != 0 {
		t.Errorf("%s is left", left[0].Key)
	}
	// A zone that did not hear of it is refused as one that lost its lease, so that it drops the player.
	wantCode(t, z.save(h, `{"x":1}`, false), CodeFenced)
	wantCode(t, z.save(h, `{"x":1}`, true), CodeFenced)
	_, err := z.Handover(t.Context(), HandoverRequest{Character: h.ID, Epoch: h.epoch, Session: h.session, State: []byte(`{}`), ToZone: "dungeon"})
	wantCode(t, err, CodeFenced)
	if _, players, _ := w.realm.dir.status(w.clock.Now()); players != 0 || len(w.realm.dir.places) != 0 {
		t.Errorf("the place in the zone is not given up: %v", w.realm.dir.places)
	}
}

func TestDeleteBeforeATicketIsUsed(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Ann")
	g := w.play(p)
	must(t, w.delete(p, "Ann"))
	_, err := z.tryEnter(g)
	wantCode(t, err, CodeNotFound)
}

func TestDeleteFromADeadProcess(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Ann")
	z.enter(w.play(p))
	z.kill()
	must(t, w.delete(p, "Ann"))
	if r := w.roster(p.Caller); len(r.Characters) != 0 {
		t.Errorf("roster %+v", r)
	}
}

func TestRosterTellsWhoWasPlayedLast(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	p := w.player("Ann")
	if r := w.roster(p.Caller); r.Last != 0 {
		t.Errorf("nobody was played, and last is %s", r.Last)
	}
	second, err := w.realm.CreateCharacter(t.Context(), p.Caller, NewCharacter{Name: "Bea", Class: "rogue"})
	must(t, err)
	for _, played := range []ID{p.character.ID, second.ID, p.character.ID} {
		w.clock.advance(time.Minute)
		must(t, z.Heartbeat(t.Context(), Load{}))
		g, err := w.realm.Play(t.Context(), p.Caller, playRequest(played))
		must(t, err)
		h := z.enter(g)
		if r := w.roster(p.Caller); r.Last != played {
			t.Errorf("last is %s, want %s", r.Last, played)
		}
		w.clock.advance(time.Second)
		must(t, z.save(h, `{}`, true))
	}
	must(t, w.delete(p, "Ann"))
	if r := w.roster(p.Caller); r.Last != second.ID || len(r.Characters) != 1 {
		t.Errorf("after the last one was deleted: %+v", r)
	}
}

// Everything at once, on one character and one name: whatever order it takes, names and characters match in the end.
func TestOwnersRace(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	z := w.zone("overworld")
	players := []player{w.player("Ann"), w.player("Bob"), w.player("Cid")}
	var wg sync.WaitGroup
	for _, p := range players {
		wg.Go(func() { _, _ = w.rename(p, "Dora") })
		wg.Go(func() {
			if g, err := w.tryPlay(p); err == nil {
				_, _ = z.tryEnter(g)
			}
		})
		wg.Go(func() { _ = w.delete(p, "Dora") })
		wg.Go(func() { _, _ = w.realm.Characters(t.Context(), p.Caller) })
	}
	wg.Wait()
	names := w.scan("character-name/")
	characters := w.scan("character/")
	if len(names) != len(characters) {
		t.Errorf("%d names for %d characters", len(names), len(characters))
	}
	for _, e := range names {
		index, err := decode[nameRecord](e.Key, e.Value)
		must(t, err)
		c, ok, err := get[characterRecord](t.Context(), w.realm, characterKey(index.ID))
		if err != nil || !ok || characterNameKey(c.Name) != e.Key {
			t.Errorf("%s leads to %+v, %t, %v", e.Key, c, ok, err)
		}
	}
}
