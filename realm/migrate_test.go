package realm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/realm/bus"
	"github.com/realmwire/realmwire/realm/internal/bustest"
	"github.com/realmwire/realmwire/realm/internal/storetest"
	"github.com/realmwire/realmwire/realm/store"
	"github.com/realmwire/realmwire/realm/store/badger"
)

// dataVersion1 is what a realm of data version 1 had on its disk when it was killed under bots that went from zone to zone: keys and values,
// as that program wrote them. Characters in it were never played, left, are in a zone, and are between two.
func dataVersion1(t *testing.T) map[string]json.RawMessage {
	t.Helper()
	raw, err := os.ReadFile("testdata/data-version-1.json")
	must(t, err)
	var dump map[string]json.RawMessage
	must(t, json.Unmarshal(raw, &dump))
	return dump
}

// fill writes a dump into a store, as many keys at a time as a batch takes.
func fill(t *testing.T, s store.Store, dump map[string]json.RawMessage) {
	t.Helper()
	var ops []store.Op
	size := 0
	flush := func() {
		must(t, store.Apply(t.Context(), s, time.Time{}, ops))
		ops, size = nil, 0
	}
	for _, k := range slices.Sorted(maps.Keys(dump)) {
		if size += len(k) + len(dump[k]); size > store.MaxBatch/2 || len(ops) == store.MaxBatchOps-store.OpRows {
			flush()
		}
		ops = append(ops, store.Op{Kind: store.Put, Key: k, Value: dump[k], Expect: 0})
	}
	flush()
}

// drained is what a store holds, without the operations' rows.
func drained(t *testing.T, s store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, e := range scan(t, s, "") {
		if !strings.HasPrefix(e.Key, store.OpPrefix) {
			all[e.Key] = string(e.Value)
		}
	}
	return all
}

func openBadger(t *testing.T, dir string) store.Store {
	t.Helper()
	s, err := badger.Open(badger.Config{Dir: dir, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// sameLogin compares a session of version 1 with the login that came of it.
func sameLogin(t *testing.T, was []byte, is string) {
	t.Helper()
	before, err := decode[loginRecord]("session/x", was)
	must(t, err)
	after, err := decode[loginRecord]("login/x", []byte(is))
	must(t, err)
	if before.Account == 0 || after != before {
		t.Errorf("a session %s is the login %s", was, is)
	}
}

// sameLogins compares an account's sessions of version 1 with its logins.
func sameLogins(t *testing.T, was []byte, is string) {
	t.Helper()
	var before struct{ Sessions []login }
	must(t, json.Unmarshal(was, &before))
	after, err := decode[loginsRecord]("account-logins/x", []byte(is))
	must(t, err)
	if len(before.Sessions) == 0 || !slices.Equal(after.Logins, before.Sessions) {
		t.Errorf("the sessions %s are the logins %s", was, is)
	}
}

// TestMigration opens data of version 1 with this program, and looks at every record.
func TestMigration(t *testing.T) {
	dump := dataVersion1(t)
	dir := t.TempDir()
	s := openBadger(t, dir)
	fill(t, s, dump)
	must(t, s.Close())
	w := newWorldOn(t, bustest.Embedded(t), dir, nil)

	got := drained(t, w.store)
	kinds := map[string]int{}
	for key, was := range dump {
		id, isHold := strings.CutPrefix(key, "hold/")
		if hash, ok := strings.CutPrefix(key, "session/"); ok {
			sameLogin(t, was, got["login/"+hash])
			delete(got, "login/"+hash)
			continue
		}
		if account, ok := strings.CutPrefix(key, "account-live/"); ok {
			sameLogins(t, was, got["account-logins/"+account])
			delete(got, "account-logins/"+account)
			continue
		}
		if !isHold {
			if got[key] != string(was) {
				t.Errorf("%s was %s, is %s", key, was, got[key])
			}
			delete(got, key)
			continue
		}
		kinds[sameHold(t, was, got["lease/"+id], got["state/"+id])]++
		delete(got, "lease/"+id)
		delete(got, "state/"+id)
	}
	delete(got, admissionKey) // made by every realm
	if want := `{"v":2,"data":2}`; len(got) != 1 || got[dataKey] != want {
		t.Errorf("besides, there is %v, want %s alone: %s", got, dataKey, want)
	}
	for _, kind := range []string{"never played", "left", "in a zone", "between zones"} {
		if kinds[kind] == 0 {
			t.Errorf("the data has no character that is %s: %v", kind, kinds)
		}
	}
	before := drained(t, w.store)
	w.restart()
	if after := drained(t, w.store); !maps.Equal(before, after) {
		t.Error("opening it again changed something")
	}
}

// sameHold compares a hold of version 1 with the lease and the state that were made of it. It says what kind of character it is.
func sameHold(t *testing.T, hold []byte, lease, state string) (kind string) {
	t.Helper()
	var h map[string]any
	must(t, json.Unmarshal(hold, &h))
	l, err := decode[leaseRecord]("lease", []byte(lease))
	must(t, err)
	var s stateRecord
	if state != "" {
		s, err = decode[stateRecord]("state", []byte(state))
		must(t, err)
	}
	text := func(field string) string { v, _ := h[field].(string); return v }
	number := func(field string) uint64 { v, _ := h[field].(float64); return uint64(v) }
	is := standing{l, s}
	if l.Epoch != number("epoch") || l.Zone != text("zone") || l.Session.String() != text("session") || l.Host != text("host") || uint64(l.Suite) != number("suite") ||
		l.Holder.String() != text("holder") || is.leased() != h["held"].(bool) || s.Arrive != text("arrive") {
		t.Errorf("hold %s became lease %s, state %s", hold, lease, state)
	}
	if last := is.lastPlayed(); text("last_played") != "" && last.Format(time.RFC3339Nano) != text("last_played") || text("last_played") == "" && !last.IsZero() {
		t.Errorf("hold %s was last played %v", hold, last)
	}
	var raw struct{ State json.RawMessage }
	must(t, json.Unmarshal(hold, &raw))
	if string(raw.State) != string(s.State) {
		t.Errorf("hold %s has state %s", hold, s.State)
	}
	moved, _ := h["moved"].(bool)
	switch {
	case l.Epoch == 0:
		if state != "" {
			t.Errorf("a character that was never played has state %s", state)
		}
		return "never played"
	case moved:
		if l.From != l.Epoch-1 || is.arrived() {
			t.Errorf("hold %s has arrived: lease %s, state %s", hold, lease, state)
		}
		return "between zones"
	case is.leased():
		if l.From != 0 || !is.arrived() || s.Seq != number("seq") {
			t.Errorf("hold %s became lease %s, state %s", hold, lease, state)
		}
		return "in a zone"
	}
	return "left"
}

// TestPlayOnMigratedData goes on where version 1 stopped: with the password, with the character in a zone whose process is gone, with the
// handover that nobody finished, and with the audit log.
func TestPlayOnMigratedData(t *testing.T) {
	dump := dataVersion1(t)
	dir := t.TempDir()
	s := openBadger(t, dir)
	fill(t, s, dump)
	must(t, s.Close())
	w := newWorldOn(t, bustest.Embedded(t), dir, func(c *Config) { c.Limits.Off = true })
	z := w.zone("overworld", "dungeon-entrance")

	in, err := w.realm.Login(t.Context(), Caller{Addr: here}, Credentials{"Arthur", "excalibur!"})
	must(t, err)
	roster := w.roster(caller(in))
	if len(roster.Characters) != 2 || roster.Characters[0].Name != "Sir Kay" || roster.Characters[1].Name != "Merlin II" ||
		string(roster.Characters[0].Appearance) != `{"skin":1,"hair":2,"shirt":3}` {
		t.Errorf("roster %+v", roster)
	}
	if a := w.audited("character-renamed"); len(a) != 1 || a[0].Detail != `from "Merlin" to "Merlin II"` {
		t.Errorf("audit %+v", a)
	}

	w.clock.advance(time.Since(w.clock.Now())) // the dump's times are later than the clock of tests
	must(t, z.beat())
	for key, was := range dump {
		id, isHold := strings.CutPrefix(key, "hold/")
		if !isHold {
			continue
		}
		var h holdRecord1
		must(t, json.Unmarshal(was, &h))
		character, err := ParseID(id)
		must(t, err)
		if h.Moved { // the zone that the player came from had no answer, and asks again
			g, err := w.realm.handover(t.Context(), NewID(), HandoverRequest{
				Character: character, Epoch: h.Epoch - 1, Session: h.Session, State: h.State, ToZone: h.Zone, ToPoint: h.Arrive,
			})
			must(t, err)
			if p := z.enter(g); p.epoch <= h.Epoch || p.Arrive != h.Arrive || string(p.State) != string(h.State) {
				t.Errorf("hold %s: arrived as %+v", was, p)
			}
			continue
		}
		if h.Held { // the holder's last words, which came late
			must(t, w.realm.save(t.Context(), h.Holder, SaveRequest{Character: character, Epoch: h.Epoch, Seq: h.Seq, State: json.RawMessage(`{"older":1}`)}))
			must(t, w.realm.save(t.Context(), h.Holder, SaveRequest{Character: character, Epoch: h.Epoch, Seq: h.Seq + 1, State: json.RawMessage(`{"newer":1}`), Final: true}))
			h.State = json.RawMessage(`{"newer":1}`)
		}
		p := player{character: Profile{ID: character}}
		p.Caller = w.signedIn(p)
		got := z.enter(w.play(p))
		if got.epoch != h.Epoch+1 || string(got.State) != string(h.State) || got.Zone != h.Zone {
			t.Errorf("hold %s: entered as %+v", was, got)
		}
		must(t, z.save(got, `{"left":1}`, true)) // room for the next
	}
}

// signedIn signs in the owner of a character, without a password.
func (w *world) signedIn(p player) Caller {
	w.t.Helper()
	c, ok, err := get[characterRecord](w.t.Context(), w.realm, characterKey(p.character.ID))
	if err != nil || !ok {
		w.t.Fatal(ok, err)
	}
	var token string
	must(w.t, w.realm.update(w.t.Context(), func(tx *store.Tx) (err error) {
		token, err = w.realm.signIn(tx, c.Account, "")
		return err
	}))
	return Caller{Token: token, Addr: here}
}

// crashing is a store whose process dies at a commit: that one and all later ones fail.
type crashing struct {
	store.Store
	mu      sync.Mutex
	commits int // until then
}

var errCrash = errors.New("the process died")

func (c *crashing) Commit(ctx context.Context, ops []store.Op) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.commits == 0 {
		return errCrash
	}
	c.commits--
	return c.Store.Commit(ctx, ops)
}

// TestMigrationInterrupted stops a migration at every commit, and again when it goes on. It uses up the batches' limits too.
func TestMigrationInterrupted(t *testing.T) {
	dump := dataVersion1(t)
	large := fmt.Sprintf(`{"v":1,"pad":"%s"}`, strings.Repeat("x", MaxState-50))
	for i := range 100 {
		state := `{"v":1}`
		if i < 20 {
			state = large
		}
		dump[fmt.Sprintf("hold/%016x", i+1)] = json.RawMessage(fmt.Sprintf(`{"v":1,"epoch":3,"held":true,"holder":"%016x","session":"00000000000000ff","zone":"overworld","state":%s}`, i+7, state))
	}
	log := slog.New(slog.DiscardHandler)
	now := time.Unix(1, 0)
	whole := openBadger(t, t.TempDir())
	fill(t, whole, dump)
	must(t, migrate(t.Context(), whole, now, log))
	want := drained(t, whole)

	s := openBadger(t, t.TempDir())
	fill(t, s, dump)
	crashes := 0
	for commits := 0; ; commits = (commits + 1) % 2 { // none, one, none, one: as little at a time as there is
		err := migrate(t.Context(), &crashing{Store: s, commits: commits}, now, log)
		if err == nil {
			break
		}
		if !errors.Is(err, errCrash) {
			t.Fatal(err)
		}
		if crashes++; crashes > 100 {
			t.Fatal("it makes no headway")
		}
		if v, err := readDataVersion(t.Context(), s); err != nil || v != 1 {
			t.Fatalf("in the middle the data says that it is of version %d, %v", v, err)
		}
	}
	if got := drained(t, s); !maps.Equal(got, want) {
		t.Errorf("after %d crashes there are %d records, want %d", crashes, len(got), len(want))
	}
	if crashes < 8 {
		t.Errorf("%d crashes: a batch took too much", crashes)
	}

	faulty := storetest.NewFaults(openBadger(t, t.TempDir()), faultSeed(t), 0.5)
	fill(t, faulty, dump)
	var both sync.WaitGroup
	for range 2 { // two realms at once
		both.Go(func() {
			if err := migrate(t.Context(), faulty, now, log); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if got := drained(t, faulty); !maps.Equal(got, want) {
		t.Errorf("two realms, answers lost: %d records, want %d", len(got), len(want))
	}
}

func TestNewerDataIsRefused(t *testing.T) {
	s := openBadger(t, t.TempDir())
	fill(t, s, map[string]json.RawMessage{dataKey: json.RawMessage(`{"v":1,"data":3}`)})
	conn, err := bustest.Embedded(t).Connect(bus.RoleRealm)
	must(t, err)
	defer conn.Close()
	_, err = New(Config{Store: s, Bus: conn, StartZone: "overworld"})
	if err == nil || !strings.Contains(err.Error(), "the data is of version 3, and this program knows up to 2") {
		t.Errorf("data of a newer program: %v", err)
	}
}
