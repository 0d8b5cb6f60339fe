package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/realmwire/realmwire/realm/store"
	"github.com/realmwire/realmwire/realm/store/badger"
	"github.com/realmwire/realmwire/zone/tilemap"
)

// ledger is what a realm that does not run has on its disk.
type ledger struct {
	accounts   int
	characters map[string]kept // by ID
}

// kept is one character on the disk.
type kept struct {
	Name    string
	Account string
	Lease   struct {
		Epoch uint64
		Zone  string
	}
	Saved struct {
		Epoch  uint64
		Arrive string // spawn point, for who came by a portal and was not saved since
		State  json.RawMessage
	}
}

// readLedger opens the store of a realm that was killed or stopped, and checks that what it holds fits together: every character in one roster,
// under one name, with one lease, and no state without.
func readLedger(t *testing.T, data string) ledger {
	t.Helper()
	s, err := badger.Open(badger.Config{Dir: filepath.Join(data, "store"), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}()
	l := ledger{accounts: len(scan[struct{}](t, s, "account/")), characters: map[string]kept{}}
	names := scan[struct{ ID string }](t, s, "character-name/")
	rosters := scan[struct{ Characters []string }](t, s, "roster/")
	for id, c := range scan[kept](t, s, "character/") {
		l.characters[id] = c
	}
	for kind, part := range map[string]func(*kept) any{
		"lease": func(c *kept) any { return &c.Lease },
		"state": func(c *kept) any { return &c.Saved },
	} {
		for id, record := range scan[json.RawMessage](t, s, kind+"/") {
			c, ok := l.characters[id]
			if !ok {
				t.Errorf("on disk: a %s of no character, %s", kind, id)
			}
			if err := json.Unmarshal(record, part(&c)); err != nil {
				t.Errorf("on disk: the %s of %s: %v", kind, id, err)
			}
			l.characters[id] = c
		}
	}
	if len(names) != len(l.characters) {
		t.Errorf("on disk: %d names of %d characters", len(names), len(l.characters))
	}
	for name, n := range names {
		if c := l.characters[n.ID]; !strings.EqualFold(c.Name, name) {
			t.Errorf("on disk: the name %s is that of %q", name, c.Name)
		}
	}
	listed := map[string]int{}
	for account, r := range rosters {
		for _, id := range r.Characters {
			listed[id]++
			if l.characters[id].Account != account {
				t.Errorf("on disk: %s lists %s, which is %q's", account, id, l.characters[id].Account)
			}
		}
	}
	for id, c := range l.characters {
		if listed[id] != 1 || c.Lease.Zone == "" || c.Saved.Epoch > c.Lease.Epoch {
			t.Errorf("on disk: character %s is listed %d times, its lease is %+v and its state %+v", id, listed[id], c.Lease, c.Saved)
		}
	}
	return l
}

// scan reads all records of a kind, by what follows the prefix in their key.
func scan[T any](t *testing.T, s store.Store, prefix string) map[string]T {
	t.Helper()
	var out map[string]T
	if err := store.Read(context.Background(), s, func(r store.Reader) error {
		out = map[string]T{}
		return store.Each(r, prefix, func(e store.Entry) error {
			var v T
			if err := json.Unmarshal(e.Value, &v); err != nil {
				t.Errorf("on disk: %s: %v", e.Key, err)
			}
			out[strings.TrimPrefix(e.Key, prefix)] = v
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// follows checks that nothing was lost between an earlier look and this one, and that epochs only rose.
func (l ledger) follows(t *testing.T, before ledger) {
	t.Helper()
	for id, was := range before.characters {
		if now := l.characters[id]; now.Lease.Epoch < was.Lease.Epoch || now.Name != was.Name {
			t.Errorf("on disk: character %s was %q at epoch %d and is %q at %d", id, was.Name, was.Lease.Epoch, now.Name, now.Lease.Epoch)
		}
	}
}

// place is where a saved character stands; false: it was never saved, or the maps seen so far do not have its point.
func (k kept) place(maps map[string]*tilemap.Map) (at spot, ok bool, err error) {
	if len(k.Saved.State) == 0 {
		return spot{}, false, nil
	}
	var s struct {
		V    int
		X, Y int32
	}
	if err := json.Unmarshal(k.Saved.State, &s); err != nil || s.V != 1 {
		return spot{}, false, fmt.Errorf("state %s: version %d, %w", k.Saved.State, s.V, err)
	}
	if k.Saved.Arrive == "" {
		return spot{zone: k.Lease.Zone, x: s.X, y: s.Y}, true, nil
	}
	m := maps[k.Lease.Zone]
	if m == nil {
		return spot{}, false, nil
	}
	p, ok := m.Spawn(k.Saved.Arrive)
	return spot{zone: k.Lease.Zone, x: p.X, y: p.Y}, ok, nil
}
