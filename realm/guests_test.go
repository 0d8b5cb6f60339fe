package realm

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/realmwire/realmwire/internal/loglimit"
	"github.com/realmwire/realmwire/realm/store"
)

// sweepGuests goes through all accounts once.
func (w *world) sweepGuests() {
	w.t.Helper()
	var s guestSweep
	for {
		must(w.t, s.run(w.t.Context(), w.realm, w.clock.Now()))
		if s.after == "" {
			return
		}
	}
}

// logBuffer is a log that tests read.
type logBuffer struct {
	mu  sync.Mutex
	buf strings.Builder // guarded by mu
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func TestGuestsWhoNeverPlayedExpire(t *testing.T) {
	w := newWorld(t, nil)
	z := w.zone("overworld")
	names := []string{"Ann", "Bob", "Cid"}
	for i := range 40 {
		c := stranger("198.51.%d.1", i)
		in, err := w.realm.Guest(t.Context(), c)
		must(t, err)
		c.Token = in.Token
		for k := range 3 {
			name := fmt.Sprintf("Idle%c%c%c", 'a'+i/26, 'a'+i%26, 'a'+k)
			if i == 0 {
				name = names[k]
			}
			_, err := w.realm.CreateCharacter(t.Context(), c, NewCharacter{Name: name, Class: "knight"})
			must(t, err)
		}
	}
	played, granted := w.player("Played"), w.player("Granted")
	must(t, z.save(z.enter(w.play(played)), `{"gold":1}`, true))
	w.play(granted) // and never connected
	lately := w.player("Lately")
	second, err := w.realm.CreateCharacter(t.Context(), played.Caller, NewCharacter{Name: "Second", Class: "rogue"})
	must(t, err)
	w.register(Caller{Addr: here}, lancelot)
	up := w.guest()
	_, err = w.realm.Upgrade(t.Context(), up, Credentials{"Galahad", "long enough"})
	must(t, err)
	late := w.player("Late")
	must(t, w.delete(w.player("Gone"), "Gone")) // what was done to it stays on record

	w.clock.advance(guestIdle - time.Minute)
	_, err = w.realm.CreateCharacter(t.Context(), late.Caller, NewCharacter{Name: "Later", Class: "rogue"})
	must(t, err)
	w.sweepGuests()
	if n := len(w.scan("account/")); n != 47 {
		t.Fatalf("%d accounts within a day, want 47", n)
	}
	must(t, z.beat())
	w.play(lately)
	w.clock.advance(2 * time.Minute)
	w.sweepGuests()
	if n := len(w.scan("account/")); n != 6 {
		t.Errorf("%d accounts after a day, want those who played, have a password, made a character or asked to play lately, or deleted one", n)
	}
	if n := len(w.scan("character/")); n != 5 {
		t.Errorf("%d characters after a day, want 5", n)
	}
	_, err = w.realm.Me(t.Context(), granted.Caller)
	wantCode(t, err, CodeSignedOut)
	for _, c := range []Caller{played.Caller, lately.Caller, up, late.Caller} {
		_, err := w.realm.Me(t.Context(), c)
		must(t, err)
	}
	if r := w.roster(played.Caller); len(r.Characters) != 2 || r.Characters[1].ID != second.ID {
		t.Errorf("who played has %+v", r)
	}
	for _, name := range names {
		w.player(name) // the name is free
	}
	w.clock.advance(changesKept)
	w.sweepGuests()
	for _, prefix := range []string{"account/", "account-name/"} {
		if n := len(w.scan(prefix)); n != 3 {
			t.Errorf("%d records %s in the end, want the one who played and those with a password", n, prefix)
		}
	}
	if n := len(w.scan("audit-change")); n != 2 { // the upgrade's record, and its head
		t.Errorf("%d records of changes in the end", n)
	}
	for _, prefix := range []string{"character/", "character-name/", "lease/"} {
		if n := len(w.scan(prefix)); n != 2 {
			t.Errorf("%d records %s in the end, want 2", n, prefix)
		}
	}
	if n := len(w.scan("roster/")); n != 1 {
		t.Errorf("%d rosters in the end", n)
	}
}

// Whoever does something with a guest account while it expires either keeps it, or is signed out: nothing is left of it in between.
func TestExpiringGuestsRace(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Limits.Off = true })
	w.zone("overworld")
	for i := range 12 {
		p := w.player("Ann" + string(rune('a'+i)))
		w.clock.advance(guestIdle + time.Minute)
		var wg sync.WaitGroup
		wg.Go(func() {
			var s guestSweep
			_ = s.run(t.Context(), w.realm, w.clock.Now())
		})
		wg.Go(func() { _, _ = w.tryPlay(p) })
		wg.Go(func() {
			_, _ = w.realm.CreateCharacter(t.Context(), p.Caller, NewCharacter{Name: "New" + string(rune('a'+i)), Class: "rogue"})
		})
		wg.Go(func() {
			_, _ = w.realm.Upgrade(t.Context(), p.Caller, Credentials{fmt.Sprintf("Name%d", i), "long enough"})
		})
		wg.Wait()
	}
	accounts := map[ID]bool{}
	for _, e := range w.scan("account/") {
		a, err := decode[accountRecord](e.Key, e.Value)
		must(t, err)
		accounts[a.ID] = true
	}
	if n := len(w.scan("account-name/")); n != len(accounts) {
		t.Errorf("%d names for %d accounts", n, len(accounts))
	}
	characters := w.scan("character/")
	for _, e := range characters {
		c, err := decode[characterRecord](e.Key, e.Value)
		must(t, err)
		if !accounts[c.Account] {
			t.Errorf("%s belongs to nobody", c.Name)
		}
	}
	if names, leases := len(w.scan("character-name/")), len(w.scan("lease/")); names != len(characters) || leases != len(characters) {
		t.Errorf("%d characters, %d names, %d leases", len(characters), names, leases)
	}
}

// On a disk that is nearly full nobody new comes in, and those who are there play on and are saved.
func TestNewAccountsStopBeforeSaves(t *testing.T) {
	var free uint64 = 1 << 40
	log := &logBuffer{}
	w := newWorld(t, func(c *Config) {
		c.Log = slog.New(slog.NewTextHandler(log, nil))
		c.Room = func(bytes uint64) error {
			if free < bytes {
				return fmt.Errorf("%w: %d left", store.ErrFull, free)
			}
			return nil
		}
	})
	z := w.zone("overworld")
	p, idle := w.player("Ann"), w.guest()
	h := z.enter(w.play(p))
	w.register(Caller{Addr: here}, lancelot)
	free = MinFreeForNew - 1
	for what, try := range map[string]func() error{
		"a guest": func() error { _, err := w.realm.Guest(t.Context(), Caller{Addr: here}); return err },
		"an account": func() error {
			_, err := w.realm.Register(t.Context(), Caller{Addr: here}, Credentials{"Bob", "long enough"})
			return err
		},
		"a character": func() error {
			_, err := w.realm.CreateCharacter(t.Context(), idle, NewCharacter{Name: "Bob", Class: "knight"})
			return err
		},
	} {
		if e := wantCode(t, try(), CodeStorageFull); !strings.Contains(e.Detail, "can be played") {
			t.Errorf("%s is refused with %q", what, e.Detail)
		}
	}
	for range 50 {
		_, err := w.realm.Guest(t.Context(), Caller{Addr: here})
		wantCode(t, err, CodeStorageFull)
	}
	if n := strings.Count(log.String(), "nearly full"); n != loglimit.Burst {
		t.Errorf("the log says %d times that the disk is nearly full", n)
	}
	must(t, z.save(h, `{"gold":1}`, true))
	z.enter(w.play(p))
	_, err := w.realm.Login(t.Context(), Caller{Addr: here}, lancelot)
	must(t, err)
	_, err = w.realm.Upgrade(t.Context(), idle, Credentials{"Bors", "long enough"})
	must(t, err)
	must(t, w.delete(p, "Ann"))
}
